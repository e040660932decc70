#include "faces/control/servers.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>
#include <systemd/sd-bus.h>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "base/time/time.hpp"
#include "base/unix/fd.hpp"
#include "base/unix/paths.hpp"
#include "base/unix/process.hpp"
#include "faces/control/detached.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/names.hpp"

namespace stint::cli {

Result<Fd> commandLock(std::string_view name) {
    const std::filesystem::path directory = STINT_TRY(wire::runtimeDirectory(true));
    const auto file = directory / name;
    Fd held(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!held || ::flock(held.get(), LOCK_EX) != 0) return wire::errorFromErrno(errno);
    return held;
}

namespace {

namespace fs = std::filesystem;

constexpr Duration quietStart = 2s;            ///< after it a person is told what the command waits for
constexpr Duration startPatience = 1min;       ///< while its process lives: the disk may be busy
constexpr std::uintmax_t longestLog = 1 << 20; ///< the logs of earlier daemons

/// Null: there is no session bus.
wire::Bus sessionBus() {
    sd_bus* opened = nullptr;
    if (sd_bus_open_user(&opened) < 0) return nullptr;
    sd_bus_set_method_call_timeout(opened, static_cast<std::uint64_t>(startPatience / 1us));
    return wire::Bus(opened);
}

bool isListening() {
    const auto socket = wire::daemonSocket(false);
    return socket.ok() && wire::connectSocket(*socket).ok();
}

/// Asks the bus, which answers once stintd has its name there: by then it listens.
bool isStartedByBus() {
    const wire::Bus bus = sessionBus();
    return bus &&
           sd_bus_call_method(bus.get(), "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                              "StartServiceByName", nullptr, nullptr, "su", wire::sessionInterface, 0U) >= 0 &&
           isListening();
}

/// Starts the unit that is installed for users; systemctl waits until stintd says that it is ready.
bool isStartedByManager() {
    const auto child = startDetached({"systemctl", "--user", "start", "stintd.service"}, {.output = "/dev/null"});
    int status = 0;
    return child.ok() && ::waitpid(*child, &status, 0) == *child && status == 0 && isListening();
}

/// The socket at which a service says that it is ready (sd_notify(3)): in our own directory, which no other user can
/// enter.
Result<Fd> readySocket(const fs::path& place) {
    const sockaddr_un address = STINT_TRY(wire::addressOf(place));
    ::unlink(place.c_str()); // left by a daemon that died
    Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket || ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return within("cannot wait for stintd", wire::errorFromErrno(errno));
    return socket;
}

/// The stintd beside this program, or in PATH.
fs::path ourDaemon() {
    std::error_code ignored;
    const fs::path beside = ownDirectory() / "stintd";
    return fs::exists(beside, ignored) ? beside : "stintd";
}

/// False: it neither said that it is ready nor ended within its time.
bool spoke(const Fd& ready, pid_t child, const fs::path& log, const Screen& screen) {
    const Fd process = openPidfd(child);
    std::array<pollfd, 2> watched{pollfd{ready.get(), POLLIN, 0}, pollfd{process.get(), POLLIN, 0}};
    const auto awoken = [&watched](Duration most) {
        return ::poll(watched.data(), watched.size(), static_cast<int>(most / 1ms)) != 0;
    };
    if (awoken(quietStart)) return true;
    screen.warn(fmt::format("stintd is still starting: {} ({})", lastWordsIn(log.native(), "stintd"), log.c_str()));
    return awoken(startPatience - quietStart);
}

Result<void> startOurOwn(const fs::path& log, const fs::path& runtime, const Screen& screen) {
    std::error_code ignored, trouble;
    fs::create_directories(log.parent_path().parent_path(), trouble);
    if (!trouble && ::mkdir(log.parent_path().c_str(), 0700) != 0 &&
        errno != EEXIST) // the mode that stintd gives and demands
        trouble = std::error_code(errno, std::generic_category());
    if (trouble)
        return fail(Errc::SYSTEM, "cannot make the state directory {}: {}", log.parent_path().c_str(),
                    trouble.message());
    if (fs::file_size(log, ignored) > longestLog && !ignored) fs::rename(log, log.native() + ".old", ignored);
    const fs::path place = runtime / "ready";
    const Fd ready = STINT_TRY(readySocket(place));
    const pid_t child =
        STINT_TRY(startDetached({ourDaemon().native()}, {log.native(), {"NOTIFY_SOCKET=" + place.native()}}));
    const bool has = spoke(ready, child, log, screen);
    fs::remove(place, ignored);
    if (isListening()) return {};
    return fail(Errc::UNAVAILABLE, "stintd {}: {} ({})", has ? "did not start" : "is not ready after a minute",
                lastWordsIn(log.native(), "stintd"), log.c_str());
}

} // namespace

bool mayStartDaemon() {
    const char* const wanted = std::getenv("STINT_AUTOSTART");
    return !wanted || std::string_view(wanted) != "no";
}

bool daemonDied() {
    const auto socket = wire::daemonSocket(false);
    std::error_code unknown;
    return socket.ok() && fs::exists(*socket, unknown);
}

Result<void> startDaemon(const Screen& screen) {
    const fs::path runtime = STINT_TRY(wire::runtimeDirectory(true));
    const auto held = commandLock("starting");
    if (!held.ok()) return within("cannot start stintd", held.error());
    if (isListening()) return {}; // somebody else has started it meanwhile
    const bool byBus = isStartedByBus();
    if (byBus || isStartedByManager()) {
        screen.warn(byBus ? "the session bus has started stintd" : "systemd has started stintd.service");
        if (lingers() == false)
            screen.warn(fmt::format("jobs stop when you log out, and go on when you log in; to keep them going: {}",
                                    enableLinger));
        return {};
    }
    const fs::path log = stateDirectory() / "stintd.log";
    STINT_TRY(startOurOwn(log, runtime, screen));
    screen.warn(fmt::format("started stintd; its log is {}; after a boot, the first stint command does", log.c_str()));
    return {};
}

namespace {

constexpr Duration pagePatience = 10s;
constexpr Duration storedPatience = 5s;
constexpr std::size_t longestLine = 4096;

/// Reads a pipe until its end; returns what has come by then, or until `patience` is over.
std::string readToEnd(const Fd& pipe, Duration patience) {
    const Duration until = steadyNow() + patience;
    std::string text;
    std::array<char, 512> bytes{};
    while (text.size() < longestLine) {
        pollfd watched{pipe.get(), POLLIN, 0};
        const int ready = ::poll(&watched, 1, pollTimeout(until - steadyNow()));
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) break;
        // The read does not wait: poll() saw bytes, or the end.
        const ssize_t length = ::read(pipe.get(), bytes.data(), bytes.size());
        if (length <= 0) break;
        text.append(bytes.data(), static_cast<std::size_t>(length));
    }
    return text;
}

/// A program that was started away from the terminal, and what it has said on stdout: to its end, or within the
/// patience.
struct Spoken {
    pid_t child = 0;
    std::string text;
};

/// `log`: the file of its stderr. Unavailable: it cannot be started.
Result<Spoken> startAndHear(const std::vector<std::string>& words, const std::string& log, Duration patience) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return within("cannot make a pipe", wire::errorFromErrno(errno));
    const Fd answer(ends[0]);
    Fd writeEnd(ends[1]);
    const auto child = startDetached(words, {.output = log, .answers = writeEnd.get()});
    if (!child.ok()) return Error{Errc::UNAVAILABLE, child.error().message};
    writeEnd = Fd();
    return Spoken{*child, readToEnd(answer, patience)};
}

} // namespace

// The store is stintd's own, and only it knows how to read one.
std::string storedSentence() {
    const auto spoken = startAndHear({ourDaemon().native(), "--stored"}, "/dev/null", storedPatience);
    if (!spoken.ok()) return {};
    ::kill(spoken->child, SIGKILL); // one that still reads is not waited for; one that has ended does not mind
    ::waitpid(spoken->child, nullptr, 0);
    return spoken->text.substr(0, spoken->text.find('\n'));
}

Result<std::string> pageServer(const std::vector<std::string>& words) {
    const Fd held = STINT_TRY(commandLock("starting-page"));
    const fs::path log = stateDirectory() / "taskmanager.log";
    ::mkdir(log.parent_path().c_str(), 0700);
    std::vector<std::string> command{(libexecDirectory() / "stint-taskmanager").native()};
    command.insert(command.end(), words.begin(), words.end());
    std::error_code ignored;
    fs::resize_file(log, 0, ignored); // the words of earlier servers are of no use
    auto spoken = STINT_TRY(startAndHear(command, log.native(), pagePatience));
    std::string& address = spoken.text;
    if (address.starts_with("http://") && address.ends_with('\n')) {
        address.pop_back();
        return address;
    }
    return fail(Errc::UNAVAILABLE, "stint-taskmanager did not start: {} ({})",
                lastWordsIn(log.native(), "stint-taskmanager"), log.c_str());
}

std::optional<bool> lingers() {
    sd_bus* opened = nullptr;
    if (sd_bus_open_system(&opened) < 0) return std::nullopt;
    const wire::Bus bus(opened);
    sd_bus_set_method_call_timeout(opened, static_cast<std::uint64_t>(Duration(1s) / 1us));
    int is = 0;
    const auto user = fmt::format("/org/freedesktop/login1/user/_{}", ::getuid());
    if (sd_bus_get_property_trivial(opened, "org.freedesktop.login1", user.c_str(), "org.freedesktop.login1.User",
                                    "Linger", nullptr, 'b', &is) < 0)
        return std::nullopt;
    return is != 0;
}

} // namespace stint::cli
