#include "stintd/store/opening.hpp"

#include <functional>
#include <map>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "stintd/store/salvage.hpp"
#include "stintd/store/schema.hpp"

namespace stint {

namespace {

namespace fs = std::filesystem;

fs::path withSuffix(const fs::path& file, std::string_view suffix) { return fs::path{file}.concat(suffix); }

Result<void> move(const fs::path& from, const fs::path& to) {
    std::error_code error;
    if (!fs::exists(from, error)) return {};
    fs::rename(from, to, error);
    if (error) return fail(Errc::STORAGE, "cannot rename {} to {}: {}", from.string(), to.string(), error.message());
    return {};
}

void discard(const fs::path& database) {
    std::error_code ignored;
    for (const auto* suffix : {"", "-wal", "-journal"})
        fs::remove(withSuffix(database, suffix), ignored);
}

/// Makes an empty database of `version`, fills it, migrates it to ours, and leaves it ready for finishMaking().
Result<void> make(const StoreDirectory& directory, int version, const std::function<Result<void>(Database&)>& fill) {
    const auto file = directory.path() / "stint.db.making";
    discard(file);
    STINT_TRY(directory.touch(file));
    {
        auto database = STINT_TRY(Database::open(file));
        STINT_TRY(addRowChecksum(database));
        STINT_TRY(database.run(fmt::format(
            "PRAGMA page_size = {}; PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL", Database::pageSize)));
        STINT_TRY(migrate(database, version));
        STINT_TRY(fill(database));
    }
    STINT_TRY(move(file, directory.path() / "stint.db.made"));
    return directory.sync();
}

/// "300 jobs, 2 apps, …": the rows that the fresh database holds.
Result<std::string> countsOf(Database& fresh) {
    std::string counts;
    for (const auto& table : checksummedTables) {
        const auto count = STINT_TRY(fresh.integer(fmt::format("SELECT count(*) FROM {}", table.name)));
        counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, table.name);
    }
    return counts;
}

} // namespace

Result<void> copyInto(Database& database, const fs::path& file) {
    auto copy = STINT_TRY(database.prepare("VACUUM INTO ?1"));
    return copy.run(file.native());
}

Result<void> makeNew(const StoreDirectory& directory) {
    return make(directory, schemaVersion(), [](Database&) { return Result<void>{}; });
}

bool hasPage(const fs::path& database) {
    constexpr std::uintmax_t leastPage = 512;
    std::error_code absent;
    const auto size = fs::file_size(database, absent);
    return !absent && size >= leastPage;
}

// SQLite would remove the log of a file without a page. finishMaking() is not used, because it moves the log away.
Result<std::string> makeBeneathLog(const StoreDirectory& directory) {
    constexpr std::uintmax_t logHeader = 32;
    const auto file = directory.path() / "stint.db";
    std::error_code absent;
    const auto log = fs::file_size(withSuffix(file, "-wal"), absent);
    if (hasPage(file) || absent || log <= logHeader) return std::string{};
    STINT_TRY(makeNew(directory));
    STINT_TRY(move(directory.path() / "stint.db.made", file));
    STINT_TRY(directory.sync());
    return fmt::format("{} was empty or gone; what its write-ahead log has was read", file.string());
}

Result<void> rebuild(const StoreDirectory& directory, std::string_view why, std::vector<std::string>& notes) {
    const auto file = directory.path() / "stint.db";
    std::string kept;
    const auto version = STINT_TRY(versionOf(file));
    STINT_TRY(make(directory, version, [&](Database& fresh) -> Result<void> {
        bool all = STINT_TRY(salvage(file, fresh));
        const auto copy = directory.path() / "stint.db.copy";
        if (!all && copyWithSchemaPages(file, directory.path() / "stint.db.making", copy))
            all = STINT_TRY(salvage(copy, fresh));
        discard(copy);
        STINT_TRY(migrate(fresh));
        const std::string counts = STINT_TRY(countsOf(fresh));
        kept = fmt::format("{}{}", counts, all ? "" : "; the rest is not readable");
        return {};
    }));
    notes.push_back(fmt::format("{} was damaged ({}); it was set aside as {} and rebuilt from what can be read: {}",
                                file.string(), why, placeAside(file).filename().string(), kept));
    return {};
}

Result<void> finishMaking(const StoreDirectory& directory) {
    const auto file = directory.path() / "stint.db";
    const auto made = directory.path() / "stint.db.made";
    std::error_code error;
    if (!fs::exists(made, error)) return {};
    // The log goes first: it must never be found beside a database that it does not belong to.
    const auto aside = placeAside(file);
    STINT_TRY(move(withSuffix(file, "-wal"), withSuffix(aside, "-wal")));
    STINT_TRY(move(withSuffix(file, "-journal"), withSuffix(aside, "-journal")));
    STINT_TRY(directory.sync());
    STINT_TRY(move(file, aside));
    STINT_TRY(move(made, file));
    return directory.sync();
}

namespace {

constexpr std::string_view copySuffix = ".schema-";

/// The copies that migrations have kept of the store before them, by their versions.
std::map<std::int64_t, fs::path> copiesOf(const fs::path& file) {
    std::map<std::int64_t, fs::path> copies;
    std::error_code ignored;
    const std::string before = file.filename().string() + std::string(copySuffix);
    for (const auto& entry : fs::directory_iterator(file.parent_path(), ignored)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(before)) continue;
        if (const auto version = numberIn<std::int64_t>(std::string_view(name).substr(before.size())))
            copies.emplace(*version, entry.path());
    }
    return copies;
}

/// Keeps the store as it is before its migration, for those who go back to a stint that knows it no further. The last
/// two remain: a migration that was cut off has made one of a version in between.
Result<void> keepCopy(Database& database, const StoreDirectory& directory, const fs::path& file, std::int64_t version) {
    const auto making = withSuffix(file, ".copying");
    discard(making);
    STINT_TRY(directory.touch(making));
    const auto copied = copyInto(database, making);
    if (!copied.ok()) discard(making);
    STINT_TRY(copied);
    STINT_TRY(move(making, withSuffix(file, fmt::format("{}{}", copySuffix, version))));
    auto copies = copiesOf(file);
    for (std::error_code ignored; copies.size() > 2; copies.erase(copies.begin()))
        fs::remove(copies.begin()->second, ignored);
    return directory.sync();
}

Result<void> refuseNewer(Database& database, const fs::path& file) {
    const auto version = STINT_TRY(database.integer("PRAGMA user_version"));
    if (version <= schemaVersion()) return {};
    const auto copies = copiesOf(file);
    const auto after = copies.upper_bound(schemaVersion());
    const std::string copy = after == copies.begin()
                                 ? ""
                                 : fmt::format("; {} is a copy from before its migration, and is read if it is moved "
                                               "in its place",
                                               std::prev(after)->second.string());
    return fail(Errc::ILLEGAL_STATE,
                "{} was made by a newer stint (schema {}, this one knows {}); it was left as it is{}", file.string(),
                version, schemaVersion(), copy);
}

/// Migrates to our version. Without room for a copy it goes on without one.
Result<void> migrateKeeping(Database& database, const StoreDirectory& directory, const fs::path& file,
                            std::vector<std::string>& notes) {
    const auto version = STINT_TRY(database.integer("PRAGMA user_version"));
    if (version == schemaVersion()) return {};
    if (const auto kept = keepCopy(database, directory, file, version); !kept)
        notes.push_back(fmt::format("no copy of {} was kept before its migration from schema {} to {}: {}",
                                    file.string(), version, schemaVersion(), kept.error().message));
    return migrate(database);
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
Result<std::string> prepare(Database& database, Journal journal, const StoreDirectory& directory, const fs::path& file,
                            std::vector<std::string>& notes) {
    // SQLite takes a file without a page for a new database; makeNew() never leaves such a file.
    if (!hasPage(file)) return std::string{"it is empty"};
    STINT_TRY(configure(database));
    STINT_TRY(refuseNewer(database, file));
    if (auto damage = STINT_TRY(damageOf(database)); !damage.empty()) return damage;
    STINT_TRY(chooseJournal(database, journal));
    STINT_TRY(migrateKeeping(database, directory, file, notes));
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
        const auto complaint = prepare(database, journal, directory, file, notes);
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
