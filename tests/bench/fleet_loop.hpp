// A loop of stint-fleet-load: thousands of sockets, times, and work that can wait, in one thread. What comes from
// sockets, and what is due, goes first, so that the moment at which something is heard, or asked again, is not that of
// the work before it.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <queue>
#include <vector>

#include "base/unix/fd.hpp"
#include "stint/units.hpp"

namespace stint::bench {

/// Whatever has a descriptor in the loop.
class Watched {
public:
    virtual void ready() = 0;

protected:
    ~Watched() = default;
};

class Loop final : private Watched {
public:
    Loop();

    /// Tells it when the descriptor can be read from; until that is closed.
    void watch(int fd, Watched& whom);
    /// Tells it, too, when the descriptor can be written to; or no longer.
    void wantToWrite(int fd, Watched& whom, bool wants);
    /// It is little to do. Nobody takes it back.
    void after(Duration time, std::function<void()> work);
    /// It is done as soon as no socket has anything.
    void later(std::function<void()> work) { later_.push_back(std::move(work)); }
    void laterAfter(Duration time, std::function<void()> work) {
        after(time, [this, work = std::move(work)] { later(work); });
    }

    /// The only word from another thread: it is done in this one.
    void post(std::function<void()> work);

    [[noreturn]] void run();

private:
    struct Timed {
        Duration at;
        std::uint64_t number;
        std::function<void()> work;
        bool operator<(const Timed& other) const { return at != other.at ? at > other.at : number > other.number; }
    };
    void ready() override; ///< something was posted
    void passTime();

    Fd epoll_, wake_;
    std::mutex mutex_;
    std::vector<std::function<void()>> posted_;
    std::priority_queue<Timed> timed_;
    std::deque<std::function<void()>> later_;
    std::uint64_t number_ = 0;
};

} // namespace stint::bench
