#include "work/manager/pool.hpp"

#include "base/result/check.hpp"

namespace stint::work {

void Pool::run(std::function<void()> task) {
    const std::scoped_lock lock(mutex_);
    if (over_) return;
    tasks_.push_back(std::move(task));
    if (free_ < tasks_.size() && threads_.size() < most_) threads_.emplace_back([this] { serve(); });
    STINT_CHECK(threads_.size() <= most_);
    STINT_CHECK(!threads_.empty()); // or nobody would run it
    wakes_.notify_one();
}

void Pool::serve() {
    std::unique_lock lock(mutex_);
    while (true) {
        ++free_;
        wakes_.wait(lock, [this] { return over_ || !tasks_.empty(); });
        STINT_CHECK(free_ > 0);
        --free_;
        if (over_) return;
        STINT_CHECK(!tasks_.empty());
        auto task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        task();
        task = nullptr; // its captures are destroyed without the lock
        lock.lock();
    }
}

void Pool::end() {
    std::vector<std::thread> threads;
    {
        const std::scoped_lock lock(mutex_);
        over_ = true;
        threads.swap(threads_);
    }
    wakes_.notify_all();
    for (auto& thread : threads)
        thread.join();
}

} // namespace stint::work
