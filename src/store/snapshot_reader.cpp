#include "store/snapshot_reader.hpp"

#include <algorithm>
#include <functional>
#include <limits>

#include "store/app_json.hpp"
#include "store/columns.hpp"
#include "store/job_json.hpp"

namespace stint {

namespace {

/// The columns of a row, one after the other.
class Row {
public:
    explicit Row(const Statement& statement) : statement_(statement) {}

    std::string text() { return std::string{statement_.text(at_++)}; }
    std::int64_t integer() { return statement_.integer(at_++); }
    std::int32_t small() { return static_cast<std::int32_t>(integer()); }
    bool flag() { return integer() != 0; }
    template <class Time> Time time() { return Time{Duration{integer()}}; }
    template <class Time> std::optional<Time> optionalTime() {
        const auto count = statement_.optionalInteger(at_++);
        if (!count) return std::nullopt;
        return Time{Duration{*count}};
    }

private:
    const Statement& statement_;
    int at_ = 1; // after the rowid
};

JobKey keyFrom(Row& row) {
    JobKey key;
    key.app.name = row.text();
    key.space = row.text();
    key.id = row.small();
    return key;
}

Result<void> addJob(Row row, Snapshot& snapshot) {
    StoredJob stored;
    auto& job = stored.job;
    job.key = keyFrom(row);
    stored.boot.value = row.text();
    job.info = std::make_shared<const JobInfo>(STINT_TRY(jobInfoFrom(row.text())));
    job.scheduled = row.time<WallTime>();
    job.enqueued = row.time<Instant>();
    job.sequence = static_cast<std::uint64_t>(row.integer());
    job.failures = row.small();
    job.systemStops = row.small();
    job.notBefore = row.optionalTime<Instant>();
    job.notBeforeWall = row.optionalTime<WallTime>();
    job.cumulative = Duration{row.integer()};
    job.demotedByUser = row.flag();
    job.demotedBySystem = row.flag();
    job.running = row.flag();
    job.label = row.text();
    job.deadline = row.optionalTime<Instant>();
    job.deadlineWall = row.optionalTime<WallTime>();
    job.windowEnd = row.optionalTime<Instant>();
    job.windowEndWall = row.optionalTime<WallTime>();
    job.abandoned = row.small();
    job.lastSuccess = row.time<WallTime>();
    job.lastFailure = row.time<WallTime>();
    snapshot.jobs.push_back(std::move(stored));
    return {};
}

/// To its job, which was read before. One whose job could not be read must not turn up with the next job of that id.
Result<void> addWork(Row row, Snapshot& snapshot) {
    const JobKey key = keyFrom(row);
    const auto byKey = [](const StoredJob& stored, const JobKey& wanted) { return stored.job.key < wanted; };
    const auto owner = std::lower_bound(snapshot.jobs.begin(), snapshot.jobs.end(), key, byKey);
    if (owner == snapshot.jobs.end() || owner->job.key != key)
        return fail(Errc::IllegalArgument, "work of no job that could be read");
    WorkItem item;
    item.id = static_cast<std::uint64_t>(row.integer());
    item.extras = STINT_TRY(extrasFrom(row.text()));
    item.estimatedDown = row.integer();
    item.estimatedUp = row.integer();
    item.minimumChunk = row.integer();
    item.deliveries = row.small();
    owner->job.work.push_back(std::move(item));
    return {};
}

Result<void> addApp(Row row, Snapshot& snapshot) {
    AppMemory memory;
    memory.app.name = row.text();
    BootId boot{row.text()};
    if (const auto pinned = row.text(); !pinned.empty()) {
        memory.pinned = processStateNamed(pinned);
        if (!memory.pinned) return fail(Errc::IllegalArgument, "unknown process state {}", pinned);
    }
    memory.crashes = STINT_TRY(instantsFrom(row.text()));
    memory.badUntil = row.optionalTime<Instant>();
    memory.services = STINT_TRY(flagsFrom(row.text()));
    memory.channels = STINT_TRY(channelsFrom(row.text()));
    memory.revoked = STINT_TRY(wordsFrom(row.text()));
    snapshot.apps.emplace_back(std::move(memory), std::move(boot));
    return {};
}

Result<void> addCompleted(Row row, Snapshot& snapshot) {
    Completed done;
    done.key = keyFrom(row);
    done.ended = row.time<WallTime>();
    done.ending.reason = static_cast<StopReason>(row.small());
    done.ending.internal = static_cast<InternalReason>(row.small());
    done.outcome.exitCode = row.small();
    done.outcome.text = row.text();
    done.transferredDown = row.integer();
    done.transferredUp = row.integer();
    done.label = row.text();
    snapshot.completed.push_back(std::move(done));
    return {};
}

struct BrokenRow {
    std::int64_t rowid = 0;
    std::string why;
    std::string content;
};

/// name=value of every column, for a person.
std::string contentOf(const Statement& row) {
    std::string content;
    for (int column = 1; column + 1 < row.columns(); ++column)
        content += fmt::format("{}{}={}", column > 1 ? " " : "", row.name(column), row.text(column));
    return content;
}

Result<void> setAside(Database& database, const SealedTable& table, const std::vector<BrokenRow>& rows,
                      std::vector<std::string>& notes) {
    if (rows.empty()) return {};
    auto keep = STINT_TRY(database.prepare("INSERT INTO broken VALUES (?1, ?2, ?3)"));
    auto drop = STINT_TRY(database.prepare(fmt::format("DELETE FROM {} WHERE rowid = ?1", table.name)));
    for (const auto& row : rows) {
        STINT_TRY(keep.run(table.name, row.why, row.content));
        STINT_TRY(drop.run(row.rowid));
        notes.push_back(fmt::format("a row of {} was set aside (table broken): {}: {}", table.name, row.why,
                                    row.content.substr(0, 120)));
    }
    return {};
}

using Add = std::function<Result<void>(Row)>;

Result<void> readTable(Database& database, const SealedTable& table, const Add& add, std::vector<std::string>& notes) {
    auto rows = STINT_TRY(database.prepare(readSql(table)));
    const int sealColumn = rows.columns() - 1;
    std::vector<BrokenRow> broken;
    while (STINT_TRY(rows.next())) {
        if (rows.integer(sealColumn) == 0)
            broken.push_back({rows.integer(0), "it is not what was written", contentOf(rows)});
        else if (auto added = add(Row{rows}); !added)
            broken.push_back({rows.integer(0), added.error().message, contentOf(rows)});
    }
    return setAside(database, table, broken, notes);
}

Result<void> readMeta(Database& database, const BootId& boot, Snapshot& snapshot) {
    // A damaged number must not stop the count.
    STINT_TRY(database.run(fmt::format("UPDATE meta SET generation = max(0, generation) % {} + 1",
                                       std::numeric_limits<std::uint32_t>::max())));
    snapshot.generation = static_cast<std::uint32_t>(STINT_TRY(database.integer("SELECT generation FROM meta")));
    snapshot.sameBoot = STINT_TRY(database.text("SELECT boot FROM meta")) == boot.value;
    snapshot.committed = WallTime{Duration{STINT_TRY(database.integer("SELECT committed FROM meta"))}};
    return {};
}

// Here, not in SQL: an index that was damaged could leave rows out.

void sortJobs(Snapshot& snapshot) {
    std::sort(snapshot.jobs.begin(), snapshot.jobs.end(),
              [](const StoredJob& a, const StoredJob& b) { return a.job.key < b.job.key; });
}

/// Oldest first, and counted on from there.
void sortWork(Snapshot& snapshot) {
    for (auto& [job, boot] : snapshot.jobs) {
        std::sort(job.work.begin(), job.work.end(), [](const WorkItem& a, const WorkItem& b) { return a.id < b.id; });
        if (!job.work.empty()) job.nextWork = job.work.back().id + 1;
    }
}

void sortRest(Snapshot& snapshot) {
    std::sort(snapshot.apps.begin(), snapshot.apps.end(),
              [](const auto& a, const auto& b) { return a.first.app < b.first.app; });
    std::stable_sort(snapshot.completed.begin(), snapshot.completed.end(),
                     [](const Completed& a, const Completed& b) { return a.key.app < b.key.app; });
}

} // namespace

Result<Snapshot> readSnapshot(Database& database, const BootId& boot, std::vector<std::string>& notes) {
    Snapshot snapshot;
    STINT_TRY(readMeta(database, boot, snapshot));
    STINT_TRY(readTable(
        database, jobsTable, [&](Row row) { return addJob(row, snapshot); }, notes));
    sortJobs(snapshot);
    STINT_TRY(readTable(
        database, workTable, [&](Row row) { return addWork(row, snapshot); }, notes));
    sortWork(snapshot);
    STINT_TRY(readTable(
        database, appsTable, [&](Row row) { return addApp(row, snapshot); }, notes));
    STINT_TRY(readTable(
        database, completedTable, [&](Row row) { return addCompleted(row, snapshot); }, notes));
    const auto addOverride = [&](Row row) -> Result<void> {
        auto name = row.text();
        auto value = row.text();
        if (row.text() == boot.value) snapshot.overrides.emplace(std::move(name), std::move(value));
        return {};
    };
    STINT_TRY(readTable(database, overridesTable, addOverride, notes));
    sortRest(snapshot);
    return snapshot;
}

} // namespace stint
