#include "stintd/store/opening.hpp"

#include <fmt/core.h>

#include "base/result/try.hpp"
#include "stintd/store/rebuild.hpp"
#include "stintd/store/row_checksum.hpp"
#include "stintd/store/schema.hpp"

namespace stint {

namespace {

Result<void> refuseNewer(Database& database, const std::filesystem::path& file) {
    const auto version = STINT_TRY(database.integer("PRAGMA user_version"));
    if (version <= schemaVersion()) return {};
    return fail(Errc::ILLEGAL_STATE,
                "{} was made by a newer stint (schema {}, this one knows {}); it was left as it is", file.string(),
                version, schemaVersion());
}

Result<void> configure(Database& database) {
    // An exclusive lock: no other program can delay a commit, and the log's index needs no shared memory.
    STINT_TRY(database.run("PRAGMA locking_mode = EXCLUSIVE; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY"));
    // Deleted rows are overwritten, because jobs hold headers and passwords.
    STINT_TRY(database.run("PRAGMA secure_delete = ON"));
    return addRowChecksum(database);
}

Result<void> chooseJournal(Database& database, Journal journal) {
    switch (journal) {
    case Journal::WriteAhead:
        // FULL syncs the log once a commit, which NORMAL leaves out (linux.md, B). The Store makes the checkpoints.
        return database.run(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216");
    case Journal::RollBack:
        // EXTRA also syncs the directory: a commit is the journal's removal, which is durable only then.
        return database.run("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA");
    }
    return {};
}

/// The first damage that SQLite finds; empty: none. This is the whole check, not quick_check: with an index that lost a
/// row, a dropped job could come back.
Result<std::string> damageOf(Database& database) {
    auto check = STINT_TRY(database.prepare("PRAGMA integrity_check(1)"));
    if (!STINT_TRY(check.next())) return std::string{"it cannot be checked"};
    const auto found = check.text(0);
    if (found == "ok") return std::string{};
    return std::string{found.substr(found.rfind('\n') + 1)}; // the first line only names the file
}

/// Migrates the database to our version. Returns the damage that it has; empty: none.
Result<std::string> prepare(Database& database, Journal journal, const std::filesystem::path& file) {
    // SQLite takes a file without a page for a new database; makeNew() never leaves such a file.
    if (!hasPage(file)) return std::string{"it is empty"};
    STINT_TRY(configure(database));
    STINT_TRY(refuseNewer(database, file));
    if (auto damage = STINT_TRY(damageOf(database)); !damage.empty()) return damage;
    STINT_TRY(chooseJournal(database, journal));
    STINT_TRY(migrate(database));
    if (!STINT_TRY(hasOurSchema(database))) return std::string{"its tables are not ours"};
    if (database.readOnly()) return std::string{"it cannot be written"};
    return std::string{};
}

} // namespace

Result<Database> openDatabase(const StoreDirectory& directory, Journal journal, std::vector<std::string>& notes) {
    const auto file = directory.path() / "stint.db";
    // Two rounds at most: a rebuilt database is whole, or the disk is unusable.
    for (bool rebuilt = false;; rebuilt = true) {
        STINT_TRY(finishMaking(directory));
        if (std::error_code ignored; !std::filesystem::exists(file, ignored)) {
            STINT_TRY(makeNew(directory));
            STINT_TRY(finishMaking(directory));
        }
        auto database = STINT_TRY(Database::open(file));
        const auto complaint = prepare(database, journal, file);
        if (complaint && complaint->empty()) {
            database.checkpointOnClose();
            return database;
        }
        if (!complaint && (complaint.error().code != Errc::STORAGE || !database.damaged())) return complaint.error();
        const auto why = complaint ? *complaint : complaint.error().message;
        if (rebuilt) return fail(Errc::STORAGE, "{} was rebuilt and is damaged again: {}", file.string(), why);
        { const auto closed = std::move(database); } // and the lock on the file is released with it
        STINT_TRY(rebuild(directory, why, notes));
    }
}

} // namespace stint
