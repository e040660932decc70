// The machine's sleep (limits.md §13): it waits for runs that are asked to stop, and nothing runs while it lasts; what
// keeps the machine awake; and the wake-ups, past and next.
#pragma once
#include <deque>
#include <optional>
#include <set>

#include "base/text/app_id.hpp"
#include "contract/model/alarm.hpp"
#include "contract/rules/world.hpp"
#include "stint/units.hpp"

namespace stint {

struct State;
struct Turn;

/// The machine's sleep, which waits for runs that are asked to stop.
struct Sleep {
    std::optional<Instant> since; ///< while the device is about to sleep, or asleep
    bool delayed = true;          ///< the state that the edge was last sent: a sleep waits for us
};

/// Notes that the device goes to sleep, or that it is awake: the runs stood still meanwhile.
void noteSleep(Turn& turn);
/// Lets the machine sleep once nothing is being stopped any more, or job.sleep_grace is over.
void settleSleep(Turn& turn);
/// The instant at which it is let sleep at the latest.
std::optional<Instant> nextSleepChange(const State& state);

struct Running;

/// The machine's being kept awake, by user-initiated jobs that make progress.
struct Awake {
    bool on = false;                ///< the state that the edge was last sent
    std::optional<Instant> until;   ///< while on: the instant at which time alone ends it
    std::optional<Instant> battery; ///< when it was first on without the mains; until these are back
};

void settleAwake(Turn& turn);
/// True if the machine is kept awake, and this run is one of the reasons.
bool keepsAwake(const State& state, const Running& running);

/// The next wake-up of a machine that sleeps, and the past ones.
struct Wakes {
    std::optional<Wake> next; ///< while the machine sleeps: as the edges were told when it fell asleep
    std::deque<Wake> past;    ///< the newest last
    /// The apps that have run in the open window that has woken the machine; nullopt: there is no such window.
    std::optional<std::set<AppId>> inWindow;
};

/// The next time at which a machine that sleeps is to be awake.
std::optional<Wake> nextWake(const State& state, Now now);
/// Notes, at the beginning of a turn, that the machine was woken: it slept, and its time to be awake has come.
void noteWake(Turn& turn);
/// Counts a wake-up for an app whose run begins in a window that has woken the machine, once (limits.md §14).
void noteRunInWindow(Turn& turn, const AppId& app);
/// Plans the next wake-up, at the end of a turn.
void planWake(Turn& turn);

} // namespace stint
