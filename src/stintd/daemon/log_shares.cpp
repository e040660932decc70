#include "stintd/daemon/log_shares.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace stint {

bool LogShares::admits(std::string_view whose, Instant now) {
    auto share = shares_.find(whose);
    if (share == shares_.end()) {
        // A share that has ended and left nothing out has nothing to report, and is dropped.
        std::erase_if(shares_, [now](const auto& it) { return it.second.until <= now && it.second.lines <= most; });
        share = shares_.emplace(whose, Share{now + span}).first;
    } else if (share->second.until <= now && share->second.lines <= most) {
        share->second = {now + span};
    }
    return ++share->second.lines <= most;
}

std::vector<std::string> LogShares::leftOut(Instant now) {
    std::vector<std::string> told;
    std::erase_if(shares_, [&](const auto& it) {
        const auto& [whose, share] = it;
        if (share.until > now) return false;
        if (share.lines > most) told.push_back(fmt::format("… and {} more lines about {}", share.lines - most, whose));
        return true;
    });
    return told;
}

std::optional<Instant> LogShares::tellsAt() const {
    std::optional<Instant> next;
    for (const auto& [whose, share] : shares_)
        if (share.lines > most && (!next || share.until < *next)) next = share.until;
    return next;
}

} // namespace stint
