// Budgets of bytes (limits.md §14): how much of metered and roaming networks an app, or a job, has left, and when more
// of it comes. An app's use is kept by day.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "contract/model/app.hpp"
#include "contract/model/gate.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// True if use of the network has that cost.
bool costs(const Network& network, NetworkCost cost);

/// The day that the wall clock shows.
std::int32_t dayOf(const World& world);
/// The entry of that day, made if there is none; then the oldest goes if there are too many.
AppDay& today(std::vector<AppDay>& days, std::int32_t day);
/// The clock was set, and shows `day`: the use that a clock ahead has put on later days is added to it. If the clock is
/// behind all known days it is the one that is wrong, and nothing changes: what was used stays so.
void endTomorrow(std::vector<AppDay>& days, std::int32_t day);
void addDay(AppDay& into, const AppDay& other);
void addBytes(Bytes& total, Bytes part);
void addTally(std::vector<DayTally>& tallies, std::string_view of, std::int32_t count = 1);

/// The bytes that the app may still use of this network, by the tightest of its budgets; nullopt: no budget is for it.
std::optional<Bytes> budgetLeft(const App& app, const Network& network, const World& world);
/// The bytes that the job may still use of metered networks; nullopt: any amount.
std::optional<Bytes> meteredLeft(const Job& job);

/// Shut while a budget of the app is used up, until its period ends; for a job that has used up its own budget, until
/// an unmetered network is there.
Verdict budgetGate(const Context&);
std::string describeBudget(const Context&);

/// The shortest time that `left` can last: at the rate that the network is reported to have.
Duration lastsAtLeast(Bytes left, const Network& network, const Constants& constants);

} // namespace stint
