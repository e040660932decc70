// Ordered queues, in words that hold the time and the owner (bound_play.cpp).
#pragma once
#include <algorithm>
#include <cstdint>
#include <utility>

#include "bench/bound_phone.hpp"

namespace stint::bench {

inline constexpr int jobBits = 9; ///< the last ones of a word that names a job
static_assert(1 << jobBits == mostJobs);
constexpr int jobIn(std::uint64_t word) { return static_cast<int>(word & (mostJobs - 1)); }

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

/// Jobs that sleep, by the time they wake: a line for each column. A job that goes to sleep is mostly the last of its
/// column to wake, since all of a column have one period.
class Sleepers {
public:
    explicit Sleepers(std::size_t columns) : columns_(columns) { firsts_.fill(UINT64_MAX); }

    Ms next() const { return next_; }
    void put(std::size_t column, Ms when, int job) {
        lines_[column].put(static_cast<std::uint64_t>(when) << jobBits | static_cast<unsigned>(job));
        firsts_[column] = *lines_[column].begin();
        next_ = std::min(next_, when);
    }
    int take() {
        std::size_t column = 0;
        for (std::size_t other = 1; other < columns_; ++other)
            if (firsts_[other] < firsts_[column]) column = other;
        const int job = jobIn(firsts_[column]);
        lines_[column].takeFirst();
        firsts_[column] = lines_[column].empty() ? UINT64_MAX : *lines_[column].begin();
        std::uint64_t first = UINT64_MAX;
        for (std::size_t other = 0; other < columns_; ++other)
            first = std::min(first, firsts_[other]);
        next_ = first == UINT64_MAX ? never : static_cast<Ms>(first >> jobBits);
        return job;
    }

private:
    std::size_t columns_;
    Ms next_ = never;
    std::array<std::uint64_t, mostColumns> firsts_; ///< of each line, or the largest word
    std::array<Line<mostApps>, mostColumns> lines_;
};

} // namespace stint::bench
