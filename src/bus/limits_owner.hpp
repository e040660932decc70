// The daemon, as the bus sees it where alarms, messages and limits are concerned: a part of BusOwner.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "bus/connection_id.hpp"
#include "model/view.hpp"
#include "stint/result.hpp"
#include "wire/limits.hpp"

namespace stint {

class LimitsOwner {
public:
    virtual ~LimitsOwner() = default;

    /// A process offers to take alarms and messages for these receivers of its app. During gather().
    virtual Result<void> receives(ConnectionId connection, const std::vector<std::string>& receivers) = 0;

    // Questions, asked in act().

    /// Pending ones, by app and tag.
    virtual std::vector<AlarmView> alarms() = 0;
    /// Of every app's alarm clocks the next.
    virtual std::optional<WallTime> nextAlarmClock() = 0;
    virtual bool canScheduleExactAlarms(const AppId& app) = 0;
    /// nullopt: not installed.
    virtual std::optional<AppView> app(const AppId& app) = 0;
    /// Every constant, by key.
    virtual std::vector<wire::PolicyRow> policy() = 0;
    virtual wire::DozeView doze() = 0;
    virtual std::vector<DeviceLimitView> deviceLimits() = 0;
};

} // namespace stint
