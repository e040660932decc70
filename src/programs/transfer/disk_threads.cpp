#include "programs/transfer/disk_threads.hpp"

namespace stint::transfer {

void DiskThreads::run(std::function<void()> work, std::function<void()> done) {
    std::uint64_t number = ++pieces_;
    threads_.emplace(number, [this, number, work = std::move(work), done = std::move(done)]() mutable {
        work();
        {
            const std::lock_guard lock(mutex_);
            finished_.push_back({number, std::move(done)});
        }
        wake_();
    });
}

bool DiskThreads::collect() {
    std::vector<Piece> finished;
    {
        const std::lock_guard lock(mutex_);
        finished.swap(finished_);
    }
    for (const Piece& piece : finished) {
        threads_.erase(piece.number); // joins a thread that is about to return
        piece.done();
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
