#include "stintd/store/salvage.hpp"

#include <fstream>
#include <limits>
#include <map>
#include <numeric>
#include <string>

#include "base/result/errors.hpp"
#include "base/sqlite/sqlite.hpp"
#include "stintd/store/schema.hpp"

namespace stint {

namespace {

namespace fs = std::filesystem;

constexpr auto pageSize = static_cast<std::size_t>(Database::pageSize);

/// The number in these bytes of a page, most significant byte first; bytes beyond the page's end count as 0.
std::uint64_t numberAt(const std::string& page, std::size_t offset, std::size_t bytes) {
    std::uint64_t number = 0;
    for (std::size_t i = offset; i < offset + bytes && i < page.size(); ++i)
        number = number << 8 | static_cast<unsigned char>(page[i]);
    return number;
}

void putNumber(std::string& page, std::size_t offset, std::uint64_t number) { // 4 bytes
    for (int i = 0; i < 4; ++i)
        page[offset + static_cast<std::size_t>(i)] = static_cast<char>(number >> (24 - 8 * i));
}

std::string readPage(std::ifstream& file, std::uint64_t number) {
    std::string page(pageSize, '\0');
    file.seekg(static_cast<std::streamoff>((number - 1) * pageSize));
    file.read(page.data(), static_cast<std::streamsize>(pageSize));
    return page;
}

/// The pages of the table sqlite_schema, by number. Its root is page 1, and what does not fit there is on the pages
/// below it. The offsets here and in asFirstOf() are from sqlite.org/fileformat2.html §1.3, §1.6.
std::map<std::uint64_t, std::string> schemaPages(const fs::path& database) {
    constexpr std::size_t head = 100; // the file's own header
    constexpr std::uint64_t interior = 5;
    std::ifstream file{database, std::ios::binary};
    std::map<std::uint64_t, std::string> pages{{1, readPage(file, 1)}};
    const std::string root = pages.at(1);
    if (numberAt(root, head, 1) != interior) return pages;
    const auto add = [&](std::uint64_t number) { pages[number] = readPage(file, number); };
    add(numberAt(root, head + 8, 4));
    const auto cells = numberAt(root, head + 3, 2);
    for (std::size_t nth = 0; nth < cells; ++nth)
        add(numberAt(root, numberAt(root, head + 12 + 2 * nth, 2), 4));
    return pages;
}

/// Returns `page` as the first one of a file of `count` pages.
std::string asFirstOf(std::string page, std::uint64_t count, bool withLog) {
    page[18] = page[19] = withLog ? 2 : 1; // 2: SQLite reads a log
    putNumber(page, 28, count);
    putNumber(page, 32, 0); // no free pages, so SQLite looks for none
    putNumber(page, 36, 0);
    return page;
}

} // namespace

Result<void> copyWithSchemaPages(const fs::path& damaged, const fs::path& fresh, const fs::path& copy) {
    const auto logOf = [](const fs::path& file) { return fs::path{file}.concat("-wal"); };
    std::error_code error;
    const auto size = fs::file_size(damaged, error);
    fs::copy_file(damaged, copy, fs::copy_options::overwrite_existing, error);
    if (error) return fail(Errc::STORAGE, "cannot copy {}: {}", damaged.string(), error.message());
    fs::remove(logOf(copy), error);
    const bool withLog = fs::exists(logOf(damaged), error);
    if (withLog && !fs::copy_file(logOf(damaged), logOf(copy), error))
        return fail(Errc::STORAGE, "cannot copy {}: {}", logOf(damaged).string(), error.message());
    auto pages = schemaPages(fresh);
    pages[1] = asFirstOf(std::move(pages[1]), size / pageSize, withLog);
    std::fstream file{copy, std::ios::binary | std::ios::in | std::ios::out};
    for (const auto& [number, page] : pages) {
        file.seekp(static_cast<std::streamoff>((number - 1) * pageSize));
        file.write(page.data(), static_cast<std::streamsize>(page.size()));
    }
    if (!file.flush()) return fail(Errc::STORAGE, "cannot write {}", copy.string());
    return {};
}

namespace {

/// Copies one table's rows from the damaged database to the fresh one. A b-tree is entered by rowid: reading upwards
/// stops at the first broken page, downwards at the last, and the gap between is halved until it is read or proves
/// lost.
class TableSalvage {
public:
    static Result<TableSalvage> prepare(Database& damaged, Database& fresh, const ChecksummedTable& table) {
        const auto select =
            fmt::format("SELECT rowid, {0}, seal, seal IS seal({0}) FROM {1} NOT INDEXED WHERE rowid BETWEEN ?1 AND ?2 "
                        "ORDER BY rowid ",
                        table.columns, table.name);
        auto upwards = STINT_TRY(damaged.prepare(select + "ASC"));
        auto downwards = STINT_TRY(damaged.prepare(select + "DESC"));
        std::string values = "?1";
        for (int i = 2; i < upwards.columns(); ++i)
            values += fmt::format(", ?{}", i);
        auto insert = STINT_TRY(fresh.prepare(
            fmt::format("INSERT OR IGNORE INTO {} (rowid, {}, seal) VALUES ({})", table.name, table.columns, values)));
        return TableSalvage{std::move(upwards), std::move(downwards), std::move(insert)};
    }

    /// True if every row could be read.
    Result<bool> readAll() {
        using Rowid = std::numeric_limits<std::int64_t>;
        STINT_TRY(read(Rowid::min() + 1, Rowid::max() - 1));
        return whole_;
    }

private:
    TableSalvage(Statement upwards, Statement downwards, Statement insert)
        : upwards_(std::move(upwards)), downwards_(std::move(downwards)), insert_(std::move(insert)) {}

    Result<void> read(std::int64_t first, std::int64_t last) {
        if (STINT_TRY(copy(upwards_, first, last))) return {};
        whole_ = false;
        if (lastRead_) first = *lastRead_ + 1;
        if (STINT_TRY(copy(downwards_, first, last))) return {};
        if (lastRead_) last = *lastRead_ - 1;
        if (first >= last || --probes_ < 0) return {};
        const auto middle = std::midpoint(first, last);
        STINT_TRY(read(first, middle));
        return read(middle + 1, last);
    }

    /// Copies the rows in the statement's order; false if a broken page ends it. lastRead_ is then the last rowid it
    /// read.
    Result<bool> copy(Statement& rows, std::int64_t first, std::int64_t last) {
        lastRead_.reset();
        rows.start(first, last);
        for (;;) {
            const auto more = rows.next();
            if (!more) return false;
            if (!*more) return true;
            const auto rowid = rows.integer(0);
            if (rowid < first || rowid > last) return false; // these pages are in a wrong order
            lastRead_ = rowid;
            STINT_TRY(keep(rows));
        }
    }

    Result<void> keep(const Statement& row) {
        const int checksumHolds = row.columns() - 1;
        if (row.integer(checksumHolds) == 0) {
            whole_ = false;
            return {};
        }
        insert_.reset();
        for (int column = 0; column < checksumHolds; ++column)
            insert_.bindColumn(column + 1, row, column);
        STINT_TRY(insert_.next());
        return {};
    }

    Statement upwards_;
    Statement downwards_;
    Statement insert_;
    std::optional<std::int64_t> lastRead_;
    bool whole_ = true;
    /// The number of gaps that are halved: enough for hundreds of broken pages, and an end for a tree that is broken at
    /// its root.
    int probes_ = 4'000;
};

/// The columns that the checksum covers, in order, of `fresh`'s table (schema.sql); empty: its version has no such
/// table.
Result<std::string> checksummedColumns(Database& fresh, std::string_view table) {
    return fresh.text(fmt::format("SELECT coalesce(group_concat(name, ', '), '') FROM (SELECT name FROM "
                                  "pragma_table_info('{}') WHERE name <> 'seal' AND pk = 0 ORDER BY cid)",
                                  table));
}

Result<bool> salvageTable(Database& damaged, Database& fresh, std::string_view table) {
    const auto columns = STINT_TRY(checksummedColumns(fresh, table));
    if (columns.empty()) return true;
    auto rows = TableSalvage::prepare(damaged, fresh, {table, columns});
    if (!rows) return false;
    return rows->readAll();
}

Result<void> salvageMeta(Database& damaged, Database& fresh) {
    const auto model = STINT_TRY(fresh.prepare("SELECT * FROM meta"));
    std::string names, values;
    for (int column = 1; column < model.columns(); ++column) { // column 0 is the key: this table has one row
        names += fmt::format("{}{}", column > 1 ? ", " : "", model.name(column));
        values += fmt::format("{}?{}", column > 1 ? ", " : "", column);
    }
    auto read = damaged.prepare(fmt::format("SELECT {} FROM meta", names));
    if (!read) return {};
    const auto row = read->next();
    if (!row || !*row) return {};
    auto write = STINT_TRY(fresh.prepare(fmt::format("UPDATE meta SET ({}) = ({})", names, values)));
    for (int column = 0; column < read->columns(); ++column)
        write.bindColumn(column + 1, *read, column);
    STINT_TRY(write.next());
    return {};
}

Result<Database> modelOf(int version) {
    auto model = STINT_TRY(Database::open(":memory:"));
    STINT_TRY(addRowChecksum(model));
    STINT_TRY(migrate(model, version));
    return model;
}

/// True if `damaged` has a table in that version's form: one is enough, since others may be damaged.
Result<bool> hasTablesOf(int version, Database& damaged) {
    auto model = STINT_TRY(modelOf(version));
    auto former = STINT_TRY(modelOf(version - 1));
    for (const auto& table : checksummedTables) {
        const auto columns = STINT_TRY(checksummedColumns(model, table.name));
        const auto before = STINT_TRY(checksummedColumns(former, table.name));
        if (columns == before) continue;
        if (damaged.prepare(fmt::format("SELECT {} FROM {}", columns, table.name))) return true;
    }
    return false;
}

Result<Database> openDamaged(const std::filesystem::path& damaged) {
    auto database = STINT_TRY(Database::open(damaged));
    STINT_TRY(addRowChecksum(database));
    // The pragma fails if the file cannot be read at all; then reading each table fails, too.
    static_cast<void>(database.run("PRAGMA locking_mode = EXCLUSIVE; PRAGMA cell_size_check = ON"));
    return database;
}

} // namespace

Result<int> versionOf(const std::filesystem::path& damaged) {
    auto database = STINT_TRY(openDamaged(damaged));
    for (int version = schemaVersion(); version > 0; --version)
        if (STINT_TRY(hasTablesOf(version, database))) return version;
    return schemaVersion();
}

Result<bool> salvage(const std::filesystem::path& damaged, Database& fresh) {
    auto from = STINT_TRY(openDamaged(damaged));
    STINT_TRY(fresh.run("BEGIN"));
    STINT_TRY(salvageMeta(from, fresh));
    bool all = true;
    for (const auto& table : checksummedTables) {
        const bool whole = STINT_TRY(salvageTable(from, fresh, table.name));
        all = whole && all;
    }
    STINT_TRY(fresh.run("COMMIT"));
    return all;
}

} // namespace stint
