// Whoever else may write to the directory: what another user plants there is never taken for ours, and what is swapped
// while a download runs is never given out as the file (SECURITY.md, a shared directory).
#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <functional>

#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "transfer/sample_file.hpp"

using namespace stint;
using namespace stint::transfer;
using Exchange = ScriptedServer::Exchange;

namespace {

constexpr uid_t neighbour = 65534;
constexpr uid_t us = 54321;

/// In a process of its own, which must end soon: its exit code, -1 where a signal ended it.
int inProcess(const std::function<int()>& deed) {
    const pid_t process = ::fork();
    if (process == 0) {
        ::alarm(30); // what hangs on a FIFO would hang for ever
        const rlimit memory{4'000'000'000, 4'000'000'000};
        ::setrlimit(RLIMIT_AS, &memory);
        ::_exit(deed());
    }
    int status = 0;
    ::waitpid(process, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int asUser(uid_t user, const std::function<int()>& deed) {
    return inProcess([&] {
        if (::setgroups(0, nullptr) != 0 || ::setresgid(user, user, user) != 0 || ::setresuid(user, user, user) != 0)
            return 99;
        return deed();
    });
}

/// Another user's files beside a download that was cut off: other bytes, and a record that fits them.
void plantPart(const Place& place, const std::string& url, int slot) {
    const PartNames names = partNames("file", slot);
    writeContent(place.path(names.part), noise(half, 99));
    const Sidecar sidecar{.source = sourceOf(url),
                          .location = {},
                          .validator = {Validator::Kind::ETag, etag},
                          .total = half, // whole: nothing would be asked of the server
                          .boot = bootId(),
                          .durable = half,
                          .anew = {},
                          .digest = {},
                          .name = {},
                          .checksum = {}};
    writeContent(place.path(names.state), encode(sidecar));
    ::chmod(place.path(names.part).c_str(), 0666);
    ::chmod(place.path(names.state).c_str(), 0666);
}

struct Attack {
    std::string name;
    uid_t by;
    std::function<void(const Place&, const std::string& url)> plant;
};

/// A directory that anyone may write to, and where each may remove his own alone.
void share(const Place& place) { REQUIRE(::chmod(place.path().parent_path().c_str(), 01777) == 0); }

void fifo(const std::filesystem::path& path) {
    ::mkfifo(path.c_str(), 0666);
    ::chmod(path.c_str(), 0666);
}

void link(const std::string& to, const std::filesystem::path& path) { (void)::symlink(to.c_str(), path.c_str()); }

/// No file gets a second name from here on, as on a file system that has none.
bool denyLinks() {
    std::array<sock_filter, 4> program{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_linkat, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    }};
    sock_fprog filter{program.size(), program.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/// Half of the file; then `deed`, once that is on the disk; then the rest.
ScriptedServer::Scene interrupted(const std::string& content, const std::filesystem::path& part,
                                  std::function<void()> deed) {
    return [&content, part, deed = std::move(deed)](Exchange& e) {
        e.send(head("200 OK", tagged, static_cast<Bytes>(content.size())));
        e.send(std::string_view(content).substr(0, half));
        std::error_code none;
        while (!std::filesystem::exists(part, none)) {
        }
        deed();
        e.send(std::string_view(content).substr(half));
    };
}

} // namespace

TEST_CASE("what another user planted in a shared directory is no part of ours") {
    if (::geteuid() != 0) {
        MESSAGE("another user can be played by root alone: not tested");
        return;
    }
    const std::array<Attack, 8> attacks{{
        {"a part and its record, whole", neighbour, [](auto& place, auto& url) { plantPart(place, url, 0); }},
        {"both at two places", neighbour,
         [](auto& place, auto& url) {
             plantPart(place, url, 0);
             plantPart(place, url, 1);
         }},
        {"a FIFO for a part", neighbour, [](auto& place, auto&) { fifo(place.parts().part); }},
        {"a FIFO for a record", neighbour, [](auto& place, auto&) { fifo(place.parts().state); }},
        {"a record without end", neighbour, [](auto& place, auto&) { link("/dev/zero", place.parts().state); }},
        {"a link for a part", neighbour, [](auto& place, auto&) { link(place.path("precious"), place.parts().part); }},
        {"a second name of our file", 0,
         [](auto& place, auto&) { std::filesystem::create_hard_link(place.path("precious"), place.parts().part); }},
        {"a FIFO for a new record", neighbour, [](auto& place, auto&) { fifo(place.parts().state.native() + "-new"); }},
    }};
    for (const Attack& attack : attacks) {
        CAPTURE(attack.name);
        Place place;
        share(place);
        std::string content = noise(fileSize, 1);
        const ScriptedServer server({cutAfter(half, content, tagged), honest(content, etag)});
        auto download = place.download(server.url());
        REQUIRE(asUser(us, [&] {
                    writeContent(place.path("precious"), "mine");
                    return 0;
                }) == 0);
        REQUIRE(asUser(attack.by, [&] {
                    attack.plant(place, download.url);
                    return 0;
                }) == 0);
        CHECK(asUser(us, [&] { return run(download).exitCode; }) == 75); // cut off
        CHECK(asUser(us, [&] { return run(download).exitCode; }) == 0);  // and gone on from, attack or no
        CHECK(contentOf(place.path()) == content);
        CHECK(contentOf(place.path("precious")) == "mine");
        REQUIRE(server.requests().size() == 2);
        CHECK(Exchange(-1, server.requests().back()).rangeStart() == half - 65536);
        struct stat file = {};
        REQUIRE(::stat(place.path().c_str(), &file) == 0);
        CHECK(file.st_uid == us);
        CHECK(file.st_nlink == 1);
    }
}

TEST_CASE("where another user has every name, that is said") {
    if (::geteuid() != 0) return;
    Place place;
    share(place);
    auto download = place.download("http://127.0.0.1:1/");
    const auto plantEach = [&] {
        for (int slot = 0; slot < partSlots; ++slot)
            plantPart(place, download.url, slot);
        return 0;
    };
    REQUIRE(asUser(neighbour, plantEach) == 0);
    std::string before = place.list();
    CHECK(asUser(us, [&] { return run(download).exitCode; }) == 73);
    CHECK(place.list() == before);
}

TEST_CASE("while it runs, a part is nobody else's to read or write; the file is as umask says") {
    Place place;
    const std::string content = noise(fileSize, 2);
    mode_t during = 0;
    const ScriptedServer server({interrupted(content, place.parts().part, [&] {
        struct stat part = {};
        ::stat(place.parts().part.c_str(), &part);
        during = part.st_mode & 07777;
    })});
    const mode_t before = ::umask(0002);
    CHECK(run(place.download(server.url())).fate == Fate::Done);
    ::umask(before);
    CHECK(during == 0600);
    struct stat file = {};
    REQUIRE(::stat(place.path().c_str(), &file) == 0);
    CHECK((file.st_mode & 07777) == 0664);
}

TEST_CASE("another file under the part's name is never put in place") {
    for (bool overwrite : {false, true})
        for (bool links : {true, false})
            for (bool summed : {true, false}) {
                CAPTURE(overwrite);
                CAPTURE(links);
                CAPTURE(summed);
                Place place;
                std::string content = noise(fileSize, 3);
                const std::string other = noise(fileSize, 4);
                writeContent(place.path("other"), other);
                const ScriptedServer server(
                    {interrupted(content, place.parts().part,
                                 [&] { std::filesystem::rename(place.path("other"), place.parts().part); }),
                     honest(content, etag)});
                auto download = place.download(server.url());
                download.overwrite = overwrite;
                if (summed) download.checksum = sha256(content);
                CHECK(inProcess([&] { return links || denyLinks() ? run(download).exitCode : 99; }) == 75);
                CHECK(!std::filesystem::exists(place.path()));
                CHECK(run(download).fate == Fate::Done);
                CHECK(contentOf(place.path()) == content);
            }
}

TEST_CASE("a file is put in place where files have one name each") {
    for (const bool overwrite : {false, true}) {
        const Place place;
        std::string content = noise(fileSize, 5);
        const ScriptedServer server({honest(content, etag), honest(content, etag)});
        auto download = place.download(server.url());
        CHECK(inProcess([&] { return denyLinks() ? run(download).exitCode : 99; }) == 0);
        download.overwrite = overwrite;
        download.url = server.url("/other");
        CHECK(inProcess([&] { return denyLinks() ? run(download).exitCode : 99; }) == (overwrite ? 0 : 73));
        CHECK(contentOf(place.path()) == content);
    }
}

TEST_CASE("a directory that another takes the place of has no file that was saved there") {
    Place place;
    auto directory = place.path("directory");
    std::filesystem::create_directory(directory);
    std::string content = noise(fileSize, 6);
    auto download = place.download("");
    download.output = directory / "file";
    const ScriptedServer server({interrupted(content, partPathsOf(download.output).part, [&] {
        std::filesystem::rename(directory, place.path("moved"));
        std::filesystem::create_directory(directory);
    })});
    download.url = server.url();
    CHECK(run(download).exitCode == 73);
    CHECK(std::filesystem::is_empty(directory));
    CHECK(contentOf(place.path("moved") / "file") == content);
}
