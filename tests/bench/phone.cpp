#include "bench/phone.hpp"

#include <cstdlib>
#include <iterator>
#include <map>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/time/time.hpp"
#include "sim/scenario/scenario.hpp"

namespace stint::bench {
namespace {

using Timeline = std::multimap<Duration, std::string>;

void schedule(Timeline& timeline, int app, int id, std::string_view what) {
    const Duration at = std::chrono::seconds{7 * app + id};
    timeline.emplace(at, fmt::format("schedule: {{job: com.example.app{:02}/{}, persisted: true, {}}}", app, id, what));
}

void addJobs(Timeline& timeline) {
    for (int app = 0; app < phoneApps; ++app) {
        schedule(timeline, app, 1, "network: {type: any}, periodic: {every: 6h}, runs: {for: 20s}");
        schedule(timeline, app, 2,
                 "network: {type: unmetered}, charging: true, periodic: {every: 1d}, runs: {for: 1min}");
        schedule(timeline, app, 3, "charging: true, device_idle: true, periodic: {every: 1d}, runs: {for: 2min}");
        schedule(timeline, app, 4,
                 "network: {type: unmetered}, battery_not_low: true, periodic: {every: 12h}, runs: {for: 30s}");
        // It waits all the time: nobody touches that file.
        timeline.emplace(
            Duration{0},
            fmt::format("schedule: {{job: com.example.app{:02}/5, content_trigger: {{path: /data/app{:02}}}}}", app,
                        app));
    }
}

// From 08:00 on: two ways with the train, looks at the screen all day, home and on the charger at night.
void addDay(Timeline& timeline, Duration morning, Duration shift) {
    const auto device = [&](Duration at, std::string_view what) {
        timeline.emplace(morning + at + shift, fmt::format("device: {{{}}}", what));
    };
    device(0min, "charging: false, screen: on");
    device(20min, "network: {transport: cellular, metered: true, down: 20Mbps, up: 5Mbps}");
    device(1h, "network: {transport: wifi}");
    device(9h, "network: {transport: cellular, metered: true, down: 20Mbps, up: 5Mbps}");
    device(10h, "network: {transport: wifi}");
    for (int look = 0; look < 40; ++look) {
        device(5min + look * 21min, "screen: on");
        device(9min + look * 21min, fmt::format("screen: off, battery: {}", 98 - 2 * look));
    }
    device(14h + 30min, "charging: true, battery: 100");
}

} // namespace

sim::Scenario phone(int number, int days) {
    Timeline timeline;
    addJobs(timeline);
    const Duration shift = std::chrono::seconds{number * 37 % 3600 + 600}; // after all is scheduled
    for (int day = 0; day < days; ++day)
        addDay(timeline, day * 24h, shift);

    std::string text = fmt::format("until: {}d\ndevice: {{charging: true}}\napps:\n", days);
    for (int app = 0; app < phoneApps; ++app)
        fmt::format_to(std::back_inserter(text), "  com.example.app{:02}: {{}}\n", app);
    text += "timeline:\n";
    for (const auto& [at, what] : timeline)
        fmt::format_to(std::back_inserter(text), "  - {{at: {}, {}}}\n", formatDuration(at), what);

    auto scenario = sim::readScenario(text, "phone.yaml");
    if (!scenario) {
        fmt::print(stderr, "the phone is no valid scenario: {}\n", scenario.error().message);
        std::exit(1);
    }
    return *std::move(scenario);
}

} // namespace stint::bench
