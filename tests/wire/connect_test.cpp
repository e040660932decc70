// Finding the daemon, and being told what is wrong where it is not to be found.
#include "link/wire/connect.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/socket.h>
#include <sys/stat.h>

#include "link/wire/names.hpp"

using namespace stint;
using namespace stint::wire;

namespace {

/// A runtime directory of the test's own.
class Place {
public:
    Place() {
        char name[] = "/tmp/stint-wire-XXXXXX";
        REQUIRE(::mkdtemp(name));
        base = name;
        if (const char* value = std::getenv("XDG_RUNTIME_DIR")) before_ = value;
        ::setenv("XDG_RUNTIME_DIR", name, 1);
    }
    ~Place() {
        std::filesystem::remove_all(base);
        if (before_)
            ::setenv("XDG_RUNTIME_DIR", before_->c_str(), 1);
        else
            ::unsetenv("XDG_RUNTIME_DIR");
    }
    std::filesystem::path directory() const { return base / "stint"; }

    std::filesystem::path base;

private:
    std::optional<std::string> before_;
};

std::string refusal() {
    const Result<std::filesystem::path> found = runtimeDirectory(true);
    REQUIRE(!found.ok());
    CHECK(found.error().code == Errc::SECURITY);
    return found.error().message;
}

} // namespace

TEST_CASE("the runtime directory is made for us alone, and found again") { // architecture.md, wire
    const Place place;
    REQUIRE(runtimeDirectory(true).ok());
    CHECK(runtimeDirectory(true).value() == place.directory());
    CHECK(runtimeDirectory(false).value() == place.directory());
    CHECK(daemonSocket(false).value() == place.directory() / "bus");
    struct stat found {};
    REQUIRE(::stat(place.directory().c_str(), &found) == 0);
    CHECK((found.st_mode & 07777) == 0700);
}

TEST_CASE("a client makes no runtime directory") {
    const Place place;
    CHECK(runtimeDirectory(false).value() == place.directory());
    CHECK(!std::filesystem::exists(place.directory()));
}

TEST_CASE("a runtime directory that others may enter is refused, with the command that mends it") {
    const Place place;
    REQUIRE(::mkdir(place.directory().c_str(), 0755) == 0);
    CHECK(::chmod(place.directory().c_str(), 0755) == 0);
    const std::string path = place.directory();
    CHECK(refusal() == "the runtime directory " + path + " has mode 0755; it must have 0700 (chmod 0700 " + path + ")");
}

TEST_CASE("a symbolic link in the place of the runtime directory is refused, wherever it leads") {
    const Place place;
    std::filesystem::create_directory(place.base / "real");
    std::filesystem::create_symlink(place.base / "real", place.directory());
    CHECK(refusal().find("is a symbolic link") != std::string::npos);
}

TEST_CASE("a runtime directory of another user is refused") {
    const Place place;
    REQUIRE(::mkdir(place.directory().c_str(), 0700) == 0);
    if (::geteuid() != 0) return; // only root can give a directory away
    REQUIRE(::chown(place.directory().c_str(), 65534, 65534) == 0);
    CHECK(refusal().find("belongs to uid 65534; it must belong to uid 0") != std::string::npos);
}

TEST_CASE("a relative XDG_RUNTIME_DIR is refused") {
    const Place place;
    ::setenv("XDG_RUNTIME_DIR", "run", 1);
    CHECK(runtimeDirectory(true).error().message == "XDG_RUNTIME_DIR is \"run\"; it must be an absolute path");
}

TEST_CASE("where nobody listens the message says so, and how to start the daemon") {
    const Place place;
    const Result<Bus> bus = connectToDaemon();
    REQUIRE(!bus.ok());
    CHECK(bus.error() == Error{Errc::UNAVAILABLE, "no stintd listens at " + (place.directory() / "bus").native() +
                                                      "; start it with: stintd &"});
}

TEST_CASE("an inherited socket is used once, and no child takes it for its own") {
    int halves[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, halves) == 0);
    const Fd other(halves[1]);
    ::setenv(socketDescriptorVariable, std::to_string(halves[0]).c_str(), 1);
    auto inherited = inheritedSocket();
    REQUIRE(inherited.ok());
    const std::optional<Fd> socket = std::move(inherited).value();
    REQUIRE(socket);
    CHECK(socket->get() == halves[0]);
    CHECK((::fcntl(halves[0], F_GETFD) & FD_CLOEXEC) != 0);
    CHECK(!std::getenv(socketDescriptorVariable));
    CHECK(!inheritedSocket().value());
}

TEST_CASE("an inherited socket that is none is refused by its name") {
    for (const char* bad : {"", "three", "-1", "3x", "987654"}) {
        ::setenv(socketDescriptorVariable, bad, 1);
        const auto socket = inheritedSocket();
        REQUIRE(!socket.ok());
        CHECK(socket.error().message ==
              std::string("STINT_SOCKET_FD is \"") + bad + "\"; it must be the number of an open socket");
    }
}
