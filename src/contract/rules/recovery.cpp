#include "contract/rules/recovery.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "contract/rules/expedited_quota.hpp"
#include "contract/rules/quota.hpp"

namespace stint {
namespace {

void shift(std::vector<Session>& sessions, Duration by) {
    for (Session& session : sessions) {
        session.start += by;
        session.end += by;
    }
}

void shift(std::vector<Instant>& instants, Duration by) {
    for (Instant& instant : instants)
        instant += by;
}

void shift(RateWindow& window, Duration by) {
    if (window.opened) *window.opened += by;
}

} // namespace

AppMemory afterRestart(AppMemory memory, Instant died, const Constants& constants) {
    if (memory.quota.open) breakOffRegular(memory.quota, std::max(died, memory.quota.open->start), constants);
    if (memory.expedited.open)
        closeExpedited(memory.expedited, std::max(died, memory.expedited.open->start), constants);
    return memory;
}

AppMemory afterBoot(AppMemory memory, Now written, Instant died, Now now, const Constants& constants) {
    AppMemory kept;
    kept.app = memory.app;
    kept.usage = std::move(memory.usage);
    kept.batteryUse = memory.batteryUse;
    kept.dataSaverExempt = memory.dataSaverExempt;
    kept.channels = std::move(memory.channels);
    kept.revoked = std::move(memory.revoked);
    kept.days = std::move(memory.days);
    // A past instant lies as long before now as the wall clock says; a clock that went back must not place it in the
    // future.
    const Duration passed = std::max(now.wall - written.wall, Duration{0});
    const Duration by = now.elapsed - written.elapsed - passed;
    kept.pushes = std::move(memory.pushes);
    for (PushNote& note : kept.pushes)
        note.delivered += by;
    if (!constants.persistQuota) return kept;
    memory = afterRestart(std::move(memory), std::max(died, written.elapsed), constants);
    kept.quota = std::move(memory.quota);
    shift(kept.quota.sessions, by);
    shift(kept.quota.jobStarts, by);
    shift(kept.quota.sessionEnds, by);
    kept.expedited = std::move(memory.expedited);
    kept.expedited.topSince.reset();
    shift(kept.expedited.sessions, by);
    kept.alarms = std::move(memory.alarms);
    shift(kept.alarms, by);
    kept.whileIdleAlarms = std::move(memory.whileIdleAlarms);
    shift(kept.whileIdleAlarms, by);
    return kept;
}

namespace {

/// Thirty thousand years in milliseconds: sums of a few such times do not overflow.
constexpr std::int64_t farthest = 1'000'000'000'000'000;
/// A number that no count ever reaches.
constexpr std::int64_t mostCounted = std::int64_t{1} << 62;

using Named = std::pair<std::string_view, std::int64_t>;

std::int64_t count(auto time) { return time.time_since_epoch().count(); }

/// The time in milliseconds; 0 where it is not set.
std::int64_t countIfSet(const auto& time) { return time ? count(*time) : 0; }

/// The fault in what the job asks for: a length below 0, or a flex longer than its period; empty: it has none.
std::string whyAskedUnfit(const JobInfo& info) {
    const auto length = [](const std::optional<Duration>& asked) { return asked.value_or(Duration{0}).count(); };
    const auto period = info.getPeriod().value_or(JobInfo::Period{});
    const std::array lengths{Named{"period", period.interval.count()},
                             Named{"flex", period.flex.count()},
                             Named{"minimum latency", length(info.getMinimumLatency())},
                             Named{"deadline", length(info.getOverrideDeadline())},
                             Named{"back-off", info.getInitialBackoff().count()},
                             Named{"delay after a change", length(info.getTriggerContentUpdateDelay())},
                             Named{"longest delay after a change", length(info.getTriggerContentMaxDelay())}};
    const auto absurd = std::ranges::find_if(lengths, [](const Named& asked) { return asked.second < 0; });
    if (absurd == lengths.end() && period.flex > period.interval)
        return "its record asks for a flex that is longer than its period";
    if (absurd == lengths.end()) return {};
    return fmt::format("its record asks for an impossible {}: {} ms", absurd->first, absurd->second);
}

/// Moves `when` to `last` if it is later.
void keepWithin(std::optional<Instant>& when, Instant last) {
    if (when) when = std::min(*when, last);
}

// Idle and its windows alone hold work back; a machine that reaches them late holds nothing back.
Doze believable(Doze doze, Instant now, const Constants& constants) {
    const Duration idle = std::max(constants.dozeIdle, constants.dozeIdleMax);
    const Duration window = std::max(constants.dozeMaintenance, constants.dozeMaintenanceMax);
    const Duration lightIdle = std::max(constants.dozeLightIdle, constants.dozeLightIdleMax);
    const Duration lightWindow = std::max(constants.dozeLightBudgetMin, constants.dozeLightBudgetMax);
    const bool deepWindowOpen = doze.deep == DeepState::IdleMaintenance;
    const bool lightWindowOpen = doze.light == LightState::IdleMaintenance;
    const bool lightIdles = doze.light == LightState::Idle || doze.light == LightState::WaitingForNetwork;
    // A state without an end is over.
    const auto ends = [now](std::optional<Instant>& timer, Duration longest) {
        timer = std::min(timer.value_or(now), now + longest);
    };
    if (doze.deep == DeepState::Idle) ends(doze.deepTimer, idle);
    if (deepWindowOpen) ends(doze.deepTimer, window + constants.dozeFlex);
    if (lightIdles) ends(doze.lightTimer, lightIdle);
    if (lightWindowOpen) ends(doze.lightTimer, lightWindow + constants.dozeFlex);
    keepWithin(doze.settledAt, now + constants.dozeBackgroundJobsDelay);
    keepWithin(doze.windowSince, now);
    if ((deepWindowOpen || lightWindowOpen) && !doze.windowSince) doze.windowSince = now;
    doze.idleFor = std::clamp(doze.idleFor, Duration{0}, idle);
    doze.maintenanceFor = std::clamp(doze.maintenanceFor, Duration{0}, window);
    doze.lightIdleFor = std::clamp(doze.lightIdleFor, Duration{0}, lightIdle);
    return doze;
}

} // namespace

std::string whyUnfit(const Job& job) {
    if (std::string asked = whyAskedUnfit(job.info); !asked.empty()) return asked;
    const JobDetails& past = *job.details;
    const std::array times{Named{"time of its schedule()", count(job.scheduled)},
                           Named{"place in the queue", count(job.enqueued)},
                           Named{"earliest time", countIfSet(job.notBefore)},
                           Named{"earliest time by the wall clock", countIfSet(job.notBeforeWall)},
                           Named{"deadline", countIfSet(job.deadline)},
                           Named{"deadline by the wall clock", countIfSet(job.deadlineWall)},
                           Named{"end of its window", countIfSet(past.windowEnd)},
                           Named{"end of its window by the wall clock", countIfSet(past.windowEndWall)},
                           Named{"time that it is set for", countIfSet(past.terms->at)},
                           Named{"time at which its conditions loosen", countIfSet(past.terms->loosensAt)},
                           Named{"time at which it was to start", countIfSet(past.terms->promised)},
                           Named{"last success", count(past.lastSuccess)},
                           Named{"last failure", count(past.lastFailure)},
                           Named{"running time", past.cumulative.count()}};
    const auto absurd = std::ranges::find_if(
        times, [](const Named& time) { return time.second < -farthest || time.second > farthest; });
    if (absurd != times.end())
        return fmt::format("its record has an impossible {}: {} ms", absurd->first, absurd->second);
    if (past.cumulative < Duration{0}) return "its record has a negative running time";
    if (past.abandoned < 0 || past.abandoned > mostAttempts)
        return fmt::format("its record has an impossible number of abandoned runs: {}", past.abandoned);
    if (job.sequence >= mostCounted || job.sequence <= -mostCounted)
        return "its record has an impossible number in the queue";
    if (job.key.id != job.info.getId())
        return fmt::format("its record is that of a job with the id {}", job.info.getId().value);
    const bool mayHaveDeadline = job.info.getOverrideDeadline() && !job.info.getPeriod();
    if (!mayHaveDeadline && (job.deadline || job.deadlineWall))
        return "its record has a deadline, and it asks for none";
    if (!job.info.getPeriod() && (past.windowEnd || past.windowEndWall))
        return "its record has a period's window, and it has no period";
    return {};
}

DeviceState believable(DeviceState stored, Instant now, const Constants& constants) {
    keepWithin(stored.pluggedAt, now);
    keepWithin(stored.idleAt, now + constants.idleThreshold + constants.idleSlop);
    keepWithin(stored.quietAt, now + constants.screenOffSettle);
    stored.doze = believable(stored.doze, now, constants);
    return stored;
}

} // namespace stint
