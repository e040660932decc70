// The slots that jobs run in (jobs.md §3.5, §3.6): how near an app is to the user, what types of slots a job may take,
// and how many of each there are.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/device.hpp"
#include "contract/model/gate_key.hpp"

namespace stint {

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
    Kept, ///< a slot is free, but kept for a waiting job of another type
};

/// The number of an app's jobs of this class that may run once the slots are short (jobs.md §3.6, per-app caps).
std::int64_t appCap(JobClass kind, std::int64_t slots);

/// The longest time that a pending job may wait for a slot before it gets an extra one.
Duration patience(JobClass kind);

} // namespace stint
