#include "contract/rules/thermal.hpp"

#include <array>

#include "contract/rules/limit_gates.hpp"

namespace stint {
namespace {

/// A cell of the table: what a job may do.
enum class Heat : std::uint8_t {
    Runs,
    StartsOnce, ///< the first attempt may start; what runs goes on until its guarantee is used
    GoesOn,     ///< no new start; what runs goes on until its guarantee is used
    Stops,
};

enum class Column : std::uint8_t { UserInitiated, Expedited, High, Default, Low, Min };

using HeatRow = std::array<Heat, 6>;
using enum Heat;

// clang-format off
// limits.md §10.1
//                        UI    expedited   HIGH    DEFAULT LOW     MIN
constexpr HeatRow none     {Runs, Runs,       Runs,   Runs,  Runs,   Runs};
constexpr HeatRow light    {Runs, Runs,       Runs,   Runs,  GoesOn, Stops};
constexpr HeatRow moderate {Runs, StartsOnce, GoesOn, Stops, Stops,  Stops};
constexpr HeatRow severe   {Stops, Stops,     Stops,  Stops, Stops,  Stops};
// clang-format on

const HeatRow& rowOf(Thermal thermal) {
    switch (thermal) {
    case Thermal::None:
        return none;
    case Thermal::Light:
        return light;
    case Thermal::Moderate:
        return moderate;
    case Thermal::Severe:
    case Thermal::Critical:
    case Thermal::Emergency:
    case Thermal::Shutdown:
        return severe;
    }
    return severe;
}

Column columnOf(JobClass kind, std::int32_t priority) {
    if (kind == JobClass::UserInitiated) return Column::UserInitiated;
    if (kind == JobClass::Expedited) return Column::Expedited;
    if (priority >= JobInfo::PRIORITY_HIGH) return Column::High;
    if (priority >= JobInfo::PRIORITY_DEFAULT) return Column::Default;
    return priority >= JobInfo::PRIORITY_LOW ? Column::Low : Column::Min;
}

bool spared(const App& app, Thermal thermal) {
    if (stateOf(app) == ProcessState::Top) return true;
    const bool service = stateOf(app) == ProcessState::ForegroundService || !app.foregroundServices.empty();
    return service && thermal == Thermal::Light;
}

} // namespace

bool thermallyRestricted(const Context& c) {
    const Thermal thermal = c.world.device.thermal;
    if (c.app && spared(*c.app, thermal)) return false;
    const Column column = columnOf(treatedAs(c), c.gateKey.priority);
    switch (rowOf(thermal)[static_cast<std::size_t>(column)]) {
    case Runs:
        return false;
    case StartsOnce:
        return c.run ? c.run->pastGuarantee : c.gateKey.retry;
    case GoesOn:
        return !c.run || c.run->pastGuarantee;
    case Stops:
        return true;
    }
    return true;
}

} // namespace stint
