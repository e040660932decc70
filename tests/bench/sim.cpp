// How much of devices' lives the simulator plays in a second: on one core, and on all, one thread a core with devices
// of its own. What is timed is sim::play, which is what `stint sim` calls for a file it has read.
#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include <fmt/core.h>

#include "bench/machine.hpp"
#include "bench/phone.hpp"
#include "sim/play.hpp"

using namespace stint;
using namespace stint::bench;

namespace {

using Seconds = std::chrono::duration<double>;

constexpr int days = 7;
constexpr int fleet = 8; // phones that take turns
constexpr Seconds least{3};
constexpr double goalDays = 6000;
constexpr double goalCores = 1.8;

struct Tally {
    double devices = 0;
    double events = 0;
    double starts = 0;
    Seconds taken{0};

    double daysPerSecond() const { return devices * days / taken.count(); }
    double eventsPerSecond() const { return events / taken.count(); }
};

Tally playFor(const std::vector<sim::Scenario>& phones, Seconds time) {
    Tally tally;
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t next = 0; tally.taken < time; next = (next + 1) % phones.size()) {
        const auto played = sim::play(phones[next], {});
        tally.devices += 1;
        tally.events += static_cast<double>(played->events);
        tally.starts += static_cast<double>(std::ranges::count(played->history, "started", &sim::Happening::what));
        tally.taken = std::chrono::steady_clock::now() - begin;
    }
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
    }
    return sum;
}

} // namespace

int main() {
    const unsigned cores = std::max(std::thread::hardware_concurrency(), 1U);
    std::vector<sim::Scenario> phones;
    for (int number = 0; number < fleet; ++number)
        phones.push_back(phone(number, days));
    playFor(phones, least / 6); // warms up

    const Tally one = playOn(1, phones);
    fmt::print("{}\n", machine());
    fmt::print("a phone: {} apps, {} jobs; a day: {:.0f} events, {:.0f} runs\n", phoneApps, phoneJobs,
               one.events / one.devices / days, one.starts / one.devices / days);
    fmt::print("1 core:  {:7.0f} device-days/s  {:8.0f} events/s  {:5.2f} us an event   {:.2f} of the goal, {:.0f}\n",
               one.daysPerSecond(), one.eventsPerSecond(), 1e6 / one.eventsPerSecond(), one.daysPerSecond() / goalDays,
               goalDays);
    if (cores < 2) return 0;
    const Tally all = playOn(cores, phones);
    fmt::print("{} cores: {:7.0f} device-days/s  {:8.0f} events/s  {:.2f} times one core   (goal on two: {:.1f})\n",
               cores, all.daysPerSecond(), all.eventsPerSecond(), all.daysPerSecond() / one.daysPerSecond(), goalCores);
}
