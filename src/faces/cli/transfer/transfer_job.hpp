// The common part of the jobs of `stint get` and `stint put`: the service that runs them, and the conditions they wait
// for. Pure.
#pragma once
#include <cstdint>

#include "faces/cli/line/constraint_options.hpp"
#include "stint/job_info.hpp"
#include "stint/result.hpp"

namespace stint::cli {

struct Conditions {
    std::int32_t network = JobInfo::NETWORK_TYPE_ANY;
    ConstraintFlags constraints;

    bool operator==(const Conditions&) const = default;
};

/// The conditions that were asked for. IllegalArgument: networks that contradict each other.
Result<Conditions> conditionsIn(const Arguments&);

/// The way in which the job runs: because a person looks on, or when the device sees fit.
enum class Manner { UserInitiated, Regular };

/// A job of the transfer app, persisted, without extras and estimate yet. The daemon chooses the id.
JobInfo::Builder transferJob(const Conditions&, Manner);

} // namespace stint::cli
