// A campaign of five waves on a million devices, which draw their days from 5,000 lives (fleet.md §9): how long it
// takes, and how much memory a device; and how far what is drawn is from ten thousand devices with a core each, and,
// which is the measure of that, ten thousand that are drawn from others of another seed.
// bench_foretell [DEVICES [EXACT]]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <string>
#include <thread>

#include <sys/resource.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "bench/figures.hpp"
#include "sim/foretelling/foretold.hpp"

using namespace stint;
using namespace stint::bench;
using namespace stint::foretelling;

namespace {

using Seconds = std::chrono::duration<double>;

constexpr double mostMinutes = 30, mostKibibytes = 2, mostApart = 2, mostLate = 5;

/// A hundredth of the fleet at a time, which is let begin by night. Each wave ends in the night in which it begins, and
/// rests until the next evening: a wave waits for its last device, so where its end let the next one begin by the same
/// night, one device would decide whether thousands have it a day sooner, and two seeds would be half a fleet apart.
std::string campaignOf(std::uint32_t devices) {
    return fmt::format(R"(name = "firmware 4.2"
targets = "all"
expires = "14d"
[job]
charging = true
network = "unmetered"
[[step]]
get = {{ url = "https://files.example/fw.img", sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", size = 41234567, to = "fw.img" }}
[[step]]
run = ["/usr/bin/apply-fw", "fw.img"]
timeout = "10min"
commit = true
[[step]]
verify = ["/usr/bin/fw-version", "--is", "4.2"]
after = "restart"
within = "20min"
[rollout]
at-a-time = {}
end-within = "1h"
wave = ["0.1%", "1%", "10%", "25%", "100%"]
ok = "90%"
soak = "18h"
stop = {{ failures = "10%", of = "ended", min = 50, types = ["failed", "timed-out"] }}
retries = 1
retry-after = "10min"
)",
                       std::max(1U, devices / 100));
}

FleetFile fleetOf(std::uint32_t devices, std::uint64_t seed = 1) {
    const std::string text = fmt::format(R"(devices: {}
campaign: night.toml
seed: {}
start: 2026-11-23T17:00:00Z
until: 14d
clocks: 30min
mix:
  - {{name: homes, weight: 6, charger: {{at: 22h, lasts: 8h, give: 1h, days: 85%}}, wifi: {{at: 18h, lasts: 14h, give: 1h}},
     screen: {{at: 7h, lasts: 16h}}, off: {{weeks: 10%, lasts: 2d}}}}
  - {{name: desks, weight: 3, charger: {{at: 8h, lasts: 6h, give: 30min}}, screen: {{at: 9h, lasts: 8h}}}}
  - {{name: halls, weight: 1, charger: {{at: 21h, lasts: 9h, give: 30min}}}}
line: {{delay: [50ms, 2s], lost: 1%}}
server: {{down: [[20h, 21h]], deaths: 3}}
work: {{takes: [30s, 3min], fails: 1%, dies: 0.1%}}
gone: 2%
)",
                                         devices, seed);
    const auto fleet =
        readFleet(text, "fleet.yaml", [&](const std::string&) -> Result<std::string> { return campaignOf(devices); });
    if (fleet.ok()) return *fleet;
    fmt::print(stderr, "{}\n", fleet.error().message);
    std::exit(1);
}

struct Timed {
    Foretold told;
    Seconds taken{0};
};

Timed played(const FleetFile& fleet, Cores cores) {
    const auto begin = std::chrono::steady_clock::now();
    auto told = foretell(fleet, cores, std::max(std::thread::hardware_concurrency(), 1U));
    if (!told.ok()) {
        fmt::print(stderr, "{}\n", told.error().message);
        std::exit(1);
    }
    return {*std::move(told), std::chrono::steady_clock::now() - begin};
}

double succeeded(const Sample& sample, const Foretold& told) {
    return 100.0 * sample.ends.at(static_cast<std::size_t>(fleet::Outcome::Succeeded)) / told.devices;
}

double apart(const Foretold& a, const Foretold& b) {
    double most = 0;
    for (std::size_t nth = 0; nth < std::min(a.curve.size(), b.curve.size()); ++nth)
        most = std::max(most, std::abs(succeeded(a.curve[nth], a) - succeeded(b.curve[nth], b)));
    return most;
}

/// The marks of 50 and 95 %, as hundredths of the time that it takes to reach them.
double late(const Foretold& told, const Foretold& own) {
    double most = 0;
    for (const auto mark : {&Foretold::half, &Foretold::most}) {
        if (!(told.*mark) || !(own.*mark)) return 100;
        most = std::max(most, 100 * std::abs(Seconds(*(told.*mark)) / Seconds(*(own.*mark)) - 1));
    }
    return most;
}

double kibibytes() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_maxrss);
}

std::string drawnName(const Foretold& told) { return fmt::format("{}, of {} lives", told.devices, told.lives); }

/// `own`: nullptr where there is nothing to compare it with.
std::vector<std::string> row(const std::string& what, const Timed& timed, const Foretold* own) {
    const auto hours = [](const std::optional<Duration>& time) {
        return time ? fmt::format("{:.1f} h", Seconds(*time).count() / 3'600) : std::string("-");
    };
    return {what,
            fmt::format("{:.1f} s", timed.taken.count()),
            fmt::format("{:.1f} %", succeeded(timed.told.last(), timed.told)),
            hours(timed.told.half),
            hours(timed.told.most),
            fmt::format("{} of {}", timed.told.mostAtOnce, timed.told.atATime),
            own != nullptr ? fmt::format("{:.2f}", apart(timed.told, *own)) : "-"};
}

std::uint32_t numberOf(int count, char** words, int nth, std::uint32_t otherwise) {
    return count > nth ? static_cast<std::uint32_t>(std::strtoul(words[nth], nullptr, 10)) : otherwise;
}

} // namespace

int main(int count, char** words) {
    const std::uint32_t devices = numberOf(count, words, 1, 1'000'000);
    const std::uint32_t exact = numberOf(count, words, 2, 10'000);
    Figures found;
    const double before = kibibytes();
    const Timed large = played(fleetOf(devices), Cores::Drawn);
    found.atMost("minutes", large.taken.count() / 60, mostMinutes);
    found.atMost("KiB a device", (kibibytes() - before) / devices, mostKibibytes);
    Table table{"A campaign of five waves, in 14 days; apart: % of the devices, from a core each",
                {"devices", "taken", "succeeded", "50 % after", "95 % after", "at once", "apart"},
                {}};
    if (exact == 0)
        table.rows = {row(drawnName(large.told), large, nullptr)};
    else {
        const Timed own = played(fleetOf(exact), Cores::Own);
        const Timed drawn = played(fleetOf(exact), Cores::Drawn);
        const Timed other = played(fleetOf(exact, 2), Cores::Drawn);
        table.rows = {row(drawnName(large.told), large, &own.told), row(drawnName(drawn.told), drawn, &own.told),
                      row(drawnName(other.told) + ", another seed", other, &own.told),
                      row(fmt::format("{}, a core each", exact), own, nullptr)};
        found.atMost("% of the devices apart, drawn and with a core each", apart(drawn.told, own.told), mostApart);
        found.atMost("the same, of all", apart(large.told, own.told), mostApart);
        found.atMost("% between their marks of 50 and 95 %",
                     std::max(late(drawn.told, own.told), late(large.told, own.told)), mostLate);
    }
    found.add(std::move(table));
    found.print();
    return large.told.holds() ? 0 : 1;
}
