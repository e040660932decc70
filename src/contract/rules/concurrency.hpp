// Concurrency: which of the ready jobs run at once (jobs.md §3.4 to §3.7). How many slots there are, of what types,
// and which types a job may take by how near its app is to the user; the load that lowers an app's bias; the order of
// jobs where not all can run, and the jobs that need no free slot; and batching, which holds regular jobs back until
// several are ready, so that the device wakes up once for all. Batching is off unless a policy turns it on.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "contract/model/app.hpp"
#include "contract/model/bucket.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/device.hpp"
#include "contract/model/gate.hpp"
#include "contract/model/job.hpp"
#include "stint/units.hpp"

namespace stint {

/// The steady limit L of a machine with this much memory; job.slots overrides it.
std::int64_t slotsFor(Bytes memory);

/// Notes that a run of the app begins, or ends, at `now`.
void noteRunBegins(App& app, Instant now, const Constants& constants);
void noteRunEnds(App& app, Instant now, const Constants& constants);

/// The percentage of the present period and of the one before it in which at least one of the app's jobs ran. Counted
/// in two steps, like the platform does, rather than by a sliding window: nothing need be kept of single runs.
std::int64_t loadPercent(const App& app, Instant now, const Constants& constants);

/// A ready job's place among those with the same GateKey; the smaller goes first.
struct Place {
    Instant enqueued;
    std::int64_t sequence = 0; ///< equal enqueue times: in the order of the calls

    auto operator<=>(const Place&) const = default;
};

/// A ready job as the order compares it (jobs.md §3.4).
struct Queued {
    const GateKey& gateKey;
    Place place;
};

/// True if `a` goes before `b`, both of one app: by override, requested class, priority (inside one namespace alone),
/// age.
bool goesBefore(const Queued& a, const Queued& b);

/// The number of jobs of the front app that are taken in a row if this many apps have jobs ready (jobs.md §3.4).
int inARow(std::size_t apps);

/// True if the job starts at once, slots or not (jobs.md §3.6, immediacy): an expedited or user-initiated job of the
/// app the user looks at, a user-initiated one of an app with the seconds after a tap, one that was scheduled in sight,
/// and a guard.
bool startsAtOnce(const GateKey& gateKey, const App& app, Instant now);

/// True if jobs of this GateKey may be held for a batch: regular ones on their first attempt, without an override, of
/// an app whose bucket is neither active nor exempted (limits.md §3.10).
bool mayBeHeld(const GateKey& gateKey, Bucket bucket, const Constants& constants);

/// The longest time that they are held; nullopt: until there are enough, or something runs anyway (the restricted
/// bucket).
std::optional<Duration> longestHold(Bucket bucket, const Constants& constants);

/// The number of jobs that must be ready for a batch to start.
std::int64_t batchSize(const Constants& constants);

inline constexpr std::size_t workTypes = 5;
using PerType = std::array<std::int64_t, workTypes>;
/// The type's place in a PerType.
constexpr std::size_t at(WorkType type) { return static_cast<std::size_t>(type); }

/// The app's bias by jobs.md §3.5: TOP 40; foreground service, or visible, 35; else 0.
std::int32_t biasOf(ProcessState state);
/// The same, lowered below TOP by the share of recent time that the app spent running jobs: by 40 from half of it on,
/// by 80 from nine tenths on. For a daemon of one user that means: an app that is seen, or runs a foreground service,
/// and runs jobs all the time takes the slots of the background. The queue's order stays as it was, since all jobs of
/// an app have its bias.
std::int32_t biasOf(const App& app, Instant now, const Constants& constants);

/// The types that a job may run as.
using WorkTypes = std::array<bool, workTypes>;
WorkTypes typesOf(JobClass kind, std::int32_t bias);
/// The app's bias as far as it matters to the types: 0 for an app that is not near the user.
std::int32_t biasForTypes(const App& app, Instant now, const Constants& constants);
/// The types by the bias of the job's app.
WorkTypes typesOf(JobClass kind, const App& app, Instant now, const Constants& constants);

/// The configuration of slots for this moment (jobs.md §3.6).
struct SlotTable {
    std::int64_t total = 0;
    PerType reserved{};
    PerType most{};
};
SlotTable slotTable(std::int64_t slots, bool interactive, Memory memory);

/// The slots of one assignment pass: some are reserved by type, the rest is handed out on demand.
class Slots {
public:
    /// `pending`: ready jobs by type, each counted under all of its types.
    Slots(const SlotTable& table, const PerType& running, const PerType& pending);

    /// The first of `types` with room, which is taken; nullopt: there is none.
    std::optional<WorkType> take(const WorkTypes& types);
    /// True if take() would find one.
    bool anyRoom(const WorkTypes& types) const;
    /// The first type for which a slot is kept that none of its waiting jobs has taken; nullopt: there is none.
    std::optional<WorkType> keptFor() const;

private:
    bool room(std::size_t type) const;
    void noLongerPending(const WorkTypes& types);
    void checkSum() const;

    SlotTable table_;
    PerType running_; ///< including those that start in this pass
    PerType pending_;
    PerType reserved_;
    std::int64_t unassigned_ = 0;
};

/// The reason why a ready job finds no slot.
enum class NoRoom : std::uint8_t {
    AppCap, ///< its app has as many slots as it may, while slots are short
    Taken,
    Background, ///< slots are free, and as many jobs of apps that are not near the user run as may
    Kept,       ///< a slot is free, but kept for a waiting job of another type
};

/// The number of an app's jobs of this class that may run once the slots are short (jobs.md §3.6, per-app caps).
std::int64_t appCap(JobClass kind, const Constants& constants);

/// The longest time that a pending job may wait for a slot before it gets an extra one.
Duration patience(JobClass kind, const Constants& constants);

} // namespace stint
