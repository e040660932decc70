// Doze's two machines (limits.md §6): deep defers jobs, alarms and network, light jobs and network only.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "stint/units.hpp"

namespace stint {

enum class DeepState : std::uint8_t {
    Active,
    Inactive,
    IdlePending,
    Sensing,
    Locating,
    QuickDozeDelay,
    Idle,
    IdleMaintenance,
};
enum class LightState : std::uint8_t { Active, Inactive, Idle, WaitingForNetwork, IdleMaintenance, Override };

/// "idle_pending", "waiting_for_network".
std::string_view nameOf(DeepState);
std::string_view nameOf(LightState);
std::optional<DeepState> deepStateNamed(std::string_view name);
std::optional<LightState> lightStateNamed(std::string_view name);

/// A state that a person or a scenario holds Doze in (scenario.md device.doze; `cmd deviceidle force-idle`).
enum class DozeForce : std::uint8_t { Active, LightIdle, LightMaintenance, Idle, IdleMaintenance };
/// "light_idle".
std::string_view nameOf(DozeForce);
std::optional<DozeForce> dozeForceNamed(std::string_view name);

struct Doze {
    DeepState deep = DeepState::Active;
    LightState light = LightState::Active;
    std::optional<Instant> deepTimer; ///< when the state is left at the latest; none: by an event only
    std::optional<Instant> lightTimer;
    Duration idleFor{0};        ///< how long the next deep idle lasts (limits.md §6.2)
    Duration maintenanceFor{0}; ///< how long the next deep window may last
    Duration lightIdleFor{0};
    Duration lightBudget{0};
    std::optional<Instant> windowSince; ///< start of the open maintenance window, deep or light
    bool batterySaver = false;          ///< its state when Doze last looked
    bool quickWhileIdle = false;      ///< quick doze came on while idling: motion ends that idle once (limits.md §6.2)
    std::optional<Instant> settledAt; ///< idle was left just now: background jobs wait until then (limits.md §6.4)

    /// True while jobs, network and messages are held (limits.md §6.3: waiting for a network counts as idle).
    bool idle() const {
        return deep == DeepState::Idle || light == LightState::Idle || light == LightState::WaitingForNetwork;
    }
    /// True while alarms are held, too.
    bool deepIdle() const { return deep == DeepState::Idle; }
    bool operator==(const Doze&) const = default;
};

} // namespace stint
