// The requests of an app's work layer (jobs.md §10), in words and as JSON: `stint work`'s, and the page's.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "faces/control/calls.hpp"
#include "link/wire/work.hpp"

namespace stint::cli {

/// What one app shows, and where each request of it is.
struct Works {
    std::string package;
    std::vector<wire::WorkRow> rows;
    std::map<std::string, std::size_t> places = {}; ///< by id

    Works(std::string of, std::vector<wire::WorkRow> shown);
    const wire::WorkRow* find(const std::string& id) const;
};

bool hasEnded(const wire::WorkRow& row);
/// Whose word says why it waits, where that is the scheduler's to say.
std::optional<JobKey> jobToAsk(const Works& works, const wire::WorkRow& row);
/// Why it waits, in the words of whoever knows: `job` is what the scheduler says of jobToAsk(), where it could be
/// asked.
std::string whyText(const Works& works, const wire::WorkRow& row, const std::optional<Explanation>& job, WallTime now);
std::string jsonOf(const Works& works, const wire::WorkRow& row, const std::string& why);

} // namespace stint::cli
