// The streams of all browsers: who sees what, who has missed what. Each gets, first, everything as it is, one event a
// topic; then each change; and everything anew where it could not follow: it was too slow, or away for too long.
#pragma once
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "faces/taskmanager/history.hpp"
#include "faces/taskmanager/service.hpp"

namespace stint::taskmanager {

/// A topic's name and its data.
using TopicText = std::pair<std::string, std::string>;

class Broadcast {
public:
    /// Bytes that wait for one browser; more of them, and it gets everything anew when it can take something.
    static constexpr std::size_t mostWaiting = 2 << 20;

    /// `everything`: each topic as it is now, in order; none: it is not known yet, and everythingIsKnown() will tell.
    explicit Broadcast(std::function<std::vector<TopicText>()> everything) : everything_(std::move(everything)) {}
    Broadcast(const Broadcast&) = delete;
    Broadcast& operator=(const Broadcast&) = delete;

    /// `lastEventId` as the browser says it: empty where it comes for the first time. The viewer may outlive nothing of
    /// this; `left` is called when it goes.
    std::unique_ptr<Viewer> join(const std::string& lastEventId, std::function<void()> wake,
                                 std::function<void()> left);
    bool isEmpty() const { return seats_.empty(); }

    /// A change, for all who know what was before.
    void send(std::string_view topic, std::string_view data);
    /// Everybody gets everything anew; what was before is no longer followed from.
    void sendEverything();
    /// Whoever waits for everything can have it.
    void everythingIsKnown();
    /// For all, and without a place in the history: "event: …" or a comment.
    void sendPassing(const std::string& text);

private:
    /// What is on its way to one browser.
    struct Seat {
        std::function<void()> wake;
        std::deque<EventText> waiting = {};
        std::size_t bytes = 0;
        bool owed = false;    ///< everything
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

} // namespace stint::taskmanager
