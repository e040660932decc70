#include "core/history.hpp"

#include <algorithm>

#include "core/groups.hpp"
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

bool History::hasWaited() const {
    ReasonSet ready;
    ready.add(toldAsReady);
    return !std::ranges::all_of(entries_, [&](const Entry& entry) { return entry.reasons == ready; });
}

std::vector<HistoryEntry> History::told() const {
    std::vector<HistoryEntry> entries;
    for (const Entry& entry : entries_)
        entries.push_back({entry.when, entry.reasons.told()});
    return entries;
}

History historyOf(const Tracked& tracked) {
    History history = tracked.details->history;
    if (!tracked.group) return history;
    for (const History::Entry& entry : tracked.group->history.entries())
        history.note(std::max(entry.when, groupedAt(tracked)), entry.reasons);
    return history;
}

} // namespace stint
