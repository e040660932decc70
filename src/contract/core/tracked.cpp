#include "contract/core/tracked.hpp"

#include <algorithm>
#include <bit>

#include "base/result/errors.hpp"
#include "contract/core/groups.hpp"
#include "contract/model/reasons.hpp"
#include "contract/rules/obstacle.hpp"

namespace stint {

std::vector<PendingReason> ReasonSet::list() const {
    std::vector<PendingReason> reasons;
    reasons.reserve(static_cast<std::size_t>(std::popcount(bits_)));
    for (std::uint32_t left = bits_; left != 0; left &= left - 1)
        reasons.push_back(static_cast<PendingReason>(std::countr_zero(left)));
    if (reasons.size() > 1) std::ranges::sort(reasons, {}, rankOf);
    return reasons;
}

void History::note(WallTime when, ReasonSet reasons) {
    reasons.remove(reasonOfReady); // jobs.md §9.1: beside others, the app is no reason
    if (reasons.empty()) reasons.add(reasonOfReady);
    const Entry* const newest = empty() ? nullptr : &entry(size() - 1);
    if (newest && newest->reasons == reasons) return;
    STINT_CHECK(size() <= mostHistory);
    if (size() >= 2 && newest->when == when && entry(size() - 2).reasons == reasons) return dropNewest();
    if (size() < mostHistory) return entries_.push_back({when, reasons});
    entries_[oldest_] = {when, reasons};
    oldest_ = (oldest_ + 1) % mostHistory;
    STINT_CHECK(entry(size() - 1).reasons == reasons); // the newest is the last
}

void History::dropNewest() {
    std::ranges::rotate(entries_, entries_.begin() + static_cast<std::ptrdiff_t>(oldest_));
    oldest_ = 0;
    entries_.pop_back();
}

bool History::hasWaited() const {
    ReasonSet ready;
    ready.add(reasonOfReady);
    return !std::ranges::all_of(entries_, [&](const Entry& entry) { return entry.reasons == ready; });
}

std::vector<HistoryEntry> History::list() const {
    std::vector<HistoryEntry> entries;
    entries.reserve(size());
    for (std::size_t number = 0; number < size(); ++number)
        entries.push_back({entry(number).when, entry(number).reasons.list()});
    return entries;
}

History historyOf(const Tracked& tracked) {
    History history = tracked.details->history;
    if (!tracked.group) return history;
    const History& ofGroup = tracked.group->history;
    for (std::size_t number = 0; number < ofGroup.size(); ++number)
        history.note(std::max(ofGroup.entry(number).when, groupedAt(tracked)), ofGroup.entry(number).reasons);
    return history;
}

Error isSetAside(const Tracked& tracked) {
    return fail(Errc::ILLEGAL_STATE, "{} is set aside: {}; cancel it, or schedule it again", textOf(tracked.job.key),
                *tracked.details->unfit);
}

} // namespace stint
