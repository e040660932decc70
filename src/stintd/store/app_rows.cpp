#include "stintd/store/app_rows.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "base/result/try.hpp"
#include "contract/json/checked_json.hpp"
#include "contract/json/job_json.hpp"
#include "stintd/store/app_json.hpp"
#include "stintd/store/ledger_json.hpp"
#include "stintd/store/usage_json.hpp"

namespace stint {

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
    message.high = row.flag();
    message.arrived = STINT_TRY(momentFrom<Instant>(row, "arrived", anyTime));
    message.arrivedWall = STINT_TRY(momentFrom<WallTime>(row, "arrived_wall", anyTime));
    message.data = row.text();
    snapshot.messages.push_back(std::move(stored));
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

} // namespace stint
