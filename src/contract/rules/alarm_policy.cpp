#include "contract/rules/alarm_policy.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "contract/rules/alarm.hpp"
#include "contract/rules/app_state.hpp"
#include "contract/rules/standby.hpp"

namespace stint {
namespace {

// A policy's time: `unbound` if it does not hold the alarm at all, `untilEvent` if only an event ends the hold.
constexpr Instant unbound = Instant::min();
constexpr Instant untilEvent = Instant::max();

struct AlarmQuota {
    std::int64_t deliveries = 0; ///< below 0: any number
    Duration window{};
};

// limits.md §7.4, by bucket.
AlarmQuota allowanceOf(const BucketAlarms& alarms, const Constants& constants) {
    return {.deliveries = alarms.quota ? constants.*alarms.quota : -1, .window = constants.*alarms.window};
}

AlarmQuota whileIdleAllowance(AlarmKind kind, const Constants& constants) {
    const bool exact = kind == AlarmKind::ExactWhileIdle;
    return {exact ? constants.alarmWhileIdleExactQuota : constants.alarmWhileIdleQuota, constants.alarmWhileIdleWindow};
}

// The use of an allowance; `delivered` has the oldest first.
AllotmentView allotmentOf(const std::vector<Instant>& delivered, AlarmQuota allowance, Now now) {
    AllotmentView view{.allowed = std::max<std::int64_t>(allowance.deliveries, -1), .window = allowance.window};
    for (const Instant one : delivered) {
        if (one + allowance.window <= now.elapsed) continue;
        ++view.used;
        if (!view.returns) view.returns = wallAt(one + allowance.window, now);
    }
    return view;
}

/// An alarm whose times are asked for. Alarms of one instant count once: if another has gone off at this very instant,
/// one that nothing else keeps beyond it may go along (limits.md §7.4, §12.4 examples 45, 48 and 50).
struct Asked {
    const Alarm& alarm;
    const App& app;
    const World& world;
    Along along;

    bool goesAlong(const std::vector<Instant>& delivered, Instant otherwise) const {
        return along == Along::Yes && delivered.back() == world.now.elapsed && otherwise <= world.now.elapsed;
    }
};

// A window after the q-th last delivery, for an allowance of q. `otherwise`: when the alarm would go without this
// allowance.
Instant nextAllowed(const std::vector<Instant>& delivered, AlarmQuota allowance, const Asked& asked,
                    Instant otherwise) {
    if (allowance.deliveries < 0) return unbound;
    if (allowance.deliveries == 0) return untilEvent;
    const auto count = static_cast<std::size_t>(allowance.deliveries);
    if (delivered.size() < count) return unbound;
    if (asked.goesAlong(delivered, otherwise)) return unbound;
    return delivered[delivered.size() - count] + allowance.window;
}

// limits.md §7.4: exempt deliveries are neither limited by the bucket nor counted. The seed counts exact and inexact
// alarms alike in the restricted bucket (Appendix A).
bool exemptFromBucket(const Alarm& alarm, const App& app) {
    if (alarm.kind == AlarmKind::Clock || powerAllowlisted(app) || onScreen(app)) return true;
    return alarm.kind == AlarmKind::ExactWhileIdle && holdsExactPermission(app) && bucketOf(app) != Bucket::Restricted;
}

// limits.md §7.4: on time in Doze and under battery saver.
bool exemptFromIdle(const Alarm& alarm, const App& app) {
    return alarm.kind == AlarmKind::Clock || powerAllowlisted(app);
}

Instant bucketTime(const Asked& asked, Instant otherwise) {
    const auto& [alarm, app, world, along] = asked;
    // limits.md §2.9: charging suspends the limit for every bucket; deliveries are recorded all the same.
    if (world.state.charging || exemptFromBucket(alarm, app)) return unbound;
    return nextAllowed(app.memory.alarms, allowanceOf(bucketRow(bucketOf(app)).alarms, world.constants), asked,
                       otherwise);
}

Instant whileIdleTime(const Asked& asked) {
    const auto& [alarm, app, world, along] = asked;
    return nextAllowed(app.memory.whileIdleAlarms, whileIdleAllowance(alarm.kind, world.constants), asked,
                       alarm.requested);
}

Instant dozeTime(const Asked& asked, const AlarmDevice& device) {
    if (!device.dozing || exemptFromIdle(asked.alarm, asked.app)) return unbound;
    const Instant window = device.windowOpens.value_or(untilEvent);
    if (!isWhileIdle(asked.alarm.kind)) return window;
    return std::min(whileIdleTime(asked), window);
}

Instant saverTime(const Asked& asked, const AlarmDevice& device) {
    const auto& [alarm, app, world, along] = asked;
    if (!device.saver || exemptFromIdle(alarm, app)) return unbound;
    if (isActive(app, world.now.elapsed, world.constants)) return unbound;
    return isWhileIdle(alarm.kind) ? whileIdleTime(asked) : untilEvent;
}

bool restrictedAt(const Alarm& alarm, const App& app, Instant when, const Constants& constants) {
    return alarm.kind != AlarmKind::Clock && userRestricted(app, when, constants);
}

// limits.md §7.4, by user restriction: parked until the app is active. Charging does not lift it (§1.1).
Instant userTime(const Alarm& alarm, const App& app, const World& world) {
    return restrictedAt(alarm, app, world.now.elapsed, world.constants) ? untilEvent : unbound;
}

// limits.md §7.3: the time for which a non-wake-up alarm may be held, by how long the screen has been off when it is
// due.
// PROPOSAL: exactly that long, unless a wake-up alarm or the screen comes first; the bound of 1.5 times that is not
// used.
Duration heldBack(Duration screenOff, const Constants& constants) {
    if (screenOff < constants.alarmHeldFirstUntil) return constants.alarmHeldFirst;
    return screenOff < constants.alarmHeldNextUntil ? constants.alarmHeldNext : constants.alarmHeldLast;
}

bool sooner(const Alarm* a, const Alarm* b) {
    return std::pair(a->requested, a->sequence) < std::pair(b->requested, b->sequence);
}

// Adds `now`, once, and forgets deliveries that no allowance counts any more.
bool note(std::vector<Instant>& history, Instant now, AlarmQuota most) {
    if (!history.empty() && history.back() == now) return false;
    const auto keep = static_cast<std::size_t>(std::max<std::int64_t>(most.deliveries, 1));
    history.push_back(now);
    std::erase_if(history, [&](Instant when) { return when + most.window <= now; });
    if (history.size() > keep) history.erase(history.begin(), history.end() - static_cast<std::ptrdiff_t>(keep));
    return true;
}

AlarmQuota mostOfBuckets(const Constants& constants) {
    AlarmQuota most;
    for (const BucketRow& row : bucketTable) {
        const AlarmQuota one = allowanceOf(row.alarms, constants);
        most.deliveries = std::max(most.deliveries, one.deliveries);
        most.window = std::max(most.window, one.window);
    }
    return most;
}

} // namespace

AlarmDevice alarmDevice(const World& world) {
    const auto& [constants, device, state, now, zone, pools] = world;
    AlarmDevice read{
        .charging = state.charging, .saver = device.batterySaver && !device.plugged, .dozing = state.doze.deepIdle()};
    if (read.dozing && !device.dozeForce && state.doze.deepTimer > now.elapsed) read.windowOpens = state.doze.deepTimer;
    if (state.quietAt) read.screenOff = *state.quietAt - constants.screenOffSettle;
    return read;
}

AlarmTimes alarmTimes(const Alarm& alarm, const App& app, const World& world, Along along) {
    // Nothing holds an alarm that has gone off already: it is only delivered again.
    if (alarm.handed) return {.earliest = alarm.requested, .latest = alarm.requested};
    const Asked asked{alarm, app, world, along};
    const AlarmDevice device = alarmDevice(world);
    struct Policy {
        AlarmHold hold;
        Instant until;
    };
    std::array<Policy, 4> policies{{{AlarmHold::UserRestriction, userTime(alarm, app, world)},
                                    {AlarmHold::BatterySaver, saverTime(asked, device)},
                                    {AlarmHold::Doze, dozeTime(asked, device)},
                                    {AlarmHold::Bucket, unbound}}};
    AlarmTimes times{.earliest = alarm.requested};
    for (Policy& policy : policies) {
        // The bucket comes last: the other policies decide whether an alarm may share another's instant.
        if (policy.hold == AlarmHold::Bucket) policy.until = bucketTime(asked, times.earliest);
        if (policy.until <= times.earliest) continue;
        times.earliest = policy.until;
        times.hold = policy.hold;
    }
    times.known = times.earliest != untilEvent;
    times.latest = times.known ? std::max(alarm.requested + alarm.window, times.earliest) : untilEvent;
    return times;
}

AlarmHold parkedAt(const Alarm& alarm, const App& app, Instant when, const World& world) {
    if (restrictedAt(alarm, app, when, world.constants)) return AlarmHold::UserRestriction;
    const bool saved = alarmDevice(world).saver && !exemptFromIdle(alarm, app) && !isWhileIdle(alarm.kind);
    return saved && !isActive(app, when, world.constants) ? AlarmHold::BatterySaver : AlarmHold::Nothing;
}

std::optional<Instant> dueAt(const Alarm& alarm, const AlarmTimes& times, const World& world, Waking waking) {
    if (!times.known) return std::nullopt;
    const auto screenOff = alarmDevice(world).screenOff;
    if (alarm.wakeup || alarm.handed || waking.machine || !screenOff) return times.latest;
    return times.latest + heldBack(times.latest - *screenOff, world.constants);
}

std::vector<const Alarm*> alarmBatch(std::span<const PendingAlarm> pending, const World& world, Waking waking) {
    const Instant now = world.now.elapsed;
    const auto isDue = [&](const PendingAlarm& one) {
        const auto due = dueAt(*one.alarm, one.times, world, waking);
        return due && *due <= now;
    };
    if (!waking.freed && std::ranges::none_of(pending, isDue)) return {};
    std::vector<const Alarm*> ready;
    for (const PendingAlarm& one : pending)
        if (one.times.known && one.times.earliest <= now) ready.push_back(one.alarm);
    const auto standsAlone = [](const Alarm* alarm) { return isExact(alarm->kind); };
    if (std::ranges::any_of(ready, standsAlone)) std::erase_if(ready, std::not_fn(standsAlone));
    std::ranges::sort(ready, sooner);
    return ready;
}

bool countDelivery(App& app, const Alarm& alarm, const World& world) {
    const Instant now = world.now.elapsed;
    const AlarmDevice device = alarmDevice(world);
    bool changed = false;
    if (!exemptFromBucket(alarm, app)) changed = note(app.memory.alarms, now, mostOfBuckets(world.constants));
    // limits.md §7.4: this history records deliveries only during Doze or battery saver.
    if (isWhileIdle(alarm.kind) && (device.dozing || device.saver) && !exemptFromIdle(alarm, app)) {
        const AlarmQuota one = whileIdleAllowance(AlarmKind::WhileIdle, world.constants);
        const AlarmQuota other = whileIdleAllowance(AlarmKind::ExactWhileIdle, world.constants);
        const AlarmQuota most{std::max(one.deliveries, other.deliveries), one.window};
        changed = note(app.memory.whileIdleAlarms, now, most) || changed;
    }
    return changed;
}

AllotmentView alarmsOf(const App& app, const World& world) {
    return allotmentOf(app.memory.alarms, allowanceOf(bucketRow(bucketOf(app)).alarms, world.constants), world.now);
}

AllotmentView whileIdleAlarmsOf(const App& app, AlarmKind kind, const World& world) {
    return allotmentOf(app.memory.whileIdleAlarms, whileIdleAllowance(kind, world.constants), world.now);
}

} // namespace stint
