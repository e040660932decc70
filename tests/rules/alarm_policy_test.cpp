// When an alarm goes off (limits.md §7.3, §7.4, §12.4 to §12.7).
#include <algorithm>
#include <list>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "contract/rules/alarm.hpp"
#include "contract/rules/alarm_policy.hpp"
#include "rules/instant.hpp"

using namespace stint;

namespace {

/// One app, one device, and the alarms that are pending; time is moved by hand.
struct Stage {
    Constants constants;
    Device device{.plugged = false, .charging = false, .batteryPercent = 80};
    DeviceState state{.charging = false};
    Instant time{};
    App app;
    std::list<Alarm> alarms;
    bool freed = false; ///< since the last delivery deep Doze has ended

    explicit Stage(Bucket bucket) {
        app.manifest.package = {"com.example.app"};
        app.manifest.permissions = {std::string{scheduleExactAlarm}};
        app.memory.usage.bucket = bucket;
        app.memory.usage.reason = BucketReason::ForcedByUser;
    }
    World world() const { return {constants, device, state, {time, WallTime{time.time_since_epoch()}}}; }
    void doze(std::optional<Instant> until) {
        screenOff(Instant{});
        state.doze.deep = DeepState::Idle;
        state.doze.deepTimer = until;
    }
    void openWindow() {
        state.doze.deep = DeepState::IdleMaintenance;
        freed = true;
    }
    void screenOff(Instant since) {
        device.screenOn = false;
        state.quietAt = since + constants.screenOffSettle;
    }
    void set(AlarmKind kind, Instant requested, Duration window = 0ms) {
        const auto sequence = static_cast<std::uint64_t>(alarms.size());
        alarms.push_back({.app = app.manifest.package,
                          .tag = std::string(1, static_cast<char>('a' + sequence)),
                          .kind = kind,
                          .requested = requested,
                          .window = window,
                          .sequence = sequence});
    }
    AlarmTimes times(AlarmKind kind, Instant requested, Duration window = 0ms) const {
        return alarmTimes({.kind = kind, .requested = requested, .window = window}, app, world());
    }
    Instant earliest(AlarmKind kind, Instant requested) const {
        const AlarmTimes found = times(kind, requested);
        REQUIRE(found.known);
        return found.earliest;
    }
    bool isHeld(AlarmKind kind) const { return !times(kind, time).known; }
    void delivered(AlarmKind kind, std::initializer_list<Duration> when) {
        for (const Duration one : when) {
            time = at(one);
            countDelivery(app, {.kind = kind, .requested = time}, world());
        }
    }
    /// Moves to `when` and delivers as the core does; the tags in their order, batches parted by a blank.
    std::string deliverAt(Duration when) {
        time = at(when);
        std::string went;
        Waking waking{.freed = std::exchange(freed, false)};
        for (;;) {
            std::vector<PendingAlarm> pending;
            for (const Alarm& alarm : alarms)
                pending.push_back({&alarm, alarmTimes(alarm, app, world(), Along::Yes)});
            const auto batch = alarmBatch(pending, world(), waking);
            if (batch.empty()) return went;
            if (!went.empty()) went += ' ';
            for (const Alarm* alarm : batch) {
                went += alarm->tag;
                waking.machine = waking.machine || alarm->wakeup;
                countDelivery(app, *alarm, world());
                std::erase_if(alarms, [&](const Alarm& other) { return &other == alarm; });
            }
        }
    }
};

} // namespace

TEST_CASE("each bucket lets so many delivery instants an hour pass") { // limits.md §7.4, §12.4 examples 45 to 49
    const auto dueNext = [](Bucket bucket, std::initializer_list<Duration> when, Duration requested) {
        Stage stage(bucket);
        stage.delivered(AlarmKind::Exact, when);
        return stage.earliest(AlarmKind::Exact, at(requested)).time_since_epoch();
    };
    const auto ten = {0min, 1min, 2min, 3min, 4min, 5min, 6min, 7min, 8min, 9min};
    Stage working(Bucket::WorkingSet);
    for (auto minute : ten)
        working.delivered(AlarmKind::Exact, {minute});
    CHECK(working.earliest(AlarmKind::Exact, at(10min)) == at(1h));
    CHECK(working.earliest(AlarmKind::Exact, at(11min)) == at(1h));
    CHECK(dueNext(Bucket::Frequent, {0min}, 10min) == 10min);
    CHECK(dueNext(Bucket::Frequent, {0min, 10min}, 20min) == 1h);
    CHECK(dueNext(Bucket::Rare, {0min}, 5min) == 1h);
    CHECK(dueNext(Bucket::Rare, {0min}, 61min) == 61min);
    CHECK(dueNext(Bucket::Restricted, {0min}, 5h) == 24h);
    CHECK(dueNext(Bucket::Active, {0min, 1min, 2min}, 3min) == 3min);
    CHECK(dueNext(Bucket::Exempted, {0min, 1min, 2min}, 3min) == 3min);
    CHECK(Stage(Bucket::Never).isHeld(AlarmKind::Exact));
    CHECK(Stage(Bucket::Never).times(AlarmKind::Exact, at(0min)).hold == AlarmHold::Bucket);
}

TEST_CASE("the window of an alarm that its bucket holds ends no sooner than the hold") { // limits.md §7.3
    Stage stage(Bucket::Rare);
    stage.delivered(AlarmKind::Exact, {0min});
    CHECK(stage.times(AlarmKind::Inexact, at(20min), 15min).latest == at(1h));
    CHECK(stage.times(AlarmKind::Inexact, at(50min), 15min).earliest == at(1h));
    CHECK(stage.times(AlarmKind::Inexact, at(50min), 15min).latest == at(65min));
}

TEST_CASE("alarms of one instant count once, stand-alone ones first") { // §7.4, §12.4 examples 45, 48 and 50
    Stage stage(Bucket::Restricted);
    stage.delivered(AlarmKind::Exact, {0min});
    stage.set(AlarmKind::Inexact, at(5h), 1h);
    stage.set(AlarmKind::Exact, at(6h));
    stage.set(AlarmKind::ExactWhileIdle, at(6h));
    CHECK(stage.deliverAt(24h - 1ms).empty());
    CHECK(stage.deliverAt(24h) == "bc a");
    CHECK(stage.app.memory.alarms == std::vector{at(24h)});

    Stage frequent(Bucket::Frequent);
    for (int i = 0; i < 3; ++i)
        frequent.set(AlarmKind::Exact, at(1min));
    frequent.set(AlarmKind::Exact, at(31min));
    frequent.set(AlarmKind::Exact, at(41min));
    CHECK(frequent.deliverAt(1min) == "abc");
    CHECK(frequent.deliverAt(31min) == "d");
    CHECK(frequent.deliverAt(41min).empty());
    CHECK(frequent.deliverAt(61min) == "e");
}

TEST_CASE("charging lifts the bucket's limit of every bucket and is counted all the same") { // §2.9, §7.4, example 51
    Stage stage(Bucket::Rare);
    stage.delivered(AlarmKind::Exact, {0min});
    stage.state.charging = true;
    CHECK(stage.earliest(AlarmKind::Exact, at(5min)) == at(5min));
    stage.delivered(AlarmKind::Exact, {30min});
    stage.state.charging = false;
    CHECK(stage.earliest(AlarmKind::Exact, at(55min)) == at(90min));
    Stage never(Bucket::Never);
    never.state.charging = true;
    CHECK(!never.isHeld(AlarmKind::Exact));
}

TEST_CASE("the user's restriction parks alarms until the app is active, on the charger too") { // §7.4, example 52
    Stage stage(Bucket::Active);
    stage.app.memory.batteryUse = BatteryUse::Restricted;
    stage.state.charging = true;
    CHECK(stage.isHeld(AlarmKind::ExactWhileIdle));
    CHECK(!stage.isHeld(AlarmKind::Clock));
    stage.app.memory.pinned = ProcessState::ForegroundService;
    CHECK(!stage.isHeld(AlarmKind::Exact));
    stage.app.memory.pinned = ProcessState::Background;
    CHECK(stage.isHeld(AlarmKind::Exact));
    stage.app.memory.allowlistedUntil = at(1min);
    CHECK(stage.isHeld(AlarmKind::Exact));
}

TEST_CASE("a visible app's alarms are neither limited nor counted; a foreground service frees none") { // example 53
    Stage stage(Bucket::Rare);
    stage.app.memory.pinned = ProcessState::Visible;
    stage.delivered(AlarmKind::Exact, {0min, 5min});
    CHECK(stage.app.memory.alarms.empty());
    CHECK(stage.earliest(AlarmKind::Exact, at(10min)) == at(10min));
    stage.app.memory.pinned = ProcessState::ForegroundService;
    stage.delivered(AlarmKind::Exact, {10min});
    CHECK(stage.earliest(AlarmKind::Exact, at(20min)) == at(70min));
}

TEST_CASE("nothing limits the alarms of an app the user un-restricted") { // limits.md §1.2, §12.4 example 54
    Stage stage(Bucket::Rare);
    stage.app.memory.batteryUse = BatteryUse::Unrestricted;
    stage.delivered(AlarmKind::Exact, {0min, 1min});
    CHECK(stage.app.memory.alarms.empty());
    stage.doze(at(2h));
    stage.device.batterySaver = true;
    CHECK(stage.earliest(AlarmKind::Exact, at(2min)) == at(2min));
}

TEST_CASE("exact while-idle alarms pass the bucket, but not the restricted one; inexact ones do not") { // example 55
    Stage stage(Bucket::Rare);
    stage.delivered(AlarmKind::Exact, {0min});
    CHECK(stage.earliest(AlarmKind::ExactWhileIdle, at(10min)) == at(10min));
    CHECK(stage.earliest(AlarmKind::WhileIdle, at(10min)) == at(1h));
    CHECK(stage.earliest(AlarmKind::Clock, at(10min)) == at(10min));
    stage.delivered(AlarmKind::ExactWhileIdle, {10min});
    CHECK(stage.app.memory.alarms == std::vector{at(0min)});
    stage.app.memory.usage.bucket = Bucket::Restricted;
    CHECK(stage.earliest(AlarmKind::ExactWhileIdle, at(20min)) == at(24h));
}

TEST_CASE("inexact alarms share the wake-up of the first that must go, an exact one stands alone") { // example 57
    Stage stage(Bucket::Active);
    stage.set(AlarmKind::Inexact, at(20min), 15min);
    stage.set(AlarmKind::Inexact, at(30min), 22min + 30s);
    stage.set(AlarmKind::Exact, at(33min));
    CHECK(stage.deliverAt(33min - 1ms).empty());
    CHECK(stage.deliverAt(33min) == "c");
    CHECK(stage.deliverAt(35min - 1ms).empty());
    CHECK(stage.deliverAt(35min) == "ab");
}

TEST_CASE("Doze holds plain alarms until the next maintenance window") { // limits.md §7.4, §12.5 example 67
    Stage stage(Bucket::Active);
    stage.time = at(1h);
    stage.doze(at(2h));
    CHECK(stage.earliest(AlarmKind::Exact, at(90min)) == at(2h));
    CHECK(stage.earliest(AlarmKind::Inexact, at(90min)) == at(2h));
    CHECK(stage.earliest(AlarmKind::Exact, at(121min)) == at(121min));
    CHECK(stage.earliest(AlarmKind::Clock, at(90min)) == at(90min));
    CHECK(stage.earliest(AlarmKind::ExactWhileIdle, at(90min)) == at(90min));
    stage.device.dozeForce = DozeForce::Idle; // held there by a person: no window comes by itself
    CHECK(stage.isHeld(AlarmKind::Exact));
    stage.device.dozeForce.reset();
    stage.state.doze.deep = DeepState::Active;
    stage.state.doze.light = LightState::Idle; // light Doze holds no alarm (§12.5 example 66)
    CHECK(stage.earliest(AlarmKind::Exact, at(90min)) == at(90min));
}

TEST_CASE("as a maintenance window opens, what Doze deferred goes, its own window over or not") { // limits.md §6.4
    Stage stage(Bucket::Active);
    stage.time = at(1h);
    stage.doze(at(2h));
    stage.set(AlarmKind::Inexact, at(80min), 1h);
    stage.set(AlarmKind::Exact, at(90min));
    stage.alarms.back().wakeup = false;
    stage.time = at(2h);
    stage.openWindow();
    CHECK(stage.deliverAt(2h) == "b a");
}

TEST_CASE("seven while-idle alarms an hour pass Doze, of both kinds together") { // limits.md §7.4, §12.5 example 68
    Stage stage(Bucket::Active);
    stage.time = at(1h);
    stage.doze(at(4h));
    stage.delivered(AlarmKind::ExactWhileIdle, {65min, 70min, 75min, 80min});
    stage.delivered(AlarmKind::WhileIdle, {85min, 90min});
    CHECK(stage.earliest(AlarmKind::WhileIdle, at(95min)) == at(95min));
    stage.delivered(AlarmKind::WhileIdle, {95min});
    CHECK(stage.earliest(AlarmKind::ExactWhileIdle, at(100min)) == at(125min)); // 1:05 and an hour
    stage.state.doze.deepTimer = at(2h);
    CHECK(stage.earliest(AlarmKind::ExactWhileIdle, at(100min)) == at(2h)); // the window comes first
    stage.constants.alarmWhileIdleExactQuota = 72;
    CHECK(stage.earliest(AlarmKind::ExactWhileIdle, at(100min)) == at(100min));
    CHECK(stage.earliest(AlarmKind::WhileIdle, at(100min)) == at(2h));
}

TEST_CASE("outside Doze and battery saver while-idle alarms leave no trace") { // limits.md §7.4
    Stage stage(Bucket::Active);
    stage.delivered(AlarmKind::ExactWhileIdle, {0min, 1min});
    CHECK(stage.app.memory.whileIdleAlarms.empty());
}

TEST_CASE("in Doze a while-idle alarm is still held by its bucket") { // limits.md §7.3, §12.5 example 69
    Stage stage(Bucket::Rare);
    stage.time = at(1h);
    stage.doze(at(2h));
    stage.delivered(AlarmKind::WhileIdle, {65min});
    CHECK(stage.earliest(AlarmKind::WhileIdle, at(70min)) == at(125min));
    CHECK(stage.times(AlarmKind::WhileIdle, at(70min)).hold == AlarmHold::Bucket);
    CHECK(stage.earliest(AlarmKind::Exact, at(70min)) == at(125min)); // the later of both rules
}

TEST_CASE("an alarm that is due when its app is active no more is not foretold under saver") { // limits.md §7.4
    Stage stage(Bucket::Active);
    stage.device.batterySaver = true;
    stage.app.memory.pinned = ProcessState::Background;
    stage.app.memory.leftForeground = at(0min);
    const Instant ends = at(0min) + stage.constants.backgroundSettle;
    const auto parked = [&](AlarmKind kind, Instant due) {
        return parkedAt({.kind = kind, .requested = due}, stage.app, due, stage.world());
    };
    CHECK(parked(AlarmKind::Exact, ends - 1ms) == AlarmHold::Nothing);
    CHECK(parked(AlarmKind::Exact, ends) == AlarmHold::BatterySaver);
    CHECK(parked(AlarmKind::ExactWhileIdle, ends) == AlarmHold::Nothing); // it has an allowance
    CHECK(parked(AlarmKind::Clock, ends) == AlarmHold::Nothing);
    stage.app.memory.batteryUse = BatteryUse::Restricted;
    CHECK(parked(AlarmKind::Exact, ends) == AlarmHold::UserRestriction);
    stage.app.memory.batteryUse = BatteryUse::Unrestricted;
    CHECK(parked(AlarmKind::Exact, ends) == AlarmHold::Nothing);
}

TEST_CASE("battery saver holds plain alarms of apps that are not active, and only while unplugged") { // example 93
    Stage stage(Bucket::Active);
    stage.device.batterySaver = true;
    CHECK(stage.isHeld(AlarmKind::Exact));
    CHECK(stage.times(AlarmKind::Exact, at(0min)).hold == AlarmHold::BatterySaver);
    CHECK(!stage.isHeld(AlarmKind::Clock));
    stage.delivered(AlarmKind::ExactWhileIdle, {1min, 2min, 3min, 4min, 5min, 6min, 7min});
    CHECK(stage.earliest(AlarmKind::ExactWhileIdle, at(8min)) == at(61min));
    stage.device.plugged = true;
    CHECK(stage.earliest(AlarmKind::Exact, at(8min)) == at(8min));
    stage.device.plugged = false;
    stage.app.memory.pinned = ProcessState::ForegroundService;
    CHECK(stage.earliest(AlarmKind::Exact, at(8min)) == at(8min));
}

TEST_CASE("a non-wake-up alarm waits for the screen or a wake-up, the longer the longer it is off") { // limits.md §7.3
    struct Row {
        Duration off, hold;
    };
    for (const Row& row : {Row{5min - 1ms, 2min}, Row{5min, 15min}, Row{30min - 1ms, 15min}, Row{30min, 60min}}) {
        Stage stage(Bucket::Active);
        stage.set(AlarmKind::Exact, at(row.off));
        stage.alarms.back().wakeup = false;
        stage.screenOff(Instant{});
        CHECK(stage.deliverAt(row.off + row.hold - 1ms).empty());
        CHECK(stage.deliverAt(row.off + row.hold) == "a");
    }
    Stage stage(Bucket::Active);
    stage.screenOff(Instant{});
    stage.set(AlarmKind::Inexact, at(10min), 1min);
    stage.alarms.back().wakeup = false;
    stage.set(AlarmKind::Exact, at(12min));
    CHECK(stage.deliverAt(11min).empty());
    CHECK(stage.deliverAt(12min) == "b a");
    stage.set(AlarmKind::Exact, at(13min));
    stage.alarms.back().wakeup = false;
    CHECK(stage.deliverAt(14min).empty());
    stage.device.screenOn = true;
    stage.state.quietAt.reset();
    CHECK(stage.deliverAt(15min) == "a");
}

TEST_CASE("a history keeps what the largest allowance asks for, and no more") { // limits.md §7.4
    Stage stage(Bucket::Active);
    for (int minute = 0; minute < 100; ++minute)
        stage.delivered(AlarmKind::Exact, {std::chrono::minutes{minute}});
    REQUIRE(stage.app.memory.alarms.size() == 10);
    CHECK(stage.app.memory.alarms.front() == at(90min));
    stage.delivered(AlarmKind::Exact, {90min + 24h});
    CHECK(stage.app.memory.alarms.front() == at(91min));
}
