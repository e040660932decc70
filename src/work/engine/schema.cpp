#include "work/engine/schema.hpp"

#include <vector>

namespace stint::work {

int schemaVersion() {
    static const int version = static_cast<int>(versionsIn(schemaText).size());
    return version;
}

Result<void> migrate(Database& database) {
    STINT_TRY(database.run("BEGIN IMMEDIATE"));
    const auto migrated = [&]() -> Result<void> {
        const auto from = STINT_TRY(database.integer("PRAGMA user_version"));
        if (from > schemaVersion())
            return fail(Errc::ILLEGAL_STATE, "it was made by a newer libstint-work (version {}, this one knows {})",
                        from, schemaVersion());
        const auto parts = versionsIn(schemaText);
        for (auto version = static_cast<std::size_t>(from); version < parts.size(); ++version)
            STINT_TRY(database.run(std::string(parts[version])));
        STINT_TRY(database.run(fmt::format("PRAGMA user_version = {}", schemaVersion())));
        return database.run("COMMIT");
    }();
    if (!migrated.ok()) database.rollBack();
    return migrated;
}

} // namespace stint::work
