// The connection to the broker, for a loop that may not block: a thread of its own connects, asks and subscribes, one
// thing after another, and what comes of it is told in the loop. Live messages wait in a queue until they are taken; it
// is bounded, for whoever sits at the broker can send without end.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <systemd/sd-event.h>

#include "base/unix/timer.hpp"
#include "push/broker/broker.hpp"
#include "push/broker/handover.hpp"

namespace stint::push {

class Carrier {
public:
    /// Told in the loop.
    struct Follower {
        std::function<void(bool up)> changed;              ///< the connection is there, or it was lost
        std::function<void(const std::string& why)> ended; ///< it is lost, and no further try is made
        std::function<void()> givenUp;                     ///< likewise, and another may fare better
        std::function<void()> heard;                       ///< a live message waits
        /// The broker names others, by HOST:PORT.
        std::function<void(const std::vector<std::string>& places)> others = [](const auto&) {};
    };

    static Result<std::unique_ptr<Carrier>> open(sd_event* loop, Follower follower);
    ~Carrier();
    Carrier(const Carrier&) = delete;
    Carrier& operator=(const Carrier&) = delete;

    /// Connects, in place of the connection that was. What had been asked over that one is answered no more.
    void connect(Broker::Settings settings);
    void disconnect();

    using Answered = std::function<void(Result<std::string>)>;
    /// `answered` is called once, with Unavailable where no answer came within `patience`, unless the connection is
    /// ended first. What is asked afterwards does not wait for it.
    void ask(std::string subject, std::string question, Duration patience, Answered answered);
    /// Those subjects are heard from now on, before anything that is asked afterwards.
    void listenOnlyTo(std::set<std::string> subjects);

    /// At most so many live messages, the oldest first.
    std::vector<Stored> take(std::size_t most);
    /// True, once, if there was no room for some.
    bool hasLost();
    void forgetHeard();

private:
    struct Asked {
        std::uint64_t number = 0;
        std::string subject, text;
        Duration patience;
    };
    struct Order {
        std::uint64_t connection = 0;
        std::optional<Broker::Settings> settings = {};
        std::optional<Asked> asked = {};
        std::optional<std::set<std::string>> subjects = {};
    };

    /// One that is not answered yet.
    struct Question {
        explicit Question(sd_event* loop) : late(loop) {}
        Answered answered;
        Timer late;
    };

    explicit Carrier(sd_event* loop) : loop_(loop) {}
    void order(Order order);
    void end(std::uint64_t number, const Result<std::string>& answer);
    void work();
    void perform(Order& order, std::optional<Broker>& broker);
    void pose(std::uint64_t connection, const Asked& asked, const std::optional<Broker>& broker);
    void hear(std::uint64_t connection, const Stored& message);
    /// In the loop, unless another connection has taken the place of that one.
    void tell(std::uint64_t connection, std::function<void()> what);

    sd_event* loop_;
    Follower follower_;
    std::unique_ptr<Handover> handover_;
    std::uint64_t connection_ = 0, asked_ = 0; ///< the loop's: they count connections, and questions
    std::map<std::uint64_t, Question> open_;   ///< the loop's, by their numbers

    mutable std::mutex hearing_;
    std::deque<Stored> heard_;
    Bytes heardBytes_ = 0;
    std::uint64_t heardOver_ = 0; ///< the connection whose messages are heard
    bool lost_ = false;

    std::mutex ordering_;
    std::condition_variable ordered_;
    std::deque<Order> orders_;
    bool isEnding_ = false;
    std::thread thread_;
};

} // namespace stint::push
