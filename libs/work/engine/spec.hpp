// The terms of a work request, as the app built them: the inside of a WorkRequest, the engine's noun, and the store's
// row. One value for all three, like JobInfo (decision 6).
#pragma once
#include <optional>
#include <set>
#include <string>

#include "stint/result.hpp"
#include "stint/units.hpp"
#include "stint/work/constraints.hpp"
#include "stint/work/data.hpp"
#include "stint/work/policies.hpp"
#include "stint/work/uuid.hpp"
#include "stint/work/work_request.hpp"

namespace stint::work {

struct Period {
    Duration interval{0};
    Duration flex{0};
    bool operator==(const Period&) const = default;
};

/// The earliest time of periodic work's next run as the app set it; none: it has cleared it.
struct NextScheduleTime {
    std::optional<WallTime> override;
    bool operator==(const NextScheduleTime&) const = default;
};

struct Spec {
    UUID id;
    std::string worker;
    Data input;
    std::set<std::string> tags;
    Constraints constraints;
    BackoffPolicy backoffPolicy = BackoffPolicy::EXPONENTIAL;
    Duration backoffDelay = WorkRequest::DEFAULT_BACKOFF;
    bool explicitBackoff = false;
    Duration initialDelay{0};
    std::optional<Period> period; ///< none: it runs once
    /// Said by this enqueue or update; the request takes it (Request::nextOverride), and keeps its own where none is.
    std::optional<NextScheduleTime> nextScheduleTime;
    std::optional<OutOfQuotaPolicy> expedited;
    bool userInitiated = false;
    InputMerger merger = InputMerger::OVERWRITING;
    std::string ownMerger; ///< the name of a merger of the app's, in place of `merger`; empty: none
    Duration keepResults = std::chrono::hours(24);

    bool operator==(const Spec&) const = default;
};

/// jobs.md §10: times that are too short are raised, and others lowered.
void bringIntoRange(Spec& spec);
/// jobs.md §10: the error names terms that exclude each other, or a time that is out of range.
Result<void> check(const Spec& spec);

/// Converts between Spec and WorkRequest, which the app holds.
struct WorkRequestAccess {
    static const Spec& spec(const WorkRequest& request) { return *request.spec_; }
};

} // namespace stint::work
