#include "stintd/store/rows.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "base/result/errors.hpp"
#include "contract/json/job_json.hpp"
#include "contract/json/values.hpp"
#include "contract/rules/validation.hpp"
#include "stintd/store/app_json.hpp"
#include "stintd/store/ledger_json.hpp"
#include "stintd/store/row_json.hpp"

namespace stint {

namespace {

constexpr Range anyId{std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
constexpr Range anyItem{0, std::numeric_limits<std::int64_t>::max() / 2}; // the next item has the last id plus one
constexpr Range anyDeliveries{0, anyId.most / 2};                         // each delivery adds one

Result<JobKey> keyFrom(StoredRow& row) {
    JobKey key;
    key.app.name = row.text();
    key.space = row.text();
    // A truncated id would be another job's.
    const std::int64_t id = STINT_TRY(checked(row.integer(), "id", anyId));
    key.id = static_cast<std::int32_t>(id);
    return key;
}

std::int16_t attempts(StoredRow& row) {
    return static_cast<std::int16_t>(std::clamp<std::int64_t>(row.integer(), 0, mostAttempts));
}

/// Empty: none were set.
Result<StartTerms> termsFrom(const std::string& text) {
    if (text.empty()) return StartTerms{};
    return rowFromText<StartTerms>(text);
}

} // namespace

Result<void> addJob(StoredRow row, Snapshot& snapshot) {
    StoredJob stored;
    auto& job = stored.job;
    JobDetails past;
    job.key = STINT_TRY(keyFrom(row));
    stored.boot.value = row.text();
    job.info = STINT_TRY(jobInfoFrom(row.text()));
    job.scheduled = row.time<WallTime>();
    job.enqueued = row.time<Instant>();
    job.sequence = row.integer();
    job.failures = attempts(row);
    job.systemStops = attempts(row);
    job.notBefore = row.optionalTime<Instant>();
    job.notBeforeWall = row.optionalTime<WallTime>();
    past.cumulative = Duration{row.integer()};
    job.demotedByUser = row.flag();
    job.demotedBySystem = row.flag();
    job.running = row.flag();
    past.label = row.text();
    job.deadline = row.optionalTime<Instant>();
    job.deadlineWall = row.optionalTime<WallTime>();
    past.windowEnd = row.optionalTime<Instant>();
    past.windowEndWall = row.optionalTime<WallTime>();
    past.abandoned = row.small();
    past.lastSuccess = row.time<WallTime>();
    past.lastFailure = row.time<WallTime>();
    job.exemptionLost = row.flag();
    job.awaitsClock = row.flag();
    past.runBegan = row.optionalTime<WallTime>();
    // The last run is only shown: a damaged one must not keep the job from running.
    if (auto run = rowFromText<PastRun>(row.text()); run.ok()) past.lastRun.set(*std::move(run));
    job.held = row.flag();
    auto terms = STINT_TRY(termsFrom(row.text()));
    past.terms.set(std::move(terms));
    if (auto run = rowFromText<PastRun>(row.text()); run.ok()) past.runSoFar.set(*std::move(run)); // likewise
    job.details.set(std::move(past));
    snapshot.jobs.push_back(std::move(stored));
    return {};
}

// Work whose job could not be read must not appear in the next job of that id.
Result<void> addWork(StoredRow row, Snapshot& snapshot) {
    const JobKey key = STINT_TRY(keyFrom(row));
    const auto byKey = [](const StoredJob& stored, const JobKey& wanted) { return stored.job.key < wanted; };
    const auto owner = std::lower_bound(snapshot.jobs.begin(), snapshot.jobs.end(), key, byKey);
    if (owner == snapshot.jobs.end() || owner->job.key != key)
        return fail(Errc::ILLEGAL_ARGUMENT, "its job could not be read");
    WorkItem item;
    const std::int64_t number = STINT_TRY(checked(row.integer(), "item", anyItem));
    item.id = static_cast<std::uint64_t>(number);
    item.extras = STINT_TRY(extrasFrom(row.text()));
    item.estimatedDown = row.integer();
    item.estimatedUp = row.integer();
    item.minimumChunk = row.integer();
    const std::int64_t deliveries = STINT_TRY(checked(row.integer(), "deliveries", anyDeliveries));
    item.deliveries = static_cast<std::int32_t>(deliveries);
    if (auto broken = brokenRule(item)) return *std::move(broken);
    owner->job.details.edit().work.push_back(std::move(item));
    return {};
}

Result<void> addContent(StoredRow row, Snapshot& snapshot, const BootId& boot) {
    JobKey key = STINT_TRY(keyFrom(row));
    const bool same = row.text() == boot.value;
    ContentChanges changes;
    const Duration first{STINT_TRY(checked(row.integer(), "first", anyTime))};
    changes.first = Instant{first};
    const Duration ready{STINT_TRY(checked(row.integer(), "ready", anyTime))};
    changes.ready = Instant{ready};
    changes.uris = STINT_TRY(wordsFrom(row.text()));
    if (changes.uris.size() > mostTriggeredUris)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} paths have changed; at most {} are kept", changes.uris.size(),
                    mostTriggeredUris);
    if (same) snapshot.content.insert_or_assign(std::move(key), std::move(changes));
    return {};
}

Result<void> addCompleted(StoredRow row, Snapshot& snapshot) {
    Completed done;
    done.key = STINT_TRY(keyFrom(row));
    done.ended = row.time<WallTime>();
    done.ending.reason = static_cast<StopReason>(row.small());
    done.ending.internal = static_cast<InternalReason>(row.small());
    done.outcome.exitCode = row.small();
    done.outcome.text = row.text();
    done.transferredDown = row.integer();
    done.transferredUp = row.integer();
    done.label = row.text();
    done.scheduled = row.time<WallTime>();
    done.began = row.optionalTime<WallTime>();
    done.kind = jobClassNamed(row.text()).value_or(JobClass::Regular);
    done.url = row.text();
    done.path = row.text();
    done.last = true;
    // Damage to what a retry would need must not hide how the job ended.
    auto info = jobInfoFrom(row.text());
    auto terms = termsFrom(row.text());
    if (info.ok() && terms.ok()) done.again.set({*std::move(info), *std::move(terms)});
    done.moved = row.integer();
    done.runs = row.small();
    done.firstBegan = row.optionalTime<WallTime>();
    snapshot.completed.push_back(std::move(done));
    return {};
}

void sortJobs(Snapshot& snapshot) {
    std::sort(snapshot.jobs.begin(), snapshot.jobs.end(),
              [](const StoredJob& a, const StoredJob& b) { return a.job.key < b.job.key; });
}

void sortWork(Snapshot& snapshot) {
    for (auto& [job, boot] : snapshot.jobs) {
        if (job.details->work.empty()) continue;
        JobDetails& more = job.details.edit();
        std::ranges::sort(more.work, {}, &WorkItem::id);
        more.nextWork = more.work.back().id + 1;
    }
}

void sortCompleted(Snapshot& snapshot) {
    std::stable_sort(snapshot.completed.begin(), snapshot.completed.end(),
                     [](const Completed& a, const Completed& b) { return a.key.app < b.key.app; });
}

namespace {

/// An alarm's time: any whose sums do not overflow (contract/rules/alarm.cpp keeps it within half of this).
constexpr Range anyAlarm{std::numeric_limits<Duration::rep>::min() / 2, std::numeric_limits<Duration::rep>::max() / 2};
constexpr Range anyWindow{0, anyAlarm.most};
constexpr Range anyMessage{1, anyAlarm.most}; // the next message's id is one more; no message has 0

Result<Duration> storedLength(StoredRow& row, std::string_view name, Range range) {
    const Duration length{STINT_TRY(checked(row.integer(), name, range))};
    return length;
}

template <class Time> Result<Time> momentFrom(StoredRow& row, std::string_view name, Range range) {
    const Duration time = STINT_TRY(storedLength(row, name, range));
    return Time{time};
}

Result<Now> writtenFrom(StoredRow& row) {
    Now written;
    written.elapsed = STINT_TRY(momentFrom<Instant>(row, "written", anyTime));
    written.wall = STINT_TRY(momentFrom<WallTime>(row, "written_wall", anyTime));
    return written;
}

Result<std::optional<ProcessState>> pinnedFrom(const std::string& name) {
    if (name.empty()) return std::optional<ProcessState>{};
    const auto pinned = processStateNamed(name);
    if (!pinned) return fail(Errc::ILLEGAL_ARGUMENT, "unknown process state {}", name);
    return pinned;
}

/// The app's place in the sorted list, or the place where it would be inserted.
std::vector<StoredApp>::iterator placeOf(const AppId& app, Snapshot& snapshot) {
    const auto byApp = [](const StoredApp& stored, const AppId& wanted) { return stored.memory.app < wanted; };
    return std::lower_bound(snapshot.apps.begin(), snapshot.apps.end(), app, byApp);
}

} // namespace

Result<void> addApp(StoredRow row, Snapshot& snapshot) {
    StoredApp stored;
    AppMemory& memory = stored.memory;
    memory.app.name = row.text();
    stored.boot.value = row.text();
    memory.pinned = STINT_TRY(pinnedFrom(row.text()));
    memory.crashes = STINT_TRY(instantsFrom(row.text()));
    memory.badUntil = row.optionalTime<Instant>();
    if (const auto until = memory.badUntil) STINT_TRY(checked(until->time_since_epoch().count(), "bad_until", anyTime));
    memory.services = STINT_TRY(flagsFrom(row.text()));
    memory.channels = STINT_TRY(channelsFrom(row.text()));
    memory.revoked = STINT_TRY(wordsFrom(row.text()));
    stored.written = STINT_TRY(writtenFrom(row));
    memory.seen = row.flag();
    const auto name = row.text();
    const auto use = batteryUseNamed(name);
    if (!use) return fail(Errc::ILLEGAL_ARGUMENT, "unknown use of the battery {}", name);
    memory.batteryUse = *use;
    memory.dataSaverExempt = row.flag();
    memory.allowlistedUntil = row.optionalTime<Instant>();
    if (const auto until = memory.allowlistedUntil)
        STINT_TRY(checked(until->time_since_epoch().count(), "allowlisted_until", anyTime));
    memory.usage = STINT_TRY(usageFrom(row.text()));
    snapshot.apps.push_back(std::move(stored));
    return {};
}

Result<void> addLedger(StoredRow row, Snapshot& snapshot, std::set<AppId>& withLedger) {
    StoredApp alone;
    alone.memory.app.name = row.text();
    alone.boot.value = row.text();
    alone.written = STINT_TRY(writtenFrom(row));
    const AppId app = alone.memory.app;
    auto place = placeOf(app, snapshot);
    const bool known = place != snapshot.apps.end() && place->memory.app == app;
    STINT_TRY(readLedgers(row.text(), known ? place->memory : alone.memory));
    if (!known) snapshot.apps.insert(place, std::move(alone));
    withLedger.insert(app);
    return {};
}

Result<void> addUsageTime(StoredRow row, Snapshot& snapshot) {
    StoredUsageTime stored;
    row.integer(); // the key: this table has one row
    stored.boot.value = row.text();
    stored.saved.time.running = STINT_TRY(storedLength(row, "running", anyLength));
    stored.saved.time.screenOn = STINT_TRY(storedLength(row, "screen_on", anyLength));
    stored.saved.at = STINT_TRY(momentFrom<Instant>(row, "at", anyTime));
    stored.saved.screenOn = row.flag();
    snapshot.usageTime = std::move(stored);
    return {};
}

Result<void> addAlarm(StoredRow row, Snapshot& snapshot) {
    StoredAlarm stored;
    Alarm& alarm = stored.alarm;
    alarm.app.name = row.text();
    alarm.tag = row.text();
    stored.boot.value = row.text();
    alarm.receiver = row.text();
    const auto name = row.text();
    const auto kind = alarmKindNamed(name);
    if (!kind) return fail(Errc::ILLEGAL_ARGUMENT, "unknown kind of alarm {}", name);
    alarm.kind = *kind;
    alarm.wakeup = row.flag();
    alarm.byWall = row.flag();
    alarm.persisted = row.flag();
    alarm.requested = STINT_TRY(momentFrom<Instant>(row, "requested", anyAlarm));
    alarm.requestedWall = STINT_TRY(momentFrom<WallTime>(row, "requested_wall", anyAlarm));
    alarm.window = STINT_TRY(storedLength(row, "length", anyWindow));
    alarm.interval = STINT_TRY(storedLength(row, "repeats_every", anyWindow));
    const std::int64_t sequence = STINT_TRY(checked(row.integer(), "sequence", anyWindow));
    alarm.sequence = static_cast<std::uint64_t>(sequence);
    alarm.handed = row.flag();
    snapshot.alarms.push_back(std::move(stored));
    return {};
}

Result<void> addMessage(StoredRow row, Snapshot& snapshot) {
    StoredMessage stored;
    PushMessage& message = stored.message;
    const std::int64_t id = STINT_TRY(checked(row.integer(), "id", anyMessage));
    message.id = static_cast<std::uint64_t>(id);
    message.app.name = row.text();
    stored.boot.value = row.text();
    message.receiver = row.text();
    message.arrived = STINT_TRY(momentFrom<Instant>(row, "arrived", anyTime));
    message.arrivedWall = STINT_TRY(momentFrom<WallTime>(row, "arrived_wall", anyTime));
    message.data = row.text();
    const auto word = row.text();
    const auto urgency = urgencyNamed(word);
    if (!urgency) return fail(Errc::ILLEGAL_ARGUMENT, "unknown urgency {}", word);
    message.urgency = *urgency;
    message.ttl = STINT_TRY(storedLength(row, "ttl", anyLength));
    message.topic = row.text();
    message.registration = row.text();
    message.deleted = row.flag();
    message.lineId = row.text();
    message.came = STINT_TRY(momentFrom<WallTime>(row, "came", anyTime));
    snapshot.messages.push_back(std::move(stored));
    return {};
}

Result<void> addRegistration(StoredRow row, Snapshot& snapshot) {
    Registration registration{.name = row.text(), .app = {}, .receiver = {}};
    registration.app.name = row.text();
    registration.receiver = row.text();
    for (std::uint64_t& cursor : registration.cursors) {
        const std::int64_t sequence = STINT_TRY(checked(row.integer(), "cursor", anyWindow));
        cursor = static_cast<std::uint64_t>(sequence);
    }
    registration.connector = row.text();
    registration.details = row.text();
    registration.ended = row.flag();
    registration.endpoint = row.text();
    registration.made = STINT_TRY(momentFrom<WallTime>(row, "made", anyTime));
    registration.last = row.optionalTime<WallTime>();
    registration.rotates = row.flag();
    registration.successor = row.text();
    registration.retires = row.optionalTime<WallTime>();
    if (const auto when = registration.retires)
        STINT_TRY(checked(when->time_since_epoch().count(), "retires", anyTime));
    registration.revoked = row.flag();
    registration.unknown = row.optionalTime<Instant>();
    if (const auto since = registration.unknown)
        STINT_TRY(checked(since->time_since_epoch().count(), "unknown", anyTime));
    registration.own = row.text();
    registration.vapid = row.text();
    registration.encrypted = row.flag();
    registration.untold = row.flag();
    snapshot.registrations.push_back(std::move(registration));
    return {};
}

Result<void> addLinePlace(StoredRow row, Snapshot& snapshot) {
    row.integer(); // the key: this table has one row
    LinePlace place{.stream = row.text()};
    const std::int64_t epoch = STINT_TRY(checked(row.integer(), "epoch", anyWindow));
    place.epoch = static_cast<std::uint64_t>(epoch);
    snapshot.linePlace = std::move(place);
    return {};
}

Result<void> addSeenMessage(StoredRow row, Snapshot& snapshot) {
    std::string id = row.text();
    const auto seen = STINT_TRY(momentFrom<WallTime>(row, "seen", anyTime));
    snapshot.seenMessages.emplace(std::move(id), seen);
    return {};
}

void sortApps(Snapshot& snapshot) {
    std::sort(snapshot.apps.begin(), snapshot.apps.end(),
              [](const StoredApp& a, const StoredApp& b) { return a.memory.app < b.memory.app; });
}

void sortAlarms(Snapshot& snapshot) {
    std::sort(snapshot.alarms.begin(), snapshot.alarms.end(), [](const StoredAlarm& a, const StoredAlarm& b) {
        return std::tie(a.alarm.app, a.alarm.tag) < std::tie(b.alarm.app, b.alarm.tag);
    });
}

void sortMessages(Snapshot& snapshot) {
    std::sort(snapshot.messages.begin(), snapshot.messages.end(),
              [](const StoredMessage& a, const StoredMessage& b) { return a.message.id < b.message.id; });
}

void sortRegistrations(Snapshot& snapshot) { std::ranges::sort(snapshot.registrations, {}, &Registration::name); }

} // namespace stint
