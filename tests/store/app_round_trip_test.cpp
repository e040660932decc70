// The records behind the limits come back as they were written, and damage neither loses nor doubles a limit.
#include "contract/rules/expedited_quota.hpp"
#include "contract/rules/quota.hpp"
#include "contract/rules/recovery.hpp"
#include "stintd/store/app_json.hpp"
#include "stintd/store/ledger_json.hpp"
#include "stintd/store/opening.hpp"
#include "store/fixture.hpp"

using namespace stint;
using namespace stint::test;

namespace {

void execute(const Scratch& scratch, const std::string& sql) {
    std::vector<std::string> notes;
    const auto directory = valueOf(StoreDirectory::claim(scratch.store()));
    auto database = valueOf(openDatabase(directory, Journal::WriteAhead, notes));
    done(database.run(sql));
}

/// The usage without which there would be none to keep the clocks by.
AppMemory unusedOf(std::int32_t nth, const std::string& app) {
    auto memory = memoryOf(nth, app);
    memory.usage = {};
    return memory;
}

} // namespace

TEST_CASE("an app's memory comes back whole, with its boot and when it was written") { // limits.md §2.2, §3.4
    const Scratch scratch;
    const AppMemory bare{.app = AppId{"com.example.bare"}};
    const auto full = memoryOf(7, "com.example.full");
    {
        auto store = openStore(scratch.store());
        commit(store, {saved(full), saved(memoryOf(3, "com.example.bare"))});
        commit(store, {saved(bare)});
    }
    const auto snapshot = reopened(scratch, bootB);
    REQUIRE(snapshot.apps.size() == 2);
    CHECK((snapshot.apps[0].memory == bare));
    CHECK((snapshot.apps[1].memory == full));
    for (const auto& stored : snapshot.apps) {
        CHECK(stored.boot == bootA);
        CHECK(stored.written.elapsed == saved(full).written.elapsed);
        CHECK(stored.written.wall == saved(full).written.wall);
    }
}

TEST_CASE("each word of an app's memory comes back") {
    const Scratch scratch;
    auto store = openStore(scratch.store());
    const auto comesBack = [&](const AppMemory& memory) {
        commit(store, {saved(memory)});
        CHECK((valueOf(store.load()).apps.at(0).memory == memory));
    };
    auto memory = memoryOf(1);
    for (const auto state : {ProcessState::Top, ProcessState::Visible, ProcessState::ForegroundService,
                             ProcessState::Background, ProcessState::NotRunning}) {
        memory.pinned = state;
        comesBack(memory);
    }
    for (const auto use : {BatteryUse::Optimized, BatteryUse::Unrestricted, BatteryUse::Restricted}) {
        memory.batteryUse = use;
        comesBack(memory);
    }
    for (const auto bucket : {Bucket::Exempted, Bucket::Active, Bucket::WorkingSet, Bucket::Frequent, Bucket::Rare,
                              Bucket::Restricted, Bucket::Never}) {
        memory.usage.bucket = bucket;
        comesBack(memory);
    }
    for (const auto reason : {BucketReason::Default, BucketReason::Timeout, BucketReason::Usage,
                              BucketReason::ForcedByUser, BucketReason::Predicted, BucketReason::ForcedBySystem}) {
        memory.usage.reason = reason;
        comesBack(memory);
    }
}

TEST_CASE("alarms come back by app and tag, set again or dropped") { // limits.md §7.1
    const Scratch scratch;
    auto again = alarmOf(2);
    again.requested = Instant{Duration::max() / 4}; // the furthest that rules set one to
    again.requestedWall = wall(Duration::max() / 4 + 24h);
    again.kind = AlarmKind::Clock;
    auto other = alarmOf(1);
    other.app.name = "com.example.another";
    {
        auto store = openStore(scratch.store());
        commit(store, {SaveAlarm{alarmOf(3)}, SaveAlarm{alarmOf(2)}, SaveAlarm{alarmOf(1)}, SaveAlarm{other}});
        commit(store, {SaveAlarm{again}, DropAlarm{alarmOf(1).app, alarmOf(1).tag}, DropAlarm{other.app, "no such"}});
    }
    const auto snapshot = reopened(scratch, bootB);
    REQUIRE(snapshot.alarms.size() == 3);
    CHECK((snapshot.alarms[0].alarm == other));
    CHECK((snapshot.alarms[1].alarm == again));
    CHECK((snapshot.alarms[2].alarm == alarmOf(3)));
    CHECK(snapshot.alarms[2].boot == bootA);
}

TEST_CASE("messages come back in the order they arrived in") { // limits.md §8.5
    const Scratch scratch;
    auto binary = messageOf(2);
    binary.data = std::string("with a\0zero", 11);
    {
        auto store = openStore(scratch.store());
        commit(store, {SaveMessage{messageOf(10)}, SaveMessage{binary}, SaveMessage{messageOf(3)}});
        commit(store, {DropMessage{3}, DropMessage{77}});
    }
    const auto snapshot = reopened(scratch, bootB);
    REQUIRE(snapshot.messages.size() == 2);
    CHECK((snapshot.messages[0].message == binary));
    CHECK((snapshot.messages[1].message == messageOf(10)));
    CHECK(snapshot.messages[0].boot == bootA);
}

TEST_CASE("registrations, how far they were read, and the ids that were seen come back") { // push.md §4.1
    const Scratch scratch;
    Registration further = registrationOf(1);
    further.cursors = {0, 1, 2, (std::uint64_t{1} << 62) - 1};
    {
        auto store = openStore(scratch.store());
        commit(store, {SaveRegistration{registrationOf(3)}, SaveRegistration{registrationOf(1)},
                       SaveRegistration{registrationOf(2)}, SaveLinePlace{{"stream", 7}}});
        commit(store, {SaveRegistration{further}, DropRegistration{registrationOf(2).name}, DropRegistration{"none"},
                       SaveLinePlace{{"stream", 8}}});
        commit(store, {SaveSeenMessage{"a", wall(1h)}, SaveSeenMessage{"b", wall(2h)}, SaveSeenMessage{"c", wall(3h)},
                       SaveSeenMessage{"d", wall(1h)}, SaveSeenMessage{"d", wall(4h)}});
        commit(store, {KeepSeenMessages{wall(2h), wall(3h)}});
    }
    const auto snapshot = reopened(scratch, bootB);
    CHECK((snapshot.registrations == std::vector{further, registrationOf(3)}));
    CHECK((snapshot.linePlace == LinePlace{"stream", 8}));
    CHECK((snapshot.seenMessages == std::map<std::string, WallTime>{{"b", wall(2h)}, {"c", wall(3h)}}));
}

TEST_CASE("what is derived of the device comes back in its boot, and in no other") { // limits.md §6, §10.3
    const Scratch scratch;
    CHECK(!reopened(scratch).deviceState);
    DeviceState state;
    state.charging = false;
    state.chargingByLevel = false;
    state.pluggedAt = at(1h);
    state.chargingAt = at(2h);
    state.batteryPercent = 14;
    state.batteryLow = true;
    state.storageLow = true;
    state.idle = true;
    state.interactive = false;
    state.idleAt = at(3h);
    state.quietAt = at(4h);
    state.screenBlocks = false;
    state.doze = {.deep = DeepState::IdleMaintenance,
                  .light = LightState::Override,
                  .deepTimer = at(5h),
                  .lightTimer = at(6h),
                  .idleFor = 2h,
                  .maintenanceFor = 10min,
                  .lightIdleFor = 15min,
                  .lightBudget = 1min,
                  .windowSince = at(7h),
                  .quickWhileIdle = true,
                  .settledAt = at(8h)};
    {
        auto store = openStore(scratch.store());
        commit(store, {SaveDeviceState{DeviceState{}}});
        commit(store, {SaveDeviceState{state}});
    }
    CHECK((reopened(scratch).deviceState == state));
    CHECK(!reopened(scratch, bootB).deviceState);
}

TEST_CASE("a device's state that cannot be is set aside, and derived anew") {
    for (const char* wrong : {"", "[]", "{\"charging\":1}", "{\"warp\":9}", "{\"batteryPercent\":101}",
                              "{\"doze\":{\"deep\":\"asleep\"}}", "{\"idleAt\":\"noon\"}"})
        CHECK_FALSE(deviceStateFrom(wrong).ok());
    CHECK(deviceStateFrom("{}").value() == DeviceState{});
}

TEST_CASE("the clocks that apps age by come back, with the boot they were written in") { // limits.md §2.2
    const Scratch scratch;
    CHECK(!reopened(scratch).usageTime);
    {
        auto store = openStore(scratch.store());
        commit(store, {SaveUsageTime{{10h, 1h}, at(2h), true}});
        commit(store, {SaveUsageTime{{11h, 2h}, at(3h), false}});
    }
    const auto stored = reopened(scratch, bootB).usageTime;
    REQUIRE(stored);
    CHECK((stored->saved.time == UsageTime{11h, 2h}));
    CHECK(stored->saved.at == at(3h));
    CHECK(!stored->saved.screenOn);
    CHECK(stored->boot == bootA);
}

TEST_CASE(
    "an uninstalled app's memory goes, its alarms and messages are dropped by their own records") { // jobs.md §7.4
    const Scratch scratch;
    auto store = openStore(scratch.store());
    commit(store, {saved(unusedOf(1, "com.example.app")), SaveAlarm{alarmOf(1)}, SaveMessage{messageOf(1)}});
    commit(store, {DropApp{AppId{"com.example.app"}}});
    const auto snapshot = valueOf(store.load());
    CHECK(snapshot.apps.empty()); // of neither of its two rows
    CHECK(snapshot.alarms.size() == 1);
    CHECK(snapshot.messages.size() == 1);
    CHECK(store.notes().empty());
}

TEST_CASE("a lost ledger counts as spent, and what a person has chosen stays") { // limits.md §3.4, §4, §7.4
    const std::string where = " WHERE app = 'com.example.hit'";
    const std::string reseal = "; UPDATE ledgers SET seal = seal(app, boot, written, written_wall, ledger)";
    const std::string wrong = "UPDATE ledgers SET ledger = '{\"quota\":{\"sessions\":[[9,3,1]]}}'";
    for (const auto& damage :
         {"DELETE FROM ledgers" + where, "UPDATE ledgers SET ledger = '{}'" + where, wrong + where + reseal}) {
        CAPTURE(damage);
        const Scratch scratch;
        {
            auto store = openStore(scratch.store());
            commit(store, {saved(memoryOf(2, "com.example.hit")), saved(memoryOf(3, "com.example.safe"))});
        }
        execute(scratch, damage);
        AppMemory hit;
        {
            auto store = openStore(scratch.store());
            const auto snapshot = valueOf(store.load());
            REQUIRE(snapshot.apps.size() == 2);
            hit = snapshot.apps[0].memory;
            CHECK((snapshot.apps[1].memory == memoryOf(3, "com.example.safe")));
            const auto notes = store.notes();
            REQUIRE(!notes.empty());
            CHECK(notes.back().find("com.example.hit") != std::string::npos);
            CHECK(notes.back().find("com.example.safe") == std::string::npos);
        }
        CHECK(hit.batteryUse == BatteryUse::Restricted);
        CHECK(hit.dataSaverExempt);
        CHECK((hit.usage == memoryOf(2).usage));
        // Each open since a day before it was written: full in every window until a day after the daemon's death.
        const Instant dayBefore = saved(hit).written.elapsed - 24h;
        REQUIRE(hit.quota.open);
        CHECK(hit.quota.open->start == dayBefore);
        CHECK(hit.quota.open->jobs >= 1'000'000);
        REQUIRE(hit.expedited.open);
        CHECK(hit.expedited.open->start == dayBefore);
        CHECK(hit.expedited.credit == 0ms);
        CHECK(hit.alarms.size() >= 72);
        CHECK(hit.whileIdleAlarms.size() >= 72);
        CHECK(hit.alarms.back() == saved(hit).written.elapsed);
        auto store = openStore(scratch.store());
        CHECK((valueOf(store.load()).apps.at(0).memory == hit)); // the same once more, and told once
        CHECK(store.notes().empty());
    }
}

TEST_CASE("no bucket has quota left of a lost ledger, and each has all of it a day later") { // limits.md §3.5, §4
    const Scratch scratch;
    {
        auto store = openStore(scratch.store());
        commit(store, {saved(AppMemory{.app = AppId{"com.example.app"}})});
    }
    execute(scratch, "DELETE FROM ledgers");
    const auto stored = reopened(scratch).apps.at(0);
    const Constants constants;
    const Device device{.plugged = false, .charging = false};
    const DeviceState state{.charging = false};
    const Instant died = stored.written.elapsed + 30min;
    for (const auto bucket : {Bucket::Active, Bucket::WorkingSet, Bucket::Frequent, Bucket::Rare, Bucket::Restricted}) {
        CAPTURE(nameOf(bucket));
        App app{.memory = afterRestart(stored.memory, died, constants)};
        app.memory.usage.bucket = bucket;
        const auto quotasAt = [&](Instant now) {
            const World world{constants, device, state, {now, {}}};
            return std::pair{inRegularQuota(app, world, false), inExpeditedQuota(app, world)};
        };
        CHECK((quotasAt(died) == std::pair{false, false}));
        CHECK((quotasAt(died + 24h) == std::pair{true, true}));
    }
}

TEST_CASE("an app whose own row is damaged keeps what it has used") { // limits.md §3.4
    const Scratch scratch;
    {
        auto store = openStore(scratch.store());
        commit(store, {saved(memoryOf(2)), saved(memoryOf(3, "com.example.zzz"))});
    }
    execute(scratch, "UPDATE apps SET battery_use = 'unrestricted' WHERE app = 'com.example.app'");
    auto store = openStore(scratch.store());
    const auto snapshot = valueOf(store.load());
    REQUIRE(snapshot.apps.size() == 2);
    AppMemory expected{.app = AppId{"com.example.app"}};
    done(readLedgers(ledgersText(memoryOf(2)), expected));
    CHECK((snapshot.apps[0].memory == expected));
    CHECK(snapshot.apps[0].boot == bootA);
    CHECK(snapshot.apps[0].written.elapsed == saved(expected).written.elapsed);
    CHECK(store.notes().size() == 1);
}

TEST_CASE("lost clocks of use go on from the last use of any app") { // limits.md §2.2, §2.3
    const Scratch scratch;
    {
        auto store = openStore(scratch.store());
        commit(store, {SaveUsageTime{{9999h, 999h}, at(2h), true}, saved(memoryOf(2)), saved(memoryOf(3, "com.z"))});
    }
    execute(scratch, "UPDATE usage_time SET running = 0");
    auto store = openStore(scratch.store());
    const auto stored = valueOf(store.load()).usageTime;
    REQUIRE(stored);
    CHECK((stored->saved.time == *memoryOf(3).usage.used));
    CHECK(stored->boot != bootA);
    CHECK(store.notes().size() == 1);
}

TEST_CASE("an alarm or a message that cannot be right is set aside with the value's name") {
    const Scratch scratch;
    {
        auto store = openStore(scratch.store());
        commit(store, {SaveAlarm{alarmOf(1)}, SaveAlarm{alarmOf(2)}, SaveAlarm{alarmOf(3)}, SaveMessage{messageOf(1)}});
    }
    execute(
        scratch,
        "UPDATE alarms SET kind = 'loud' WHERE tag = 'alarm 1';"
        "UPDATE alarms SET repeats_every = -1 WHERE tag = 'alarm 2';"
        "UPDATE alarms SET seal = seal(app, tag, boot, receiver, kind, wakeup, by_wall, persisted, "
        "requested, requested_wall, length, repeats_every, sequence, handed);"
        "UPDATE messages SET arrived = 9223372036854775807;"
        "UPDATE messages SET seal = seal(id, app, boot, receiver, arrived, arrived_wall, data, urgency, ttl, topic, "
        "registration, deleted, line_id, came)");
    auto store = openStore(scratch.store());
    const auto snapshot = valueOf(store.load());
    REQUIRE(snapshot.alarms.size() == 1);
    CHECK((snapshot.alarms[0].alarm == alarmOf(3)));
    CHECK(snapshot.messages.empty());
    const auto notes = store.notes();
    REQUIRE(notes.size() == 3);
    CHECK(notes[0].find("loud") != std::string::npos);
    CHECK(notes[1].find("repeats_every is out of range: -1") != std::string::npos);
    CHECK(notes[2].find("arrived is out of range") != std::string::npos);
}
