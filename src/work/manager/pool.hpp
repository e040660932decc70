// The threads in which workers run: a thread is started when there is a task and none is free, and joined at the end.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace stint::work {

/// The threads in which workers run: a thread is started when there is a task and none is free, and joined at the
/// end.
class Pool {
public:
    explicit Pool(int threads) : most_(static_cast<std::size_t>(threads)) {}
    ~Pool() { end(); }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// Does nothing after end().
    void run(std::function<void()> task);
    /// Drops the tasks that have not begun; waits for those that have.
    void end();

private:
    void serve();

    const std::size_t most_;
    std::mutex mutex_;
    std::condition_variable wakes_;
    std::deque<std::function<void()>> tasks_;
    std::vector<std::thread> threads_;
    std::size_t free_ = 0;
    bool over_ = false;
};

} // namespace stint::work
