// A phone as the bound plays it (bound.cpp): the same scenario, its apps, jobs and networks as numbers, bits and flat
// arrays, and what has happened as records of sixteen bytes. Translated before anything is timed, by the readers and
// the constants that the simulator goes by.
#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "contract/model/bucket.hpp"
#include "contract/model/constants.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/scenario/trace.hpp"

namespace stint::bench {

/// Milliseconds since 0s, or of a length.
using Ms = std::int64_t;
inline constexpr Ms never = INT64_MAX;

/// A bit an app.
using Apps = std::uint64_t;
inline constexpr int mostApps = 64;
constexpr Apps bitOf(int app) { return Apps{1} << app; }
/// Calls `look(app)` for each of them, in their order.
template <class Look> void eachBit(Apps apps, Look look) {
    for (; apps; apps &= apps - 1)
        look(std::countr_zero(apps));
}
inline constexpr int mostColumns = 8;
inline constexpr int mostJobs = 512;
inline constexpr int mostRuns = 64;

struct DenseDevice {
    bool screenOn = true;
    bool plugged = true;
    bool charging = true;
    std::int8_t battery = 100;
    std::int8_t network = -1; ///< its place in DensePhone::networks; -1: there is none

    bool operator==(const DenseDevice&) const = default;
};

struct DenseNetwork {
    std::uint64_t capabilities = 0;
    std::uint64_t transports = 0;
    bool usable = false;
    bool unmetered = false;
};

/// The jobs' demands on the device. Jobs of several apps that ask the same are one column, at most one job of each
/// app.
struct Asks {
    bool charging = false;
    bool idle = false;
    bool batteryNotLow = false;
    bool network = false;
    std::uint64_t capabilities = 0;
    std::uint64_t transports = 0; ///< 0: any

    bool operator==(const Asks&) const = default;
};

struct DenseJob {
    std::uint8_t app = 0;
    std::uint8_t column = 0;
    bool watches = false; ///< waits for a change of content, and none comes
    JobId id;
    Ms interval = 0, flex = 0;
    Ms works = 0;
    Ms backoff = 0; ///< the first one
    bool linear = false;
};

struct DenseEntry {
    Ms at = 0;
    int job = -1; ///< it is scheduled; -1: the device is another
    DenseDevice device;
};

/// A bucket's allowance: never, and no cap, where nothing bounds the time.
struct DenseQuota {
    Ms allowed = 0, window = 0, dayCap = never;
    std::int64_t maxJobs = 0, maxSessions = 0;
};

/// A row of limits.md §2.3, the deepest last.
struct DenseTimeout {
    Bucket bucket = Bucket::Active;
    Ms elapsed = 0, screenOn = 0;
};

struct DensePhone {
    Constants constants;
    WallTime start;
    Ms until = 0;
    bool moves = false; ///< it never lies still
    DenseDevice device; ///< at 0s
    std::vector<DenseNetwork> networks;
    std::vector<AppId> apps;
    std::vector<Asks> columns;
    std::vector<DenseJob> jobs;
    std::vector<DenseEntry> timeline;
    std::array<DenseQuota, bucketTable.size()> quotas;
    std::vector<DenseTimeout> timeouts;
    std::array<int, 2> slots{}; ///< for jobs in the background: while nobody uses the device, while somebody does

    Apps allApps() const { return apps.size() == mostApps ? ~Apps{0} : (Apps{1} << apps.size()) - 1; }
};

/// Exits, and says why, where the scenario has anything that the bound leaves out.
DensePhone densePhone(const sim::Scenario& scenario);

struct Record {
    enum class What : std::uint8_t {
        Scheduled,
        Started,
        Finished,
        Stopped,     ///< with its reason
        Rescheduled, ///< with how much later
        NetworkChanged,
        Network, ///< whether it is allowed, or what shuts it
        Bucket,  ///< from and to
        Deep,    ///< likewise
        Light,
    };
    enum Access : std::uint8_t { Allowed, Standby, Doze };

    Ms at = 0;
    What what = What::Scheduled;
    std::uint8_t from = 0;    ///< or the app
    std::uint16_t number = 0; ///< the job, or the app, or what it became
    std::int32_t more = 0;
};
static_assert(sizeof(Record) == 16);

/// The same in the simulator's words.
sim::Happening spelled(const Record& record, const DensePhone& phone);

} // namespace stint::bench
