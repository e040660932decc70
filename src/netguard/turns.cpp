#include "netguard/turns.hpp"

#include <utility>

namespace stint {

void Turns::add(Whose whose, Piece piece) {
    const bool wasIdle = isIdle();
    const auto [share, isNew] = shares_.try_emplace(whose);
    share->second.push_back(std::move(piece));
    if (!isNew) return;
    order_.push_back(whose);
    if (wasIdle && begun_) begun_();
}

void Turns::next() {
    if (isIdle()) return;
    const Whose whose = order_.front();
    order_.pop_front();
    std::deque<Piece>& pieces = shares_.at(whose);
    Piece piece = std::move(pieces.front());
    pieces.pop_front();
    if (piece() == Then::More) pieces.push_back(std::move(piece)); // behind what it has added
    if (pieces.empty())
        shares_.erase(whose);
    else
        order_.push_back(whose);
}

} // namespace stint
