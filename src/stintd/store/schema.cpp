#include "stintd/store/schema.hpp"

#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "base/result/errors.hpp"
#include "base/text/words.hpp"

namespace stint {

namespace {

/// FNV-1a: one changed byte always changes the sum.
class Sum {
public:
    void add(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3U; }
    void add(std::uint64_t number) {
        for (int shift = 0; shift < 64; shift += 8)
            add(static_cast<unsigned char>(number >> shift));
    }
    void add(sqlite3_value* value) {
        const int type = sqlite3_value_type(value);
        add(static_cast<unsigned char>(type));
        if (type == SQLITE_NULL) return;
        if (type == SQLITE_INTEGER) return add(static_cast<std::uint64_t>(sqlite3_value_int64(value)));
        const auto* bytes = static_cast<const unsigned char*>(sqlite3_value_blob(value));
        const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
        add(std::uint64_t{size}); // so that "ab","c" and "a","bc" differ
        for (std::size_t i = 0; i < size; ++i)
            add(bytes[i]);
    }
    std::int64_t value() const { return static_cast<std::int64_t>(value_); }

private:
    std::uint64_t value_ = 0xcbf29ce484222325U;
};

void seal(sqlite3_context* context, int count, sqlite3_value** values) {
    Sum sum;
    for (int i = 0; i < count; ++i)
        sum.add(values[i]);
    sqlite3_result_int64(context, sum.value());
}

} // namespace

std::int64_t rowChecksum(std::int64_t number) {
    Sum sum;
    sum.add(static_cast<std::uint64_t>(number));
    return sum.value();
}

Result<void> addRowChecksum(Database& database) {
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
    if (sqlite3_create_function_v2(database.handle(), "seal", -1, flags, nullptr, seal, nullptr, nullptr, nullptr) !=
        SQLITE_OK)
        return fail(Errc::STORAGE, "seal(): {}", sqlite3_errmsg(database.handle()));
    return {};
}

std::string saveSql(const ChecksummedTable& table) {
    const auto names = splitAt(table.columns, ", ");
    std::vector<std::string> values;
    for (std::size_t i = 1; i <= names.size(); ++i)
        values.push_back(fmt::format("?{}", i));
    const auto list = fmt::format("{}", fmt::join(values, ", "));
    auto sql = fmt::format("INSERT INTO {} ({}, seal) VALUES ({}, seal({}))", table.name, table.columns, list, list);
    if (table.keys == 0) return sql;
    // This is an upsert, not INSERT OR REPLACE: a job that changes keeps its place in the file and its entry in the
    // index.
    const auto rest = names.begin() + table.keys;
    sql += fmt::format(" ON CONFLICT ({}) DO UPDATE SET seal = excluded.seal", fmt::join(names.begin(), rest, ", "));
    for (auto name = rest; name != names.end(); ++name)
        sql += fmt::format(", {0} = excluded.{0}", *name);
    return sql;
}

std::string readSql(const ChecksummedTable& table) {
    return fmt::format("SELECT rowid, {0}, seal IS seal({0}) FROM {1} NOT INDEXED ORDER BY rowid", table.columns,
                       table.name);
}

int schemaVersion() { return static_cast<int>(versionsIn(schemaText).size()); }

Result<void> migrate(Database& database, int to) {
    const auto all = versionsIn(schemaText);
    auto version = STINT_TRY(database.integer("PRAGMA user_version"));
    for (; version < to; ++version) {
        const auto part = all[static_cast<std::size_t>(version)];
        STINT_TRY(
            database.run(fmt::format("BEGIN IMMEDIATE; {}; PRAGMA user_version = {}; COMMIT", part, version + 1)));
    }
    return {};
}

Result<bool> hasOurSchema(Database& database) {
    constexpr std::string_view text = "SELECT group_concat(type || name || tbl_name || coalesce(sql, '')) FROM "
                                      "(SELECT * FROM sqlite_schema ORDER BY rowid)";
    auto model = STINT_TRY(Database::open(":memory:"));
    STINT_TRY(addRowChecksum(model));
    STINT_TRY(migrate(model));
    const std::string ours = STINT_TRY(model.text(text));
    const std::string its = STINT_TRY(database.text(text));
    return its == ours;
}

} // namespace stint
