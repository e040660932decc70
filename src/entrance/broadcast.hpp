// The streams of all browsers: what each has seen and what it has missed. Each gets everything first, one event a
// topic; then each change; and everything anew where it could not follow, because it was too slow, or away for too
// long. The last events are kept, bounded by number and by bytes, so that a browser whose stream broke gets those that
// it missed (linux.md §B, live data).
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "entrance/request.hpp"

namespace stint::entrance {

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

/// A topic's name and its data.
using TopicText = std::pair<std::string, std::string>;

class Broadcast {
public:
    /// The bytes that may wait for one browser; beyond them it gets everything anew when it can take something.
    static constexpr std::size_t mostWaiting = 2 << 20;

    /// `everything`: each topic as it is now, in order; empty: not known yet, and everythingIsKnown() follows.
    explicit Broadcast(std::function<std::vector<TopicText>()> everything) : everything_(std::move(everything)) {}
    Broadcast(const Broadcast&) = delete;
    Broadcast& operator=(const Broadcast&) = delete;

    /// `lastEventId`: the browser's header, empty when it comes for the first time. The viewer must not outlive this
    /// object; `left` is called when it goes.
    std::unique_ptr<Viewer> join(const std::string& lastEventId, std::function<void()> wake,
                                 std::function<void()> left);
    bool isEmpty() const { return seats_.empty(); }

    /// A change, for every browser that is up to date.
    void send(std::string_view topic, std::string_view data);
    /// Every browser gets everything anew; nothing continues from an earlier event.
    void sendEverything();
    /// Everything is there for the browsers that wait for it.
    void everythingIsKnown();
    /// A text for all, without a place in the history: "event: …" or a comment.
    void sendPassing(const std::string& text);

private:
    /// The events on their way to one browser.
    struct Seat {
        std::function<void()> wake;
        std::deque<EventText> waiting = {};
        std::size_t bytes = 0;
        bool owed = false;    ///< it is to get everything
        bool anew = false;    ///< and it has had something before
        bool greeted = false; ///< it knows how long to wait before it comes again
    };
    class Ticket;
    std::string taken(Seat& seat);
    void put(Seat& seat, const EventText& text);

    std::function<std::vector<TopicText>()> everything_;
    std::list<Seat> seats_;
    EventHistory history_;
};

} // namespace stint::entrance
