#include "contract/model/app.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/core.h>

#include "contract/model/names.hpp"

namespace stint {

std::string dateText(std::int32_t day) {
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
    return fmt::format("{:04}-{:02}-{:02}", int{date.year()}, unsigned{date.month()}, unsigned{date.day()});
}

namespace {

constexpr NameTable<BatteryUse, 3> batteryUses{{{BatteryUse::Optimized, "optimized"},
                                                {BatteryUse::Unrestricted, "unrestricted"},
                                                {BatteryUse::Restricted, "restricted"}}};

} // namespace

bool isGuardPackage(std::string_view package) {
    if (!package.starts_with(guardPackages)) return false;
    const std::string_view name = package.substr(guardPackages.size());
    const auto isPlain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    return !name.empty() && name.size() <= 100 && std::ranges::all_of(name, isPlain);
}

std::string_view nameOf(BatteryUse use) { return nameIn(batteryUses, use); }
std::optional<BatteryUse> batteryUseNamed(std::string_view name) { return namedIn(batteryUses, name); }

std::string_view nameOf(ProcessState state) {
    switch (state) {
    case ProcessState::Top:
        return "top";
    case ProcessState::Visible:
        return "visible";
    case ProcessState::ForegroundService:
        return "foreground_service";
    case ProcessState::Background:
        return "background";
    case ProcessState::NotRunning:
        return "not_running";
    }
    return "unknown";
}

std::optional<ProcessState> processStateNamed(std::string_view name) {
    for (ProcessState state : {ProcessState::Top, ProcessState::Visible, ProcessState::ForegroundService,
                               ProcessState::Background, ProcessState::NotRunning})
        if (nameOf(state) == name) return state;
    return std::nullopt;
}

bool holds(const App& app, std::string_view permission) {
    const auto& declared = app.manifest.permissions;
    if (declared.empty() || *declared.rbegin() < permission) return false; // rules ask for the last by name, mostly
    return declared.contains(permission) && !app.memory.revoked.contains(permission);
}

} // namespace stint
