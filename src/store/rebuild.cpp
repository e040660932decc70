#include "store/rebuild.hpp"

#include <ctime>
#include <sys/stat.h>

#include "store/salvage.hpp"

namespace stint {

namespace {

namespace fs = std::filesystem;

fs::path withSuffix(const fs::path& file, std::string_view suffix) { return fs::path{file}.concat(suffix); }

/// Where a damaged stint.db goes: the same name each time it is asked until it has gone there, so that a crash between
/// the renames does not part a database from its log.
fs::path placeAside(const fs::path& file) {
    struct stat found {};
    char time[32] = "unknown";
    std::tm parts{};
    if (::stat(file.c_str(), &found) == 0 && ::gmtime_r(&found.st_mtime, &parts) != nullptr)
        std::strftime(time, sizeof time, "%Y%m%dT%H%M%SZ", &parts);
    const auto plain = withSuffix(file, fmt::format(".damaged-{}", time));
    auto place = plain;
    std::error_code ignored;
    for (int nth = 2; fs::exists(place, ignored); ++nth)
        place = withSuffix(plain, fmt::format("-{}", nth));
    return place;
}

Result<void> move(const fs::path& from, const fs::path& to) {
    std::error_code error;
    if (!fs::exists(from, error)) return {};
    fs::rename(from, to, error);
    if (error) return fail(Errc::Storage, "cannot rename {} to {}: {}", from.string(), to.string(), error.message());
    return {};
}

void removeWithJournals(const fs::path& file) {
    std::error_code ignored;
    for (const auto* suffix : {"", "-wal", "-shm", "-journal"})
        fs::remove(withSuffix(file, suffix), ignored);
}

} // namespace

Result<void> rebuild(const StoreDirectory& directory, std::string_view why, std::vector<std::string>& notes) {
    const auto file = directory.path() / "stint.db";
    const auto fresh = directory.path() / "stint.db.rebuilding";
    removeWithJournals(fresh);
    STINT_TRY(directory.touch(fresh));
    const auto kept = STINT_TRY(salvage(file, fresh));
    notes.push_back(fmt::format("{} was damaged ({}); it was set aside as {} and rebuilt from what can be read: {}",
                                file.string(), why, placeAside(file).filename().string(), kept));
    STINT_TRY(move(fresh, directory.path() / "stint.db.rebuilt"));
    return directory.sync();
}

Result<void> finishRebuild(const StoreDirectory& directory) {
    const auto file = directory.path() / "stint.db";
    const auto rebuilt = directory.path() / "stint.db.rebuilt";
    std::error_code error;
    if (!fs::exists(rebuilt, error)) return {};
    // The log first: it must never be found beside a database that it does not belong to.
    const auto aside = placeAside(file);
    STINT_TRY(move(withSuffix(file, "-wal"), withSuffix(aside, "-wal")));
    STINT_TRY(move(withSuffix(file, "-journal"), withSuffix(aside, "-journal")));
    STINT_TRY(directory.sync());
    STINT_TRY(move(file, aside));
    STINT_TRY(move(rebuilt, file));
    return directory.sync();
}

} // namespace stint
