#include "faces/taskmanager/door_plate.hpp"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/unix/folder.hpp"
#include "link/wire/errors.hpp"

namespace stint::taskmanager {
namespace {

namespace fs = std::filesystem;

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

} // namespace

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

} // namespace stint::taskmanager
