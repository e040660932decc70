// Recovery from an abort: the journal of stintd's aborts, and the jobs that it holds back.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/job.hpp"
#include "contract/model/record.hpp"

namespace stint {

/// One abort: a line of the journal.
struct Abort {
    std::string boot;
    Instant at;
    std::string version;
    std::int64_t sequence = 0; ///< the sequence number of the job that was being evaluated
    std::string job;           ///< that job's name; empty: none

    bool operator==(const Abort&) const = default;
};

/// Reads the complete lines.
std::vector<Abort> abortsIn(std::string_view text);
std::string lineOf(const Abort& abort);
/// Returns those that belong to three within a minute, of one boot and one version. Expects them in the order of time.
std::vector<Abort> inARow(const std::vector<Abort>& aborts);
/// A job's name as such a line has it: cut, and with control characters replaced.
std::string abortName(const JobKey& key);

/// The journal of stintd's aborts: one line each in DIRECTORY/aborts, which the dying process writes, and which names
/// the job that was being evaluated. After three within a minute, the next start holds back the jobs that they name
/// (docs/decisions/0015). SIGKILL leaves no line.
class Aborts {
public:
    /// Reads the lines of this boot and this version of stintd, and drops others. From now on an abort adds its line.
    void open(const std::filesystem::path& directory, const BootId& boot, const std::string& version);
    /// Sets the pointer to the job that the core evaluates; null: none.
    static void watch(const Job* const volatile* asked);

    /// The jobs that are held back, each with the reason.
    std::map<JobKey, std::string> heldBack(const std::vector<StoredJob>& jobs) const;
    /// The aborts since the boot, before this start; and those of them that are in a row.
    const std::vector<Abort>& all() const { return all_; }
    const std::vector<Abort>& row() const { return row_; }

private:
    std::vector<Abort> all_;
    std::vector<Abort> row_;
};

} // namespace stint
