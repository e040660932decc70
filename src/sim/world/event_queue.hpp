// A queue of events by time; at one instant in the order of insertion.
#pragma once
#include <functional>
#include <map>
#include <optional>

#include "stint/units.hpp"

namespace stint::sim {

/// Events by time; at one instant in the order of insertion.
class EventQueue {
public:
    using Event = std::function<void()>;

    void add(Instant when, Event event) { events_.emplace(when, std::move(event)); }
    std::optional<Instant> next() const {
        if (events_.empty()) return std::nullopt;
        return events_.begin()->first;
    }
    /// Takes the first one out and runs it; there must be one.
    void runNext() { events_.extract(events_.begin()).mapped()(); }
    void clear() { events_.clear(); }

private:
    std::multimap<Instant, Event> events_; // equal keys keep the order of insertion
};

} // namespace stint::sim
