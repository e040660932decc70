// `stint start`: runs an app's main program in its own cgroup, on this terminal (architecture.md, who is calling); an
// app with windows in a scope of the user's service manager (linux.md §A.6).
#include <cerrno>
#include <cstring>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/time/poll_timeout.hpp"
#include "base/unix/program.hpp"
#include "faces/cli/line/commands.hpp"
#include "faces/control/app_scope.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/signals.hpp"
#include "faces/screen/text.hpp"

namespace stint::cli {
namespace {

/// Passes signals on to the program, which is not in our process group, so that Ctrl-C does not reach it. By pidfd, so
/// that a reused pid is never hit.
void handOn(const Fd& program, Signals& signals) {
    while (auto signal = signals.take())
        if (*signal != SIGWINCH && program) ::syscall(SYS_pidfd_send_signal, program.get(), *signal, nullptr, 0);
}

/// The exit code of the program `pid`.
Result<int> waitForEnd(Daemon& daemon, std::uint32_t pid, Signals& signals) {
    const Fd program{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))}; // -1 if it has ended already
    for (;;) {
        for (const auto& news : STINT_TRY(daemon.takeNews()))
            if (const auto* exited = std::get_if<AppExited>(&news); exited && exited->pid == pid)
                return exited->exitCode;
        pollfd watched[] = {{daemon.fd(), daemon.events(), 0}, {signals.fd(), POLLIN, 0}};
        if (::poll(watched, 2, pollTimeout(daemon.timeout())) < 0 && errno != EINTR)
            return fail(Errc::SYSTEM, "cannot wait for its end: {}", std::strerror(errno));
        handOn(program, signals);
    }
}

Result<int> started(Daemon& daemon, const Arguments& given) {
    const std::string here = STINT_TRY(workingDirectory());
    auto signals = STINT_TRY(Signals::open());
    auto pid = STINT_TRY(daemon.startApp(given.words[0], {given.words.begin() + 1, given.words.end()}, here));
    return waitForEnd(daemon, pid, signals);
}

/// Becomes the main program of an app with windows, in a scope, which outlives stintd; returns if the app has none.
Result<void> startedInScope(Daemon& daemon, const Arguments& given) {
    const std::string here = STINT_TRY(workingDirectory());
    std::vector<std::string> command = STINT_TRY(daemon.openApp(given.words[0]));
    if (command.empty()) return {};
    command.insert(command.end(), given.words.begin() + 1, given.words.end());
    return becomeInScope(given.words[0], std::move(command), here);
}

int start(const Arguments& given, const Screen& screen) {
    const std::string what = fmt::format("cannot start {}", printable(given.words[0]));
    auto daemon = Daemon::connect(screen);
    if (!daemon.ok()) return screen.fail(what, daemon.error());
    if (const auto app = lookUpApp(*daemon, given.words[0]); !app.ok()) return failOfLookUp(screen, what, app.error());
    if (hasUserManager()) {
        const auto windowed = startedInScope(*daemon, given);
        if (!windowed.ok()) return screen.fail(what, windowed.error());
    }
    const auto exitCode = started(*daemon, given);
    return exitCode.ok() ? *exitCode & 0xFF : screen.fail(what, exitCode.error());
}

} // namespace

Verb startVerb() {
    return {
        .name = "start",
        .words = "PACKAGE [ARGS…]",
        .fewest = 1,
        .most = Verb::many,
        .passes = Verb::Passes::BehindFirstWord,
        .summary = "run an app's main program",
        .about =
            "The program runs in this directory, reads from and writes to this terminal and ends with its own "
            "exit code. Ctrl-C is handed on to it. Every word behind PACKAGE is the program's own. An app with windows "
            "(its manifest says so) is started as a desktop does, in a unit of its own, and outlives stintd.",
        .options = {},
        .examples = {{"stint start com.example.mail --fetch", "--fetch is the app's"}},
        .run = start};
}

} // namespace stint::cli
