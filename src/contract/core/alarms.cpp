#include "contract/core/alarms.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/alarm.hpp"
#include "contract/rules/alarm_policy.hpp"

namespace stint {

// Alarms (limits.md §7): set, cancelled, delivered. Their times, by rules/, are reckoned only where something that
// these read has changed, or where one is due.

void Alarms::noteSequence(std::uint64_t sequence) { sequence_ = std::max(sequence_, sequence + 1); }

void Alarms::put(Alarm alarm) {
    noteSequence(alarm.sequence);
    stale_.insert(alarm.app);
    Key key{alarm.app, alarm.tag};
    pending_.insert_or_assign(std::move(key), std::move(alarm));
}

void Alarms::erase(const Key& key) {
    stale_.insert(key.first);
    pending_.erase(key);
}

void Alarms::know(const AppId& app, const std::optional<Times>& times) {
    if (times) {
        times_.insert_or_assign(app, *times);
    } else {
        times_.erase(app);
    }
}

std::set<AppId> Alarms::takeStale(const AlarmDevice& device) {
    std::set<AppId> stale = std::exchange(stale_, {});
    if (std::exchange(device_, device) != device) {
        for (const auto& [app, times] : times_)
            stale.insert(app);
    }
    return stale;
}

void Alarms::doubtDue(Instant now) {
    for (const auto& [app, times] : times_)
        if (times.due && *times.due <= now) stale_.insert(app);
}

void Alarms::checkTimes() const {
    STINT_CHECK(stale_.empty());
    STINT_CHECK(times_.size() <= pending_.size());
}

std::optional<Instant> Alarms::next() const {
    std::optional<Instant> next;
    for (const auto& [app, times] : times_)
        next = earlier(next, times.due);
    return next;
}

std::optional<Instant> Alarms::nextClock() const {
    std::optional<Instant> next;
    for (const auto& [app, times] : times_)
        next = earlier(next, times.clock);
    return next;
}

namespace {

using AlarmKey = Alarms::Key;

void keep(Turn& turn, Alarm alarm) {
    turn.record(SaveAlarm{alarm});
    turn.state.alarms.put(std::move(alarm));
}

void drop(Turn& turn, const AlarmKey& key) {
    turn.record(DropAlarm{key.first, key.second});
    turn.state.alarms.erase(key);
}

std::optional<Error> refusal(Turn& turn, const App* app, const Alarm& asked) {
    if (!app) return notInstalled(asked.app);
    const std::int64_t pending = std::ranges::distance(turn.state.alarms.of(asked.app));
    const bool replaces = turn.state.alarms.contains({asked.app, asked.tag});
    return alarmError(asked, *app, pending - (replaces ? 1 : 0), turn.state.constants);
}

std::optional<Alarms::Times> reckon(Turn& turn, const AppId& id) {
    const App* app = turn.app(id);
    const World world = turn.world();
    std::optional<Alarms::Times> times;
    for (const auto& [key, alarm] : turn.state.alarms.of(id)) {
        // After a restart an app is announced a moment later: Doze makes way for its alarm clocks all the same.
        if (!app && (alarm.kind != AlarmKind::Clock || alarm.requested <= turn.now.elapsed)) continue;
        if (!times) times.emplace();
        const auto due = app ? dueAt(alarm, alarmTimes(alarm, *app, world), world) : alarm.requested;
        times->due = earlier(times->due, due);
        if (alarm.kind == AlarmKind::Clock) times->clock = earlier(times->clock, std::optional(alarm.requested));
    }
    return times;
}

/// Reckons anew the times of each app for which something that its alarms go by has changed.
void reckonStale(Turn& turn) {
    if (turn.state.alarms.isEmpty()) return;
    std::set<AppId> stale = turn.state.alarms.takeStale(alarmDevice(turn.world()));
    for (const auto& [id, what] : turn.changedApps)
        stale.insert(id);
    for (const AppId& id : stale)
        turn.state.alarms.know(id, reckon(turn, id));
    turn.state.alarms.checkTimes();
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
    STINT_CHECK(turn.app(alarm.app)); // it is due only once its app is known
    STINT_CHECK(turn.state.alarms.contains({alarm.app, alarm.tag}));
    App& app = *turn.app(alarm.app);
    const std::int64_t count = timesDue(alarm, turn.now.elapsed);
    turn.effect(Trace{.what = Trace::What::Alarm,
                      .app = alarm.app,
                      .tag = alarm.tag,
                      .lateBy = turn.now.elapsed - alarm.requested,
                      .count = count});
    if (alarm.wakeup && !alarm.handed) {
        noteWakeUp(turn, alarm.app, nameOf(alarm.kind));
        countWakeUp(turn, nameOf(alarm.kind));
    }
    // An alarm that was handed to the app before a restart has counted (limits.md §12.7 example 99).
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
    turn.state.alarms.erase({alarm.app, alarm.tag});
}

/// Forgets the app's alarms, or the one of that tag, that were handed to it and not taken yet: a restart does not hand
/// them over again.
void forgetAllHanded(Turn& turn, const AppId& app, const std::optional<std::string>& tag = std::nullopt) {
    const auto isMeant = [&](const Delivery& delivery) {
        return delivery.app == app && delivery.tag && (!tag || *delivery.tag == *tag);
    };
    for (const auto number : turn.state.deliveries.which(isMeant)) {
        Delivery& delivery = turn.state.deliveries.at(number);
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
    alarm.sequence = turn.state.alarms.nextSequence();
    keep(turn, std::move(alarm));
    turn.effect(Reply{.call = event.call});
}

void apply(Turn& turn, const AlarmCancelled& event) {
    Reply reply{.call = event.call};
    forgetAllHanded(turn, event.app, event.tag);
    if (const AlarmKey key{event.app, event.tag}; turn.state.alarms.contains(key)) {
        drop(turn, key);
    } else if (!turn.app(event.app)) {
        reply.error = notInstalled(event.app);
    }
    turn.effect(std::move(reply));
}

void restoreAlarms(Turn& turn, std::vector<StoredAlarm> stored, const BootId& boot, Instant died) {
    for (auto& [alarm, written] : stored) {
        const AlarmKey key{alarm.app, alarm.tag};
        turn.state.alarms.noteSequence(alarm.sequence);
        if (written == boot) {
            // The clock may have been set while no daemon was there to see it.
            Alarm placed = rebased(alarm, turn.now);
            if (placed != alarm) turn.record(SaveAlarm{placed});
            turn.state.alarms.put(std::move(placed));
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
    Waking waking{.freed = turn.state.alarms.areFreed(turn.now.elapsed)};
    const auto due = turn.state.alarms.next();
    if (!waking.freed && (!due || *due > turn.now.elapsed)) return;
    turn.state.alarms.doubtDue(turn.now.elapsed);
    for (;;) {
        const auto pending = pendingAlarms(turn);
        // These are copies, since an alarm that is delivered is dropped, or set anew.
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
    const auto isAnother = [&](const auto& entry) {
        const Delivery& other = entry.second;
        return &other != &delivery && other.app == delivery.app && other.tag == delivery.tag;
    };
    const bool setAnew = turn.state.alarms.contains({delivery.app, *delivery.tag});
    if (setAnew || std::ranges::any_of(turn.state.deliveries.underWay(), isAnother)) return;
    turn.record(DropAlarm{delivery.app, *delivery.tag});
}

void dropAlarms(Turn& turn, const AppId& id, bool onlyExact) {
    if (!onlyExact) forgetAllHanded(turn, id);
    std::vector<AlarmKey> keys;
    for (const auto& [key, alarm] : turn.state.alarms.of(id))
        if (!onlyExact || isExact(alarm.kind)) keys.push_back(key);
    for (const AlarmKey& key : keys)
        drop(turn, key);
    App* app = turn.app(id);
    if (onlyExact || !app) return;
    // limits.md §7.4: the histories go with them.
    app->memory.alarms.clear();
    app->memory.whileIdleAlarms.clear();
    turn.save(*app);
}

// Questions about pending alarms (limits.md §7.3; stint alarms), the wake-ups that they cause, and the right to set
// exact ones (§7.5).

namespace {

std::string_view nameOf(AlarmHold hold) {
    switch (hold) {
    case AlarmHold::Nothing:
        return "";
    case AlarmHold::Bucket:
        return "bucket";
    case AlarmHold::Doze:
        return "doze";
    case AlarmHold::BatterySaver:
        return "battery_saver";
    case AlarmHold::UserRestriction:
        return "user_restriction";
    }
    return "";
}

} // namespace

std::vector<AlarmView> AlarmView::all(const State& state, Now now) {
    const World world = state.world(now);
    std::vector<AlarmView> views;
    views.reserve(state.alarms.size());
    for (const auto& [key, alarm] : state.alarms) {
        AlarmView view{.alarm = alarm};
        if (const App* app = state.app(alarm.app)) {
            const AlarmTimes times = alarmTimes(alarm, *app, world);
            if (times.known) view.earliest = times.earliest;
            view.latest = dueAt(alarm, times, world);
            view.held = nameOf(times.hold);
            const AlarmHold parked = view.latest ? parkedAt(alarm, *app, *view.latest, world) : AlarmHold::Nothing;
            if (parked != AlarmHold::Nothing) {
                view.earliest = view.latest = std::nullopt;
                view.held = nameOf(parked);
            }
        }
        views.push_back(std::move(view));
    }
    return views;
}

std::optional<Wake> Scheduler::nextWake(Now now) const { return stint::nextWake(impl_->state, now); }

const std::deque<Wake>& Scheduler::wakes() const { return impl_->state.wakes.past; }

bool Scheduler::canScheduleExactAlarms(const AppId& app) const {
    const App* found = impl_->state.app(app);
    return found && maySetExactAlarms(*found);
}

} // namespace stint
