// The part of the fake owner that alarms and limits ask.
#pragma once
#include <map>

#include "bus/server.hpp"

namespace stint {

class FakeLimits : public BusOwner {
public:
    std::map<ConnectionId, std::vector<std::string>> receivers;
    std::vector<AlarmView> pendingAlarms;
    std::optional<WallTime> clock;
    std::map<AppId, AppView> standings;
    std::vector<wire::PolicyRow> constants;
    wire::DozeView dozing;
    std::vector<DeviceLimitView> held;

    Result<void> receives(ConnectionId connection, const std::vector<std::string>& names) override {
        receivers[connection] = names;
        return {};
    }
    std::vector<AlarmView> alarms() override { return pendingAlarms; }
    std::optional<WallTime> nextAlarmClock() override { return clock; }
    bool canScheduleExactAlarms(const AppId&) override { return true; }
    std::optional<AppView> app(const AppId& id) override {
        const auto found = standings.find(id);
        return found == standings.end() ? std::nullopt : std::optional(found->second);
    }
    std::vector<wire::PolicyRow> policy() override { return constants; }
    wire::DozeView doze() override { return dozing; }
    std::vector<DeviceLimitView> deviceLimits() override { return held; }
};

} // namespace stint
