#include "contract/rules/device_limits.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "contract/rules/alarm_policy.hpp"
#include "contract/rules/forecast.hpp"
#include "contract/rules/gates.hpp"
#include "contract/rules/network_access.hpp"
#include "contract/rules/push.hpp"

namespace stint {
namespace {

constexpr std::string_view service = "Jobs";

App plainApp() {
    App app;
    app.manifest.services[std::string(service)].name = service;
    app.memory.usage.bucket = Bucket::Active;
    app.running = true;
    return app;
}

/// A state of the device, in the words of the tables.
struct State {
    std::string_view by;
    std::string_view row;
    std::string_view clears;
};

constexpr std::array states{
    State{"doze", "limits.md §1.1, Doze", "use the device, or wait for a window"},
    State{"saver", "limits.md §9, battery saver", "turn battery saver off, or plug it in"},
    State{"data_saver", "limits.md §8.1, Data Saver", "turn Data Saver off, or use another network"},
    State{"thermal", "limits.md §10.1, heat", "let it cool down"},
    State{"battery", "push.md §4.2, battery low", "charge it"},
    State{"power", "push.md §4.2, on battery", messageHolds[byPower].clears},
    State{"network", "push.md §4.2, no unmetered network", messageHolds[byNetwork].clears},
    State{"sleep", "limits.md §13, Suspend", "wake the machine"},
};

/// The limit that this state sets, in the words of `states`; `asked`: when its rule says that it ends.
DeviceLimit shutBy(std::string_view by, std::string_view work, std::string_view column, std::optional<Instant> asked) {
    DeviceLimit limit{.work = work, .by = by, .column = column, .asked = asked};
    for (const State& state : states) {
        if (state.by != by) continue;
        limit.row = state.row;
        limit.clears = state.clears;
    }
    return limit;
}

struct JobKind {
    std::string_view work;
    JobClass kind;
    std::int32_t priority;
};

constexpr std::array jobKinds{
    JobKind{"user-initiated jobs", JobClass::UserInitiated, JobInfo::PRIORITY_MAX},
    JobKind{"expedited jobs", JobClass::Expedited, JobInfo::PRIORITY_MAX},
    JobKind{"regular jobs of high priority", JobClass::Regular, JobInfo::PRIORITY_HIGH},
    JobKind{"regular jobs", JobClass::Regular, JobInfo::PRIORITY_DEFAULT},
    JobKind{"regular jobs of low priority", JobClass::Regular, JobInfo::PRIORITY_LOW},
    JobKind{"regular jobs of least priority", JobClass::Regular, JobInfo::PRIORITY_MIN},
};

GateKey gateKeyOf(const JobKind& kind) {
    return {.service = std::string(service), .kind = kind.kind, .requested = kind.kind, .priority = kind.priority};
}

DeviceLimit ofJobs(const JobKind& kind, const App& app, const World& world) {
    static const auto gateKeys = [] {
        std::array<GateKey, jobKinds.size()> keys;
        std::ranges::transform(jobKinds, keys.begin(), [](const JobKind& one) { return gateKeyOf(one); });
        return keys;
    }();
    const auto shut = shutGates({world, gateKeys[static_cast<std::size_t>(&kind - jobKinds.data())], &app});
    if (shut.empty()) return {.work = kind.work};
    const std::string_view by = shut.front().gate->name;
    return shutBy(by, kind.work, by == "thermal" ? kind.work : "jobs", shut.front().verdict.askAgain);
}

DeviceLimit ofAlarms(std::string_view work, AlarmKind kind, const App& app, const World& world) {
    const Alarm alarm{.kind = kind, .requested = world.now.elapsed};
    const AlarmTimes times = alarmTimes(alarm, app, world);
    const auto opens = times.known ? std::optional(times.earliest) : std::nullopt;
    if (times.hold == AlarmHold::Doze) return shutBy("doze", work, "alarms", opens);
    if (times.hold == AlarmHold::BatterySaver) return shutBy("saver", work, "alarms", opens);
    return {.work = work};
}

DeviceLimit ofNetwork(const App& app, const World& world) {
    constexpr std::string_view work = "network in the background";
    const NetworkVerdict verdict = networkWithoutJobs(app, world);
    if (verdict.allowed) return {.work = work};
    return shutBy(verdict.because == "battery_saver" ? "saver" : verdict.because, work, "network", verdict.askAgain);
}

DeviceLimit ofMessages(std::string_view work, Urgency urgency, const App& app, const World& world) {
    const Passage passage = passageOf(urgency, app.memory, world);
    return passage.passes() ? DeviceLimit{.work = work} : shutBy(passage.heldBy(), work, "messages", std::nullopt);
}

} // namespace

LimitFacts limitFacts(const World& world) {
    const Doze& doze = world.state.doze;
    const auto& network = world.device.network;
    const auto [charging, dozes, savesBattery, savesData] = networkConditions(world);
    const auto isPast = [&](auto when) { return !when || *when <= world.now.elapsed; };
    return {static_cast<int>(world.device.thermal),
            charging,
            dozes,
            savesBattery,
            savesData,
            doze.deepIdle(),
            isPast(doze.settledAt),
            isPast(networkCutOff({}, world.constants)),
            world.device.sleeping,
            world.device.plugged,
            world.state.batteryLow,
            network && network->has(NET_CAPABILITY_NOT_METERED)};
}

std::vector<DeviceLimit> deviceLimits(const World& world) {
    static const App app = plainApp();
    std::vector<DeviceLimit> limits;
    limits.reserve(jobKinds.size() + 8);
    for (const JobKind& kind : jobKinds)
        limits.push_back(ofJobs(kind, app, world));
    limits.push_back(ofAlarms("alarms", AlarmKind::Exact, app, world));
    limits.push_back(ofAlarms("while-idle alarms", AlarmKind::ExactWhileIdle, app, world));
    limits.push_back(ofAlarms("alarm clocks", AlarmKind::Clock, app, world));
    limits.push_back(ofNetwork(app, world));
    limits.push_back(ofMessages("messages of high priority", Urgency::High, app, world));
    limits.push_back(ofMessages("messages of normal priority", Urgency::Normal, app, world));
    limits.push_back(ofMessages("messages of low priority", Urgency::Low, app, world));
    limits.push_back(ofMessages("messages of very low priority", Urgency::VeryLow, app, world));
    return limits;
}

std::string cellOf(const DeviceLimit& limit) {
    return limit.row.empty() ? std::string() : fmt::format("{} × {}", limit.row, limit.column);
}

std::string detailOf(const DeviceLimit& limit, const World& world) {
    const Doze& doze = world.state.doze;
    if (limit.by == "saver") return "battery saver is on";
    if (limit.by == "data_saver") return "Data Saver is on, and the network is metered";
    if (limit.by == "thermal") return fmt::format("the device is hot ({})", nameOf(world.device.thermal));
    if (limit.by == "battery") return "the battery is low";
    if (limit.by == "sleep") return "the machine goes to sleep";
    if (limit.by == "power") return std::string(messageHolds[byPower].detail);
    if (limit.by == "network") return std::string(messageHolds[byNetwork].detail);
    if (limit.by != "doze") return {};
    return doze.idle() ? fmt::format("the device dozes ({})", doze.deepIdle() ? "deep" : "light")
                       : "the device has just left Doze; background jobs follow in a moment";
}

std::optional<Instant> limitEnds(const DeviceLimit& limit, const World& world, const DozeInputs& inputs) {
    if (limit.by != "doze" || limit.column == "alarms") return limit.asked;
    const AfterIdle when = limit.column == "jobs" ? AfterIdle::Settled : AfterIdle::AtOnce;
    return dozeOpens(world, inputs, world.now.elapsed, when);
}

} // namespace stint
