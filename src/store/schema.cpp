#include "store/schema.hpp"

#include <fmt/core.h>
#include <vector>

#include "base/try.hpp"
#include "store/row_checksum.hpp"

namespace stint {

namespace {

/// The parts of schema.sql, first to last.
std::vector<std::string_view> parts() {
    constexpr std::string_view mark = "\n-- version ";
    std::vector<std::string_view> found;
    for (auto at = schemaText.find(mark); at != std::string_view::npos;) {
        const auto next = schemaText.find(mark, at + mark.size());
        found.push_back(schemaText.substr(at, next - at));
        at = next;
    }
    return found;
}

} // namespace

int schemaVersion() { return static_cast<int>(parts().size()); }

Result<void> migrate(Database& database, int to) {
    const auto all = parts();
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
    return STINT_TRY(database.text(text)) == STINT_TRY(model.text(text));
}

} // namespace stint
