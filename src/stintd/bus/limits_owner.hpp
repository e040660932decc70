// The part of BusOwner that is about alarms, messages and limits.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "contract/model/view.hpp"
#include "link/wire/limits.hpp"
#include "stint/result.hpp"

namespace stint {

class LimitsOwner {
public:
    virtual ~LimitsOwner() = default;

    // Questions, asked in act().

    /// The next alarm clock of all apps.
    virtual std::optional<WallTime> nextAlarmClock() = 0;
    /// nullopt: the app is not installed.
    virtual std::optional<AppView> app(const AppId& app) = 0;
    /// Every constant, by key.
    virtual std::vector<wire::PolicyRow> policy() = 0;
    virtual wire::DozeView doze() = 0;
};

} // namespace stint
