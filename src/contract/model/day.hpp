// What a day was like: the runs of all jobs and what they waited for, and above them what the device was (jobs.md
// §9.5).
#pragma once
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "base/time/time.hpp"
#include "contract/model/job.hpp"

namespace stint {

/// From then on the device was so. `key` is one of the lanes' (contract/rules/device_log.hpp).
struct DeviceChange {
    WallTime when{};
    std::string key;
    std::string value;
    std::int32_t leftOut = 0; ///< how often it had changed since the change before, as nobody wrote down

    static constexpr auto noun = "change";
    static constexpr auto fields = [](auto& field, auto& change) {
        field("key", change.key);
        field("value", change.value);
        field("when", change.when);
        field("leftOut", change.leftOut);
    };
    bool operator==(const DeviceChange&) const = default;
};

/// A past run and its waits, one under way, or a job that waits and has not run since.
struct DayRun {
    JobKey key;
    std::string label; ///< empty: it has none, or it is forgotten
    WallTime scheduled{};
    std::vector<HistoryEntry> waits;
    std::optional<WallTime> began; ///< nullopt: it waits, or ended without a run
    JobClass kind = JobClass::Regular;
    std::optional<WallTime> ended; ///< nullopt: it runs, or waits
    Ending ending;
    Outcome outcome;
    Bytes transferredDown = 0;
    Bytes transferredUp = 0;
    bool last = false; ///< the job ended with it

    static constexpr auto noun = "run";
    static constexpr auto fields = [](auto& field, auto& run) {
        field("package", run.key.app.name);
        field("namespace", run.key.space);
        field("id", run.key.id.value);
        field("label", run.label);
        fieldsOfRun(field, run);
        field("transferredDown", run.transferredDown);
        field("transferredUp", run.transferredUp);
        field("last", run.last);
    };
    bool operator==(const DayRun&) const = default;
};

/// From one time to another, both included.
struct DayAsked {
    WallTime from{};
    WallTime to{};
    std::string after; ///< DayPage's of the page before; empty: the first one
};

/// A part of the answer. The first has what the device was, and the jobs that run or wait now; those behind it the log.
struct DayPage {
    std::vector<DayRun> runs;
    std::vector<DeviceChange> device;
    std::string after; ///< to ask with for the next page; empty: that was all

    /// The next one, behind it.
    void append(DayPage page) {
        std::ranges::move(page.runs, std::back_inserter(runs));
        std::ranges::move(page.device, std::back_inserter(device));
        after = std::move(page.after);
    }
};

/// No longer time is told at once.
inline constexpr Duration longestDay = 192h;
/// Entries of a page.
inline constexpr std::size_t mostDayRuns = 300, mostDayChanges = 3000;

} // namespace stint
