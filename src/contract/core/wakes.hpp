// Wake-ups of a machine that sleeps (limits.md §13, Wake-ups): the next one and its cause, and those that were.
#pragma once
#include <deque>
#include <optional>
#include <set>

#include "base/text/app_id.hpp"
#include "contract/model/wake.hpp"
#include "contract/rules/world.hpp"

namespace stint {

struct State;
struct Turn;

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
