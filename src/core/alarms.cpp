// Alarms (limits.md §7): set, cancelled, delivered. What rules/ knows of them is asked of every one only where
// something they read has changed, or where one is due.
#include <algorithm>

#include "core/state.hpp"
#include "rules/alarm.hpp"

namespace stint {
namespace {

using Key = std::pair<AppId, std::string>;

/// The app's pending alarms: they lie side by side.
auto alarmsOf(State& state, const AppId& app) {
    const auto begin = state.alarms.lower_bound(Key{app, ""});
    const auto end =
        std::find_if(begin, state.alarms.end(), [&](const auto& entry) { return entry.first.first != app; });
    return std::ranges::subrange(begin, end);
}

void keep(Turn& turn, Alarm alarm) {
    turn.record(SaveAlarm{alarm});
    turn.state.alarmIndex.stale.insert(alarm.app);
    Key key{alarm.app, alarm.tag};
    turn.state.alarms.insert_or_assign(std::move(key), std::move(alarm));
}

void drop(Turn& turn, const Key& key) {
    turn.record(DropAlarm{key.first, key.second});
    turn.state.alarmIndex.stale.insert(key.first);
    turn.state.alarms.erase(key);
}

std::optional<Error> refusal(Turn& turn, const App* app, const Alarm& asked) {
    if (!app) return notInstalled(asked.app);
    const auto pending = std::ranges::distance(alarmsOf(turn.state, asked.app));
    const bool replaces = turn.state.alarms.contains({asked.app, asked.tag});
    return alarmError(asked, *app, pending - (replaces ? 1 : 0), turn.state.constants);
}

void sooner(std::optional<Instant>& first, std::optional<Instant> other) {
    if (other && (!first || *other < *first)) first = other;
}

void reckon(Turn& turn, const AppId& id) {
    AlarmIndex& index = turn.state.alarmIndex;
    index.apps.erase(id);
    const App* app = turn.app(id);
    const World world = turn.world();
    AlarmIndex::OfApp known;
    bool any = false;
    for (const auto& [key, alarm] : alarmsOf(turn.state, id)) {
        // After a restart an app is announced a moment later: Doze makes way for its alarm clocks all the same.
        if (!app && (alarm.kind != AlarmKind::Clock || alarm.requested <= turn.now.elapsed)) continue;
        any = true;
        sooner(known.due, app ? dueAt(alarm, alarmTimes(alarm, *app, world), world) : alarm.requested);
        if (alarm.kind == AlarmKind::Clock) sooner(known.clock, alarm.requested);
    }
    if (any) index.apps.emplace(id, known);
}

/// Reckons those anew that read something that has changed.
void reckonStale(Turn& turn) {
    AlarmIndex& index = turn.state.alarmIndex;
    std::set<AppId> stale = std::exchange(index.stale, {});
    stale.insert(turn.changedApps.begin(), turn.changedApps.end());
    const AlarmDevice device = alarmDevice(turn.world());
    if (std::exchange(index.device, device) != device) {
        for (const auto& [id, known] : index.apps)
            stale.insert(id);
    }
    for (const AppId& id : stale)
        reckon(turn, id);
}

std::vector<PendingAlarm> pendingAlarms(Turn& turn) {
    const World world = turn.world();
    std::vector<PendingAlarm> pending;
    pending.reserve(turn.state.alarms.size());
    for (const auto& [key, alarm] : turn.state.alarms)
        if (const App* app = turn.app(alarm.app))
            pending.push_back({&alarm, alarmTimes(alarm, *app, world, Along::Yes)});
    return pending;
}

void deliver(Turn& turn, const Alarm& alarm) {
    App& app = *turn.app(alarm.app);
    const std::int64_t count = timesDue(alarm, turn.now.elapsed);
    turn.effect(Trace{.what = Trace::What::Alarm,
                      .app = alarm.app,
                      .tag = alarm.tag,
                      .lateBy = turn.now.elapsed - alarm.requested,
                      .count = count});
    // One that was handed to the app before a restart has counted (limits.md §12.7 example 99).
    if (!alarm.handed && countDelivery(app, alarm, turn.world())) turn.save(app);
    if (const auto length = grantOf(alarm.kind, turn.state.constants)) allowTemporarily(turn, app, *length);
    // limits.md §7.6: not after an inexact one. PROPOSAL: a plain exact one's seconds are those of the others (jobs.md
    // §5.5), though it puts its app on no list.
    if (isExact(alarm.kind)) letServe(turn, app, turn.now.elapsed + turn.state.constants.alarmWhileIdleAllowlist);
    const std::uint64_t delivery = beginDelivery(turn, alarm.app);
    turn.effect(DeliverAlarm{.delivery = delivery, .alarm = alarm, .count = count});
    if (alarm.interval > Duration{0}) return keep(turn, nextRepeat(alarm, turn.now.elapsed));
    turn.state.deliveries.at(delivery).tag = alarm.tag;
    Alarm handed = alarm;
    handed.handed = true;
    turn.record(SaveAlarm{std::move(handed)});
    turn.state.alarmIndex.stale.insert(alarm.app);
    turn.state.alarms.erase(Key{alarm.app, alarm.tag});
}

/// Those of its alarms, or that of one tag, that were handed to the app and not taken yet: a restart does not hand them
/// over again.
void forgetAllHanded(Turn& turn, const AppId& app, const std::optional<std::string>& tag = std::nullopt) {
    for (auto& [id, delivery] : turn.state.deliveries) {
        if (delivery.app != app || !delivery.tag || (tag && *delivery.tag != *tag)) continue;
        forgetHanded(turn, delivery);
        delivery.tag.reset();
    }
}

} // namespace

void apply(Turn& turn, const AlarmSet& event) {
    const App* app = turn.app(event.alarm.app);
    if (auto error = refusal(turn, app, event.alarm)) {
        turn.effect(Reply{.call = event.call, .error = std::move(error)});
        return;
    }
    Alarm alarm = placed(event.alarm, *app, turn.now, turn.state.constants);
    alarm.sequence = turn.state.nextAlarm++;
    keep(turn, std::move(alarm));
    turn.effect(Reply{.call = event.call});
}

void apply(Turn& turn, const AlarmCancelled& event) {
    Reply reply{.call = event.call};
    forgetAllHanded(turn, event.app, event.tag);
    if (const Key key{event.app, event.tag}; turn.state.alarms.contains(key)) {
        drop(turn, key);
    } else if (!turn.app(event.app)) {
        reply.error = notInstalled(event.app);
    }
    turn.effect(std::move(reply));
}

void restoreAlarms(Turn& turn, std::vector<StoredAlarm> stored, const BootId& boot, Instant died) {
    State& state = turn.state;
    for (auto& [alarm, written] : stored) {
        state.nextAlarm = std::max(state.nextAlarm, alarm.sequence + 1);
        Key key{alarm.app, alarm.tag};
        if (written == boot) {
            // The clock may have been set while no daemon was there to see it.
            Alarm placed = rebased(alarm, turn.now);
            if (placed != alarm) turn.record(SaveAlarm{placed});
            state.alarmIndex.stale.insert(alarm.app);
            state.alarms.emplace(std::move(key), std::move(placed));
        } else if (auto revived = afterBoot(std::move(alarm), died, turn.now)) {
            keep(turn, *std::move(revived));
        } else {
            drop(turn, key);
        }
    }
    reckonStale(turn);
}

void deliverAlarms(Turn& turn) {
    reckonStale(turn);
    Waking waking{.window = windowOpensNow(turn.world())};
    const auto due = nextAlarmDelivery(turn.state);
    if (!waking.window && (!due || *due > turn.now.elapsed)) return;
    // Time alone may have made another answer of it: whatever was due is reckoned again.
    for (const auto& [app, known] : turn.state.alarmIndex.apps)
        if (known.due && *known.due <= turn.now.elapsed) turn.state.alarmIndex.stale.insert(app);
    for (;;) {
        const auto pending = pendingAlarms(turn);
        // Copies: what is delivered is dropped, or set anew.
        std::vector<Alarm> batch;
        for (const Alarm* alarm : alarmBatch(pending, turn.world(), waking))
            batch.push_back(*alarm);
        if (batch.empty()) break;
        for (const Alarm& alarm : batch) {
            waking.machine = waking.machine || alarm.wakeup;
            deliver(turn, alarm);
        }
    }
    reckonStale(turn);
}

std::optional<Instant> nextAlarmDelivery(const State& state) {
    std::optional<Instant> next;
    for (const auto& [app, known] : state.alarmIndex.apps)
        sooner(next, known.due);
    return next;
}

std::optional<Instant> nextAlarmClock(const State& state) {
    std::optional<Instant> next;
    for (const auto& [app, known] : state.alarmIndex.apps)
        sooner(next, known.clock);
    return next;
}

void rebaseAlarms(Turn& turn) {
    std::vector<Alarm> moved;
    for (const auto& [key, alarm] : turn.state.alarms) {
        if (Alarm now = rebased(alarm, turn.now); now != alarm) moved.push_back(std::move(now));
    }
    for (Alarm& alarm : moved)
        keep(turn, std::move(alarm));
}

void forgetHanded(Turn& turn, const Delivery& delivery) {
    if (!delivery.tag) return;
    const auto isLater = [&](const auto& entry) {
        return &entry.second != &delivery && entry.second.app == delivery.app && entry.second.tag == delivery.tag;
    };
    const bool setAnew = turn.state.alarms.contains(Key{delivery.app, *delivery.tag});
    if (setAnew || std::ranges::any_of(turn.state.deliveries, isLater)) return;
    turn.record(DropAlarm{delivery.app, *delivery.tag});
}

void dropAlarms(Turn& turn, const AppId& id, bool onlyExact) {
    if (!onlyExact) forgetAllHanded(turn, id);
    std::vector<Key> keys;
    for (const auto& [key, alarm] : alarmsOf(turn.state, id))
        if (!onlyExact || isExact(alarm.kind)) keys.push_back(key);
    for (const Key& key : keys)
        drop(turn, key);
    App* app = turn.app(id);
    if (onlyExact || !app) return;
    // limits.md §7.4: the histories go with them.
    app->memory.alarms.clear();
    app->memory.whileIdleAlarms.clear();
    turn.save(*app);
}

} // namespace stint
