// Who gets a slot (jobs.md §3.5, §3.6): how near an app is to the user, what kinds of slots a job may take, and how
// many of each kind there are.
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
/// Its place in one.
constexpr std::size_t at(WorkType type) { return static_cast<std::size_t>(type); }

/// jobs.md §3.5: TOP 40; foreground service, or visible, 35; else 0.
std::int32_t biasOf(ProcessState state);
/// The same, below TOP lowered by the share of recent time that the app spent running jobs: from half of it on by 40,
/// from nine tenths on by 80. What that means for a daemon of one user: an app that is seen, or runs a foreground
/// service, and runs jobs all the time takes the slots of the background. The queue's order is as it was, since all
/// jobs of an app have its bias.
std::int32_t biasOf(const App& app, Instant now, const Constants& constants);

/// Which types a job may run as.
using WorkTypes = std::array<bool, workTypes>;
WorkTypes typesOf(JobClass kind, std::int32_t bias);
/// The app's bias as far as it matters to the types: 0 for whatever is not near the user.
std::int32_t biasForTypes(const App& app, Instant now, const Constants& constants);
/// By its app's bias.
WorkTypes typesOf(JobClass kind, const App& app, Instant now, const Constants& constants);

/// The configuration of jobs.md §3.6 for this moment.
struct SlotTable {
    std::int64_t total = 0;
    PerType reserved{};
    PerType most{};
};
SlotTable slotTable(std::int64_t slots, bool interactive, Memory memory);

/// The slots of one assignment pass: reserved by type, the rest handed out as it is asked for.
class Slots {
public:
    /// `pending`: ready jobs by type, each counted under all of its types.
    Slots(const SlotTable& table, const PerType& running, const PerType& pending);

    /// The first of `types` with room, which is taken; nullopt: there is none.
    std::optional<WorkType> take(const WorkTypes& types);
    /// Whether it would find one.
    bool anyRoom(const WorkTypes& types) const;
    /// A type for whose waiting jobs a slot is kept that none of them has taken; nullopt: there is none.
    std::optional<WorkType> keptFor() const;

private:
    bool room(std::size_t type) const;
    void noLongerPending(const WorkTypes& types);
    void checkSum() const;

    SlotTable table_;
    PerType running_; ///< those that start in this pass included
    PerType pending_;
    PerType reserved_;
    std::int64_t unassigned_ = 0;
};

/// Why a ready job finds no slot.
enum class NoRoom : std::uint8_t {
    AppCap, ///< its app has as many as it may, while slots are short
    Taken,
    Kept, ///< one is free, for a job of another type that waits, too
};

/// jobs.md §3.6, per-app caps: how many of an app's jobs of this class may run once the slots are short.
std::int64_t appCap(JobClass kind, std::int64_t slots);

/// How long a pending job may have to wait for a slot before it gets one extra.
Duration patience(JobClass kind);

} // namespace stint
