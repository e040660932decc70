// No stored state keeps the daemon from starting (docs/decisions/0015): each field of each table takes each value that
// the schema lets through, under a checksum that matches; then a real core takes the store in and lives through a day.
// It never breaks, never spins, and the jobs of the app that is not concerned run as ever.
#include <deque>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/result/containers.hpp"
#include "contract/core/scheduler.hpp"
#include "stintd/store/record_writer.hpp"
#include "stintd/store/rows.hpp"
#include "stintd/store/schema.hpp"
#include "store/fixture.hpp"

namespace stint {
namespace {

using nlohmann::json;
using test::bootA, test::bootB, test::done, test::valueOf;

const AppId concerned{"com.example.app"};
const AppId other{"com.example.other"};
const Now started{Instant{3h}, WallTime{1'700'010'800s}};

Manifest manifestOf(const AppId& app) {
    Manifest manifest{.package = app};
    manifest.permissions = {std::string(runUserInitiatedJobs), std::string(receiveBootCompleted),
                            std::string(scheduleExactAlarm)};
    manifest.services["Jobs"] = {.name = "Jobs", .command = {"x"}, .permission = std::string(bindJobService)};
    for (const char* receiver : {"Alarms", "Messages"})
        manifest.receivers[receiver] = {.name = receiver, .command = {"x"}};
    return manifest;
}

Device deviceNow() {
    Device device;
    device.network =
        Network{.capabilities = {NET_CAPABILITY_INTERNET, NET_CAPABILITY_VALIDATED, NET_CAPABILITY_NOT_METERED}};
    device.storageTotal = 100_GB;
    device.storageFree = 50_GB;
    device.screenOn = false;
    return device;
}

Job jobOf(const AppId& app, const JobInfo::Builder& builder) {
    Job job;
    job.info = test::builtFrom(builder);
    job.key = {app, "", job.info.getId()};
    job.scheduled = started.wall - 1h;
    job.enqueued = started.elapsed - 1h;
    job.sequence = static_cast<std::uint64_t>(job.key.id.value) + (app == other ? 100 : 0);
    return job;
}

/// Each table has rows, each JSON has all of its keys.
std::vector<Record> everything() {
    std::vector<Record> records;
    for (const AppId& app : {concerned, other}) {
        AppMemory memory = test::memoryOf(1, app.name.str());
        memory.pinned.reset();
        memory.badUntil.reset();
        memory.crashes.clear();
        memory.batteryUse = BatteryUse::Optimized;
        memory.usage.bucket = Bucket::Active;
        if (app == other)
            memory = AppMemory{.app = app, .usage = {.bucket = Bucket::Active, .used = UsageTime{30h, 10h}}};
        records.emplace_back(SaveApp{memory, started});
    }
    records.emplace_back(SaveJob{jobOf(other, JobInfo::Builder{1, "Jobs"}.setPersisted(true))});
    records.emplace_back(
        SaveJob{jobOf(other, JobInfo::Builder{2, "Jobs"}.setPersisted(true).setRequiresDeviceIdle(true))});
    Job periodic = jobOf(concerned, JobInfo::Builder{1, "Jobs"}.setPersisted(true).setPeriodic(1h));
    periodic.notBefore = periodic.details.edit().windowEnd = started.elapsed + 1h;
    periodic.notBeforeWall = periodic.details.edit().windowEndWall = started.wall + 1h;
    records.emplace_back(SaveJob{periodic});
    Job delayed = jobOf(concerned, JobInfo::Builder{2, "Jobs"}
                                       .setPersisted(true)
                                       .setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY)
                                       .setMinimumLatency(10min)
                                       .setOverrideDeadline(2h)
                                       .setBackoffCriteria(30s, JobInfo::BACKOFF_POLICY_EXPONENTIAL));
    delayed.notBefore = started.elapsed + 10min;
    delayed.notBeforeWall = started.wall + 10min;
    delayed.deadline = started.elapsed + 2h;
    delayed.deadlineWall = started.wall + 2h;
    delayed.failures = 2;
    delayed.running = true;
    records.emplace_back(SaveJob{delayed});
    records.emplace_back(SaveWork{delayed.key, {.id = 1}});
    records.emplace_back(SaveWork{delayed.key, {.id = 2}});
    records.emplace_back(SaveUsageTime{{30h, 10h}, started.elapsed, true});
    DeviceState device;
    device.idleAt = started.elapsed - 1min;
    device.quietAt = device.pluggedAt = device.chargingAt = started.elapsed;
    device.doze.deepTimer = device.doze.lightTimer = device.doze.settledAt = device.doze.windowSince = started.elapsed;
    records.emplace_back(SaveDeviceState{device});
    records.emplace_back(SaveAlarm{test::alarmOf(4)});
    records.emplace_back(SaveAlarm{test::alarmOf(5)});
    records.emplace_back(SaveMessage{test::messageOf(3)});
    records.emplace_back(SaveRegistration{test::registrationOf(3)});
    records.emplace_back(SaveLinePlace{{"stream", 7}});
    records.emplace_back(SaveSeenMessage{"id", started.wall});
    records.emplace_back(SaveCompleted{test::completedOf(3), 20});
    records.emplace_back(SaveOverrides{{{"level", "50"}}});
    records.emplace_back(SaveNetworkMarks{{{"Pixel hotspot", true}}});
    records.emplace_back(SaveDigest{started.wall});
    return records;
}

/// A world that answers at once, and a day of it.
class Day {
public:
    explicit Day(Snapshot snapshot, const BootId& boot) : core_(Constants{}) {
        take(core_.restore(std::move(snapshot), boot, deviceNow(), now_));
        for (const AppId& app : {concerned, other}) {
            handle(AppInstalled{manifestOf(app)});
            handle(AppSeen{app, false, false});
        }
    }

    void live() {
        constexpr int most = 600; // one job may repeat as often as it likes
        for (int n = 0; n < most; ++n) {
            const auto next = core_.nextDeadline();
            if (!next || *next > started.elapsed + 24h) break;
            REQUIRE(*next > now_.elapsed); // or the daemon would spin
            now_.wall += *next - now_.elapsed;
            now_.elapsed = *next;
            handle(Tick{});
            if (n % 32 == 0) ask();
        }
        ask();
    }
    const std::set<JobKey>& begun() const { return begun_; }
    std::size_t aside() const { return core_.setAside().size(); }

private:
    void handle(const Event& event) {
        take(core_.handle(event, now_));
        for (int n = 0; !answers_.empty(); ++n) {
            REQUIRE(n < 1000); // or the daemon would never sleep
            const Event answer = answers_.front();
            answers_.pop_front();
            take(core_.handle(answer, now_));
        }
    }
    void take(const Step& step) {
        for (const Effect& effect : step.effects)
            std::visit(Overloaded{[&](const Bind& e) { answers_.emplace_back(Connected{e.run}); },
                                  [&](const CallStart& e) {
                                      begun_.insert(e.key);
                                      answers_.emplace_back(StartAnswered{e.run, false});
                                  },
                                  [&](const CallStop& e) {
                                      answers_.emplace_back(StopAnswered{e.run, true});
                                  },
                                  [&](const DeliverAlarm& e) {
                                      answers_.emplace_back(DeliveryEnded{e.alarm.app, e.delivery});
                                  },
                                  [&](const DeliverMessage& e) {
                                      answers_.emplace_back(DeliveryEnded{e.message.app, e.delivery});
                                  },
                                  [](const auto&) {}},
                       effect);
    }
    /// Whatever people ask at any time.
    void ask() const {
        for (const JobView& view : core_.jobs(std::nullopt, std::nullopt, 100, now_)) {
            static_cast<void>(core_.explain(view.key, now_));
            static_cast<void>(core_.history(view.key));
        }
        static_cast<void>(core_.apps(now_));
        static_cast<void>(core_.alarms(now_));
        static_cast<void>(core_.overview(10, now_));
        static_cast<void>(core_.deviceLimits(now_));
    }

    Scheduler core_;
    Now now_ = started;
    std::deque<Event> answers_;
    std::set<JobKey> begun_;
};

/// Values that a column, or a place in its JSON, may come to hold.
const std::vector<json>& values() {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t million = 1'000'000;
    static const std::vector<json> all{nullptr,
                                       false,
                                       true,
                                       0,
                                       1,
                                       -1,
                                       started.elapsed.time_since_epoch().count(),
                                       std::int64_t{1} << 31,
                                       -(std::int64_t{1} << 31),
                                       million * million * 1000,
                                       -million * million * 1000,
                                       std::int64_t{1} << 62,
                                       most,
                                       least,
                                       1.5,
                                       "",
                                       "x",
                                       "restricted",
                                       "never",
                                       "idle",
                                       "top",
                                       "clock",
                                       other.name.str(),
                                       bootB.value,
                                       std::string(3000, 'y'),
                                       json::array(),
                                       json::object()};
    return all;
}

/// A store in memory, of which one field is changed at a time.
class Fields {
public:
    Fields() : database_(valueOf(Database::open(":memory:"))) {
        done(addRowChecksum(database_));
        done(migrate(database_));
        auto writer = valueOf(RecordWriter::prepare(database_, bootA));
        for (const Record& record : everything())
            done(writer.write(record));
        done(writer.stamp({.alive = started.elapsed, .good = started.wall - 1min}, 1, 1));
    }

    /// Puts each value into each field, one after the other; `look(what, snapshot)` sees what the store then says.
    template <class Look> void each(Look look) {
        for (const ChecksummedTable& table : checksummedTables)
            for (const std::string& column : columnsOf(table))
                for (const std::int64_t row : rowsOf(table))
                    for (const json& value : changesOf(table, column, row))
                        change(table, column, row, value, look);
    }

private:
    static std::vector<std::string> columnsOf(const ChecksummedTable& table) {
        std::vector<std::string> names;
        std::istringstream text{std::string(table.columns)};
        for (std::string name; std::getline(text >> std::ws, name, ',');)
            names.push_back(name);
        return names;
    }
    /// Those of the app that is concerned, and of none.
    std::vector<std::int64_t> rowsOf(const ChecksummedTable& table) {
        const bool ofApps = std::string_view(table.columns).starts_with("app") || table.name == "messages";
        auto rows = valueOf(database_.prepare(fmt::format("SELECT rowid FROM {} WHERE {}", table.name,
                                                          ofApps ? "app = '" + concerned.name.str() + "'" : "1")));
        std::vector<std::int64_t> found;
        while (valueOf(rows.next()))
            found.push_back(rows.integer(0));
        return found;
    }
    /// The values as they are, and each put into each place of the JSON that the column holds.
    std::vector<json> changesOf(const ChecksummedTable& table, const std::string& column, std::int64_t row) {
        std::vector<json> changes = values();
        const std::string text = valueOf(
            database_.text(fmt::format("SELECT coalesce({}, '') FROM {} WHERE rowid = {}", column, table.name, row)));
        const json held = json::parse(text, nullptr, false);
        if (!held.is_structured()) return changes;
        const json places = held.flatten();
        for (const auto& [place, leaf] : places.items()) {
            for (const json& value : values()) {
                json changed = held;
                changed[json::json_pointer(place)] = value;
                changes.emplace_back(changed.dump());
            }
        }
        return changes;
    }

    template <class Look> void change(const ChecksummedTable& table, const std::string& column, std::int64_t row,
                                      const json& value, Look look) {
        for (const BootId& boot : {bootA, bootB}) {
            if (changes_++ % stride() != 0) continue;
            done(database_.run("SAVEPOINT one"));
            if (set(table, column, row, value)) { // else the schema does not let it through
                std::vector<std::string> notes;
                const auto what =
                    fmt::format("{}.{} of row {} = {}", table.name, column, row, value.dump().substr(0, 1000));
                look(what, valueOf(readSnapshot(database_, boot, notes)), boot);
            }
            done(database_.run("ROLLBACK TO one; RELEASE one"));
        }
    }
    bool set(const ChecksummedTable& table, const std::string& column, std::int64_t row, const json& value) {
        auto update =
            valueOf(database_.prepare(fmt::format("UPDATE {} SET {} = ?1 WHERE rowid = ?2", table.name, column)));
        const bool isNumber = value.is_boolean() || value.is_number_integer();
        const std::int64_t number = value.is_boolean() ? value.get<bool>() : isNumber ? value.get<std::int64_t>() : 0;
        std::optional<std::string> text;
        if (!value.is_null()) text = value.is_string() ? value.get<std::string>() : value.dump();
        if (!(isNumber ? update.run(number, row) : update.run(text, row))) return false;
        const auto seal = fmt::format("UPDATE {} SET seal = seal({}) WHERE rowid = ?1", table.name, table.columns);
        return valueOf(database_.prepare(seal)).run(row).ok();
    }
    /// `./bench soak` takes all of them, ./test each so many.
    static std::size_t stride() { return std::getenv("STINT_SOAK") ? 1 : 11; }

    std::size_t changes_ = 0;
    Database database_;
};

} // namespace

TEST_CASE("whatever a stored field holds, the daemon starts, and the other app's jobs run") {
    std::size_t cases = 0, asides = 0;
    Fields{}.each([&](const std::string& what, Snapshot snapshot, const BootId& boot) {
        INFO(what, std::string(boot == bootA ? "" : ", after a boot"));
        ++cases;
        Day day(std::move(snapshot), boot);
        day.live();
        asides += day.aside() > 0;
        for (const std::int32_t id : {1, 2})
            CHECK(day.begun().contains({other, "", JobId{id}}));
    });
    MESSAGE(cases << " stores, " << asides << " with a job that was set aside");
    CHECK(cases > 1000);
    CHECK(asides > 20);
}

} // namespace stint
