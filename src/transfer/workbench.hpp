// Where disk work that may take seconds is done (fsync, a checksum over the whole file), so that the loop answers in
// time: each piece in a thread of its own, its end handed back to the loop. Pieces are few: one every 32 MiB.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace stint::transfer {

class Workbench {
public:
    /// `wake` is called from any thread when collect() has something to do.
    explicit Workbench(std::function<void()> wake) : wake_(std::move(wake)) {}
    /// Waits for what is under way.
    ~Workbench() = default;
    Workbench(const Workbench&) = delete;
    Workbench& operator=(const Workbench&) = delete;

    /// `work` in another thread, then `done` inside collect().
    void run(std::function<void()> work, std::function<void()> done);
    /// Calls what is done; true if anything was.
    bool collect();
    bool idle() const { return threads_.empty(); }

private:
    struct Piece {
        std::uint64_t number;
        std::function<void()> done;
    };

    std::function<void()> wake_;
    std::mutex mutex_;
    std::vector<Piece> finished_;
    std::uint64_t pieces_ = 0;
    std::map<std::uint64_t, std::jthread> threads_; ///< last: joined before what they use is gone
};

/// The pieces of one owner, one after another. Once the owner is gone what waits is not begun, and no end is told.
class Errands {
public:
    explicit Errands(Workbench& workbench) : line_(std::make_shared<Line>(Line{workbench, {}, false})) {}

    void run(std::function<void()> work, std::function<void()> done);
    bool idle() const { return !line_->working; }

private:
    struct Errand {
        std::function<void()> work;
        std::function<void()> done;
    };
    struct Line {
        Workbench& workbench;
        std::deque<Errand> waiting;
        bool working;
    };
    static void next(const std::shared_ptr<Line>& line);

    std::shared_ptr<Line> line_; ///< its one owner: pieces under way only look whether it is still there
};

} // namespace stint::transfer
