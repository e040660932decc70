// Requests of apps and people, beside new jobs: to cancel, stop, hold or retry a job, to stop or open an app (jobs.md
// §2.6, §5.4, §14.2, §14.3); and the shell's verbs (§8), of which some leave state behind.
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
    // Counts of the device's reports.
    bool monitorsBattery = false;
    std::uint64_t batteryNews = 0;
    std::uint64_t storageNews = 0;

    /// The instant at which the first `run` is given up.
    std::optional<Instant> next() const;
};

/// Starts the jobs whose `run` waited for a network that is there now, and answers those for which none came in time.
void endWaits(Turn& turn);
/// Counts a report of the device that is about to replace the one before.
void hear(State& state, const Device& report, const DeviceState& was);
/// Notes that the app's processes are killed: it is not seen any more, its foreground services are over, and no pin
/// holds (requests.cpp).
void nothingRunsOf(Turn& turn, const AppId& app);

/// Schedules a job that has ended once more, as it was (jobs.md §14.3); an error where it may not be.
std::optional<Error> scheduleAgain(Turn& turn, const RetryJob& event);

} // namespace stint
