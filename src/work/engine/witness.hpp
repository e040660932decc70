// A second file, which knows of each request that has ended: where work.db is restored from a backup, and this one is
// not, what ended since the backup is not done again (jobs.md §10). Each end has a number, and work.db counts them: one
// that it has not counted yet is news to it. Nothing waits for this file: it is written after the commit, without a
// sync of its own, and what a death keeps from it is told to it when work.db is opened next.
#pragma once
#include <filesystem>
#include <vector>

#include "base/sqlite/sqlite.hpp"
#include "work/engine/events.hpp"

namespace stint::work {

class Witness {
public:
    /// DIRECTORY/work-ended.db; one that is damaged is made anew.
    static Result<Witness> open(const std::filesystem::path& directory);

    /// Of `records`, those of requests that have an end: each is kept once.
    Result<void> note(const std::vector<Record>& records);
    /// Those with this number or a later one, in their order.
    Result<std::vector<Ending>> since(std::int64_t order);
    /// The number of the latest; 0: there is none.
    Result<std::int64_t> last();

private:
    Witness(Database database, Statement insert) : database_(std::move(database)), insert_(std::move(insert)) {}
    static Result<Witness> onto(const std::filesystem::path& file);

    Database database_;
    Statement insert_;
};

} // namespace stint::work
