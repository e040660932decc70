// What wakes a machine that sleeps (limits.md §13, Wake-ups): when next and for what, and what has woken it.
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

struct Wakes {
    std::optional<Wake> next; ///< while the machine sleeps: as the edges were told when it fell asleep
    std::deque<Wake> past;    ///< the newest last
    /// While a window is open that has woken the machine: the apps that have run in it.
    std::optional<std::set<AppId>> inWindow;
};

/// The next time at which a machine that sleeps is to be awake.
std::optional<Wake> nextWake(const State& state, Now now);
/// At the beginning of a turn: where the machine sleeps, and its time to be awake has come, it has been woken.
void noteWake(Turn& turn);
/// A run of the app begins: where a window has woken the machine, it was woken for that app, once (limits.md §14).
void noteRunInWindow(Turn& turn, const AppId& app);
/// At the end of a turn.
void planWake(Turn& turn);

} // namespace stint
