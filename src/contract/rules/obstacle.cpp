#include "contract/rules/obstacle.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "contract/model/reasons.hpp"
#include "contract/rules/ending.hpp"
#include "contract/rules/pool.hpp"
#include "contract/rules/safeguard.hpp"

namespace stint {

std::vector<Blocker> inOrder(const std::vector<Obstacle>& obstacles) {
    std::vector<Blocker> blockers;
    blockers.reserve(obstacles.size());
    for (const Obstacle& obstacle : obstacles)
        blockers.push_back(obstacle.blocker);
    std::ranges::stable_sort(blockers, {}, [](const Blocker& blocker) { return rankOf(blocker.reason); });
    return blockers;
}

std::vector<Blocker> named(std::vector<Blocker> blockers) {
    if (blockers.size() > 1)
        std::erase_if(blockers, [](const Blocker& b) { return b.reason == PENDING_JOB_REASON_APP; });
    return blockers;
}

std::optional<WallTime> clearsAt(const std::vector<Obstacle>& obstacles) {
    WallTime others{};
    std::optional<WallTime> own = WallTime{};
    std::optional<WallTime> deadline;
    for (const auto& [blocker, atDeadline] : obstacles) {
        switch (atDeadline) {
        case AtDeadline::IsIt:
            deadline = blocker.until;
            break;
        case AtDeadline::Stays:
            if (!blocker.until) return std::nullopt;
            others = std::max(others, *blocker.until);
            break;
        case AtDeadline::Goes:
            if (own) own = blocker.until ? std::optional(std::max(*own, *blocker.until)) : std::nullopt;
            break;
        }
    }
    if (deadline) own = std::min(own.value_or(*deadline), *deadline);
    if (!own) return std::nullopt;
    return std::max(*own, others);
}

namespace {

std::optional<Instant> future(const OptionalTime<Instant>& when, const OwnTimes& t) {
    if (!when || *when <= t.now) return std::nullopt;
    return *when;
}

// A rest that the job did not ask for, without a failure: its service could not be bound, which counts as nothing
// (jobs.md §4.1).
bool backsOff(const Job& job) {
    const bool asked = job.info.getMinimumLatency() || job.info.isPeriodic();
    return !asked || job.failures + job.systemStops > 0;
}

std::optional<Instant> latencyUntil(const OwnTimes& t) {
    return backsOff(t.job) ? std::nullopt : future(t.job.notBefore, t);
}
std::string describeLatency(const OwnTimes&) { return "not before its time"; }

std::optional<Instant> backOffUntil(const OwnTimes& t) {
    return backsOff(t.job) ? future(t.job.notBefore, t) : std::nullopt;
}

std::string counted(int count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string describeBackOff(const OwnTimes& t) {
    std::string after;
    if (t.job.failures > 0) after = counted(t.job.failures, "failure");
    if (t.job.systemStops > 0) after += (after.empty() ? "" : " and ") + counted(t.job.systemStops, "system stop");
    if (after.empty()) return "rests: its service could not be bound";
    const PastRun& last = *t.job.details->lastRun;
    // A run that reports success and is to go on, such as a command that saved its state, has not failed in a person's
    // eyes.
    if (last.outcome.exitCode == 0 && !last.outcome.text.empty() && t.job.systemStops == 0)
        return fmt::format("rests after {}: {}", counted(t.job.failures, "run"), endingText(last));
    if (!last.began) return fmt::format("rests after {}", after);
    return fmt::format("rests after {}: {}", after, endingText(last));
}

std::optional<Instant> contentUntil(const OwnTimes& t) {
    if (t.job.info.getTriggerContentUris().empty()) return std::nullopt;
    return t.contentReady ? future(t.contentReady, t) : Instant::max();
}

std::string describeContent(const OwnTimes& t) {
    if (t.contentReady) return "what it watches is still changing";
    std::string text = "nothing of what it watches has changed";
    if (!t.contentShort.empty()) text += fmt::format("; {}", t.contentShort);
    return text;
}

std::optional<Instant> crashRestUntil(const OwnTimes& t) { return future(t.crashRestsUntil, t); }
std::string describeCrashRest(const OwnTimes& t) { return describeCrashes("the job's process", t.constants); }

std::optional<Instant> bootUntil(const OwnTimes& t) { return future(t.settledAt, t); }
std::string describeBoot(const OwnTimes&) { return "the session has just begun"; }

std::optional<Instant> holdUntil(const OwnTimes& t) {
    return t.job.held ? std::optional(Instant::max()) : std::nullopt;
}
std::string describeHold(const OwnTimes&) { return "a person holds it"; }

std::optional<Instant> othersUntil(const OwnTimes& t) {
    const StartTerms& terms = *t.job.details->terms;
    return terms.after.empty() && terms.afterFailure.empty() ? std::nullopt : std::optional(Instant::max());
}

std::string describeOthers(const OwnTimes& t) {
    std::string text;
    const auto add = [&text](const std::vector<JobKey>& keys, std::string_view how) {
        for (const JobKey& key : keys)
            text += fmt::format("{}{} {}", text.empty() ? "starts when " : " and ", textOf(key), how);
    };
    add(t.job.details->terms->after, "has succeeded");
    add(t.job.details->terms->afterFailure, "has failed");
    return text;
}

std::optional<Instant> setTimeUntil(const OwnTimes& t) {
    const auto& at = t.job.details->terms->at;
    return at && *at > t.wall ? std::optional(t.now + (*at - t.wall)) : std::nullopt;
}
std::string describeSetTime(const OwnTimes& t) {
    const std::string& calendar = t.job.details->terms->calendar;
    return calendar.empty() ? "a person set its time" : fmt::format("the next time of its calendar ({})", calendar);
}

std::optional<Instant> deadlineUntil(const OwnTimes& t) { return future(t.job.deadline, t); }
std::string describeDeadline(const OwnTimes&) { return "runs then, whatever constraint is missing"; }

// jobs.md §9.1: back-off shows as 9, too. §12.3: a person's `run` ends a rest, as opening an app does.
// clang-format off
constexpr std::array clockRows{
    OwnClock{"latency",  PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY, latencyUntil,   describeLatency,   "time",                        {},                      Override::Soft, AtDeadline::Goes},
    OwnClock{"back-off", PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY, backOffUntil,   describeBackOff,   "time, or stint retry",        "its next try",          Override::Soft, AtDeadline::Goes},
    OwnClock{"content",  PENDING_JOB_REASON_CONSTRAINT_CONTENT_TRIGGER, contentUntil,   describeContent,   "a change of what it watches", {},                      Override::Full, AtDeadline::Goes},
    OwnClock{"app",      PENDING_JOB_REASON_APP,                        crashRestUntil, describeCrashRest, "stint run-now",               {},                      Override::Soft, AtDeadline::Stays},
    OwnClock{"hold",     PENDING_JOB_REASON_USER,                       holdUntil,      describeHold,      "stint resume",                "a person to resume it", Override::Soft, AtDeadline::Stays},
    OwnClock{"after",    PENDING_JOB_REASON_USER,                       othersUntil,    describeOthers,    "the end of the other",        "another job",           Override::Soft, AtDeadline::Stays},
    OwnClock{"time",     PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY, setTimeUntil,   describeSetTime,   "time",                        {},                      Override::Soft, AtDeadline::Stays},
    OwnClock{"boot",     PENDING_JOB_REASON_USER,                       bootUntil,      describeBoot,      "time",                        "the session to settle", Override::None, AtDeadline::Stays},
    OwnClock{"deadline", PENDING_JOB_REASON_CONSTRAINT_DEADLINE,        deadlineUntil,  describeDeadline,  "time",                        {},                      Override::None, AtDeadline::IsIt},
};
// clang-format on

} // namespace

std::span<const OwnClock> ownClocks() { return clockRows; }

std::optional<Instant> heldUntil(const OwnClock& clock, const OwnTimes& times) {
    if (clock.atDeadline == AtDeadline::IsIt) return std::nullopt;
    if (clock.atDeadline == AtDeadline::Goes && isOverdue(times.job, times.now)) return std::nullopt;
    if (clock.passedBy != Override::None && times.override >= clock.passedBy) return std::nullopt;
    return clock.until(times);
}

std::optional<Instant> heldUntil(const OwnTimes& times) {
    std::optional<Instant> latest;
    for (const OwnClock& clock : clockRows)
        if (const auto until = heldUntil(clock, times)) latest = std::max(latest.value_or(*until), *until);
    return latest;
}

bool isOverdue(const Job& job, Instant now) { return job.deadline && *job.deadline <= now; }

namespace {

bool inBatch(const QueueFacts& f) { return f.heldForBatch.has_value(); }
std::string describeBatch(const QueueFacts&) { return "held until several jobs are ready"; }
std::optional<Instant> batchUntil(const QueueFacts& f) {
    return f.heldForBatch == Instant::max() ? std::nullopt : f.heldForBatch;
}

bool behindEarlierRun(const QueueFacts& f) { return f.earlierRuns; }
std::string describeEarlierRun(const QueueFacts&) { return "the run of the job it replaced has not ended yet"; }

bool lacksSlot(const QueueFacts& f) { return f.slot.has_value(); }

// An app learns the ids of its own jobs alone.
std::string holdersText(const QueueFacts& f) {
    const auto& [why, first, others] = *f.slot;
    std::string text = first.app == f.job.app ? textOf(first) : fmt::format("a job of {}", first.app.name);
    if (others > 0) text += fmt::format(" and {} {}", others, others == 1 ? "other" : "others");
    return text;
}

std::string describeSlot(const QueueFacts& f) {
    switch (f.slot->why) {
    case NoRoom::AppCap:
        return "as many jobs of its app run as may while slots are short: " + holdersText(f);
    case NoRoom::Taken:
        return "as many jobs run as may run at once: " + holdersText(f);
    case NoRoom::Background:
        return "as many jobs run as may run at once in the background: " + holdersText(f);
    case NoRoom::Kept:
        return "the free slots are kept for " + holdersText(f);
    }
    return {};
}

bool wasDisplaced(const QueueFacts& f) { return f.displacedUntil.has_value(); }
std::string describeDisplaced(const QueueFacts&) { return "it has just made room for another job"; }
std::optional<Instant> displacedUntil(const QueueFacts& f) { return f.displacedUntil; }

// clang-format off
constexpr std::array queueRows{
    QueueRow{"batch",       PENDING_JOB_REASON_JOB_SCHEDULER_OPTIMIZATION, "more ready jobs, or time", {},                    inBatch,          describeBatch, batchUntil},
    QueueRow{"earlier run", PENDING_JOB_REASON_DEVICE_STATE,               "its end",                  "its last run to end", behindEarlierRun, describeEarlierRun},
    QueueRow{"slots",       PENDING_JOB_REASON_DEVICE_STATE,               "the end of another job",   wantOfSlot,            lacksSlot,        describeSlot},
    QueueRow{"displaced",   PENDING_JOB_REASON_DEVICE_STATE,               "time",                     wantOfSlot,            wasDisplaced,     describeDisplaced, displacedUntil},
};
// clang-format on

} // namespace

bool isOfTheQueue(std::string_view name) {
    return name == poolGateName || std::ranges::find(queueRows, name, &QueueRow::name) != queueRows.end();
}

const QueueRow* holdInQueue(const QueueFacts& facts) {
    for (const QueueRow& row : queueRows)
        if (row.holds(facts)) return &row;
    return nullptr;
}

} // namespace stint
