#include "contract/model/device.hpp"

#include "contract/model/names.hpp"

namespace stint {
namespace {

constexpr NameTable<Thermal, 7> statuses{{{Thermal::None, "none"},
                                          {Thermal::Light, "light"},
                                          {Thermal::Moderate, "moderate"},
                                          {Thermal::Severe, "severe"},
                                          {Thermal::Critical, "critical"},
                                          {Thermal::Emergency, "emergency"},
                                          {Thermal::Shutdown, "shutdown"}}};

} // namespace

std::string_view nameOf(Thermal status) { return nameIn(statuses, status); }
std::optional<Thermal> thermalNamed(std::string_view name) { return namedIn(statuses, name); }

} // namespace stint
