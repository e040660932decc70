// The conditions of a job as a person names and changes them: the network, the flags of job_fields.hpp that have an
// option, and how much a transfer may move.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/model/job.hpp"
#include "stint/result.hpp"

namespace stint {

/// Words for JobInfo::NETWORK_TYPE_….
inline constexpr std::array<std::pair<std::string_view, std::int32_t>, 5> networkWords{{
    {"any", JobInfo::NETWORK_TYPE_ANY},
    {"unmetered", JobInfo::NETWORK_TYPE_UNMETERED},
    {"not-roaming", JobInfo::NETWORK_TYPE_NOT_ROAMING},
    {"cellular", JobInfo::NETWORK_TYPE_CELLULAR},
    {"none", JobInfo::NETWORK_TYPE_NONE},
}};

/// The job with these in place of its own of the same names; the rest of it stays. Whether it may have them together is
/// still to be asked (jobs.md §1.2). IllegalArgument: a name or a value that is none, with those there are.
Result<JobInfo> withConditions(const JobInfo& job, const std::vector<Condition>& conditions);

/// "bytes" among them: what the job may move at most for them to hold; nullopt: any amount. IllegalArgument: no size.
Result<std::optional<Bytes>> mostBytesOf(const std::vector<Condition>& conditions);

/// "network=any, bytes<=200M".
std::string textOf(const std::vector<Condition>& conditions);

} // namespace stint
