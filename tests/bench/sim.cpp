// How much of devices' lives the simulator plays in a second: on one core, and on all, one thread a core with devices
// of its own. What is timed is sim::play, which is what `stint sim` calls for a file it has read.
#include <algorithm>
#include <chrono>
#include <ctime>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/core.h>

#include "bench/figures.hpp"
#include "bench/phone.hpp"
#include "sim/judge/play.hpp"

using namespace stint;
using namespace stint::bench;

namespace {

using Seconds = std::chrono::duration<double>;

constexpr int days = 7;
constexpr int fleet = 8; // phones that take turns
constexpr Seconds least{3};
constexpr double goalCores = 1.8; // on two, and as much of each on more

struct Tally {
    double devices = 0;
    double events = 0;
    double starts = 0;
    Seconds taken{0};
    Seconds ours{0}; ///< of that, on the processor: less where the machine has other things to do

    double daysPerSecond() const { return devices * days / taken.count(); }
    double eventsPerSecond() const { return events / taken.count(); }
    double microsecondsAnEvent() const { return 1e6 * ours.count() / events; }
};

Seconds onProcessor() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

Tally playFor(const std::vector<sim::Scenario>& phones, Seconds time) {
    Tally tally;
    const auto begin = std::chrono::steady_clock::now();
    const Seconds before = onProcessor();
    for (std::size_t next = 0; tally.taken < time; next = (next + 1) % phones.size()) {
        const auto played = sim::play(phones[next], {});
        tally.devices += 1;
        tally.events += static_cast<double>(played->events);
        tally.starts += static_cast<double>(std::ranges::count(played->history, "started", &sim::Happening::what));
        tally.taken = std::chrono::steady_clock::now() - begin;
    }
    tally.ours = onProcessor() - before;
    return tally;
}

/// Devices know nothing of each other: their sums over the threads are the machine's.
Tally playOn(unsigned cores, const std::vector<sim::Scenario>& phones) {
    std::vector<Tally> tallies(cores);
    std::vector<std::jthread> threads;
    for (Tally& tally : tallies)
        threads.emplace_back([&] { tally = playFor(phones, least); });
    threads.clear(); // joins
    Tally sum;
    for (const Tally& tally : tallies) {
        sum.devices += tally.devices;
        sum.events += tally.events;
        sum.starts += tally.starts;
        sum.taken += tally.taken / cores;
        sum.ours += tally.ours;
    }
    return sum;
}

std::vector<std::string> row(const std::string& who, const Tally& tally, unsigned cores) {
    return {who, fmt::format("{:.0f}", tally.daysPerSecond()), fmt::format("{:.0f}", tally.eventsPerSecond()),
            fmt::format("{:.2f}", tally.microsecondsAnEvent()),
            fmt::format("{:.0f} %", 100 * tally.ours / tally.taken / cores)};
}

} // namespace

int main() {
    const unsigned cores = std::max(std::thread::hardware_concurrency(), 1U);
    std::vector<sim::Scenario> phones;
    for (int number = 0; number < fleet; ++number)
        phones.push_back(phone(number, days));
    playFor(phones, least / 6); // warms up

    const Tally one = playOn(1, phones);
    Figures found;
    Table table{fmt::format("A phone has {} apps with {} jobs; a day of it {:.0f} events and {:.0f} runs", phoneApps,
                            phoneJobs, one.events / one.devices / days, one.starts / one.devices / days),
                {"on", "device-days/s", "events/s", "µs of a processor an event", "of it ours"},
                {row("1 core", one, 1)}};
    if (cores > 1) {
        const Tally all = playOn(cores, phones);
        table.rows.push_back(row(fmt::format("{} cores", cores), all, cores));
        found.atLeast(fmt::format("{} cores: × one", cores), all.daysPerSecond() / one.daysPerSecond(),
                      goalCores / 2 * cores);
    }
    found.add(std::move(table));
    found.print();
}
