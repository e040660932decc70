// Properties of the limits on every timeline (limits.md): quotas, Doze and messages; and of alarms their counts, that
// none is lost, and that each goes off when it was foretold.
#include "core/timeline.hpp"

#include "contract/rules/alarm.hpp"

namespace stint {
namespace {

/// limits.md §3.5, §9: what runs is within its limits, and what the table frees is free.
void limitsHold(const Stage& stage) {
    const AppView app = stage.core->apps(stage.clock()).front();
    const bool charging = stage.core->deviceState().charging;
    if (charging && app.bucket < Bucket::Restricted) RC_ASSERT(app.quota.free);
    for (int id = 1; id <= 12; ++id) {
        const auto view = stage.view(id);
        if (!view || view->state != JobView::State::Running || view->runState != RunState::Executing) continue;
        if (stage.overridden.contains(Stage::key(id)) || view->kind == JobClass::UserInitiated) continue;
        if (view->kind != JobClass::Regular || app.quota.free || !app.quota.left) continue;
        RC_ASSERT(*app.quota.left >= Duration{0} || app.bucket == Bucket::Restricted);
    }
}

/// push.md §4.2: a message that is not urgent waits while the device dozes, and one of low urgency for power or a
/// network.
void messagesWait(const Stage& stage, std::size_t from) {
    const Device& device = stage.device;
    const bool unmetered = device.network && device.network->has(NET_CAPABILITY_NOT_METERED);
    for (std::size_t i = from; i < stage.traces.size(); ++i) {
        const auto& [when, trace] = stage.traces[i];
        if (trace.what != Trace::What::Message || !trace.urgency || when != stage.now.elapsed) continue;
        if (*trace.urgency < Urgency::High) RC_ASSERT(!stage.core->deviceState().doze.idle());
        if (*trace.urgency == Urgency::Low) RC_ASSERT(device.plugged || unmetered);
        if (*trace.urgency == Urgency::VeryLow) RC_ASSERT(device.plugged && unmetered);
    }
}

/// How many deliveries a length of time allows; none: any number.
struct AlarmLimit {
    std::optional<std::int64_t> most;
    Duration window;
};

AlarmLimit limitOf(Bucket bucket, const Constants& constants) {
    switch (bucket) {
    case Bucket::Exempted:
    case Bucket::Active:
        return {std::nullopt, 1h};
    case Bucket::WorkingSet:
        return {constants.alarmQuotaWorking, 1h};
    case Bucket::Frequent:
        return {constants.alarmQuotaFrequent, 1h};
    case Bucket::Rare:
        return {constants.alarmQuotaRare, 1h};
    case Bucket::Restricted:
        return {constants.alarmQuotaRestricted, constants.alarmRestrictedWindow};
    case Bucket::Never:
        return {0, 1h};
    }
    return {};
}

/// Reckons beside the core which alarms are pending, and what those that go off count for (limits.md §7.4).
class AlarmClerk {
public:
    explicit AlarmClerk(Stage& stage) : stage_(stage) {
        stage.watch = [this](const Effect& effect) {
            if (const auto* e = std::get_if<DeliverAlarm>(&effect)) went(e->alarm);
        };
    }

    void note(const Happening& h) {
        const bool sets = h.what == 21 || h.what == 22;
        if (sets && !stage_.replies.front().error) pending_.insert(tagOf(h));
        if (h.what == 23) pending_.erase(tagOf(h));
    }

    /// limits.md §7: each that was set and not cancelled either went off or is still there.
    void noneIsLost() const {
        std::set<std::string> there;
        for (const AlarmView& view : stage_.core->alarms(stage_.clock()))
            there.insert(view.alarm.tag);
        RC_ASSERT(there == pending_);
    }

private:
    using Deliveries = std::set<Instant>; ///< several alarms of one instant count once

    void went(const Alarm& alarm) {
        RC_ASSERT(pending_.contains(alarm.tag));
        RC_ASSERT(alarm.requested <= stage_.now.elapsed);
        if (alarm.interval == Duration{0}) pending_.erase(alarm.tag);
        const AppView app = stage_.core->apps(stage_.clock()).front();
        countForBucket(alarm, app);
        countForDoze(alarm, app);
    }

    void countForBucket(const Alarm& alarm, const AppView& app) {
        const bool onScreen = app.state <= ProcessState::Visible;
        const bool exactIsFree = alarm.kind == AlarmKind::ExactWhileIdle && app.bucket != Bucket::Restricted;
        const bool unrestricted = app.batteryUse == BatteryUse::Unrestricted;
        if (alarm.kind == AlarmKind::Clock || onScreen || exactIsFree || unrestricted) return;
        counted_.insert(stage_.now.elapsed);
        if (!stage_.core->deviceState().charging) within(counted_, limitOf(app.bucket, stage_.core->constants()));
    }

    void countForDoze(const Alarm& alarm, const AppView& app) {
        const bool dozing = stage_.core->deviceState().doze.deepIdle();
        const bool saving = stage_.device.batterySaver && !stage_.device.plugged;
        if (alarm.kind == AlarmKind::Clock || app.batteryUse == BatteryUse::Unrestricted) return;
        if (dozing) RC_ASSERT(isWhileIdle(alarm.kind)); // the others wait for the window
        if (!isWhileIdle(alarm.kind) || (!dozing && !saving)) return;
        whileIdle_.insert(stage_.now.elapsed);
        const Constants& constants = stage_.core->constants();
        if (dozing) within(whileIdle_, {constants.alarmWhileIdleQuota, constants.alarmWhileIdleWindow});
    }

    void within(const Deliveries& deliveries, AlarmLimit limit) const {
        if (!limit.most) return;
        const auto first = deliveries.upper_bound(stage_.now.elapsed - limit.window);
        RC_ASSERT(std::distance(first, deliveries.end()) <= *limit.most);
    }

    Stage& stage_;
    std::set<std::string> pending_;
    Deliveries counted_;
    Deliveries whileIdle_;
};

/// More alarms than anything else.
rc::Gen<std::vector<Happening>> timelinesOfAlarms() {
    return timelinesOf(rc::gen::oneOf(rc::gen::inRange(kindsOfLimits, kindsOfAlarms), rc::gen::inRange(14, 21),
                                      rc::gen::inRange(0, kindsOfAlarms)));
}

Constants tightAlarms() {
    Constants constants;
    constants.alarmWhileIdleQuota = constants.alarmWhileIdleExactQuota = 3; // so that timelines reach it often
    return constants;
}

} // namespace

TEST_CASE("whatever happens, what runs is within its limits") { // limits.md §3.5, §8.5, §9
    holds("limits", 300, [] {
        const auto timeline = *timelines(kindsOfLimits);
        Stage stage;
        for (const Happening& h : timeline) {
            const std::size_t before = stage.traces.size();
            happen(stage, h);
            limitsHold(stage);
            messagesWait(stage, before);
            RC_ASSERT(stage.core->staleVerdicts(stage.clock()) == std::vector<std::string>{}); // decision 0003
        }
    });
}

TEST_CASE("whatever happens, alarms keep their counts, and none is lost") { // limits.md §7.3, §7.4
    for (const Constants& constants : {Constants{}, tightAlarms()})
        holds("alarms", 100, [&] {
            const auto timeline = *timelinesOfAlarms();
            Stage stage(constants);
            AlarmClerk clerk(stage);
            for (const Happening& h : timeline) {
                happen(stage, h);
                clerk.note(h);
                clerk.noneIsLost();
            }
        });
}

TEST_CASE("an alarm that nothing disturbs goes off when it was foretold") { // limits.md §7.3
    holds("forecast of alarms", 300, [] {
        const auto timeline = *timelinesOfAlarms();
        Stage stage;
        for (const Happening& h : timeline)
            happen(stage, h);
        stage.behaves = {};
        std::optional<AlarmView> first;
        for (AlarmView& view : stage.core->alarms(stage.clock()))
            if (view.latest && (!first || *view.latest < *first->latest)) first = std::move(view);
        if (!first) return;
        const auto tracesBefore = stage.traces.size();
        const DeviceState stateBefore = stage.core->deviceState();
        stage.until(*first->latest - at(0s) - 1ms);
        if (stage.traces.size() != tracesBefore || !(stage.core->deviceState() == stateBefore)) return; // disturbed
        stage.until(*first->latest - at(0s));
        const auto moved = [](const auto& entry) {
            return entry.second.what == Trace::What::Bucket || entry.second.what == Trace::What::Doze;
        };
        if (std::any_of(stage.traces.begin() + static_cast<std::ptrdiff_t>(tracesBefore), stage.traces.end(), moved))
            return; // disturbed at this very instant
        const auto went = [&](const std::pair<Instant, Trace>& entry) {
            return entry.second.what == Trace::What::Alarm && entry.second.tag == first->alarm.tag &&
                   entry.first == *first->latest;
        };
        RC_ASSERT(std::ranges::any_of(stage.traces, went));
    });
}

} // namespace stint
