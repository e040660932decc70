#include "core/history.hpp"

#include <algorithm>

#include "rules/gates.hpp"
#include "rules/obstacle.hpp"

namespace stint {

std::vector<PendingReason> ReasonSet::told() const {
    std::vector<PendingReason> reasons;
    for (std::uint32_t number = 0; bits_ >> number != 0; ++number)
        if (bits_ >> number & 1U) reasons.push_back(static_cast<PendingReason>(number));
    std::ranges::sort(reasons, {}, rankOf);
    return reasons;
}

void History::note(WallTime when, ReasonSet reasons) {
    if (reasons.empty()) reasons.add(toldAsReady);
    if (!entries_.empty() && entries_.back().reasons == reasons) return;
    if (entries_.size() == mostHistory) entries_.erase(entries_.begin());
    entries_.push_back({when, reasons});
}

} // namespace stint
