#include "stintd/store/schema.hpp"

#include <fmt/core.h>
#include <vector>

#include "base/result/try.hpp"
#include "stintd/store/row_checksum.hpp"

namespace stint {

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
