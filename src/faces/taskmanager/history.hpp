// The last events that were sent, so that a browser whose stream broke gets those that it missed (linux.md §B, live
// data). Bounded by number and by bytes.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stint::taskmanager {

/// An event's bytes, shared by all browsers.
using EventText = std::shared_ptr<const std::string>;

/// "id: 7\nevent: jobs\ndata: {…}\n\n". `data` has no newline: it is JSON on one line.
std::string eventText(std::uint64_t id, std::string_view topic, std::string_view data);

class EventHistory {
public:
    static constexpr std::size_t mostEvents = 1000;
    static constexpr std::size_t mostBytes = 4 << 20;

    EventText add(std::string_view topic, std::string_view data);
    /// The newest event's id; 0: there was none.
    std::uint64_t last() const { return last_; }
    /// The events after that one, none where it is the newest; nullopt: they are not all here any more, or that one
    /// never was.
    std::optional<std::vector<EventText>> since(std::uint64_t id) const;
    /// The next events do not continue the earlier ones: a browser that has seen an earlier event cannot go on from
    /// there.
    void breakOff();

private:
    std::deque<EventText> events_; ///< the newest of them has the id last_
    std::size_t bytes_ = 0;
    std::uint64_t last_ = 0;
};

} // namespace stint::taskmanager
