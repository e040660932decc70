// What is yet to be done, by time; at one instant in the order in which it was put down.
#pragma once
#include <functional>
#include <map>
#include <optional>

#include "stint/units.hpp"

namespace stint::sim {

class Agenda {
public:
    using Deed = std::function<void()>;

    void add(Instant when, Deed deed) { deeds_.emplace(when, std::move(deed)); }
    std::optional<Instant> next() const {
        if (deeds_.empty()) return std::nullopt;
        return deeds_.begin()->first;
    }
    /// Takes the first one out and does it; there must be one.
    void doNext() { deeds_.extract(deeds_.begin()).mapped()(); }
    void clear() { deeds_.clear(); }

private:
    std::multimap<Instant, Deed> deeds_; // equal keys stay in the order of their insertion
};

} // namespace stint::sim
