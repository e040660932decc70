// A second file, which has the end of each request: where work.db is restored from a backup, and this file is not,
// requests that ended since the backup are not done again (jobs.md §10). Each end has a number, and work.db counts
// them: an end that it has not counted yet is news to it. Nothing waits for this file: it is written after the commit,
// without a sync of its own, and ends that a death keeps from it are added when work.db is opened next.
// Both are plain files, made for SQLite to open where there is none.
#pragma once
#include <array>
#include <filesystem>
#include <vector>

#include "base/sqlite/sqlite.hpp"
#include "stint/result.hpp"
#include "work/engine/events.hpp"

namespace stint::work {

/// The path may not be a link, or a file of another user, which may have been planted, nor a device or a pipe, for
/// which opening might wait.
Result<void> makePlainFile(const std::filesystem::path& file);

/// The ends of the names under which SQLite keeps a file's log.
constexpr std::array<const char*, 2> logParts{"-wal", "-shm"};
constexpr Bytes logTooLong = 4_MiB; ///< of a file of the library's, before it is checkpointed

class Witness {
public:
    /// DIRECTORY/work-ended.db; one that is damaged is made anew.
    static Result<Witness> open(const std::filesystem::path& directory);

    /// Keeps the ends among `records`, each once.
    Result<void> note(const std::vector<Record>& records);
    /// The ends with this number or a later one, in their order.
    Result<std::vector<Ending>> since(std::int64_t order);
    /// The number of the latest end; 0: there is none.
    Result<std::int64_t> last();

private:
    Witness(Database database, Statement insert) : database_(std::move(database)), insert_(std::move(insert)) {}
    static Result<Witness> onto(const std::filesystem::path& file);

    Database database_;
    Statement insert_;
};

} // namespace stint::work
