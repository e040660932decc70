// Tasks that wait for a thread: the Pool's, and those of a test's ground.
#pragma once
#include <deque>
#include <functional>
#include <mutex>

namespace stint::work {

using Tasks = std::deque<std::function<void()>>;

/// Takes the first task, and runs it without the lock; its captures are destroyed without it, too.
inline void runFirst(Tasks& tasks, std::unique_lock<std::mutex>& lock) {
    auto task = std::move(tasks.front());
    tasks.pop_front();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
}

} // namespace stint::work
