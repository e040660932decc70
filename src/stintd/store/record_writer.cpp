#include "stintd/store/record_writer.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "contract/json/job_json.hpp"
#include "stintd/store/app_json.hpp"
#include "stintd/store/ledger_json.hpp"
#include "stintd/store/row_json.hpp"
#include "stintd/store/schema.hpp"

namespace stint {

namespace {

template <class Time> std::int64_t count(Time time) { return time.time_since_epoch().count(); }

template <class Time> std::optional<std::int64_t> count(std::optional<Time> time) {
    if (!time) return std::nullopt;
    return count(*time);
}

template <class Time> std::optional<std::int64_t> count(OptionalTime<Time> time) {
    return count(std::optional<Time>(time));
}

/// The highest number that a past run may have: a damaged store may contain any.
constexpr std::int64_t mostNumbered = std::int64_t{1} << 60;

std::optional<std::string> runText(const PastRun& run) {
    if (run.ended == WallTime{}) return std::nullopt;
    return rowText(run);
}

std::optional<std::string> termsText(const StartTerms& terms) {
    if (terms == StartTerms{}) return std::nullopt;
    return rowText(terms);
}

std::optional<std::string> infoText(const Again& again) {
    if (again == Again{}) return std::nullopt;
    return jobInfoText(again.info);
}

} // namespace

Result<RecordWriter> RecordWriter::prepare(Database& database, BootId boot) {
    Statements sql;
    sql.saveJob = STINT_TRY(database.prepare(saveSql(jobsTable)));
    sql.dropJob = STINT_TRY(database.prepare("DELETE FROM jobs WHERE app = ?1 AND space = ?2 AND id = ?3"));
    sql.dropAllWork = STINT_TRY(database.prepare("DELETE FROM work WHERE app = ?1 AND space = ?2 AND job = ?3"));
    sql.saveWork = STINT_TRY(database.prepare(saveSql(workTable)));
    sql.dropWork =
        STINT_TRY(database.prepare("DELETE FROM work WHERE app = ?1 AND space = ?2 AND job = ?3 AND item = ?4"));
    sql.saveContent = STINT_TRY(database.prepare(saveSql(contentTable)));
    sql.dropContent = STINT_TRY(database.prepare("DELETE FROM content WHERE app = ?1 AND space = ?2 AND job = ?3"));
    sql.addCompleted = STINT_TRY(database.prepare(saveSql(completedTable)));
    // This deletes all but the newest ?2.
    sql.trimCompleted =
        STINT_TRY(database.prepare("DELETE FROM completed WHERE app = ?1 AND nth <= (SELECT nth FROM completed "
                                   "WHERE app = ?1 ORDER BY nth DESC LIMIT 1 OFFSET ?2)"));
    sql.dropCompleted = STINT_TRY(database.prepare("DELETE FROM completed WHERE app = ?1 AND space = ?2 AND id = ?3"));
    sql.newestRun = STINT_TRY(database.prepare("SELECT coalesce(max(nth), 0) FROM past_runs WHERE app = ?1"));
    sql.addRun = STINT_TRY(database.prepare(saveSql(pastRunsTable)));
    sql.trimRuns = STINT_TRY(database.prepare("DELETE FROM past_runs WHERE app = ?1 AND nth <= ?2"));
    // A call deletes up to eight, more than are added between two calls, so that it never takes long.
    sql.dropOldRuns = STINT_TRY(
        database.prepare("DELETE FROM past_runs WHERE app = ?1 AND nth < 8 + (SELECT min(nth) FROM past_runs WHERE "
                         "app = ?1) AND CASE WHEN json_valid(run) THEN json_extract(run, '$.ended') < ?2 ELSE 1 END"));
    sql.dropLog = STINT_TRY(database.prepare("DELETE FROM past_runs WHERE app = ?1"));
    sql.addChange = STINT_TRY(database.prepare(saveSql(deviceChangesTable)));
    sql.trimChanges = STINT_TRY(
        database.prepare("DELETE FROM device_changes WHERE nth <= (SELECT max(nth) FROM device_changes) - ?1"));
    // A call deletes up to eight, as above.
    sql.dropOldChanges = STINT_TRY(
        database.prepare("DELETE FROM device_changes WHERE nth < 8 + (SELECT min(nth) FROM device_changes) AND "
                         "changed < ?1"));
    sql.saveApp = STINT_TRY(database.prepare(saveSql(appsTable)));
    sql.saveLedger = STINT_TRY(database.prepare(saveSql(ledgersTable)));
    sql.dropApp = STINT_TRY(database.prepare("DELETE FROM apps WHERE app = ?1"));
    sql.dropLedger = STINT_TRY(database.prepare("DELETE FROM ledgers WHERE app = ?1"));
    sql.dropHistory = STINT_TRY(database.prepare("DELETE FROM completed WHERE app = ?1"));
    sql.saveUsageTime = STINT_TRY(database.prepare(saveSql(usageTimeTable)));
    sql.saveDeviceState = STINT_TRY(database.prepare(saveSql(deviceStateTable)));
    sql.saveAlarm = STINT_TRY(database.prepare(saveSql(alarmsTable)));
    sql.dropAlarm = STINT_TRY(database.prepare("DELETE FROM alarms WHERE app = ?1 AND tag = ?2"));
    sql.saveMessage = STINT_TRY(database.prepare(saveSql(messagesTable)));
    sql.dropMessage = STINT_TRY(database.prepare("DELETE FROM messages WHERE id = ?1"));
    sql.newestMessage = STINT_TRY(database.prepare("SELECT coalesce(max(nth), 0) FROM past_messages WHERE app = ?1"));
    sql.addPastMessage = STINT_TRY(database.prepare(saveSql(pastMessagesTable)));
    sql.trimMessages = STINT_TRY(database.prepare("DELETE FROM past_messages WHERE app = ?1 AND nth <= ?2"));
    // A call deletes up to eight, as above.
    sql.dropOldMessages = STINT_TRY(
        database.prepare("DELETE FROM past_messages WHERE app = ?1 AND nth < 8 + (SELECT min(nth) FROM past_messages "
                         "WHERE app = ?1) AND "
                         "CASE WHEN json_valid(message) THEN json_extract(message, '$.ended') < ?2 ELSE 1 END"));
    sql.dropMessageLog = STINT_TRY(database.prepare("DELETE FROM past_messages WHERE app = ?1"));
    sql.saveRegistration = STINT_TRY(database.prepare(saveSql(registrationsTable)));
    sql.dropRegistration = STINT_TRY(database.prepare("DELETE FROM registrations WHERE name = ?1"));
    sql.saveLinePlace = STINT_TRY(database.prepare(saveSql(linePlaceTable)));
    sql.saveSeenMessage = STINT_TRY(database.prepare(saveSql(seenMessagesTable)));
    sql.keepSeenMessages = STINT_TRY(database.prepare("DELETE FROM seen_messages WHERE seen NOT BETWEEN ?1 AND ?2"));
    sql.dropOverrides = STINT_TRY(database.prepare("DELETE FROM overrides WHERE boot <> ''"));
    sql.dropMarks = STINT_TRY(
        database.prepare(fmt::format("DELETE FROM overrides WHERE boot = '' AND name GLOB '{}*'", markPrefix)));
    sql.saveOverride = STINT_TRY(database.prepare(saveSql(overridesTable)));
    sql.stamp = STINT_TRY(database.prepare("UPDATE meta SET boot = ?1, alive = ?2, committed = ?3, clock_good = ?4, "
                                           "generation = ?5, commits = ?6"));
    return RecordWriter{std::move(boot), std::move(sql)};
}

Result<void> RecordWriter::write(const Record& record) {
    return std::visit([this](const auto& one) { return write(one); }, record);
}

Result<void> RecordWriter::stamp(const Stamp& stamp, std::uint32_t generation, std::int64_t commits) {
    return sql_.stamp.run(boot_.value, count(stamp.alive), count(stamp.good), stamp.clockGood, std::int64_t{generation},
                          commits);
}

Result<void> RecordWriter::write(const SaveJob& record) {
    const auto& job = record.job;
    const JobDetails& past = *job.details;
    return sql_.saveJob.run(job.key.app.name, job.key.space, job.key.id.value, boot_.value, jobInfoText(job.info),
                            count(job.scheduled), count(job.enqueued), job.sequence, job.failures, job.systemStops,
                            count(job.notBefore), count(job.notBeforeWall), past.cumulative.count(), job.demotedByUser,
                            job.demotedBySystem, job.running, past.label, count(job.deadline), count(job.deadlineWall),
                            count(past.windowEnd), count(past.windowEndWall), past.abandoned, count(past.lastSuccess),
                            count(past.lastFailure), job.exemptionLost, job.awaitsClock, count(past.runBegan),
                            runText(*past.lastRun), job.held, termsText(*past.terms), runText(*past.runSoFar));
}

Result<void> RecordWriter::write(const DropJob& record) {
    STINT_TRY(sql_.dropAllWork.run(record.key.app.name, record.key.space, record.key.id.value));
    STINT_TRY(sql_.dropContent.run(record.key.app.name, record.key.space, record.key.id.value));
    return sql_.dropJob.run(record.key.app.name, record.key.space, record.key.id.value);
}

Result<void> RecordWriter::write(const SaveWork& record) {
    const auto& [job, item] = record;
    return sql_.saveWork.run(job.app.name, job.space, job.id.value, static_cast<std::int64_t>(item.id),
                             extrasText(item.extras), item.estimatedDown, item.estimatedUp, item.minimumChunk,
                             item.deliveries);
}

Result<void> RecordWriter::write(const DropWork& record) {
    const auto& [job, item] = record;
    return sql_.dropWork.run(job.app.name, job.space, job.id.value, static_cast<std::int64_t>(item));
}

Result<void> RecordWriter::write(const SaveContent& record) {
    const auto& [job, changes] = record;
    if (changes.uris.empty()) return sql_.dropContent.run(job.app.name, job.space, job.id.value);
    return sql_.saveContent.run(job.app.name, job.space, job.id.value, boot_.value, count(changes.first),
                                count(changes.ready), wordsText(changes.uris));
}

Result<void> RecordWriter::write(const SaveCompleted& record) {
    const auto& done = record.completed;
    STINT_TRY(sql_.addCompleted.run(
        done.key.app.name, done.key.space, done.key.id.value, count(done.ended),
        static_cast<std::int32_t>(done.ending.reason), static_cast<std::int32_t>(done.ending.internal),
        done.outcome.exitCode, done.outcome.text, done.transferredDown, done.transferredUp, done.label,
        count(done.scheduled), count(done.began), nameOf(done.kind), done.url, done.path, infoText(*done.again),
        termsText(done.again->terms), done.moved, done.runs, count(done.firstBegan)));
    return sql_.trimCompleted.run(done.key.app.name, record.keep);
}

Result<void> RecordWriter::write(const DropCompleted& record) {
    return sql_.dropCompleted.run(record.job.app.name, record.job.space, record.job.id.value);
}

Result<void> RecordWriter::write(const SavePastRun& record) {
    const SharedText& app = record.job.app.name;
    sql_.newestRun.start(app);
    STINT_TRY(sql_.newestRun.next());
    const std::int64_t nth = std::clamp<std::int64_t>(sql_.newestRun.integer(0), 0, mostNumbered) + 1;
    sql_.newestRun.reset();
    STINT_TRY(sql_.addRun.run(app, nth, record.job.space, record.job.id.value, rowText(record.run)));
    STINT_TRY(sql_.trimRuns.run(app, nth - record.keep));
    return sql_.dropOldRuns.run(app, count(record.since));
}

Result<void> RecordWriter::write(const SaveDeviceChange& record) {
    const auto& change = record.change;
    STINT_TRY(sql_.addChange.run(count(change.when), change.key, change.value, change.leftOut));
    STINT_TRY(sql_.trimChanges.run(record.keep));
    return sql_.dropOldChanges.run(count(record.since));
}

Result<void> RecordWriter::write(const SaveApp& record) {
    const auto& [memory, written] = record;
    std::optional<std::string_view> pinned;
    if (memory.pinned) pinned = nameOf(*memory.pinned);
    STINT_TRY(sql_.saveApp.run(memory.app.name, boot_.value, pinned, instantsText(memory.crashes),
                               count(memory.badUntil), flagsText(memory.services), channelsText(memory.channels),
                               wordsText(memory.revoked), count(written.elapsed), count(written.wall), memory.seen,
                               nameOf(memory.batteryUse), memory.dataSaverExempt, count(memory.allowlistedUntil),
                               usageText(memory.usage)));
    return sql_.saveLedger.run(memory.app.name, boot_.value, count(written.elapsed), count(written.wall),
                               ledgersText(memory));
}

// The app's jobs, alarms and messages are dropped by records of their own.
Result<void> RecordWriter::write(const DropApp& record) {
    STINT_TRY(sql_.dropApp.run(record.app.name));
    STINT_TRY(sql_.dropLedger.run(record.app.name));
    STINT_TRY(sql_.dropLog.run(record.app.name));
    STINT_TRY(sql_.dropMessageLog.run(record.app.name));
    return sql_.dropHistory.run(record.app.name);
}

Result<void> RecordWriter::write(const SaveUsageTime& record) {
    constexpr std::int64_t one = 1;
    return sql_.saveUsageTime.run(one, boot_.value, record.time.running.count(), record.time.screenOn.count(),
                                  count(record.at), record.screenOn);
}

Result<void> RecordWriter::write(const SaveDeviceState& record) {
    constexpr std::int64_t one = 1;
    return sql_.saveDeviceState.run(one, boot_.value, deviceStateText(record.state));
}

Result<void> RecordWriter::write(const SaveAlarm& record) {
    const auto& alarm = record.alarm;
    return sql_.saveAlarm.run(alarm.app.name, alarm.tag, boot_.value, alarm.receiver, nameOf(alarm.kind), alarm.wakeup,
                              alarm.byWall, alarm.persisted, count(alarm.requested), count(alarm.requestedWall),
                              alarm.window.count(), alarm.interval.count(), static_cast<std::int64_t>(alarm.sequence),
                              alarm.handed);
}

Result<void> RecordWriter::write(const DropAlarm& record) { return sql_.dropAlarm.run(record.app.name, record.tag); }

Result<void> RecordWriter::write(const SaveMessage& record) {
    const auto& message = record.message;
    return sql_.saveMessage.run(static_cast<std::int64_t>(message.id), message.app.name, boot_.value, message.receiver,
                                count(message.arrived), count(message.arrivedWall), message.data,
                                nameOf(message.urgency), message.ttl.count(), message.topic, message.registration,
                                message.deleted, message.lineId, count(message.came));
}

Result<void> RecordWriter::write(const DropMessage& record) {
    return sql_.dropMessage.run(static_cast<std::int64_t>(record.id));
}

Result<void> RecordWriter::write(const SavePastMessage& record) {
    const std::string_view app = record.story.app.name;
    sql_.newestMessage.start(app);
    STINT_TRY(sql_.newestMessage.next());
    const std::int64_t nth = std::clamp<std::int64_t>(sql_.newestMessage.integer(0), 0, mostNumbered) + 1;
    sql_.newestMessage.reset();
    STINT_TRY(sql_.addPastMessage.run(app, nth, rowText(record.story)));
    STINT_TRY(sql_.trimMessages.run(app, nth - record.keep));
    return sql_.dropOldMessages.run(app, count(record.since));
}

Result<void> RecordWriter::write(const SaveRegistration& record) {
    const Registration& registration = record.registration;
    const auto cursor = [&](Urgency urgency) {
        return static_cast<std::int64_t>(registration.cursors.at(placeOf(urgency)));
    };
    return sql_.saveRegistration.run(
        registration.name, registration.app.name, registration.receiver, cursor(Urgency::VeryLow), cursor(Urgency::Low),
        cursor(Urgency::Normal), cursor(Urgency::High), registration.connector, registration.details,
        registration.ended, registration.endpoint, count(registration.made), count(registration.last),
        registration.rotates, registration.successor, count(registration.retires), registration.revoked,
        count(registration.unknown), registration.own, registration.vapid, registration.encrypted, registration.untold);
}

Result<void> RecordWriter::write(const DropRegistration& record) { return sql_.dropRegistration.run(record.name); }

Result<void> RecordWriter::write(const SaveLinePlace& record) {
    constexpr std::int64_t one = 1;
    return sql_.saveLinePlace.run(one, record.place.stream, static_cast<std::int64_t>(record.place.epoch));
}

Result<void> RecordWriter::write(const SaveSeenMessage& record) {
    return sql_.saveSeenMessage.run(record.id, count(record.when));
}

Result<void> RecordWriter::write(const KeepSeenMessages& record) {
    return sql_.keepSeenMessages.run(count(record.from), count(record.to));
}

Result<void> RecordWriter::write(const SaveOverrides& record) {
    STINT_TRY(sql_.dropOverrides.run());
    for (const auto& [name, value] : record.overrides)
        STINT_TRY(sql_.saveOverride.run(name, value, boot_.value));
    return {};
}

Result<void> RecordWriter::write(const SaveNetworkMarks& record) {
    STINT_TRY(sql_.dropMarks.run());
    for (const auto& [network, metered] : record.marks)
        STINT_TRY(sql_.saveOverride.run(fmt::format("{}{}", markPrefix, network), metered ? markMetered : markUnmetered,
                                        markIsForGood));
    return {};
}

Result<void> RecordWriter::write(const SaveDigest& record) {
    return sql_.saveOverride.run(digestName, std::to_string(count(record.shown)), markIsForGood);
}

} // namespace stint
