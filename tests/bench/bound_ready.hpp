// Jobs that wait, a column for all that ask the same of the device, and the order in which they get slots (jobs.md
// §3.4): apps by turns, the one first whose next job was enqueued first.
#pragma once
#include <algorithm>
#include <array>
#include <bit>

#include "bench/bound_queues.hpp"
#include "contract/rules/concurrency.hpp"
#include "stint/reasons.hpp"

namespace stint::bench {

/// Why a column's jobs wait, and what stops those that run.
enum Gate : std::uint8_t { DozeGate = 1, BatteryGate = 2, ChargingGate = 4, IdleGate = 8, NetworkGate = 16 };

struct Column {
    Apps waiting = 0;
    std::uint8_t asks = 0;                    ///< those gates that the device shuts, awake or not
    std::uint8_t shut = 0;                    ///< and Doze
    bool network = false;                     ///< it asks for one
    bool idlePath = false;                    ///< of the device: the idle path of the restricted bucket is open
    StopReason stops = STOP_REASON_UNDEFINED; ///< what stops those that run
};

/// A job's place in the queue. Equal times: in the order of the calls.
struct Place {
    Ms enqueued = 0;
    std::uint64_t sequence = 0;
};

class Ready {
public:
    explicit Ready(const DensePhone& phone) : count_(phone.columns.size()) {
        for (std::size_t n = 0; n < count_; ++n)
            columns_[n].network = phone.columns[n].network;
    }

    std::size_t count() const { return count_; }
    Column& operator[](std::size_t column) { return columns_[column]; }
    const Column& operator[](std::size_t column) const { return columns_[column]; }

    void put(std::size_t column, int app, int job, Place place) {
        columns_[column].waiting |= bitOf(app);
        lines_[column].put(wordOf(place.enqueued, app));
        jobs_[column][static_cast<std::size_t>(app)] = {static_cast<std::uint16_t>(job), place.sequence};
    }
    void take(std::size_t column, int app, Place place) {
        columns_[column].waiting &= ~bitOf(app);
        Line<mostApps>& line = lines_[column];
        line.take(std::find(line.begin(), line.end(), wordOf(place.enqueued, app)));
    }

    Apps waiting() const {
        Apps any = 0;
        for (std::size_t n = 0; n < count_; ++n)
            any |= columns_[n].waiting;
        return any;
    }

    /// One pass over the queue.
    struct Pass {
        int app = -1;
        int taken = 0; ///< in a row of this app
    };
    /// The next job that may start; -1: there is none. `inQuota(column)`: of its apps those whose quota lets them.
    template <class InQuota> int next(Pass& pass, InQuota inQuota) const {
        std::array<Apps, mostColumns> open;
        Apps apps = 0;
        for (std::size_t n = 0; n < count_; ++n)
            apps |= open[n] = columns_[n].shut ? 0 : inQuota(columns_[n]);
        if (!apps) return -1;
        const bool stays = pass.app >= 0 && (apps & bitOf(pass.app)) &&
                           pass.taken < inARow(static_cast<std::size_t>(std::popcount(apps)));
        if (!stays) pass.taken = 0;
        ++pass.taken;
        return firstOf(open, stays ? bitOf(pass.app) : apps, pass.app);
    }

private:
    struct Waiting {
        std::uint16_t job;
        std::uint64_t sequence;
    };
    static constexpr int appBits = 6;
    static_assert(1 << appBits == mostApps);
    static std::uint64_t wordOf(Ms enqueued, int app) {
        return static_cast<std::uint64_t>(enqueued) << appBits | static_cast<unsigned>(app);
    }

    int firstOf(const std::array<Apps, mostColumns>& open, Apps apps, int& app) const {
        std::uint64_t first = UINT64_MAX;
        const Waiting* found = nullptr;
        for (std::size_t n = 0; n < count_; ++n) {
            const Apps may = open[n] & apps;
            if (!may) continue;
            const std::uint64_t* word = lines_[n].begin();
            while (!(may >> (*word % mostApps) & 1))
                ++word;
            const std::uint64_t when = *word >> appBits;
            if (when > first >> appBits) continue;
            for (; word != lines_[n].end() && *word >> appBits == when; ++word) {
                if (!(may >> (*word % mostApps) & 1)) continue;
                const Waiting& waiting = jobs_[n][*word % mostApps];
                if (when == first >> appBits && found && found->sequence < waiting.sequence) continue;
                first = *word;
                found = &waiting;
            }
        }
        app = static_cast<int>(first % mostApps);
        return found->job;
    }

    std::size_t count_;
    std::array<Column, mostColumns> columns_;
    std::array<Line<mostApps>, mostColumns> lines_; ///< of those that wait, by when they were enqueued, and app
    std::array<std::array<Waiting, mostApps>, mostColumns> jobs_;
};

} // namespace stint::bench
