// What the shell's verbs leave behind (jobs.md §8): a `run` that waits for a network, and what is counted for getters.
#pragma once
#include <cstdint>
#include <map>
#include <optional>

#include "contract/model/device.hpp"
#include "contract/model/event.hpp"

namespace stint {

struct State;
struct Turn;

/// A `run` that waits for a network, which alone is missing.
struct WaitingRun {
    JobKey job;
    Instant until;
};

struct ShellState {
    std::map<CallId, WaitingRun> waitingRuns;
    // What was heard of the device, counted.
    bool monitorsBattery = false;
    std::uint64_t batteryNews = 0;
    std::uint64_t storageNews = 0;

    /// When the first `run` is given up.
    std::optional<Instant> next() const;
};

/// Starts the jobs whose `run` waited for what is there now, and answers those for which it did not come in time.
void endWaits(Turn& turn);
/// Counts a report of the device that is about to replace the one before.
void hear(State& state, const Device& report, const DeviceState& was);
/// Its processes are killed: it is not seen any more, its foreground services are over, and no pin holds
/// (requests.cpp).
void nothingRunsOf(Turn& turn, const AppId& app);

} // namespace stint
