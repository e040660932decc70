#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "faces/cli/line/job_options.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/explanation.hpp"
#include "faces/views/json.hpp"
#include "faces/views/phrases.hpp"
#include "programs/spool/spool.hpp"

namespace stint::cli {

// `stint pause`, `stint resume`, `stint retry`, `stint edit`, `stint move`: a person's say over when a job starts
// (jobs.md §14.2 to §14.4, §14.6).

namespace {

using Finds = Result<JobView> (*)(Daemon&, const std::string&);
using Does = Result<void> (*)(Daemon&, const JobView&, const Screen&);

Result<void> done(const std::string& text, Finds finds, Does does, const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    const JobView job = STINT_TRY(finds(daemon, text));
    return does(daemon, job, screen);
}

int toEach(const Arguments& given, const Screen& screen, std::string_view what, Does does, Finds finds = lookUp) {
    return eachOf(given.words, screen, what, [&](const std::string& word) { return done(word, finds, does, screen); });
}

template <bool held> Result<void> hold(Daemon& daemon, const JobView& job, const Screen& screen) {
    STINT_TRY(daemon.ask(calls::hold(job.key, held)));
    if (job.held != held) return {};
    const std::string name = printable(shortTextOf(job.key));
    screen.tell(held ? fmt::format("{} is paused already", name)
                     : fmt::format("{0} is not paused; `stint why {0}` says what it does", name));
    return {};
}

int pause(const Arguments& given, const Screen& screen) { return toEach(given, screen, "pause", hold<true>); }

int resume(const Arguments& given, const Screen& screen) { return toEach(given, screen, "resume", hold<false>); }

/// The job; where it is off the lists, but in the log, an error that says so.
Result<JobView> toRetry(Daemon& daemon, const std::string& text) {
    auto job = lookUp(daemon, text);
    const auto name = parseJobName(text);
    if (job.ok() || !name.ok()) return job;
    for (const JobKey& key : candidates(*name)) {
        const auto past = daemon.ask(calls::log(key));
        if (past.ok() && !past->empty())
            return fail(Errc::ILLEGAL_STATE,
                        "{0} has ended and is off the lists, and what it was asked with went with it; `stint log {1}` "
                        "tells what it did",
                        textOf(key), shellWord(printable(text)));
    }
    return job;
}

bool wordsAreGone(const JobView& job) {
    return job.key.app.name == shellPackage && !hasOrder(spoolOfJob(Spool::rootOf(shellPackage), job.key.id));
}

Result<void> retried(Daemon& daemon, const JobView& job, const Screen&) {
    const bool failed = job.state == JobView::State::Finished && exitCodeOf(*job.completed) != ends::ok;
    if (failed && wordsAreGone(job))
        return fail(Errc::ILLEGAL_STATE,
                    "{} has ended ({}), and its words are gone: type its `stint run -- COMMAND` again", textOf(job.key),
                    endText(*job.completed));
    return daemon.ask(calls::retry(job.key));
}

int retry(const Arguments& given, const Screen& screen) { return toEach(given, screen, "retry", retried, toRetry); }

int edit(const Arguments& given, const Screen& screen) {
    std::vector<Condition> conditions;
    for (std::size_t i = 1; i < given.words.size(); ++i) {
        auto condition = conditionIn(given.words[i]);
        if (!condition.ok())
            return screen.fail(fmt::format("cannot edit {}", printable(given.words[0])), condition.error());
        conditions.push_back(std::move(*condition));
    }
    const auto change = [&]() -> Result<void> {
        auto daemon = STINT_TRY(Daemon::connect(screen));
        const JobView job = STINT_TRY(lookUp(daemon, given.words[0]));
        return daemon.ask(calls::edit(job.key, conditions));
    };
    const auto changed = change();
    if (changed.ok()) return ends::ok;
    return failOfLookUp(screen, fmt::format("cannot edit {}", printable(given.words[0])), changed.error());
}

int move(const Arguments& given, const Screen& screen) {
    const std::string what = fmt::format("cannot move {}", printable(given.words[0]));
    const auto to = moveToNamed(given.words[1]);
    if (!to)
        return screen.fail(what, fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is no place: it is top, up, down or bottom",
                                      printable(given.words[1])));
    const auto moved = [&]() -> Result<void> {
        auto daemon = STINT_TRY(Daemon::connect(screen));
        const JobView job = STINT_TRY(lookUp(daemon, given.words[0]));
        return daemon.ask(calls::move(job.key, *to));
    }();
    return moved.ok() ? ends::ok : failOfLookUp(screen, what, moved.error());
}

} // namespace

Verb moveVerb() {
    return {.name = "move",
            .words = "JOB top|up|down|bottom",
            .fewest = 2,
            .most = 2,
            .summary = "move a job among those that wait like it",
            .about = "A job of a list of downloads moves among those of its list that wait; any other among its app's "
                     "that wait. Their order is what `stint jobs` shows, and outlives a reboot. A job that runs has no "
                     "place any more.",
            .options = {},
            .examples = {{"stint move 412 top", "the next of its list"}},
            .run = move,
            .elsewhere = {"reorder", "mv", "priority", "prioritize"}};
}

Verb editVerb() {
    return {.name = "edit",
            .words = "JOB CONDITION…",
            .fewest = 2,
            .most = Verb::many,
            .summary = "give a job other conditions",
            .about = "network=any|unmetered|not-roaming|cellular|none; charging, battery-not-low, storage-not-low, "
                     "device-idle: each yes or no. What is not named stays as it is. One that waits goes by them at "
                     "once; one that runs goes on if they hold, and is stopped, to run again, if they do not.",
            .options = {},
            .examples = {{"stint edit 7 network=any charging=no", "do not wait for Wi-Fi and the charger any more"}},
            .run = edit,
            .elsewhere = {"modify", "alter", "change", "reschedule"},
            .optionsElsewhere = {{"--network,--unmetered,--charging,--battery-not-low,--storage-not-low,--device-idle",
                                  "a condition has no dashes here: charging=no, network=any"},
                                 {"--at,--after,--after-failure,--every,--on-calendar,--retries,--name",
                                  "only conditions can be changed: cancel it, and ask for it anew"}}};
}

Verb pauseVerb() {
    return {.name = "pause",
            .words = "JOB…",
            .fewest = 1,
            .most = Verb::many,
            .summary = "hold jobs until `stint resume`",
            .about =
                "One that waits does not start; one that runs is stopped, and goes on where it can when it is resumed. "
                "It counts as no failure, and lasts over reboots as the job does.",
            .options = {},
            .examples = {{"stint pause 7 8", ""}},
            .run = pause,
            .elsewhere = {"hold", "suspend", "freeze"}};
}

Verb resumeVerb() {
    return {.name = "resume",
            .words = "JOB…",
            .fewest = 1,
            .most = Verb::many,
            .summary = "resume paused jobs",
            .about = "They start as soon as nothing else holds them (`stint why JOB`).",
            .options = {},
            .examples = {{"stint resume 7", ""}},
            .run = resume,
            .elsewhere = {"continue", "unpause", "unhold", "thaw"}};
}

Verb retryVerb() {
    return {.name = "retry",
            .words = "JOB…",
            .fewest = 1,
            .most = Verb::many,
            .summary = "retry jobs now: those that rest after a failure, and those that have ended",
            .about = "Ends the pause before the next try; everything else that a job waits for, it goes on waiting for "
                     "(`stint run-now` passes that, too). A download, an upload or a command that has failed, or was "
                     "cancelled, is scheduled again as it was, with its number, its options and its environment; a "
                     "download goes on where it was.",
            .options = {},
            .examples = {{"stint retry 7", ""}},
            .run = retry,
            .elsewhere = {"restart", "again"}};
}

// `stint run-now`: the shell's `run -f` (jobs.md §8), which also lists the blockers that it overrides.

namespace {

struct Asked {
    Explanation before;
    ShellAnswer answer; ///< a pending job's
};

/// The exit code for a return code of `run` (jobs.md §8).
int answerCode(const ShellAnswer& answer) {
    switch (answer.code) {
    case 0:
        return ends::ok;
    case -1000: // no such package
    case -1001: // no such job
        return ends::noInput;
    case -1002:
        return ends::waits;
    default:
        return ends::failure;
    }
}

Result<Asked> asked(const std::string& text, const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    auto job = STINT_TRY(lookUp(daemon, text));
    if (job.state == JobView::State::Finished)
        return Error{Errc::ILLEGAL_STATE, fmt::format("{} has ended already", textOf(job.key))};
    auto before = STINT_TRY(daemon.ask(calls::explain(job.key)));
    Asked made{.before = std::move(before), .answer = {}};
    if (made.before.job.state == JobView::State::Pending) made.answer = STINT_TRY(daemon.ask(calls::runNow(job.key)));
    return made;
}

int refused(const Asked& it, const Screen& screen) {
    return screen.fail(answerCode(it.answer), printable(whyNotRunNow(it.before, it.answer)));
}

void tell(const Asked& it, const Screen& screen) {
    std::string job = printable(textOf(it.before.job.key));
    if (it.before.job.state == JobView::State::Running)
        return screen.tell(fmt::format("{} is {} already", job, stateWord(it.before.job)));
    if (it.before.blockers.empty()) return screen.tell(fmt::format("{} runs now; nothing kept it from it", job));
    if (screen.quiet()) return;
    screen.print(fmt::format("{} runs now, although:", job));
    for (const auto& blocker : it.before.blockers)
        screen.print(fmt::format("  {}", printable(blockerText(blocker))));
}

int runNow(const Arguments& given, const Screen& screen) {
    auto it = asked(given.words[0], screen);
    if (!it.ok()) return failOfLookUp(screen, fmt::format("cannot run {}", printable(given.words[0])), it.error());
    const int code = answerCode(it->answer);
    if (screen.json()) screen.print(jsonOf(RunNow{it->before.job, it->before.blockers, code == ends::ok}));
    if (code != ends::ok) return refused(*it, screen);
    if (!screen.json()) tell(*it, screen);
    return ends::ok;
}

} // namespace

Verb runNowVerb() {
    return {.name = "run-now",
            .words = "JOB",
            .fewest = 1,
            .most = 1,
            .summary = "run a job whatever keeps it waiting, and say what that was",
            .about =
                "Overrides the job's own conditions, its back-off and the limit on jobs that run at once, but not a "
                "missing service, nor a person's stop of the app. Ends with 0 where the job runs, 75 where it still "
                "waits, 66 where there is no such job.",
            .options = {},
            .examples = {{"stint run-now com.example.mail/7", "as `stint cmd jobscheduler run -f com.example.mail 7`"}},
            .run = runNow};
}

} // namespace stint::cli
