// Threads for disk work that may take seconds (fsync, a checksum over a whole file), so that the loop answers in time.
// No piece of work waits for another: where no thread rests, one is added. Each piece's end is reported to the loop.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace stint::transfer {

class DiskThreads {
public:
    /// `wake` is called from any thread when collect() has something to do.
    explicit DiskThreads(std::function<void()> wake) : wake_(std::move(wake)) {}
    /// Waits for all work.
    ~DiskThreads();
    DiskThreads(const DiskThreads&) = delete;
    DiskThreads& operator=(const DiskThreads&) = delete;

    /// Runs `work` in another thread, then `done` inside collect().
    void run(std::function<void()> work, std::function<void()> done);
    /// Calls `done` of all finished work; true if there was any.
    bool collect();
    bool idle() const { return pieces_ == 0; }

private:
    struct Piece {
        std::function<void()> work;
        std::function<void()> done;
    };
    void serve();

    std::function<void()> wake_;
    std::size_t pieces_ = 0; ///< not collected yet
    std::mutex mutex_;       ///< for what follows
    std::condition_variable called_;
    std::deque<Piece> waiting_;
    std::vector<std::function<void()>> finished_;
    std::size_t resting_ = 0;
    bool over_ = false;
    std::vector<std::jthread> threads_; ///< last: joined before what they use is gone
};

/// Runs one owner's tasks one after another. Once the owner is gone, waiting tasks are dropped and no `done` is called.
class DiskQueue {
public:
    explicit DiskQueue(DiskThreads& disk) : state_(std::make_shared<State>(State{disk, {}, false})) {}

    void run(std::function<void()> work, std::function<void()> done);
    bool idle() const { return !state_->working; }

private:
    struct Task {
        std::function<void()> work;
        std::function<void()> done;
    };
    struct State {
        DiskThreads& disk;
        std::deque<Task> waiting;
        bool working;
    };
    static void next(const std::shared_ptr<State>& state);

    std::shared_ptr<State> state_; ///< owned here alone: tasks under way only check whether it still exists
};

} // namespace stint::transfer
