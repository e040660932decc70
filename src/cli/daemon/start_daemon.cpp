#include "cli/daemon/start_daemon.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <systemd/sd-bus.h>

#include "base/fail.hpp"
#include "base/fd.hpp"
#include "base/pidfd.hpp"
#include "base/program.hpp"
#include "base/state_directory.hpp"
#include "base/time.hpp"
#include "base/try.hpp"
#include "cli/daemon/command_lock.hpp"
#include "wire/connect.hpp"
#include "wire/errors.hpp"
#include "wire/names.hpp"
#include "wire/runtime_directory.hpp"

namespace stint::cli {
namespace {

namespace fs = std::filesystem;

constexpr Duration startPatience = 10s;
constexpr std::uintmax_t longestLog = 1 << 20; ///< of daemons before this one

/// Null: there is none.
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

/// Answered once stintd has its name there, which is after it listens.
bool isStartedByBus() {
    const wire::Bus bus = sessionBus();
    return bus &&
           sd_bus_call_method(bus.get(), "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                              "StartServiceByName", nullptr, nullptr, "su", wire::sessionInterface, 0U) >= 0 &&
           isListening();
}

/// What a child gets in place of ours.
struct Surroundings {
    std::string output;                 ///< a file that its words are added to
    std::vector<std::string> variables; ///< of the environment, over ours
};

std::vector<std::string> environmentWith(std::vector<std::string> variables) {
    for (char** variable = environ; *variable; ++variable) {
        const std::string_view one = *variable;
        const std::string_view name = one.substr(0, one.find('=') + 1);
        const bool isOurs =
            std::ranges::any_of(variables, [&](const std::string& other) { return other.starts_with(name); });
        if (!isOurs) variables.emplace_back(one);
    }
    return variables;
}

/// In a session of its own, away from the terminal and its signals.
Result<pid_t> spawned(std::vector<std::string> words, const Surroundings& around) {
    std::vector<std::string> environment = environmentWith(around.variables);
    posix_spawn_file_actions_t files{};
    posix_spawnattr_t how{};
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&how);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, around.output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
    posix_spawn_file_actions_addchdir_np(&files, "/");
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setsigdefault(&how, &all);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    pid_t child = 0;
    const int error = ::posix_spawnp(&child, words.front().c_str(), &files, &how, pointersTo(words).data(),
                                     pointersTo(environment).data());
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
    if (error != 0) return within(fmt::format("cannot start {}", words.front()), wire::errorFromErrno(error));
    return child;
}

/// By the unit that is installed for users; systemctl waits until stintd says that it is ready.
bool isStartedByManager() {
    const auto child = spawned({"systemctl", "--user", "start", "stintd.service"}, {.output = "/dev/null"});
    int status = 0;
    return child.ok() && ::waitpid(*child, &status, 0) == *child && status == 0 && isListening();
}

/// Where a service says that it is ready (sd_notify(3)): in our own directory, where no other user gets.
Result<Fd> readySocket(const fs::path& place) {
    const sockaddr_un address = STINT_TRY(wire::addressOf(place));
    ::unlink(place.c_str()); // of one that died
    Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket || ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return within("cannot wait for stintd", wire::errorFromErrno(errno));
    return socket;
}

/// What stintd has said last, without its name.
std::string lastWordsIn(const fs::path& log) {
    constexpr std::string_view name = "stintd: ";
    std::ifstream file(log);
    std::string last;
    for (std::string line; std::getline(file, line);)
        if (!line.empty()) last = line;
    return last.starts_with(name) ? last.substr(name.size()) : last;
}

/// stintd beside this program, or in PATH.
fs::path ourDaemon() {
    std::error_code ignored;
    const fs::path beside = ownDirectory() / "stintd";
    return fs::exists(beside, ignored) ? beside : "stintd";
}

Result<void> startOurOwn(const fs::path& log, const fs::path& runtime) {
    std::error_code ignored;
    fs::create_directories(log.parent_path().parent_path(), ignored);
    ::mkdir(log.parent_path().c_str(), 0700); // as stintd makes it, and wants it
    if (fs::file_size(log, ignored) > longestLog && !ignored) fs::rename(log, log.native() + ".old", ignored);
    const fs::path place = runtime / "ready";
    const Fd ready = STINT_TRY(readySocket(place));
    const pid_t child = STINT_TRY(spawned({ourDaemon().native()}, {log.native(), {"NOTIFY_SOCKET=" + place.native()}}));
    const Fd process = openPidfd(child);
    std::array<pollfd, 2> watched{pollfd{ready.get(), POLLIN, 0}, pollfd{process.get(), POLLIN, 0}};
    const int awoken = ::poll(watched.data(), watched.size(), static_cast<int>(startPatience / 1ms));
    fs::remove(place, ignored);
    if (isListening()) return {};
    return fail(Errc::UNAVAILABLE, "stintd {}: {} ({})", awoken == 0 ? "is not ready yet" : "did not start",
                lastWordsIn(log), log.c_str());
}

} // namespace

bool mayStartDaemon() {
    const char* const wanted = std::getenv("STINT_AUTOSTART");
    return !wanted || std::string_view(wanted) != "no";
}

Result<void> startDaemon(const Screen& screen) {
    const fs::path runtime = STINT_TRY(wire::runtimeDirectory(true));
    const auto held = commandLock("starting");
    if (!held.ok()) return within("cannot start stintd", held.error());
    if (isListening()) return {}; // somebody else has started it meanwhile
    if (isStartedByBus()) {
        screen.warn("the session bus has started stintd");
    } else if (isStartedByManager()) {
        screen.warn("systemd has started stintd.service");
    } else {
        const fs::path log = stateDirectory() / "stintd.log";
        STINT_TRY(startOurOwn(log, runtime));
        screen.warn(fmt::format("started stintd; its log is {}", log.c_str()));
    }
    return {};
}

} // namespace stint::cli
