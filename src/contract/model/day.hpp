// A day's history: the runs and waits of all jobs, and the device's state meanwhile (jobs.md §9.5).
#pragma once
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "base/time/time.hpp"
#include "base/time/time_zone.hpp"
#include "contract/model/job.hpp"
#include "stint/units.hpp"

namespace stint {

/// A change of the device: `key` had `value` from then on. `key` names a lane (contract/rules/device_state.hpp).
struct DeviceChange {
    WallTime when{};
    std::string key;
    std::string value;
    std::int32_t leftOut = 0; ///< changes since the entry before that were not written down

    static constexpr auto noun = "change";
    static constexpr auto fields = [](auto& field, auto& change) {
        field("key", change.key);
        field("value", change.value);
        field("when", change.when);
        field("leftOut", change.leftOut);
    };
    bool operator==(const DeviceChange&) const = default;
};

/// A past run with its waits, a run under way, or a job that waits and has not run since.
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

/// A request for the time from `from` to `to`, both included.
struct DayAsked {
    WallTime from{};
    WallTime to{};
    std::string after; ///< DayPage::after of the page before; empty: the first page
};

/// A page of the answer. The first has the device's changes and the jobs that run or wait now, the later ones the log.
struct DayPage {
    std::vector<DayRun> runs;
    std::vector<DeviceChange> device;
    std::string after; ///< DayAsked::after for the next page; empty: this is the last

    /// Appends the page that follows.
    void append(DayPage page) {
        std::ranges::move(page.runs, std::back_inserter(runs));
        std::ranges::move(page.device, std::back_inserter(device));
        after = std::move(page.after);
    }
};

/// The longest time that one request may cover.
inline constexpr Duration longestDay = 192h;
/// The most entries of a page.
inline constexpr std::size_t mostDayRuns = 300, mostDayChanges = 3000;

} // namespace stint
