// The requests of an app's work layer (jobs.md §10), in words and as JSON: `stint work`'s, and the page's.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "faces/control/calls.hpp"
#include "link/wire/work.hpp"

namespace stint::cli {

/// The requests that one app shows, and the place of each.
struct Works {
    std::string package;
    std::vector<wire::WorkRow> rows;
    std::map<std::string, std::size_t> places = {}; ///< by id

    Works(std::string of, std::vector<wire::WorkRow> shown);
    const wire::WorkRow* find(const std::string& id) const;
};

bool hasEnded(const wire::WorkRow& row);
/// The job that the scheduler is asked about to learn why the request waits; nullopt: the row itself says it, or it
/// does not wait.
std::optional<JobKey> jobToAsk(const Works& works, const wire::WorkRow& row);
/// Why the request waits: `job` is the scheduler's answer about jobToAsk(), where it could be asked.
std::string whyText(const Works& works, const wire::WorkRow& row, const std::optional<Explanation>& job, WallTime now);
std::string jsonOf(const Works& works, const wire::WorkRow& row, const std::string& why);

} // namespace stint::cli
