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

/// The job with `conditions` in place of its own of the same names. It is not checked that a job may have them
/// together (jobs.md §1.2). IllegalArgument: an unknown name or value; the message lists the known ones.
Result<JobInfo> withConditions(const JobInfo& job, const std::vector<Condition>& conditions);

/// The value of the condition "bytes", the most that the job may move for them to hold; nullopt: any amount.
/// IllegalArgument: it is no size.
Result<std::optional<Bytes>> mostBytesOf(const std::vector<Condition>& conditions);

/// "network=any, bytes<=200M".
std::string textOf(const std::vector<Condition>& conditions);

} // namespace stint
