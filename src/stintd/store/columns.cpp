#include "stintd/store/columns.hpp"

#include <vector>

#include <fmt/format.h>

#include "base/text/split.hpp"

namespace stint {

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

} // namespace stint
