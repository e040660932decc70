// The store against a model of it: any sequence of commits, some of which fail, and restarts.
#include <map>

#include "store/fixture.hpp"

using namespace stint;
using namespace stint::test;

namespace {

struct Model {
    std::map<JobKey, Job> jobs;
    std::map<JobKey, ContentChanges> content;
    std::map<AppId, SaveApp> apps;
    std::optional<SaveUsageTime> usageTime;
    std::optional<DeviceState> deviceState;
    std::map<std::pair<AppId, std::string>, Alarm> alarms;
    std::map<std::uint64_t, PushMessage> messages;
    std::map<AppId, std::vector<Completed>> completed;
    std::map<std::string, Registration> registrations;
    LinePlace linePlace;
    std::map<std::string, WallTime> seenMessages;
    std::map<std::string, std::string> overrides;
    NetworkMarks networkMarks;
    std::optional<WallTime> digested;

    void apply(const SaveJob& record) {
        Job& job = jobs[record.job.key];
        auto work = std::move(job.details.edit().work); // has records of its own
        job = record.job;
        job.details.edit().work = std::move(work);
    }
    void apply(const DropJob& record) {
        jobs.erase(record.key);
        content.erase(record.key);
    }
    void apply(const SavePastRun&) {}      // past_runs_test
    void apply(const SaveDeviceChange&) {} // past_day_test
    void apply(const SavePastMessage&) {}  // past_messages_test
    void apply(const SaveContent& record) {
        content[record.job] = record.changes;
        if (record.changes.uris.empty()) content.erase(record.job);
    }
    void apply(const SaveWork& record) {
        apply(DropWork{record.job, record.item.id});
        auto& work = jobs.at(record.job).details.edit().work;
        const auto later = [&](const WorkItem& item) { return item.id > record.item.id; };
        work.insert(std::find_if(work.begin(), work.end(), later), record.item);
    }
    void apply(const DropWork& record) {
        if (!jobs.contains(record.job)) return;
        std::erase_if(jobs.at(record.job).details.edit().work,
                      [&](const WorkItem& item) { return item.id == record.item; });
    }
    void apply(const SaveApp& record) { apps[record.memory.app] = record; }
    void apply(const SaveUsageTime& record) { usageTime = record; }
    void apply(const SaveDeviceState& record) { deviceState = record.state; }
    void apply(const SaveAlarm& record) { alarms[{record.alarm.app, record.alarm.tag}] = record.alarm; }
    void apply(const DropAlarm& record) { alarms.erase({record.app, record.tag}); }
    void apply(const SaveMessage& record) { messages[record.message.id] = record.message; }
    void apply(const DropMessage& record) { messages.erase(record.id); }
    void apply(const SaveRegistration& record) { registrations[record.registration.name] = record.registration; }
    void apply(const DropRegistration& record) { registrations.erase(record.name); }
    void apply(const SaveLinePlace& record) { linePlace = record.place; }
    void apply(const SaveSeenMessage& record) { seenMessages[record.id] = record.when; }
    void apply(const KeepSeenMessages& record) {
        std::erase_if(seenMessages,
                      [&](const auto& entry) { return entry.second < record.from || entry.second > record.to; });
    }
    void apply(const SaveOverrides& record) { overrides = record.overrides; }
    void apply(const SaveDigest& record) { digested = record.shown; }
    void apply(const SaveNetworkMarks& record) { networkMarks = record.marks; }
    void apply(const DropApp& record) {
        apps.erase(record.app);
        completed.erase(record.app);
    }
    void apply(const DropCompleted& record) {
        std::erase_if(completed[record.job.app], [&](const Completed& one) { return one.key == record.job; });
        if (completed[record.job.app].empty()) completed.erase(record.job.app);
    }
    void apply(const SaveCompleted& record) {
        auto& list = completed[record.completed.key.app];
        list.push_back(record.completed);
        const auto keep = static_cast<std::size_t>(record.keep);
        if (list.size() > keep) list.erase(list.begin(), list.end() - static_cast<std::ptrdiff_t>(keep));
    }
};

class History {
public:
    explicit History(std::uint64_t seed) : chance_(seed) {}

    int upTo(int limit) { return static_cast<int>(chance_() % static_cast<unsigned>(limit)); }

    /// One record, or a job and an item of its work.
    void add(std::vector<Record>& records) {
        if (upTo(8) > 0) return records.push_back(record());
        const auto owner = job();
        records.emplace_back(SaveJob{owner});
        WorkItem item{.id = static_cast<std::uint64_t>(1 + upTo(4))};
        item.extras.putInt("nth", upTo(1000));
        item.estimatedUp = upTo(1000);
        item.deliveries = upTo(5);
        records.emplace_back(SaveWork{owner.key, item});
    }

private:
    Record record() {
        switch (upTo(16)) {
        case 14:
            if (upTo(3) == 0) return DropRegistration{registration().name};
            return SaveRegistration{registration()};
        case 15:
            if (upTo(4) == 0) return SaveLinePlace{{"stream " + std::to_string(upTo(3)), chance_() >> 2}};
            if (upTo(4) == 0) return KeepSeenMessages{wall(minutes()), wall(minutes())};
            return SaveSeenMessage{"id " + std::to_string(upTo(30)), wall(minutes())};
        case 13:
            return SaveContent{job().key, changes()};
        case 8:
            return SaveUsageTime{{minutes(), minutes()}, at(minutes()), upTo(2) == 0};
        case 9:
            return SaveAlarm{alarm()};
        case 10:
            return DropAlarm{app(), alarm().tag};
        case 11:
            return SaveMessage{message()};
        case 12:
            return DropMessage{message().id};
        case 0:
        case 1:
            return SaveJob{job()};
        case 6:
            return DropWork{job().key, static_cast<std::uint64_t>(1 + upTo(4))};
        case 2:
            return DropJob{job().key};
        case 3:
            if (upTo(4) == 0) return DropCompleted{completed().key};
            return SaveCompleted{completed(), upTo(6)};
        case 4:
            return SaveApp{memory(), {at(minutes()), wall(minutes())}};
        case 5:
            if (upTo(2) == 0) return SaveNetworkMarks{{{"net" + std::to_string(upTo(9)), upTo(1) == 0}}};
            return SaveOverrides{{{"battery", std::to_string(upTo(100))}, {std::to_string(upTo(9)), ""}}};
        default:
            return upTo(5) == 0 ? Record{DropApp{app()}} : Record{SaveJob{job()}};
        }
    }

    std::chrono::minutes minutes() { return std::chrono::minutes{upTo(100'000)}; }
    AppId app() { return AppId{"com.example.app" + std::to_string(upTo(3))}; }
    ContentChanges changes() {
        ContentChanges changes{.first = at(minutes()), .ready = at(minutes())};
        for (int left = upTo(51); left > 0; --left)
            changes.uris.insert("/" + std::string(static_cast<std::size_t>(upTo(300)), 'x'));
        return changes;
    }
    Alarm alarm() {
        auto alarm = alarmOf(upTo(9));
        alarm.app = app();
        alarm.kind = static_cast<AlarmKind>(upTo(6));
        alarm.requested = at(minutes());
        alarm.sequence = chance_() >> 2;
        return alarm;
    }
    PushMessage message() {
        auto message = messageOf(1 + upTo(8));
        message.app = app();
        message.data = std::string(static_cast<std::size_t>(upTo(9000)), '\0');
        return message;
    }
    Registration registration() {
        auto registration = registrationOf(upTo(8));
        registration.app = app();
        for (std::uint64_t& cursor : registration.cursors)
            cursor = chance_() >> 2;
        return registration;
    }
    std::vector<Session> sessions() {
        std::vector<Session> sessions;
        Instant start = at(minutes()) - 50'000min; // a boot's begin is no bound (persist_quota)
        for (int left = upTo(300); left > 0; --left) {
            const Instant end = start + minutes() / 100;
            sessions.push_back({start, end, upTo(100)});
            start = end + minutes() / 100;
        }
        return sessions;
    }
    /// Some of a memory's fields filled.
    AppMemory memory() {
        const AppMemory full = memoryOf(upTo(1000), app().name);
        AppMemory memory{.app = full.app};
        if (upTo(2) == 0) memory.pinned = static_cast<ProcessState>(upTo(5));
        if (upTo(2) == 0) memory.crashes = full.crashes;
        if (upTo(2) == 0) memory.badUntil = full.badUntil;
        if (upTo(2) == 0) memory.usage = full.usage;
        memory.usage.bucket = static_cast<Bucket>(upTo(7));
        memory.usage.reason = static_cast<BucketReason>(upTo(6));
        if (upTo(2) == 0) memory.usage.used.reset();
        memory.seen = upTo(2) == 0;
        memory.batteryUse = static_cast<BatteryUse>(upTo(3));
        memory.dataSaverExempt = upTo(2) == 0;
        if (upTo(2) == 0) memory.allowlistedUntil = full.allowlistedUntil;
        if (upTo(2) == 0) memory.quota = full.quota;
        if (upTo(2) == 0) memory.expedited = full.expedited;
        if (upTo(3) == 0) memory.quota.sessions = sessions();
        if (upTo(3) == 0) memory.expedited.sessions = sessions();
        if (upTo(2) == 0) memory.alarms = full.alarms;
        if (upTo(2) == 0) memory.whileIdleAlarms = full.whileIdleAlarms;
        if (upTo(2) == 0) memory.pushes = full.pushes;
        if (upTo(2) == 0) memory.timeouts = full.timeouts;
        if (upTo(2) == 0) memory.silences = full.silences;
        if (upTo(2) == 0) memory.leftTop = full.leftTop;
        if (upTo(2) == 0) memory.leftForeground = full.leftForeground;
        if (upTo(2) == 0) memory.mayServeUntil = full.mayServeUntil;
        return memory;
    }
    Job job() {
        auto job = jobOf(upTo(30));
        job.key.app = app();
        job.failures = upTo(1000);
        if (upTo(2) == 0) job.notBefore = at(minutes());
        if (upTo(2) == 0) job.notBeforeWall = wall(minutes());
        if (upTo(2) == 0) job.deadline = at(minutes());
        if (upTo(2) == 0) job.details.edit().windowEndWall = wall(minutes());
        job.running = upTo(2) == 0;
        job.details.edit().label =
            std::string(static_cast<std::size_t>(upTo(3000)), 'x'); // some longer than a page holds well
        return job;
    }
    Completed completed() {
        auto completed = completedOf(upTo(1000));
        completed.key.app = app();
        return completed;
    }

    std::mt19937_64 chance_;
};

void compare(const Snapshot& snapshot, const Model& model) {
    REQUIRE(snapshot.jobs.size() == model.jobs.size());
    auto stored = snapshot.jobs.begin();
    for (const auto& [key, job] : model.jobs)
        CHECK(textOf((stored++)->job) == textOf(job));
    CHECK((snapshot.content == model.content));
    REQUIRE(snapshot.apps.size() == model.apps.size());
    auto app = snapshot.apps.begin();
    for (const auto& [id, record] : model.apps) {
        CHECK((app->memory == record.memory));
        CHECK(app->written.elapsed == record.written.elapsed);
        CHECK((app++)->written.wall == record.written.wall);
    }
    REQUIRE(snapshot.alarms.size() == model.alarms.size());
    auto alarm = snapshot.alarms.begin();
    for (const auto& [key, saved] : model.alarms)
        CHECK(((alarm++)->alarm == saved));
    REQUIRE(snapshot.messages.size() == model.messages.size());
    auto message = snapshot.messages.begin();
    for (const auto& [id, saved] : model.messages)
        CHECK(((message++)->message == saved));
    std::vector<Registration> registrations;
    for (const auto& [name, registration] : model.registrations)
        registrations.push_back(registration);
    CHECK((snapshot.registrations == registrations));
    CHECK((snapshot.linePlace == model.linePlace));
    CHECK((snapshot.seenMessages == model.seenMessages));
    std::vector<Completed> completed;
    for (const auto& [id, list] : model.completed)
        completed.insert(completed.end(), list.begin(), list.end());
    CHECK(snapshot.completed == completed);
    CHECK(snapshot.overrides == model.overrides);
    CHECK(snapshot.networkMarks == model.networkMarks);
    CHECK(snapshot.digested == model.digested);
    if (!model.usageTime) return; // unless an app was used, there is none
    REQUIRE(snapshot.usageTime);
    CHECK((snapshot.usageTime->saved.time == model.usageTime->time));
    CHECK(snapshot.usageTime->saved.at == model.usageTime->at);
    CHECK(snapshot.usageTime->saved.screenOn == model.usageTime->screenOn);
}

} // namespace

TEST_CASE("after any history the store holds exactly what was committed") { // architecture.md, the turn
    const auto seed = seedOf();
    INFO("STINT_SEED=" << seed);
    History history{seed};
    const Scratch scratch;
    Model model;
    std::uint32_t generation = 0;
    for (int restart = 0; restart < 12; ++restart) {
        bool fails = false;
        auto store = openStore(scratch.store(), bootA, [&] { return fails; });
        auto snapshot = valueOf(store.load());
        CHECK(snapshot.generation == ++generation);
        CHECK(snapshot.sameBoot == (restart > 0));
        compare(snapshot, model);
        for (int nth = 0; nth < 25; ++nth) {
            std::vector<Record> records;
            for (int left = 1 + history.upTo(12); left > 0; --left)
                history.add(records);
            fails = history.upTo(5) == 0;
            const auto result = store.commit(records, stamp(1s));
            CHECK(result.ok() == !fails);
            if (!fails)
                for (const auto& record : records)
                    std::visit([&](const auto& one) { model.apply(one); }, record);
            if (history.upTo(3) == 0) store.idle();
        }
        CHECK(store.notes().empty());
    }
}
