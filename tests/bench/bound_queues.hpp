// What waits in order, in words that say when and who (bound_play.cpp).
#pragma once
#include <algorithm>
#include <cstdint>
#include <utility>

#include "bench/bound_phone.hpp"

namespace stint::bench {

/// Jobs that sleep, by the time they wake: a heap of four children a node, time and job in one word.
class Sleepers {
public:
    Ms next() const { return count_ == 0 ? never : static_cast<Ms>(heap_[0] >> jobBits); }
    void put(Ms when, int job) {
        const std::uint64_t item = static_cast<std::uint64_t>(when) << jobBits | static_cast<unsigned>(job);
        int place = count_++;
        for (; place > 0 && item < heap_[(place - 1) / 4]; place = (place - 1) / 4)
            heap_[place] = heap_[(place - 1) / 4];
        heap_[place] = item;
    }
    int take() {
        const int job = static_cast<int>(heap_[0] & (mostJobs - 1));
        const std::uint64_t item = heap_[--count_];
        int place = 0;
        for (int child = 1; child < count_; child = 4 * place + 1) {
            const int end = std::min(child + 4, count_);
            for (int other = child + 1; other < end; ++other)
                if (heap_[other] < heap_[child]) child = other;
            if (heap_[child] >= item) break;
            heap_[place] = heap_[child];
            place = child;
        }
        heap_[place] = item;
        return job;
    }

private:
    static constexpr int jobBits = 9;
    static_assert(1 << jobBits == mostJobs);
    int count_ = 0;
    std::uint64_t heap_[mostJobs];
};

/// A short list in order, which mostly grows at its end and loses its first.
template <int most> class Line {
public:
    bool empty() const { return begin_ == end_; }
    const std::uint64_t* begin() const { return items_ + begin_; }
    const std::uint64_t* end() const { return items_ + end_; }
    /// Behind those that are the same.
    void put(std::uint64_t item) {
        if (end_ == room) {
            std::copy(items_ + begin_, items_ + end_, items_);
            end_ -= std::exchange(begin_, 0);
        }
        int place = end_++;
        for (; place > begin_ && item < items_[place - 1]; --place)
            items_[place] = items_[place - 1];
        items_[place] = item;
    }
    void takeFirst() { ++begin_; }
    void take(const std::uint64_t* item) {
        if (item == begin()) return takeFirst();
        std::copy(item + 1, end(), items_ + (item - items_));
        --end_;
    }

private:
    static constexpr int room = 2 * most;
    int begin_ = 0, end_ = 0;
    std::uint64_t items_[room];
};

} // namespace stint::bench
