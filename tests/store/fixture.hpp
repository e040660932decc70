// The common part of the store's tests: a directory that goes away, and records whose every field is filled.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "stintd/store/row_json.hpp"
#include "stintd/store/store.hpp"

namespace stint::test {

namespace fs = std::filesystem;

/// In memory where that is possible: what is durable is asked of a made-up power loss, not of this machine's disk.
class Scratch {
public:
    Scratch() {
        std::string name = fs::exists("/dev/shm") ? "/dev/shm/stint-store-XXXXXX" : "/tmp/stint-store-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Scratch() { fs::remove_all(path_); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    fs::path store() const { return path_ / "state" / "stint"; }
    fs::path database() const { return store() / "stint.db"; }
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

inline const BootId bootA{"aaaaaaaa-0000-0000-0000-000000000001"};
inline const BootId bootB{"bbbbbbbb-0000-0000-0000-000000000002"};

inline Instant at(Duration sinceBoot) { return Instant{sinceBoot}; }
inline WallTime wall(Duration since1970) { return WallTime{since1970}; }
inline Stamp stamp(Duration since1970) { return {.alive = Instant{77min}, .good = wall(since1970)}; }

inline Store openStore(const fs::path& directory, const BootId& boot = bootA, std::function<bool()> failCommit = {}) {
    auto store = Store::open({directory, boot, std::move(failCommit)});
    REQUIRE_MESSAGE(store.ok(), (store.ok() ? "" : store.error().message));
    return std::move(store).value();
}

template <class T> T valueOf(Result<T> result) {
    REQUIRE_MESSAGE(result.ok(), (result.ok() ? "" : result.error().message));
    return std::move(result).value();
}
inline void done(const Result<void>& result) {
    REQUIRE_MESSAGE(result.ok(), (result.ok() ? "" : result.error().message));
}

inline void commit(Store& store, const std::vector<Record>& records) {
    done(store.commit(records, stamp(1'700'000'000s)));
}

/// The content for a daemon that starts now.
inline Snapshot reopened(const Scratch& scratch, const BootId& boot = bootA) {
    auto store = openStore(scratch.store(), boot);
    return valueOf(store.load());
}

inline JobInfo builtFrom(const JobInfo::Builder& builder) { return valueOf(builder.build()); }

/// A record of the log: each field follows from `nth`.
inline PastRun pastRunOf(std::int32_t nth) {
    return {.scheduled = wall(std::chrono::hours{nth}),
            .waits = {{wall(std::chrono::minutes{nth}), {PENDING_JOB_REASON_QUOTA, PENDING_JOB_REASON_USER}}},
            .began = nth % 2 == 0 ? std::optional(wall(std::chrono::minutes{nth + 1})) : std::nullopt,
            .kind = JobClass::UserInitiated,
            .ended = wall(std::chrono::minutes{nth + 2}),
            .ending = {STOP_REASON_TIMEOUT, InternalReason::TimeoutAbandoned},
            .outcome = {nth, "run " + std::to_string(nth)},
            .resumedAt = nth + 3,
            .transferredDown = nth + 4,
            .transferredUp = nth + 5,
            .next = nth % 3 == 0 ? std::optional(wall(std::chrono::minutes{nth + 6})) : std::nullopt,
            .last = nth % 2 == 1};
}

/// A job of com.example.app whose fields all follow from `id`.
inline Job jobOf(std::int32_t id) {
    Job job;
    job.key = {AppId{"com.example.app"}, id % 3 == 0 ? "sync" : "", id};
    job.info =
        builtFrom(JobInfo::Builder{id, "Jobs"}.setPersisted(true).setRequiredNetworkType(1).setUserInitiated(true));
    job.scheduled = wall(1'700'000'000s + std::chrono::seconds{id});
    job.enqueued = at(std::chrono::minutes{id});
    job.sequence = static_cast<std::uint64_t>(id) + 1000;
    job.failures = id % 4;
    job.systemStops = id % 5;
    job.details.edit().cumulative = std::chrono::seconds{id};
    job.exemptionLost = id % 2 == 0;
    job.awaitsClock = id % 3 == 0;
    job.held = id % 2 == 1;
    JobDetails& details = job.details.edit();
    details.label = "job " + std::to_string(id);
    details.runBegan = id % 2 == 0 ? std::optional(wall(std::chrono::minutes{id})) : std::nullopt;
    if (id % 3 == 0) details.lastRun.edit() = pastRunOf(id);
    if (id % 5 == 0) details.runSoFar.edit() = pastRunOf(id + 1);
    if (id % 4 == 0)
        details.terms.edit() = {.after = {{job.key.app, "sync", id + 1}},
                                .afterFailure = {{job.key.app, "", id + 2}},
                                .at = wall(std::chrono::hours{id}),
                                .calendar = "daily",
                                .loosensAt = wall(std::chrono::hours{id + 1}),
                                .then = {{"network", "any"}},
                                .promised = wall(std::chrono::hours{id + 2}),
                                .ended = {{{job.key.app, "", id + 3}, "first", 3, "exit code 3", "/a"}}};
    return job;
}

inline Completed completedOf(std::int32_t id) {
    Completed completed;
    completed.key = jobOf(id).key;
    completed.ended = wall(1'700'000'000s + std::chrono::hours{id});
    completed.ending = {STOP_REASON_TIMEOUT, InternalReason::Timeout};
    completed.outcome = {id % 70, "ended " + std::to_string(id)};
    completed.transferredDown = id * 1_MiB;
    completed.transferredUp = id;
    completed.label = "job " + std::to_string(id);
    completed.scheduled = wall(std::chrono::hours{id});
    completed.began = id % 2 == 0 ? std::optional(wall(std::chrono::minutes{id})) : std::nullopt;
    completed.kind = JobClass::Expedited;
    completed.url = "https://example.org/" + std::to_string(id);
    completed.path = "/tmp/" + std::to_string(id);
    completed.moved = id * 2_MiB;
    completed.runs = id % 5;
    completed.firstBegan = completed.began;
    completed.last = true;
    if (id % 2 == 1) completed.again.set({jobOf(id).info, {.calendar = "daily"}});
    return completed;
}

/// A memory whose fields all follow from `nth`, each list and each option filled.
inline AppMemory memoryOf(std::int32_t nth, const std::string& app = "com.example.app") {
    const auto time = [&](int part) { return std::chrono::minutes{nth * 100 + part}; };
    AppMemory memory{.app = AppId{app}, .pinned = ProcessState::Top, .seen = nth % 2 == 0};
    memory.crashes = {at(time(1)), at(time(2))};
    memory.badUntil = at(time(3));
    memory.usage = {.bucket = Bucket::Frequent,
                    .reason = BucketReason::ForcedBySystem,
                    .buggy = "1.4",
                    .used = UsageTime{time(9), time(4)},
                    .byUser = time(8),
                    .holds = {{Bucket::Active, time(10)}, {Bucket::WorkingSet, time(20)}},
                    .prediction = Usage::Prediction{Bucket::Rare, time(5)},
                    .restrictAsked = time(6),
                    .daysUsed = {nth, nth + 1, nth + 5}};
    memory.batteryUse = nth % 2 == 0 ? BatteryUse::Restricted : BatteryUse::Unrestricted;
    memory.dataSaverExempt = true;
    memory.allowlistedUntil = at(time(7));
    memory.quota = {.sessions = {{at(time(10)), at(time(11)), 1}, {at(time(20)), at(time(22)), nth, true}},
                    .open = OpenSession{at(time(30)), 2},
                    .jobStarts = {at(time(30)), 3},
                    .sessionEnds = {at(time(22)), 1}};
    memory.expedited = {.sessions = {{at(time(12)), at(time(12)), 1}},
                        .open = OpenSession{at(time(31)), 1},
                        .tally = time(1),
                        .credit = time(2),
                        .topSince = at(time(32))};
    memory.alarms = {at(time(15)), at(time(16))};
    memory.whileIdleAlarms = {at(time(16))};
    memory.pushes = {{.delivered = at(time(17)), .shown = true, .message = 7, .came = WallTime{8ms}},
                     {.delivered = at(time(18))},
                     {.delivered = at(time(18)), .judged = false}};
    memory.timeouts = {{JobClass::Regular, {at(time(33))}}, {JobClass::UserInitiated, {at(time(34)), at(time(35))}}};
    memory.silences = {at(time(36))};
    memory.days = {{.day = 20'000 + nth, .received = 5, .sent = 4, .metered = 3, .roaming = 2, .again = 1},
                   {.day = 20'050 + nth, .cutShort = {{"QUOTA", 2}}, .wakeUps = {{"exact", nth}}}};
    memory.grantUntil = at(time(39));
    memory.leftTop = at(time(37));
    memory.leftForeground = at(time(38));
    memory.mayServeUntil = at(time(39));
    return memory;
}

inline SaveApp saved(AppMemory memory) { return {std::move(memory), {at(77min), wall(1'700'000'077s)}}; }

inline Alarm alarmOf(std::int32_t nth) {
    return {.app = AppId{"com.example.app"},
            .tag = "alarm " + std::to_string(nth),
            .receiver = "Alarms",
            .kind = AlarmKind::ExactWhileIdle,
            .wakeup = false,
            .byWall = true,
            .persisted = true,
            .requested = at(std::chrono::hours{nth}),
            .requestedWall = wall(1'700'000'000s + std::chrono::hours{nth}),
            .window = std::chrono::minutes{nth},
            .interval = std::chrono::minutes{2 * nth},
            .sequence = static_cast<std::uint64_t>(nth) + 50,
            .handed = nth % 2 == 0};
}

inline PushMessage messageOf(std::int32_t nth) {
    return {.id = static_cast<std::uint64_t>(nth),
            .app = AppId{"com.example.app"},
            .receiver = "Messages",
            .urgency = static_cast<Urgency>(nth % 4),
            .ttl = Duration{nth * 1000},
            .topic = nth % 3 == 0 ? "topic" : "",
            .data = "message " + std::to_string(nth),
            .arrived = at(std::chrono::seconds{nth}),
            .arrivedWall = wall(1'700'000'000s + std::chrono::seconds{nth}),
            .registration = nth % 2 == 0 ? "registration" : "",
            .deleted = nth % 5 == 0,
            .lineId = nth % 4 == 0 ? "id " + std::to_string(nth) : "",
            .came = wall(1'700'000'000s + std::chrono::seconds{nth})};
}

inline MessageStory storyOf(std::int32_t nth) {
    return {.number = nth,
            .app = AppId{"com.example.app"},
            .id = nth % 2 == 0 ? "id " + std::to_string(nth) : "",
            .urgency = static_cast<Urgency>(nth % 4),
            .topic = nth % 3 == 0 ? "topic" : "",
            .note = nth % 5 == 0,
            .sent = wall(std::chrono::minutes{nth}),
            .came = wall(std::chrono::minutes{nth} + 1s),
            .runsOut = wall(std::chrono::minutes{nth + 9}),
            .held = nth % 2 == 0 ? "doze" : "",
            .given = nth % 3 == 0 ? std::optional(wall(std::chrono::minutes{nth + 1})) : std::nullopt,
            .givenAs = static_cast<Urgency>((nth + 1) % 4),
            .tries = nth % 4,
            .state = static_cast<MessageState>(2 + nth % 6),
            .ended = wall(std::chrono::minutes{nth + 2})};
}

inline Registration registrationOf(std::int32_t nth) {
    const auto sequence = static_cast<std::uint64_t>(nth);
    return {.name = "registration " + std::to_string(nth),
            .app = AppId{"com.example.app"},
            .receiver = nth % 2 == 0 ? "Messages" : "",
            .cursors = {sequence, 10 + sequence, 20 + sequence, 30 + sequence},
            .connector = nth % 3 == 0 ? "com.example.connector" : "",
            .details = nth % 3 == 0 ? R"({"token":"…"})" : "",
            .ended = nth % 5 == 0,
            .endpoint = nth % 3 == 0 ? "https://push.example/push/v1/t" : "",
            .made = nth % 3 == 0 ? WallTime{std::chrono::seconds{nth}} : WallTime{},
            .last = nth % 2 == 0 ? std::optional(WallTime{std::chrono::seconds{2 * nth}}) : std::nullopt,
            .rotates = nth % 6 == 0,
            .successor = nth % 3 == 0 ? "registration " + std::to_string(nth + 1) : "",
            .retires = nth % 3 == 0 ? std::optional(WallTime{std::chrono::seconds{3 * nth}}) : std::nullopt,
            .revoked = nth % 10 == 0,
            .unknown = nth % 4 == 0 ? std::optional(Instant{std::chrono::seconds{nth}}) : std::nullopt,
            .own = nth % 4 == 0 ? "news" : "",
            .vapid = nth % 4 == 0 ? "key" : "",
            .encrypted = nth % 8 != 0,
            .untold = nth % 8 == 0};
}

/// Every field, for comparison; clip data, which a JobInfo does not compare, as its paths.
inline std::string textOf(const Job& job) {
    std::ostringstream text;
    const auto optional = [](const auto& time) {
        return time ? std::to_string(time->time_since_epoch().count()) : std::string{"-"};
    };
    text << job.key.app.name.str() << '/' << job.key.space.str() << '#' << job.key.id.value << ' '
         << job.scheduled.time_since_epoch().count() << ' ' << job.enqueued.time_since_epoch().count() << ' '
         << job.sequence << ' ' << job.failures << ' ' << job.systemStops << ' ' << optional(job.notBefore) << ' '
         << optional(job.notBeforeWall) << ' ' << job.details->cumulative.count() << ' ' << job.demotedByUser
         << job.demotedBySystem << job.exemptionLost << job.running << job.awaitsClock << ' ' << job.details->label
         << ' ' << optional(job.deadline) << ' ' << optional(job.deadlineWall) << ' '
         << optional(job.details->windowEnd) << ' ' << optional(job.details->windowEndWall) << ' '
         << job.details->abandoned << ' ' << job.details->lastSuccess.time_since_epoch().count() << ' '
         << job.details->lastFailure.time_since_epoch().count() << ' ' << job.held << ' '
         << optional(job.details->runBegan) << ' ' << rowText(*job.details->terms) << ' '
         << rowText(*job.details->lastRun) << ' ' << rowText(*job.details->runSoFar);
    for (const auto& item : job.details->work)
        text << " item " << item.id << ' ' << item.extras.getInt("nth") << ' ' << item.estimatedDown << ' '
             << item.estimatedUp << ' ' << item.minimumChunk << ' ' << item.deliveries << item.active;
    if (job.info.getClipData())
        for (const auto& item : job.info.getClipData()->items)
            text << " clip " << item.path;
    return text.str();
}

/// The seed of a random test: STINT_SEED where it is set, so that a failure can be repeated.
inline std::uint64_t seedOf() {
    const char* given = std::getenv("STINT_SEED");
    const auto seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::cerr << "STINT_SEED=" << seed << '\n';
    return seed;
}

inline std::string bytesOf(const fs::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}
inline void writeBytes(const fs::path& file, std::string_view bytes) {
    std::ofstream{file, std::ios::binary | std::ios::trunc} << bytes;
}

} // namespace stint::test
