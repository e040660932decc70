// What stintd was doing when it died of itself: a line for each abort in DIRECTORY/aborts, written by the process that
// dies. Where three came within a minute, the next start holds back the jobs that they name (docs/decisions/0015). A
// daemon that is killed writes none: SIGKILL tells nobody.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/job.hpp"
#include "model/record.hpp"

namespace stint {

/// One abort.
struct Abort {
    std::string boot;
    Instant at;
    std::string version;
    std::uint64_t sequence = 0; ///< of the job that was asked about
    std::string job;            ///< empty: none was

    bool operator==(const Abort&) const = default;
};

/// The lines that are whole.
std::vector<Abort> abortsIn(std::string_view text);
std::string lineOf(const Abort& abort);
/// Of those that are in the order of time: each that belongs to three within a minute, under one boot and one version.
std::vector<Abort> inARow(const std::vector<Abort>& aborts);
/// A job's name in such a line, of which a key with control characters or without end makes no second line.
std::string abortName(const JobKey& key);

class Aborts {
public:
    /// Of this boot and this version of stintd; what others have left is forgotten. From now on an abort adds its line.
    void open(const std::filesystem::path& directory, const BootId& boot, const std::string& version);
    /// What names the job that the core asks about; null: nothing does.
    static void watch(const Job* const volatile* asked);

    /// Those of the jobs that are held back, each with why.
    std::map<JobKey, std::string> heldBack(const std::vector<StoredJob>& jobs) const;
    /// Since the boot, before this start.
    const std::vector<Abort>& all() const { return all_; }
    const std::vector<Abort>& row() const { return row_; }

private:
    std::vector<Abort> all_;
    std::vector<Abort> row_;
};

} // namespace stint
