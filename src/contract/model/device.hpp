// The device as edges report it, and the state that the core derives from reports (battery low, storage low, idle). To
// that belongs Doze with its two machines (limits.md §6): deep defers jobs, alarms and network, light jobs and network
// only. contract/rules decides both; here are their values.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "contract/model/network.hpp"
#include "stint/network.hpp"
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

    static constexpr auto fields = [](auto& field, auto& doze) {
        field.word("deep", doze.deep, deepStateNamed);
        field.word("light", doze.light, lightStateNamed);
        field("idleFor", doze.idleFor);
        field("maintenanceFor", doze.maintenanceFor);
        field("lightIdleFor", doze.lightIdleFor);
        field("lightBudget", doze.lightBudget);
        field("batterySaver", doze.batterySaver);
        field("quickWhileIdle", doze.quickWhileIdle);
        field("deepTimer", doze.deepTimer);
        field("lightTimer", doze.lightTimer);
        field("windowSince", doze.windowSince);
        field("settledAt", doze.settledAt);
    };
    bool operator==(const Doze&) const = default;
};

/// How short of memory the device is (jobs.md §3.6).
enum class Memory : std::uint8_t { Normal, Moderate, Low, Critical };

/// How hot the device is (limits.md §10.1).
enum class Thermal : std::uint8_t { None, Light, Moderate, Severe, Critical, Emergency, Shutdown };
std::string_view nameOf(Thermal);
std::optional<Thermal> thermalNamed(std::string_view name);

/// Unknown: there is no sensor; the device never counts as moved then, and Doze does not sense (limits.md §6.2).
enum class Motion : std::uint8_t { Unknown, Still, Moving };

struct Device {
    bool screenOn = true;
    bool locked = false; ///< the lit screen shows only the lock
    Motion motion = Motion::Unknown;
    Thermal thermal = Thermal::None;
    bool dataSaver = false;
    bool batterySaver = false;
    std::optional<DozeForce> dozeForce; ///< the state that a person or a scenario holds Doze in
    bool dreaming = false;              ///< the screen shows a dream or a dock's clock: nobody uses the device
    Memory memory = Memory::Normal;
    bool lidClosed = false;
    bool sleeping = false; ///< it is about to sleep, or asleep (limits.md §13, Suspend)
    bool plugged = true;   ///< external power is there; no battery counts as plugged and charging (jobs.md §12.10)
    /// Counts as charging or not whatever level and time say, because a scenario or a person has set it, or there is no
    /// battery. nullopt: level and time decide (limits.md §10.3).
    std::optional<bool> charging = true;
    bool batteryFull = false; ///< charging is complete
    bool chargeHeld = false;  ///< plugged, and held at a charge threshold ("conservation mode")
    std::int64_t batteryPercent = 100;
    std::optional<Network> network;
    Bytes storageFree = 0;             ///< free bytes of the volume that holds the user's data
    Bytes storageTotal = 0;            ///< 0: unknown, then storage is not low
    std::optional<bool> storageForced; ///< set by a person or a scenario; it outranks the two above
    /// The values above that a person has set (`stint device set`), as written; kept over a restart of the daemon.
    std::map<std::string, std::string> overrides;
    NetworkMarks networkMarks; ///< kept for good (`stint net mark`); what follows from them is in `network`

    bool operator==(const Device&) const = default;
};

/// State derived from reports that needs a memory of its own (hysteresis): the core keeps it beside the Device.
struct DeviceState {
    bool charging = true;              ///< limits.md §10.3; it frees quota, alarms and network
    bool chargingByLevel = true;       ///< the same by level and time alone, whatever Device::charging says
    std::optional<Instant> pluggedAt;  ///< while plugged: since when the level has not fallen
    std::optional<Instant> chargingAt; ///< when it will count as charging, if nothing changes; always in the future
    std::int64_t batteryPercent = 100; ///< the last level, from which it rises or falls
    bool batteryLow = false;
    bool storageLow = false;
    bool idle = false;       ///< nobody uses the device: the job constraint (jobs.md §3.2), unrelated to Doze
    bool docked = false;     ///< set by a person (jobs.md §8, trigger-dock-state): a dream while the screen is on
    bool interactive = true; ///< the screen is on, or was until job.screen_off_settle ago (jobs.md §3.6)
    std::optional<Instant> idleAt;  ///< when it becomes idle, if nobody comes
    std::optional<Instant> quietAt; ///< when it stops being interactive
    Doze doze;
    bool screenBlocks = true; ///< the screen is on and unlocked: nothing dozes (limits.md §6.1)

    static constexpr auto noun = "device state";
    static constexpr auto fields = [](auto& field, auto& state) {
        field("charging", state.charging);
        field("chargingByLevel", state.chargingByLevel);
        field.percent("batteryPercent", state.batteryPercent);
        field("batteryLow", state.batteryLow);
        field("storageLow", state.storageLow);
        field("idle", state.idle);
        field("docked", state.docked);
        field("interactive", state.interactive);
        field("screenBlocks", state.screenBlocks);
        field.inner("doze", state.doze);
        field("pluggedAt", state.pluggedAt);
        field("chargingAt", state.chargingAt);
        field("idleAt", state.idleAt);
        field("quietAt", state.quietAt);
    };
    bool operator==(const DeviceState&) const = default;
};

} // namespace stint
