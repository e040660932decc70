#include "netguard/wake_book.hpp"

#include <algorithm>

#include "base/result/fail.hpp"

namespace stint {

Result<std::uint32_t> WakeBook::arm(const std::string& caller, uid_t uid, Time when, std::string reason) {
    if (reason.empty() || reason.size() > longestReason)
        return fail(Errc::ILLEGAL_ARGUMENT, "the reason has {} bytes; the journal wants 1 to {}", reason.size(),
                    longestReason);
    const auto ofUser = [uid](const auto& each) { return each.second.uid == uid; };
    if (static_cast<std::size_t>(std::ranges::count_if(alarms_, ofUser)) >= mostOfUser)
        return fail(Errc::BUSY, "user {} has {} wake alarms already, as many as one may; Disarm some", uid, mostOfUser);
    do
        ++number_;
    while (number_ == 0 || alarms_.contains(number_));
    alarms_.emplace(number_, Alarm{caller, uid, when, std::move(reason)});
    return number_;
}

Result<void> WakeBook::disarm(const std::string& caller, std::uint32_t alarm) {
    const auto found = alarms_.find(alarm);
    // An alarm that has gone off has no owner any more: disarming it is no mistake.
    if (found == alarms_.end()) return {};
    if (found->second.caller != caller) return fail(Errc::SECURITY, "wake alarm {} is not yours", alarm);
    alarms_.erase(found);
    return {};
}

void WakeBook::gone(const std::string& caller) {
    std::erase_if(alarms_, [&](const auto& each) { return each.second.caller == caller; });
}

WakeBook::Time WakeBook::servedAt(const Alarm& alarm) const {
    const auto last = last_.find(alarm.uid);
    return last == last_.end() ? alarm.when : std::max(alarm.when, last->second + gap);
}

std::optional<WakeBook::Time> WakeBook::next() const {
    std::optional<Time> earliest;
    for (const auto& [number, alarm] : alarms_) {
        const Time at = servedAt(alarm);
        if (!earliest || at < *earliest) earliest = at;
    }
    return earliest;
}

std::vector<WakeBook::Woken> WakeBook::due(Time now) {
    std::vector<std::uint32_t> ripe;
    std::vector<Woken> woken;
    for (const auto& [number, alarm] : alarms_) {
        if (servedAt(alarm) > now) continue;
        ripe.push_back(number);
        woken.push_back({alarm.uid, alarm.reason});
    }
    for (const std::uint32_t number : ripe)
        alarms_.erase(number);
    std::erase_if(last_, [now](const auto& each) { return each.second + gap <= now; });
    for (const Woken& each : woken)
        last_[each.uid] = now;
    return woken;
}

} // namespace stint
