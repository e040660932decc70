#include <algorithm>
#include <functional>
#include <tuple>
#include <vector>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/clock.hpp"
#include "base/time/time.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/control/lookup.hpp"
#include "faces/control/servers.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/job.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/output.hpp"
#include "faces/views/phrases.hpp"
#include "programs/spool/spool.hpp"
#include "programs/spool/transfers.hpp"

namespace stint::cli {

// `stint` alone: what is going on now, and what to type next. It only looks: no daemon is started for it.

namespace {

constexpr std::size_t mostShown = 8;
constexpr std::size_t mostOfPool = 3; ///< the first of a list that wait, in `stint jobs`

/// Lines to type, each with its result.
using Hints = std::vector<std::pair<std::string, std::string_view>>;

void printHints(const Hints& hints, const Screen& screen) {
    std::size_t width = 0;
    for (const auto& [typed, what] : hints)
        width = std::max(width, widthOf(typed));
    screen.print("");
    for (const auto& [typed, what] : hints)
        screen.print(fmt::format("  {}  {}", padRight(typed, width), screen.painted(what, Paint::Faint)));
}

Hints firstSteps() {
    return {{"stint get URL", "a download; Ctrl-C detaches, it goes on"},
            {"stint run -- COMMAND", "a command, when the device sees fit"},
            {"stint demo", "a day in the simulator: what waits, and why"},
            {"stint help", "every verb"}};
}

/// Hints for these jobs: one for a running job, then one for a waiting one.
Hints stepsWith(const std::vector<JobView>& jobs) {
    Hints hints;
    for (const auto& [state, verb, what] :
         {std::tuple{JobView::State::Running, "watch", "how far it is; Ctrl-C leaves it"},
          {JobView::State::Pending, "why", "what keeps it from running"}}) {
        const auto job = std::ranges::find(jobs, state, &JobView::state);
        if (job != jobs.end())
            hints.emplace_back(fmt::format("stint {} {}", verb, printable(shortTextOf(job->key))), what);
    }
    hints.emplace_back("stint help", "every verb");
    return hints;
}

Result<std::vector<JobView>> tracked() {
    auto daemon = STINT_TRY(Daemon::connectIfThere());
    return daemon.jobs(std::nullopt, false);
}

} // namespace

int now(const Screen& screen) {
    auto jobs = tracked();
    if (!jobs.ok() && jobs.error().code != Errc::UNAVAILABLE) return screen.fail("cannot list jobs", jobs.error());
    if (screen.json()) {
        if (!jobs.ok()) screen.warn(jobs.error().message);
        for (const JobView& job : jobs.ok() ? *jobs : std::vector<JobView>{})
            screen.print(jsonOfRow(job));
        return ends::ok;
    }
    if (!jobs.ok()) {
        screen.print(mayStartDaemon() ? "stintd does not run, so no job does. The next verb that needs it starts it."
                                      : "stintd does not run, so no job does. Start it with: stintd &");
        if (const std::string stored = storedSentence(); !stored.empty())
            screen.print(stored + (mayStartDaemon() ? "; `stint jobs` lists them, and starts it" : ""));
        printHints(firstSteps(), screen);
        return ends::ok;
    }
    if (jobs->empty()) {
        screen.print("No job runs, and none waits.");
        printHints(firstSteps(), screen);
        return ends::ok;
    }
    std::ranges::stable_sort(*jobs, std::ranges::greater(),
                             [](const JobView& job) { return job.state == JobView::State::Running; });
    std::size_t left = foldPools(*jobs, 1);
    left += jobs->size() - std::min(jobs->size(), mostShown);
    jobs->resize(std::min(jobs->size(), mostShown));
    trackedJobs(*jobs, wallNow()).print(screen);
    if (left > 0) screen.print(fmt::format("and {} more: stint jobs", left));
    printHints(stepsWith(*jobs), screen);
    return ends::ok;
}

// `stint jobs`, `stint cancel`.

namespace {

/// Reports errors of the store: the list may lack a job.
void tellStoreError(Daemon& daemon, const Screen& screen) {
    const auto findings = daemon.ask(calls::diagnose());
    if (!findings.ok()) return;
    for (const wire::Finding& finding : *findings)
        if (finding.topic == "store" && finding.grade == wire::Finding::Grade::Trouble)
            screen.warn(finding.found + "; see `stint doctor`");
}

/// An error where no app is called so; it names the job that is.
Result<void> checkPackage(Daemon& daemon, const std::string& word) {
    const auto app = lookUpApp(daemon, word);
    if (app.ok()) return {};
    const auto job = lookUp(daemon, word);
    if (!job.ok()) return app.error();
    return fail(Errc::ILLEGAL_STATE,
                "{0} is a job, not an app; `stint why {0}` tells about it, `stint log {0}` of its "
                "past",
                shellWord(printable(word)));
}

Result<std::vector<JobView>> listed(const Arguments& given, const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    auto package = given.words.empty() ? std::nullopt : std::optional(given.words[0]);
    auto jobs = STINT_TRY(daemon.jobs(package, given.has("finished")));
    if (package && jobs.empty()) STINT_TRY(checkPackage(daemon, *package)); // an app that is gone may have left some
    tellStoreError(daemon, screen);
    return jobs;
}

/// True of a transfer that waits, or has ended; a running one tidies up after itself.
bool mayLeave(const JobView& job) {
    return job.state != JobView::State::Running && job.key.app.name == transferPackage;
}

std::string leftBehindBy(const JobView& job, const Ledger& ledger) {
    if (!mayLeave(job)) return {};
    const std::string output = pathOf(job).value_or("");
    const auto entry = std::ranges::find_if(ledger.entries(), [&](const LedgerEntry& one) {
        return one.target == output || one.job == job.key.id.value; // an upload's is known by its job
    });
    return entry != ledger.entries().end() ? leftBehindText(*entry) : "";
}

/// The most jobs of which each has a line with what it leaves behind.
constexpr std::size_t mostTold = 5;

/// Tells what each of them leaves behind.
void tellLeftBehind(const std::vector<JobView>& jobs, const Screen& screen) {
    if (std::ranges::none_of(jobs, mayLeave)) return;
    const auto ledger = Ledger::open(Ledger::root());
    if (!ledger.ok()) return;
    std::size_t leaving = 0;
    for (const JobView& job : jobs) {
        const std::string left = leftBehindBy(job, *ledger);
        if (left.empty() || ++leaving > mostTold) continue;
        screen.tell(fmt::format("{}: {}", textOf(job.key), printable(left)));
    }
    if (leaving > mostTold)
        screen.tell(fmt::format("{} more left something behind; `stint clean` lists it", leaving - mostTold));
}

Result<JobView> toCancel(const std::string& text, const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    auto job = STINT_TRY(lookUp(daemon, text));
    if (job.state == JobView::State::Finished)
        return Error{Errc::ILLEGAL_STATE, fmt::format("{} has ended already", textOf(job.key))};
    return job;
}

Result<void> cancelled(const JobView& job, const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    STINT_TRY(daemon.ask(calls::cancel(job.key)));
    tellLeftBehind({job}, screen);
    return {};
}

/// Cancels all jobs of the app by the shell's verb (jobs.md §8), which checks that there is such an app.
Result<void> cancelledAll(const std::string& package, const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    const auto jobs = STINT_TRY(daemon.jobs(package, false));
    auto answer = STINT_TRY(daemon.shell({"cancel", package}));
    if (answer.code != 0) return notInstalled({printable(package)}, Errc::ILLEGAL_STATE);
    tellLeftBehind(jobs, screen);
    return {};
}

int jobs(const Arguments& given, const Screen& screen) {
    auto list = listed(given, screen);
    if (!list.ok() && list.error().code == Errc::UNAVAILABLE)
        if (const std::string stored = storedSentence(); !stored.empty()) screen.warn(stored);
    if (!list.ok()) return failOfLookUp(screen, "cannot list jobs", list.error());
    if (screen.json()) {
        for (const auto& job : *list)
            screen.print(jsonOfRow(job));
        return ends::ok;
    }
    const std::size_t more = given.has("all") ? 0 : foldPools(*list, mostOfPool);
    auto table = given.has("finished") ? endedJobs(*list, wallNow()) : trackedJobs(*list, wallNow());
    if (table.empty())
        screen.tell(given.has("finished") ? "no job has ended yet"
                                          : "no jobs; `stint jobs --finished` lists what ended");
    else
        table.print(screen);
    if (more > 0) screen.print(fmt::format("and {} more that wait for their turn: stint jobs --all", more));
    return ends::ok;
}

int cancel(const Arguments& given, const Screen& screen) {
    if (given.words.empty())
        return screen.fail(ends::usage, given.has("all")
                                            ? "whose jobs? Write stint cancel --all org.stint.transfer (the "
                                              "downloads), org.stint.shell (the commands), or another app"
                                            : "`stint cancel` needs a job: stint cancel JOB…");
    int code = ends::ok; // the code of the first that failed
    const auto failed = [&](const std::string& what, const Error& error) {
        const int failure = failOfLookUp(screen, fmt::format("cannot cancel {}", what), error);
        if (code == ends::ok) code = failure;
    };
    std::vector<JobView> found;
    for (const std::string& word : given.words) {
        if (given.has("all")) {
            if (const auto done = cancelledAll(word, screen); !done.ok())
                failed(fmt::format("the jobs of {}", printable(word)), done.error());
        } else if (auto job = toCancel(word, screen); job.ok()) {
            found.push_back(*std::move(job));
        } else {
            failed(printable(word), job.error());
        }
    }
    // A job that starts after another (jobs.md §14.1) has the higher number. It goes first, or the other's end would
    // start it.
    std::ranges::stable_sort(found, std::greater{}, [](const JobView& job) { return job.key.id; });
    for (const JobView& job : found)
        if (const auto done = cancelled(job, screen); !done.ok()) failed(textOf(job.key), done.error());
    return code;
}

// `stint clear` (jobs.md §14.3).

/// Removes what is kept of commands whose jobs the daemon has no more: also of those that a `clear` which died in the
/// middle has left. A job is in the daemon before it is noted.
Result<void> forgetUnlisted(Daemon& daemon) {
    for (const JobId id : jobsWithOrders(Spool::rootOf(shellPackage))) {
        const JobKey key{AppId{std::string(shellPackage)}, "", id};
        const auto job = daemon.watch(key);
        if (!job.ok() && job.error().code != Errc::ILLEGAL_ARGUMENT) return job.error();
        if (!job.ok()) forgetCleared(key);
    }
    return {};
}

/// Clears all that has ended, of one app or of any.
Result<void> clearedAll(const std::optional<std::string>& package, const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    const auto ended = STINT_TRY(daemon.jobs(package, true));
    if (package && ended.empty()) STINT_TRY(lookUpApp(daemon, *package));
    const auto count = STINT_TRY(daemon.ask(calls::clearAll(package.value_or(""))));
    screen.tell(count == 0 ? "nothing has ended that is still listed"
                           : fmt::format("cleared {}; `stint log JOB` still tells of each", counted(count, "job")));
    STINT_TRY(forgetUnlisted(daemon));
    tellLeftBehind(ended, screen);
    return {};
}

Result<void> clearedOne(const std::string& word, const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    const JobView job = STINT_TRY(lookUp(daemon, word));
    STINT_TRY(daemon.ask(calls::clear(job.key)));
    forgetCleared(job.key);
    tellLeftBehind({job}, screen);
    return {};
}

/// True for the name of an app: a word that names no job.
bool isPackage(const std::string& word) { return !isLabel(word) && !parseJobName(word).ok(); }

int clear(const Arguments& given, const Screen& screen) {
    if (given.words.empty()) {
        const auto done = clearedAll(std::nullopt, screen);
        return done.ok() ? ends::ok : screen.fail("cannot clear what has ended", done.error());
    }
    return eachOf(given.words, screen, "clear", [&](const std::string& word) {
        return isPackage(word) ? clearedAll(word, screen) : clearedOne(word, screen);
    });
}

} // namespace

Verb clearVerb() {
    return {.name = "clear",
            .words = "[JOB…|PACKAGE…]",
            .fewest = 0,
            .most = Verb::many,
            .summary = "take jobs that have ended off the lists",
            .about = "Finished and failed ones alike: these jobs, all of an app, or without a word all that have "
                     "ended. `stint log` still tells of them; what they have written stays where it is (`stint clean` "
                     "removes what transfers left behind); `stint retry` cannot bring them back.",
            .options = {},
            .examples = {{"stint clear 7 8", ""}, {"stint clear org.stint.transfer", "what became of the downloads"}},
            .run = clear,
            .elsewhere = {"dismiss", "forget", "reset-failed"}};
}

Verb jobsVerb() {
    return {.name = "jobs",
            .words = "[PACKAGE]",
            .fewest = 0,
            .most = 1,
            .summary = "list jobs: what runs, what waits and why",
            .about = "All that are tracked, or those of one app.",
            .options = {{"--finished", "", "the last completed jobs instead, newest first"},
                        {"--all", "", "of a long list of downloads those, too, whose turn is far away"}},
            .examples = {{"stint jobs --finished org.stint.transfer", "what became of the downloads"}},
            .run = jobs,
            .elsewhere = {"ls", "list", "ps", "queue", "status", "atq"}};
}

Verb cancelVerb() {
    return {.name = "cancel",
            .words = "JOB…",
            .fewest = 0, // cancel() says what is missing
            .most = Verb::many,
            .summary = "take jobs away, waiting or running",
            .about =
                "A JOB is 7 (one of your own: a download or a command), PACKAGE/7, or PACKAGE/namespace#7. One that "
                "cannot be cancelled does not keep the others; the exit code is then the first one's.",
            .options = {{"--all", "", "each JOB is a PACKAGE: all of its jobs, in every namespace"}},
            .examples = {{"stint cancel 7 8", "the downloads org.stint.transfer/7 and /8"},
                         {"stint cancel --all com.example.mail", ""}},
            .run = cancel,
            .elsewhere = {"rm", "remove", "delete", "kill", "stop", "abort", "atrm"}};
}

} // namespace stint::cli
