#include "netguard/turns.hpp"

#include <algorithm>
#include <utility>

#include "base/result/errors.hpp"

namespace stint {

void Turns::add(Whose whose, Piece piece) {
    const auto [share, isNew] = shares_.try_emplace(whose);
    share->second.push_back(std::move(piece));
    if (!isNew) return;
    order_.push_back(whose);
    if (changed_) changed_();
}

Turns::Time Turns::readyAt(Whose whose) const {
    const auto spent = spent_.find(whose);
    return spent == spent_.end() ? Time::zero() : spent->second - pace * (atOnce - 1);
}

std::optional<Turns::Time> Turns::nextAt() const {
    std::optional<Time> earliest;
    for (const Whose& whose : order_)
        earliest = std::min(earliest.value_or(Time::max()), readyAt(whose));
    return earliest;
}

void Turns::next(Time now) {
    const auto first = std::ranges::find_if(order_, [&](const Whose& whose) { return readyAt(whose) <= now; });
    if (first == order_.end()) return;
    const Whose whose = *first;
    order_.erase(first);
    std::erase_if(spent_, [now](const auto& each) { return each.second <= now; });
    Time& spent = spent_.try_emplace(whose, now).first->second;
    spent += pace;
    std::deque<Piece>& pieces = shares_.at(whose);
    STINT_CHECK(!pieces.empty()); // a user without work has no turn
    Piece piece = std::move(pieces.front());
    pieces.pop_front();
    if (piece() == Then::More) pieces.push_back(std::move(piece)); // behind pieces that it has added
    if (pieces.empty())
        shares_.erase(whose);
    else
        order_.push_back(whose);
    STINT_CHECK(order_.size() == shares_.size()); // each user with work has one turn
}

} // namespace stint
