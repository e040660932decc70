// The threads in which workers run: started when there is work for one more, joined at the end.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace stint::work {

class Pool {
public:
    explicit Pool(int threads) : most_(static_cast<std::size_t>(threads)) {}
    ~Pool() { end(); }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// Nothing where the end has come.
    void run(std::function<void()> task);
    /// What has not begun is not; waits for what has.
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
