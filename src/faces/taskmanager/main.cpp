// stint-taskmanager: serves the page of the Task Manager to the browsers of this user, on loopback (linux.md §A.11). It
// is a client of stintd like any other, and decides nothing. `stint ui` starts it; it prints its address, and ends when
// nobody has looked for a while. Where one serves already, it prints that one's address and ends at once.
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/http/server.hpp"
#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/unix/ends.hpp"
#include "base/unix/fd.hpp"
#include "base/unix/folder.hpp"
#include "faces/taskmanager/paths.hpp"
#include "faces/taskmanager/task_manager.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/errors.hpp"

namespace {

using namespace stint;
using namespace stint::taskmanager;
namespace fs = std::filesystem;

/// The address of a user's one stint-taskmanager: a lock in the runtime directory that it holds for as long as it
/// lives, and a file beside it. The file is 0600 in a directory of 0700, for the address has the token in it.
class DoorPlate {
public:
    /// nullopt: another one serves, and `addressOf()` says where. Waits for one that is about to end.
    static Result<std::optional<DoorPlate>> take(const fs::path& directory);
    /// The address of the one that serves; System where it cannot be read.
    static Result<std::string> addressOf(const fs::path& directory);
    DoorPlate(DoorPlate&&) noexcept = default;
    DoorPlate& operator=(DoorPlate&&) noexcept = default;
    ~DoorPlate();

    Result<void> write(const std::string& address);

private:
    DoorPlate(fs::path file, Fd lock) : file_(std::move(file)), lock_(std::move(lock)) {}

    fs::path file_;
    Fd lock_;
};

constexpr Bytes longestAddress = 4096;
constexpr std::string_view addressFile = "taskmanager.address";

fs::path lockFile(const fs::path& directory) { return directory / "taskmanager.lock"; }

Error cannot(std::string_view action, const fs::path& file) {
    return within(fmt::format("cannot {} {}", action, file.string()), wire::errorFromErrno(errno));
}

/// The port of "http://127.0.0.1:4711/#…".
std::optional<std::uint16_t> portIn(std::string_view address) {
    constexpr std::string_view front = "http://127.0.0.1:";
    if (!address.starts_with(front)) return std::nullopt;
    address.remove_prefix(front.size());
    return numberIn<std::uint16_t>(address.substr(0, address.find('/')));
}

/// True if the server at that address still answers: one that is about to end has closed its port first, and removed
/// its plate.
bool isServed(const fs::path& directory) {
    const auto address = DoorPlate::addressOf(directory);
    const auto port = address.ok() ? portIn(*address) : std::nullopt;
    if (!port) return false;
    const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in place{.sin_family = AF_INET, .sin_port = htons(*port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    return socket && ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0;
}

Result<std::optional<DoorPlate>> DoorPlate::take(const fs::path& directory) {
    const fs::path name = lockFile(directory);
    Fd lock(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock) return cannot("open", name);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return cannot("lock", name);
        if (isServed(directory)) return std::optional<DoorPlate>();
        while (::flock(lock.get(), LOCK_EX) != 0)
            if (errno != EINTR) return cannot("lock", name);
    }
    return std::optional(DoorPlate(directory / addressFile, std::move(lock)));
}

Result<std::string> DoorPlate::addressOf(const fs::path& directory) {
    const fs::path file = directory / addressFile;
    const Fd open(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    auto text = open ? readAtMost(open.get(), longestAddress) : std::nullopt;
    if (!text) return cannot("read", file);
    while (text->ends_with('\n'))
        text->pop_back();
    return std::move(*text);
}

// Written under another name first: a reader never sees half of it.
Result<void> DoorPlate::write(const std::string& address) {
    const fs::path fresh = file_.native() + ".new";
    ::unlink(fresh.c_str()); // left by a process that died
    const Fd made(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    const std::string line = address + '\n';
    if (!made || ::write(made.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
        std::rename(fresh.c_str(), file_.c_str()) != 0)
        return cannot("write", file_);
    return {};
}

DoorPlate::~DoorPlate() {
    if (lock_) ::unlink(file_.c_str());
}

/// Prints the address for the program that started us, and closes stdout, for whose end it waits: nothing more is
/// printed.
void tell(const std::string& address) {
    fmt::print("{}\n", address);
    std::fflush(stdout);
    const Fd nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    ::dup2(nowhere.get(), STDOUT_FILENO);
}

Result<void> serve(const Options& options) {
    const auto directory = STINT_TRY(wire::runtimeDirectory(true));
    auto plate = STINT_TRY(DoorPlate::take(directory));
    if (!plate) {
        const auto address = STINT_TRY(DoorPlate::addressOf(directory));
        tell(address);
        return {};
    }
    const http::Loop loop = STINT_TRY(http::loopEndedBy({SIGINT, SIGTERM, SIGHUP}));
    const entrance::Secret token = STINT_TRY(entrance::Secret::draw());
    const entrance::Secret cookie = STINT_TRY(entrance::Secret::draw());
    auto peers = STINT_TRY(entrance::Peers::open());
    auto server = STINT_TRY(http::Server::listen(options.port));
    const std::string address = fmt::format("http://127.0.0.1:{}/#{}", server.port(), token.text());
    STINT_TRY(plate->write(address));
    TaskManager manager(loop.get(), entrance::Entry(house, server.port(), token, cookie), std::move(peers),
                        {directory, options.webRoot, options.idle});
    tell(address);
    server.run(loop.get(), manager);
    return {};
}

} // namespace

int main(int count, char** words) {
    const Options options = parseOptions(count, words);
    if (const auto served = serve(options); !served.ok()) {
        complain("stint-taskmanager", served.error().message);
        return stint::ends::unavailable;
    }
    return 0;
}
