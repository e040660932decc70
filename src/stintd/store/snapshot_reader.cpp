#include "stintd/store/rows.hpp"

#include <functional>
#include <limits>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "stintd/store/app_json.hpp"
#include "stintd/store/history.hpp"
#include "stintd/store/ledger_json.hpp"
#include "stintd/store/schema.hpp"

namespace stint {

namespace {

struct BrokenRow {
    std::int64_t rowid = 0;
    std::string why;
    std::string content;
};

/// All columns as name=value, for a person.
std::string contentOf(const Statement& row) {
    std::string content;
    for (int column = 1; column + 1 < row.columns(); ++column)
        content += fmt::format("{}{}={}", column > 1 ? " " : "", row.name(column), row.text(column));
    return content;
}

Result<void> setAside(Database& database, const ChecksummedTable& table, const std::vector<BrokenRow>& rows,
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

using Add = std::function<Result<void>(StoredRow)>;

Result<void> readTable(Database& database, const ChecksummedTable& table, const Add& add,
                       std::vector<std::string>& notes) {
    auto rows = STINT_TRY(database.prepare(readSql(table)));
    const int sealColumn = rows.columns() - 1;
    std::vector<BrokenRow> broken;
    while (STINT_TRY(rows.next())) {
        if (rows.integer(sealColumn) == 0)
            broken.push_back({rows.integer(0), "its checksum does not match", contentOf(rows)});
        else if (auto added = add(StoredRow{rows}); !added)
            broken.push_back({rows.integer(0), added.error().message, contentOf(rows)});
    }
    return setAside(database, table, broken, notes);
}

/// Reads jobs before their work, and apps before their ledgers: the latter are added to the former.
class Reader {
public:
    Reader(Database& database, Snapshot& snapshot, std::vector<std::string>& notes)
        : database_(database), snapshot_(snapshot), notes_(notes) {}

    Result<void> readJobs(const BootId& boot) {
        STINT_TRY(read(jobsTable, addJob));
        sortJobs(snapshot_);
        STINT_TRY(read(workTable, addWork));
        sortWork(snapshot_);
        STINT_TRY(
            read(contentTable, [&](StoredRow row, Snapshot& snapshot) { return addContent(row, snapshot, boot); }));
        STINT_TRY(read(completedTable, addCompleted));
        sortCompleted(snapshot_);
        return {};
    }

    Result<void> readApps() {
        STINT_TRY(read(appsTable, addApp));
        sortApps(snapshot_);
        std::set<AppId> withLedger;
        const auto add = [&](StoredRow row, Snapshot& snapshot) { return addLedger(row, snapshot, withLedger); };
        STINT_TRY(read(ledgersTable, add));
        STINT_TRY(spendLostLedgers(database_, snapshot_, withLedger, notes_));
        STINT_TRY(read(usageTimeTable, addUsageTime));
        keepUsageTime(snapshot_);
        STINT_TRY(read(alarmsTable, addAlarm));
        sortAlarms(snapshot_);
        STINT_TRY(read(messagesTable, addMessage));
        sortMessages(snapshot_);
        STINT_TRY(read(registrationsTable, addRegistration));
        sortRegistrations(snapshot_);
        STINT_TRY(read(linePlaceTable, addLinePlace));
        STINT_TRY(read(seenMessagesTable, addSeenMessage));
        return {};
    }

    /// Takes the state of this boot only. A damaged one is lost, and derived again from the device's reports.
    Result<void> readDeviceState(const BootId& boot) {
        return read(deviceStateTable, [&](StoredRow row, Snapshot& snapshot) -> Result<void> {
            row.integer(); // the key: this table has one row
            const bool same = row.text() == boot.value;
            const DeviceState state = STINT_TRY(deviceStateFrom(row.text()));
            if (same) snapshot.deviceState = state;
            return {};
        });
    }

    /// The time of the last digest; nullopt where the value is no number.
    static std::optional<WallTime> digestedIn(const std::string& value) {
        const auto time = numberIn<std::int64_t>(value);
        return time ? std::optional(WallTime(Duration(*time))) : std::nullopt;
    }

    Result<void> readOverrides(const BootId& boot) {
        return read(overridesTable, [&](StoredRow row, Snapshot& snapshot) -> Result<void> {
            auto name = row.text();
            auto value = row.text();
            const auto of = row.text();
            if (of == markIsForGood && name.starts_with(markPrefix))
                snapshot.networkMarks.emplace(name.substr(markPrefix.size()), value == markMetered);
            else if (of == markIsForGood && name == digestName)
                snapshot.digested = digestedIn(value);
            else if (of == boot.value)
                snapshot.overrides.emplace(std::move(name), std::move(value));
            return {};
        });
    }

private:
    template <class Add> Result<void> read(const ChecksummedTable& table, Add add) {
        return readTable(
            database_, table, [&](StoredRow row) { return add(row, snapshot_); }, notes_);
    }

    Database& database_;
    Snapshot& snapshot_;
    std::vector<std::string>& notes_;
};

Result<void> readMeta(Database& database, const BootId& boot, Snapshot& snapshot) {
    // The result is always valid, even if the stored number is damaged.
    const std::int64_t generation = STINT_TRY(database.integer(
        fmt::format("SELECT max(0, generation) % {} + 1 FROM meta", std::numeric_limits<std::uint32_t>::max())));
    snapshot.generation = static_cast<std::uint32_t>(generation);
    const std::string former = STINT_TRY(database.text("SELECT boot FROM meta"));
    snapshot.sameBoot = former == boot.value;
    auto stamp = STINT_TRY(database.prepare("SELECT committed, alive, clock_good FROM meta"));
    STINT_TRY(stamp.next());
    snapshot.stamp.good = WallTime{Duration{stamp.integer(0)}};
    if (const auto alive = stamp.optionalInteger(1)) snapshot.stamp.alive = Instant{Duration{*alive}};
    snapshot.stamp.clockGood = stamp.integer(2) != 0;
    return {};
}

} // namespace

Result<Snapshot> readSnapshot(Database& database, const BootId& boot, std::vector<std::string>& notes) {
    Snapshot snapshot;
    STINT_TRY(readMeta(database, boot, snapshot));
    Reader reader{database, snapshot, notes};
    STINT_TRY(reader.readJobs(boot));
    STINT_TRY(reader.readApps());
    STINT_TRY(reader.readDeviceState(boot));
    STINT_TRY(reader.readOverrides(boot));
    snapshot.highestIds = STINT_TRY(highestLoggedIds(database));
    snapshot.lastDeviceChange = STINT_TRY(lastDeviceChange(database));
    return snapshot;
}

} // namespace stint
