// Alarms in the core: set, delivered together, counted, and what of them outlives a restart (limits.md §7).
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/result/containers.hpp"
#include "contract/core/scheduler.hpp"
#include "core/stage.hpp"

using namespace stint;

namespace {

const AppId news{"com.example.news"};

/// A device on battery with its screen on, two apps that take whatever they are handed, and a store.
struct AlarmStage {
    Constants constants;
    Device device{.plugged = false, .charging = false, .batteryPercent = 80};
    Duration time{0};
    WallTime wallAtStart{std::chrono::hours{24 * 365 * 56}};
    std::unique_ptr<Scheduler> core;
    std::map<std::pair<AppId, std::string>, Alarm> stored;
    std::map<AppId, AppMemory> memories;
    std::set<std::string, std::less<>> permissions{std::string{scheduleExactAlarm}};
    std::string boot;
    std::optional<Error> error;
    std::vector<Alarm> handed;
    bool takes = true; ///< the apps answer what they are handed
    std::string went;  ///< the tags since it was last read, with the count where one stands for several

    AlarmStage() {
        start("first boot");
        for (const AppId& app : {mail, news})
            event(BucketForced{{}, app, Bucket::Active});
    }

    Now clock() const { return {Instant{time}, wallAtStart + time}; }
    void start(const std::string& name) {
        Snapshot snapshot{.sameBoot = name == boot};
        for (const auto& [app, memory] : memories)
            snapshot.apps.push_back({memory, {boot}, clock()});
        for (const auto& [key, alarm] : stored)
            snapshot.alarms.push_back({alarm, {boot}});
        boot = name;
        core = std::make_unique<Scheduler>(constants);
        take(core->restore(std::move(snapshot), {boot}, device, clock()));
        event(DeviceChanged{{}, device});
        for (const AppId& app : {mail, news})
            install(app);
    }
    void install(const AppId& app) {
        Manifest manifest{.package = app};
        manifest.permissions = permissions;
        manifest.receivers.emplace("Alarms", Receiver{"Alarms", {}});
        event(AppInstalled{manifest});
    }
    void event(const Event& what) { take(core->handle(what, clock())); }
    void until(Duration target) {
        for (auto next = core->nextDeadline(); next && *next <= Instant{target}; next = core->nextDeadline()) {
            REQUIRE(*next >= Instant{time});
            time = next->time_since_epoch();
            event(Tick{});
            REQUIRE(core->nextDeadline().value_or(Instant::max()) > Instant{time});
        }
        time = target;
    }
    /// The tags that went off until then.
    std::string wentBy(Duration target) {
        until(target);
        return std::exchange(went, {});
    }
    void set(Alarm alarm) {
        error.reset();
        event(AlarmSet{{1}, std::move(alarm)});
    }
    void set(const AppId& app, const std::string& tag, AlarmKind kind, Duration when, Duration every = 0ms) {
        set({.app = app, .tag = tag, .kind = kind, .requested = Instant{when}, .interval = every});
    }
    void pin(const AppId& app, Bucket bucket) { event(BucketForced{{}, app, bucket}); }

    void take(const Step& step) {
        for (const Record& record : step.records)
            std::visit(Overloaded{[&](const SaveAlarm& r) {
                                      stored[{r.alarm.app, r.alarm.tag}] = r.alarm;
                                  },
                                  [&](const DropAlarm& r) {
                                      stored.erase({r.app, r.tag});
                                  },
                                  [&](const SaveApp& r) { memories[r.memory.app] = r.memory; }, [](const auto&) {}},
                       record);
        std::vector<Event> answers;
        for (const Effect& effect : step.effects) {
            if (const auto* reply = std::get_if<Reply>(&effect); reply && reply->error) error = reply->error;
            const auto* alarm = std::get_if<DeliverAlarm>(&effect);
            if (!alarm) continue;
            handed.push_back(alarm->alarm);
            went += alarm->alarm.tag;
            if (alarm->count > 1) went += std::to_string(alarm->count);
            if (takes) answers.emplace_back(DeliveryEnded{alarm->alarm.app, alarm->delivery});
        }
        for (const Event& answer : answers)
            event(answer);
    }
};

} // namespace

TEST_CASE("inexact alarms of two apps go together, an exact one alone") { // limits.md §7.3, §12.4 example 57
    AlarmStage stage;
    stage.set(mail, "a", AlarmKind::Inexact, 20min);
    stage.set(news, "b", AlarmKind::Inexact, 30min);
    stage.set(news, "c", AlarmKind::Exact, 33min);
    CHECK(stage.wentBy(33min - 1ms).empty());
    CHECK(stage.wentBy(33min) == "c");
    CHECK(stage.wentBy(35min - 1ms).empty());
    CHECK(stage.wentBy(35min) == "ab");
    CHECK(stage.stored.empty());
    CHECK(!stage.core->nextDeadline());
}

TEST_CASE("an alarm is answered for: whose, for what receiver, with what right, how many") { // limits.md §7.2, §7.5
    AlarmStage stage;
    stage.set({"com.example.nobody"}, "a", AlarmKind::Inexact, 1h);
    REQUIRE(stage.error);
    CHECK(stage.error->code == Errc::ILLEGAL_ARGUMENT);
    for (int i = 0; i < 500; ++i)
        stage.set(mail, std::to_string(i), AlarmKind::Exact, 1h);
    CHECK(!stage.error);
    stage.set(mail, "one more", AlarmKind::Exact, 1h);
    REQUIRE(stage.error);
    CHECK(stage.error->code == Errc::ILLEGAL_STATE);
    stage.set(mail, "7", AlarmKind::Exact, 2h); // replaces
    CHECK(!stage.error);
    stage.permissions.clear();
    stage.install(news);
    stage.set(news, "a", AlarmKind::Exact, 1h);
    REQUIRE(stage.error);
    CHECK(stage.error->code == Errc::SECURITY);
}

TEST_CASE("one that is set again, cancelled, or loses its right does not go off") { // limits.md §7.2, §7.5
    AlarmStage stage;
    stage.set(mail, "a", AlarmKind::Exact, 10min);
    stage.set(mail, "a", AlarmKind::Exact, 20min);
    stage.set(mail, "b", AlarmKind::Exact, 10min);
    stage.event(AlarmCancelled{{1}, mail, "b"});
    stage.set(news, "c", AlarmKind::Exact, 10min);
    stage.set(news, "d", AlarmKind::Inexact, 8s);
    stage.permissions.clear();
    stage.install(news);
    CHECK(stage.wentBy(20min - 1ms) == "d");
    CHECK(stage.wentBy(20min) == "a");
}

TEST_CASE("a repeating alarm that was held goes off once for all, and keeps its grid") { // §7.2, §12.4 example 58
    AlarmStage stage;
    stage.set(mail, "t", AlarmKind::Inexact, 10min, 10min);
    CHECK(stage.wentBy(28min) == "tt");
    stage.pin(mail, Bucket::Never);
    CHECK(stage.wentBy(67min).empty());
    stage.pin(mail, Bucket::Active);
    CHECK(stage.wentBy(67min) == "t4");
    CHECK(stage.wentBy(77min + 30s - 1ms).empty());
    CHECK(stage.wentBy(77min + 30s) == "t");
}

TEST_CASE("the bucket's history outlives the daemon, not the boot") { // limits.md §7.4, §12.7 example 99
    AlarmStage stage;
    stage.pin(mail, Bucket::Rare);
    stage.set(mail, "a", AlarmKind::Exact, 1min);
    stage.set(mail, "b", AlarmKind::Exact, 5min);
    CHECK(stage.wentBy(2min) == "a");
    stage.start(stage.boot);
    CHECK(stage.wentBy(61min - 1ms).empty());
    CHECK(stage.wentBy(61min) == "b");
    stage.set(mail, "c", AlarmKind::Exact, 70min);
    stage.start("second boot");
    CHECK(stage.stored.empty());
    stage.set(mail, "d", AlarmKind::Exact, 75min);
    CHECK(stage.wentBy(75min) == "d");
}

TEST_CASE("a persisted alarm outlives the boot") { // limits.md §7 (proposal: persisted by choice)
    AlarmStage stage;
    stage.set({.app = mail, .tag = "a", .kind = AlarmKind::Exact, .persisted = true, .requested = Instant{1h}});
    stage.until(10min);
    stage.wallAtStart += 20min; // off for so long
    stage.start("second boot");
    CHECK(stage.wentBy(40min - 1ms).empty());
    CHECK(stage.wentBy(40min) == "a");
}

TEST_CASE("an alarm by the wall clock goes with it when it is set, a daemon there to see it or not") { // limits.md §7.1
    for (const bool seen : {true, false}) {
        CAPTURE(seen);
        AlarmStage stage;
        Alarm alarm{.app = mail, .tag = "w", .kind = AlarmKind::Exact, .byWall = true};
        alarm.requestedWall = stage.wallAtStart + 1h;
        stage.set(alarm);
        stage.set(mail, "e", AlarmKind::Exact, 1h);
        stage.until(10min);
        stage.wallAtStart += 30min;
        seen ? stage.event(ClockSet{}) : stage.start("first boot");
        CHECK(stage.wentBy(30min - 1ms).empty());
        CHECK(stage.wentBy(30min) == "w");
        CHECK(stage.wentBy(1h) == "e");
    }
}

TEST_CASE("time alone parks the alarms of a restricted app, and the daemon sleeps") { // limits.md §7.4, §9
    AlarmStage stage;
    stage.event(BatteryUseSet{{}, mail, BatteryUse::Restricted});
    stage.event(AppStatePinned{{}, mail, ProcessState::Top});
    stage.set(mail, "a", AlarmKind::Exact, 5min);
    stage.event(AppStatePinned{{}, mail, ProcessState::Background});
    CHECK(stage.wentBy(2h).empty()); // until() has checked that every deadline lies ahead
    stage.event(AppStatePinned{{}, mail, ProcessState::Top});
    CHECK(std::exchange(stage.went, {}) == "a");
}

TEST_CASE("a force-stopped app's alarms and histories are gone") { // limits.md §7.4
    AlarmStage stage;
    stage.pin(mail, Bucket::Rare);
    stage.set(mail, "a", AlarmKind::Exact, 1min);
    stage.set(mail, "b", AlarmKind::Exact, 30min);
    CHECK(stage.wentBy(2min) == "a");
    stage.event(ForceStop{{1}, mail});
    CHECK(stage.stored.empty());
    stage.set(mail, "c", AlarmKind::Exact, 10min);
    CHECK(stage.wentBy(2h) == "c");
}

TEST_CASE("an uninstalled app's alarms and histories are gone") { // limits.md §7.4, §12.7 example 100
    AlarmStage stage;
    stage.pin(mail, Bucket::Rare);
    stage.set(mail, "a", AlarmKind::Exact, 1min);
    stage.set(mail, "b", AlarmKind::Exact, 30min);
    CHECK(stage.wentBy(2min) == "a");
    stage.event(AppUninstalled{mail});
    stage.install(mail);
    stage.pin(mail, Bucket::Rare);
    stage.set(mail, "c", AlarmKind::Exact, 10min);
    CHECK(stage.wentBy(1h) == "c");
}

TEST_CASE(
    "an alarm that was not taken when the daemon died goes off again, and counts once") { // §7.4, §12.7 example 99
    AlarmStage stage;
    stage.pin(mail, Bucket::Rare);
    stage.takes = false;
    stage.set(mail, "a", AlarmKind::Exact, 1min);
    CHECK(stage.wentBy(1min) == "a");
    stage.start("first boot");
    CHECK(stage.wentBy(1min + 1s) == "a"); // though the bucket would hold it for an hour
    stage.takes = true;
    stage.start("first boot");
    CHECK(stage.wentBy(1min + 2s) == "a");
    CHECK(stage.stored.empty());
    CHECK(stage.memories.at(mail).alarms == std::vector{Instant{1min}});
    stage.start("first boot");
    CHECK(stage.wentBy(2min).empty());
}

TEST_CASE("an alarm that is given up, cancelled or set anew on its way does not go off again") { // limits.md §7.3
    for (const std::string how : {"given up", "cancelled", "set anew", "uninstalled"}) {
        CAPTURE(how);
        AlarmStage stage;
        stage.takes = false;
        stage.set(mail, "a", AlarmKind::Exact, 1min);
        CHECK(stage.wentBy(1min) == "a");
        if (how == "given up") stage.until(1min + 5s);
        if (how == "cancelled") stage.event(AlarmCancelled{{1}, mail, "a"});
        if (how == "set anew") stage.set(mail, "a", AlarmKind::Exact, 1h);
        if (how == "uninstalled") stage.event(AppUninstalled{mail});
        stage.start("first boot");
        CHECK(stage.wentBy(59min).empty());
        CHECK(stage.stored.size() == (how == "set anew" ? 1 : 0));
    }
}
