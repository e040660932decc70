// What stintd was doing when it aborted: one line an abort in DIRECTORY/aborts, written by the dying process. After
// three within a minute, the next start holds back the jobs that they name (docs/decisions/0015). SIGKILL leaves no
// line.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/job.hpp"
#include "contract/model/record.hpp"

namespace stint {

/// One abort.
struct Abort {
    std::string boot;
    Instant at;
    std::string version;
    std::uint64_t sequence = 0; ///< of the job that was being evaluated
    std::string job;            ///< empty: none

    bool operator==(const Abort&) const = default;
};

/// The complete lines.
std::vector<Abort> abortsIn(std::string_view text);
std::string lineOf(const Abort& abort);
/// Those that belong to three within a minute, of one boot and one version. Expects them in the order of time.
std::vector<Abort> inARow(const std::vector<Abort>& aborts);
/// A job's name as it stands in such a line: control characters replaced, and not too long.
std::string abortName(const JobKey& key);

class Aborts {
public:
    /// Reads the lines of this boot and this version of stintd, and drops others. From now on an abort adds its line.
    void open(const std::filesystem::path& directory, const BootId& boot, const std::string& version);
    /// Points to the job that the core evaluates; null: none.
    static void watch(const Job* const volatile* asked);

    /// The jobs that are held back, each with the reason.
    std::map<JobKey, std::string> heldBack(const std::vector<StoredJob>& jobs) const;
    /// Since the boot, before this start.
    const std::vector<Abort>& all() const { return all_; }
    const std::vector<Abort>& row() const { return row_; }

private:
    std::vector<Abort> all_;
    std::vector<Abort> row_;
};

} // namespace stint
