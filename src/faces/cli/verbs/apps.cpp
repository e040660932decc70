#include <cerrno>
#include <cstring>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/clock.hpp"
#include "base/unix/paths.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/control/daemon.hpp"
#include "faces/control/detached.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/terminal.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/app_facts.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/limit_text.hpp"

namespace stint::cli {

// `stint apps`: the installed apps with their limits.

namespace {

Result<std::vector<AppView>> installed(const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    return daemon.ask(calls::apps());
}

int apps(const Arguments&, const Screen& screen) {
    auto list = installed(screen);
    if (!list.ok()) return screen.fail("cannot list apps", list.error());
    if (screen.json()) {
        for (const auto& each : *list)
            screen.print(jsonOfRow(each));
        return ends::ok;
    }
    using enum Table::Align;
    Table table({{"PACKAGE"},
                 {"STATE"},
                 {"BUCKET"},
                 {"NETWORK"},
                 {"QUOTA LEFT", Right},
                 {"JOBS", Right},
                 {"RUNNING", Right},
                 {"LABEL"},
                 {"NOTE"}});
    for (const auto& each : *list) {
        const auto [state, bucket, network, left] = standingOf(each);
        table.add({each.manifest.package.name,
                   state,
                   bucket,
                   {network, each.networkAllowed ? Paint::None : Paint::Waiting},
                   left,
                   std::to_string(each.jobs),
                   std::to_string(each.running),
                   each.manifest.label,
                   {noteOf(each), each.bad ? Paint::Bad : Paint::Faint}});
    }
    table.print(screen);
    return ends::ok;
}

} // namespace

Verb appsVerb() {
    return {.name = "apps",
            .words = "",
            .summary = "list the apps that are installed, and how each stands with its limits",
            .about = "An app is a manifest in ~/.local/share/stint/apps, or in stint/apps of one of XDG_DATA_DIRS.",
            .options = {},
            .examples = {},
            .run = apps};
}

// `stint app`: shows one app with its limits, or changes its settings (limits.md §9, §2.7; architecture.md, what is
// visible).

namespace {

void describe(const AppView& app, WallTime now, const Screen& screen) {
    for (const AppFact& fact : factsOf(app, now))
        screen.print(fmt::format("{:<12}{}", fact.key, printable(fact.value)));
}

bool sets(const Arguments& given) {
    for (const char* option : {"state", "bucket", "battery", "data-saver-exempt", "revoke", "grant"})
        if (given.has(option)) return true;
    return false;
}

/// Only permissions that the manifest declares can be revoked.
Result<void> setPermissions(Daemon& daemon, const AppView& app, const Arguments& given) {
    const auto revoke = given.value("revoke"), grant = given.value("grant");
    if (!revoke && !grant) return {};
    const Manifest& manifest = app.manifest;
    for (const auto& permission : {revoke, grant})
        if (permission && !manifest.declares(*permission))
            return fail(
                Errc::ILLEGAL_ARGUMENT, "its manifest does not declare {}; it declares {}", printable(*permission),
                manifest.permissions.empty() ? "none" : fmt::format("{}", fmt::join(manifest.permissions, ", ")));
    std::set<std::string, std::less<>> revoked = app.revoked;
    if (revoke) revoked.insert(*revoke);
    if (grant) revoked.erase(*grant);
    return daemon.ask(calls::setRevoked(manifest.package.name, {revoked.begin(), revoked.end()}));
}

/// Sets the battery's use before the bucket: an unrestricted app has only one bucket (limits.md §2.7).
Result<void> set(Daemon& daemon, const AppView& app, const Arguments& given) {
    const std::string& package = app.manifest.package.name;
    STINT_TRY(setPermissions(daemon, app, given));
    if (auto state = given.value("state")) STINT_TRY(daemon.ask(calls::setAppState(package, *state)));
    if (auto use = given.value("battery")) STINT_TRY(daemon.ask(calls::setBatteryUse(package, *use)));
    if (auto word = given.value("data-saver-exempt"))
        STINT_TRY(daemon.ask(calls::setDataSaverExempt(package, *word == "yes")));
    if (auto bucket = given.value("bucket")) STINT_TRY(daemon.ask(calls::setStandbyBucket(package, *bucket)));
    return {};
}

/// Sets all, then checks the bucket: an app may not drop below its lowest one (limits.md §2.5).
int setAll(Daemon& daemon, const AppView& before, const Arguments& given, const Screen& screen) {
    const std::string& package = before.manifest.package.name;
    const std::string what = fmt::format("cannot set {}", printable(package));
    const auto done = set(daemon, before, given);
    if (!done.ok()) return screen.fail(what, done.error());
    const auto bucket = given.value("bucket");
    if (!bucket) return ends::ok;
    const auto app = lookUpApp(daemon, package);
    if (!app.ok()) return failOfLookUp(screen, what, app.error());
    if (nameOf(app->bucket) == *bucket) return ends::ok;
    return screen.fail(ends::refused, fmt::format("{} stays in the bucket {}, the lowest it can have; `stint app {}` "
                                                  "shows its battery and its permissions",
                                                  printable(package), nameOf(app->bucket), printable(package)));
}

int app(const Arguments& given, const Screen& screen) {
    const std::string& package = given.words[0];
    const std::string what = fmt::format("cannot {} {}", sets(given) ? "set" : "show", printable(package));
    auto daemon = Daemon::connect(screen);
    if (!daemon.ok()) return screen.fail(what, daemon.error());
    const auto found = lookUpApp(*daemon, package);
    if (!found.ok()) return failOfLookUp(screen, what, found.error());
    if (sets(given)) return setAll(*daemon, *found, given, screen);
    if (screen.json())
        screen.print(jsonOfRow(*found));
    else
        describe(*found, wallNow(), screen);
    return ends::ok;
}

} // namespace

Verb appVerb() {
    static const std::string buckets = bucketChoices("|");
    return {.name = "app",
            .words = "PACKAGE",
            .fewest = 1,
            .most = 1,
            .summary = "show an app with its bucket, network and quotas, or change its settings",
            .about = "--state overrides what is seen; auto removes the override. --bucket holds until the app is "
                     "used again. --battery is the user's choice: an unrestricted app runs in Doze and has no bucket's "
                     "limits, a restricted one runs nothing in the background, on the charger either.\n"
                     "Ends with 66 where there is no such app, 77 where it stays in another bucket because that is the "
                     "lowest it can have.",
            .options = {{"--state", "top|visible|background|auto", "as if its window said so"},
                        {"--bucket", buckets, "put it into this bucket"},
                        {"--battery", "unrestricted|optimized|restricted", "how much it may do in the background"},
                        {"--data-saver-exempt", "yes|no", "it may use metered networks under Data Saver"},
                        {"--revoke", "PERMISSION",
                         "take back one that its manifest declares, such as SCHEDULE_EXACT_ALARM"},
                        {"--grant", "PERMISSION", "give it back"}},
            .examples = {{"stint app com.example.mail --state top", "it may start user-initiated jobs"},
                         {"stint app com.example.mail --bucket rare", "as if it were hardly used"},
                         {"stint app com.example.mail --battery unrestricted", "its jobs run in Doze"}},
            .run = app};
}

// `stint start`: runs an app's main program in its own cgroup, on this terminal (architecture.md, who is calling); an
// app with windows in a scope of the user's service manager (linux.md §A.6).

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
    auto pid =
        STINT_TRY(daemon.ask(calls::startApp(given.words[0], {given.words.begin() + 1, given.words.end()}, here)));
    return waitForEnd(daemon, pid, signals);
}

/// Becomes the main program of an app with windows, in a scope, which outlives stintd; returns if the app has none.
Result<void> startedInScope(Daemon& daemon, const Arguments& given) {
    const std::string here = STINT_TRY(workingDirectory());
    std::vector<std::string> command = STINT_TRY(daemon.ask(calls::openApp(given.words[0])));
    if (command.empty()) return {};
    command.insert(command.end(), given.words.begin() + 1, given.words.end());
    return becomeInScope(given.words[0], std::move(command), here);
}

int start(const Arguments& given, const Screen& screen) {
    const std::string what = fmt::format("cannot start {}", printable(given.words[0]));
    auto daemon = Daemon::connect(screen);
    if (!daemon.ok()) return screen.fail(what, daemon.error());
    if (numberIn<std::int32_t>(given.words[0]))
        return screen.fail(ends::usage,
                           fmt::format("{}: that is a job's number, and it starts apps; `stint run-now {}` "
                                       "starts a job whatever keeps it",
                                       what, given.words[0]));
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
