#include "core/history.hpp"

#include <algorithm>

#include "rules/gates.hpp"

namespace stint {

std::vector<PendingReason> ReasonSet::told() const {
    std::vector<PendingReason> reasons;
    for (std::uint32_t number = 0; bits_ >> number != 0; ++number)
        if (bits_ >> number & 1U) reasons.push_back(static_cast<PendingReason>(number));
    std::ranges::sort(reasons, {}, rankOf);
    return reasons;
}

void History::note(WallTime when, ReasonSet reasons) {
    constexpr std::size_t kept = 10;
    if (reasons.empty()) reasons.add(PendingReason::App);
    if (!entries_.empty() && entries_.back().reasons == reasons) return;
    if (entries_.size() == kept) entries_.erase(entries_.begin());
    entries_.push_back({when, reasons});
}

} // namespace stint
