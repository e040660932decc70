// The last events that were sent, so that a browser whose stream broke gets those that it has missed (linux.md §B,
// live data). Bounded by number and by bytes.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stint::taskmanager {

/// An event as it goes over the line, for as many browsers as there are.
using EventText = std::shared_ptr<const std::string>;

/// "id: 7\nevent: jobs\ndata: {…}\n\n". `data` has no newline: it is JSON on one line.
std::string eventText(std::uint64_t id, std::string_view topic, std::string_view data);

class EventHistory {
public:
    static constexpr std::size_t mostEvents = 1000;
    static constexpr std::size_t mostBytes = 4 << 20;

    EventText add(std::string_view topic, std::string_view data);
    /// Of the newest event; 0: there was none.
    std::uint64_t last() const { return last_; }
    /// All after that one, none where it is the newest; nullopt: they are not all there any more, or it was never here.
    std::optional<std::vector<EventText>> since(std::uint64_t id) const;
    /// What comes next does not follow what was: no one who has seen an earlier event can go on from there.
    void breakOff();

private:
    std::deque<EventText> events_; ///< the newest of them has the id last_
    std::size_t bytes_ = 0;
    std::uint64_t last_ = 0;
};

} // namespace stint::taskmanager
