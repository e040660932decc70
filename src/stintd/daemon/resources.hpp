// The machine's resources, and how much stintd and its jobs take of them: open descriptors; jobs that may run at once
// (jobs.md §3.6); the limits of background work, and the share of the processors of stintd's own unit (limits.md §13).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <systemd/sd-event.h>

#include "base/cgroup/cgroup_limits.hpp"
#include "contract/model/constants.hpp"
#include "contract/policy/policy.hpp"
#include "link/wire/message.hpp"

namespace stint {

/// Raises the limit of open descriptors as far as permitted and sensible; returns the old one. A session gives its
/// programs 1024, for those that use select(2); processes that stintd starts get that limit back.
unsigned long raiseDescriptorLimit();
/// Returns the present limit of open descriptors.
unsigned long descriptorLimit();

inline constexpr std::string_view slotsKey = "job.slots";

/// Sets the number of jobs that may run at once by the machine's memory; a policy's own value stays.
void setSlots(Policy& policy);

/// The limits of background work, by the policy (limits.md §13).
CgroupLimits backgroundLimitsBy(const Constants&);

/// Sets the share of the processors of stintd's own unit, through its user's service manager. The unit's processes
/// compete with other programs by this share, and by their own shares only within the unit. So while nothing but
/// background work runs, the unit has no more than that (limits.md §13). The manager is asked once for each change and
/// nothing waits for its answer; without a manager, the unit keeps the share that it has.
class UnitShare {
public:
    explicit UnitShare(sd_event* loop) : loop_(loop) {}

    /// `unit`: "stintd.service".
    void set(const std::string& unit, std::int64_t weight);

private:
    static int answered(sd_bus_message* answer, void* self, sd_bus_error*);
    void ask();

    sd_event* loop_;
    wire::Bus bus_; ///< none before the first change
    wire::Slot call_;
    std::string unit_;
    std::int64_t wanted_ = 0;
    std::optional<std::int64_t> asked_;
    bool refused_ = false; ///< logged, once
};

} // namespace stint
