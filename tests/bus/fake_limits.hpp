// The part of the fake owner that alarms and limits ask.
#pragma once
#include <map>

#include "stintd/bus/server.hpp"

namespace stint {

class FakeLimits : public BusOwner {
public:
    std::optional<WallTime> clock;
    std::map<AppId, AppView> standings;
    std::vector<wire::PolicyRow> constants;
    wire::DozeView dozing;

    std::optional<WallTime> nextAlarmClock() override { return clock; }
    std::optional<AppView> app(const AppId& id) override {
        const auto found = standings.find(id);
        return found == standings.end() ? std::nullopt : std::optional(found->second);
    }
    std::vector<wire::PolicyRow> policy() override { return constants; }
    wire::DozeView doze() override { return dozing; }
};

} // namespace stint
