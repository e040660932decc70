// A mutex that serves threads in the order of their arrival. std::mutex promises no order: a thread that calls the
// daemon in a loop would keep dispatch() waiting, and with it an onStopJob that is due within 8 s.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace stint::client {

/// A mutex that serves threads in the order of their arrival. std::mutex promises no order: a thread that calls the
/// daemon in a loop would keep dispatch() waiting, and with it an onStopJob that is due within 8 s.
class FairMutex {
public:
    void lock() {
        std::unique_lock hold(mutex_);
        const std::uint64_t mine = last_++;
        changed_.wait(hold, [&] { return passing_ == mine; });
    }
    void unlock() {
        const std::lock_guard hold(mutex_);
        ++passing_;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t passing_ = 0; ///< the ticket whose turn it is
    std::uint64_t last_ = 0;
};

} // namespace stint::client
