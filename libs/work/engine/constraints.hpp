// Constraints and tags in the store's form, and the rows of the constraints that are flags: the store, the job, the
// groups of jobs, refusals, what is published and the simulator's scenarios walk them.
#pragma once
#include <array>
#include <set>
#include <string>
#include <string_view>

#include "stint/result.hpp"
#include "stint/work/constraints.hpp"

namespace stint::work {

struct ConstraintFlag {
    std::string_view key;  ///< in the store
    std::string_view word; ///< in a scenario
    std::string_view name; ///< in a refusal
    std::string_view want; ///< what the work waits for, to a person
    bool expedited;        ///< expedited work may have it (jobs.md V11)
    bool userInitiated;    ///< likewise user-initiated work (V12)
    bool (Constraints::*get)() const;
    Constraints::Builder& (Constraints::Builder::*set)(bool);
    JobInfo::Builder& (JobInfo::Builder::*put)(bool); ///< into the job
};

// clang-format off
/// In the order of a group's name (requests.cpp).
inline constexpr auto constraintFlags = [] {
    using C = Constraints;
    using B = Constraints::Builder;
    using J = JobInfo::Builder;
    return std::to_array<ConstraintFlag>({
        {"charging", "charging", "charging", "charging", false, true,
         &C::requiresCharging, &B::setRequiresCharging, &J::setRequiresCharging},
        {"deviceIdle", "device_idle", "device idle", "an idle device", false, false,
         &C::requiresDeviceIdle, &B::setRequiresDeviceIdle, &J::setRequiresDeviceIdle},
        {"batteryNotLow", "battery_not_low", "battery not low", "battery not low", false, true,
         &C::requiresBatteryNotLow, &B::setRequiresBatteryNotLow, &J::setRequiresBatteryNotLow},
        {"storageNotLow", "storage_not_low", "storage not low", "storage not low", true, true,
         &C::requiresStorageNotLow, &B::setRequiresStorageNotLow, &J::setRequiresStorageNotLow},
    });
}();
// clang-format on

std::string jsonOf(const Constraints& constraints);
Result<Constraints> constraintsIn(std::string_view json);
std::string jsonOf(const std::set<std::string>& tags);
Result<std::set<std::string>> tagsIn(std::string_view json);

} // namespace stint::work
