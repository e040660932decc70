// An app's use of the network by day, and the part of it that was wasted (limits.md §14), in words.
#pragma once
#include <string>
#include <vector>

#include "contract/model/app_day.hpp"

namespace stint::cli {

/// "1.2 GiB received, 30 MiB sent; 200 MiB of it metered, 3 MiB roaming".
std::string usedText(const AppDay& day);
/// "12 MiB moved again; cut short: QUOTA 2, LOST 1; wake-ups: exact 5"; empty: no waste.
std::string wasteText(const AppDay& day);
/// "QUOTA 2, LOST 1".
std::string tallyText(const std::vector<DayTally>& tallies);
/// The sum of the days.
AppDay together(const std::vector<AppDay>& days);

} // namespace stint::cli
