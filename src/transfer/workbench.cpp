#include "transfer/workbench.hpp"

namespace stint::transfer {

void Workbench::run(std::function<void()> work, std::function<void()> done) {
    std::uint64_t number = ++pieces_;
    threads_.emplace(number, [this, number, work = std::move(work), done = std::move(done)]() mutable {
        work();
        {
            std::lock_guard lock(mutex_);
            finished_.push_back({number, std::move(done)});
        }
        wake_();
    });
}

bool Workbench::collect() {
    std::vector<Piece> finished;
    {
        std::lock_guard lock(mutex_);
        finished.swap(finished_);
    }
    for (Piece& piece : finished) {
        threads_.erase(piece.number); // joins: nothing but its return is left
        piece.done();
    }
    return !finished.empty();
}

void Errands::run(std::function<void()> work, std::function<void()> done) {
    line_->waiting.push_back({std::move(work), std::move(done)});
    if (!line_->working) next(line_);
}

void Errands::next(const std::shared_ptr<Line>& line) {
    if (line->waiting.empty()) return;
    Errand errand = std::move(line->waiting.front());
    line->waiting.pop_front();
    line->working = true;
    line->workbench.run(std::move(errand.work), [weak = std::weak_ptr(line), done = std::move(errand.done)] {
        auto still = weak.lock();
        if (!still) return;
        still->working = false;
        done();
        if (!still->working) next(still);
    });
}

} // namespace stint::transfer
