#include "contract/model/device.hpp"

#include "contract/model/names.hpp"

namespace stint {
namespace {

constexpr NameTable<DeepState, 8> deepStates{{{DeepState::Active, "active"},
                                              {DeepState::Inactive, "inactive"},
                                              {DeepState::IdlePending, "idle_pending"},
                                              {DeepState::Sensing, "sensing"},
                                              {DeepState::Locating, "locating"},
                                              {DeepState::QuickDozeDelay, "quick_doze_delay"},
                                              {DeepState::Idle, "idle"},
                                              {DeepState::IdleMaintenance, "idle_maintenance"}}};

constexpr NameTable<LightState, 6> lightStates{{{LightState::Active, "active"},
                                                {LightState::Inactive, "inactive"},
                                                {LightState::Idle, "idle"},
                                                {LightState::WaitingForNetwork, "waiting_for_network"},
                                                {LightState::IdleMaintenance, "idle_maintenance"},
                                                {LightState::Override, "override"}}};

constexpr NameTable<DozeForce, 5> forces{{{DozeForce::Active, "active"},
                                          {DozeForce::LightIdle, "light_idle"},
                                          {DozeForce::LightMaintenance, "light_maintenance"},
                                          {DozeForce::Idle, "idle"},
                                          {DozeForce::IdleMaintenance, "idle_maintenance"}}};

} // namespace

std::string_view nameOf(DeepState state) { return nameIn(deepStates, state); }
std::string_view nameOf(LightState state) { return nameIn(lightStates, state); }
std::optional<DeepState> deepStateNamed(std::string_view name) { return namedIn(deepStates, name); }
std::optional<LightState> lightStateNamed(std::string_view name) { return namedIn(lightStates, name); }
std::string_view nameOf(DozeForce force) { return nameIn(forces, force); }
std::optional<DozeForce> dozeForceNamed(std::string_view name) { return namedIn(forces, name); }

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
