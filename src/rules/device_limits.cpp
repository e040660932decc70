#include "rules/device_limits.hpp"

#include <array>

#include <fmt/core.h>

#include "rules/alarm_policy.hpp"
#include "rules/forecast.hpp"
#include "rules/gates.hpp"
#include "rules/network_access.hpp"
#include "rules/push.hpp"

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

/// A device's state as the tables name it.
struct State {
    std::string_view by;
    std::string_view row;
    std::string_view detail;
    std::string_view clears;
};

constexpr std::array states{
    State{"doze", "limits.md §1.1, Doze", "the device dozes", "use the device, or wait for a window"},
    State{"saver", "limits.md §9, battery saver", "battery saver is on", "turn battery saver off, or plug it in"},
    State{"data_saver", "limits.md §8.1, Data Saver", "Data Saver is on, and the network is metered",
          "turn Data Saver off, or use another network"},
    State{"thermal", "limits.md §10.1, heat", "the device is hot", "let it cool down"},
};

std::string cellOf(std::string_view by, std::string_view column) {
    for (const State& state : states)
        if (state.by == by) return fmt::format("{} × {}", state.row, column);
    return {};
}

// limits.md §6.4: what is no background job goes on when idle ends, a moment before those do.
std::optional<Instant> idleEnds(const World& world, const DozeInputs& inputs) {
    const auto jobs = dozeOpens(world, inputs, world.now.elapsed);
    return jobs ? std::optional(*jobs - world.constants.dozeBackgroundJobsDelay) : std::nullopt;
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

DeviceLimit ofJobs(const JobKind& kind, const App& app, const World& world, const DozeInputs& inputs) {
    DeviceLimit limit{.work = kind.work};
    const Asks asks{.app = app.manifest.package,
                    .service = std::string(service),
                    .kind = kind.kind,
                    .requested = kind.kind,
                    .priority = kind.priority};
    const Context context{world, asks, &app};
    const auto shut = shutGates(context);
    if (shut.empty()) return limit;
    limit.by = shut.front().gate->name;
    limit.detail = shut.front().gate->describe(context);
    limit.clears = shut.front().gate->clears;
    limit.cell = cellOf(limit.by, limit.by == "thermal" ? kind.work : "jobs");
    limit.until = limit.by == "doze" ? dozeOpens(world, inputs, world.now.elapsed) : shut.front().verdict.askAgain;
    return limit;
}

/// Shut by this state, in the words of `states`.
DeviceLimit shutBy(std::string_view by, std::string_view work, std::string_view column, std::optional<Instant> until) {
    for (const State& state : states)
        if (state.by == by)
            return {.work = work,
                    .by = std::string(by),
                    .detail = std::string(state.detail),
                    .clears = std::string(state.clears),
                    .cell = cellOf(by, column),
                    .until = until};
    return {.work = work, .by = std::string(by), .until = until};
}

DeviceLimit ofAlarms(std::string_view work, AlarmKind kind, const App& app, const World& world) {
    const Alarm alarm{.kind = kind, .requested = world.now.elapsed};
    const AlarmTimes times = alarmTimes(alarm, app, world);
    const auto until = times.known ? std::optional(times.earliest) : std::nullopt;
    if (times.hold == AlarmHold::Doze) return shutBy("doze", work, "alarms", until);
    if (times.hold == AlarmHold::BatterySaver) return shutBy("saver", work, "alarms", until);
    return {.work = work};
}

DeviceLimit ofNetwork(const App& app, const World& world, const DozeInputs& inputs) {
    constexpr std::string_view work = "network in the background";
    const NetworkVerdict verdict = networkFor(app, world, {});
    if (verdict.allowed) return {.work = work};
    const std::string_view by = verdict.because == "battery_saver" ? "saver" : verdict.because;
    return shutBy(by, work, "network", by == "doze" ? idleEnds(world, inputs) : verdict.askAgain);
}

DeviceLimit ofMessages(std::string_view work, bool high, const App& app, const World& world, const DozeInputs& inputs) {
    const Message message{.high = high};
    if (passageOf(message, app.memory, world).passes) return {.work = work};
    return shutBy("doze", work, "messages", idleEnds(world, inputs));
}

} // namespace

std::vector<DeviceLimit> deviceLimits(const World& world, const DozeInputs& inputs) {
    const App app = plainApp();
    std::vector<DeviceLimit> limits;
    for (const JobKind& kind : jobKinds)
        limits.push_back(ofJobs(kind, app, world, inputs));
    limits.push_back(ofAlarms("alarms", AlarmKind::Exact, app, world));
    limits.push_back(ofAlarms("while-idle alarms", AlarmKind::ExactWhileIdle, app, world));
    limits.push_back(ofAlarms("alarm clocks", AlarmKind::Clock, app, world));
    limits.push_back(ofNetwork(app, world, inputs));
    limits.push_back(ofMessages("messages of high priority", true, app, world, inputs));
    limits.push_back(ofMessages("messages of normal priority", false, app, world, inputs));
    return limits;
}

} // namespace stint
