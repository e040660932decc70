#include "programs/transfer/disk_threads.hpp"

namespace stint::transfer {

DiskThreads::~DiskThreads() {
    {
        const std::lock_guard lock(mutex_);
        over_ = true;
    }
    called_.notify_all();
}

void DiskThreads::run(std::function<void()> work, std::function<void()> done) {
    ++pieces_;
    const std::lock_guard lock(mutex_);
    waiting_.push_back({std::move(work), std::move(done)});
    if (waiting_.size() > resting_)
        threads_.emplace_back([this] { serve(); });
    else
        called_.notify_one();
}

void DiskThreads::serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
        ++resting_;
        called_.wait(lock, [this] { return over_ || !waiting_.empty(); });
        --resting_;
        if (waiting_.empty()) return;
        Piece piece = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        piece.work();
        piece.work = nullptr; // with what it holds, before anybody hears of its end
        lock.lock();
        finished_.push_back(std::move(piece.done));
        lock.unlock();
        wake_();
        lock.lock();
    }
}

bool DiskThreads::collect() {
    std::vector<std::function<void()>> finished;
    {
        const std::lock_guard lock(mutex_);
        finished.swap(finished_);
    }
    for (const auto& done : finished) {
        --pieces_;
        done();
    }
    return !finished.empty();
}

void DiskQueue::run(std::function<void()> work, std::function<void()> done) {
    state_->waiting.push_back({std::move(work), std::move(done)});
    if (!state_->working) next(state_);
}

void DiskQueue::next(const std::shared_ptr<State>& state) {
    if (state->waiting.empty()) return;
    Task task = std::move(state->waiting.front());
    state->waiting.pop_front();
    state->working = true;
    state->disk.run(std::move(task.work), [weak = std::weak_ptr(state), done = std::move(task.done)] {
        auto still = weak.lock();
        if (!still) return;
        still->working = false;
        done();
        if (!still->working) next(still);
    });
}

} // namespace stint::transfer
