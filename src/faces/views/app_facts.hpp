// All facts about one app, one a line, for `stint app` and `stint top`; among them its use of the network by day, and
// the part of it that was wasted (limits.md §14). Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/app.hpp"
#include "contract/model/view.hpp"

namespace stint::cli {

/// "1.2 GiB received, 30 MiB sent; 200 MiB of it metered, 3 MiB roaming".
std::string usedText(const AppDay& day);
/// "12 MiB moved again; cut short: QUOTA 2, LOST 1; wake-ups: exact 5"; empty: no waste.
std::string wasteText(const AppDay& day);
/// "QUOTA 2, LOST 1".
std::string tallyText(const std::vector<DayTally>& tallies);
/// The sum of the days.
AppDay together(const std::vector<AppDay>& days);

struct AppFact {
    std::string_view key; ///< empty: the line goes on with the fact before it
    std::string value;    ///< "-": there is none
};

std::vector<AppFact> factsOf(const AppView& app, WallTime now);

} // namespace stint::cli
