// The share of the processors of stintd's own unit.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include <systemd/sd-event.h>

#include "link/wire/message.hpp"

namespace stint {

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
