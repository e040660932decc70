// One-shot timers of a loop, and how long to wait before another try.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <functional>
#include <utility>

#include <systemd/sd-event.h>

#include "base/unix/event_source.hpp"
#include "stint/units.hpp"

namespace stint {

class Timer {
public:
    explicit Timer(sd_event* loop) : loop_(loop) {}
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    /// `then` is called once, after that time, suspend included; no machine is woken for it. It replaces what was set.
    void set(Duration after, std::function<void()> then) {
        then_ = std::move(then);
        source_.reset();
        const auto wait = std::chrono::duration_cast<std::chrono::microseconds>(after);
        sd_event_source* made = nullptr;
        if (sd_event_add_time_relative(loop_, &made, CLOCK_BOOTTIME, static_cast<std::uint64_t>(wait.count()), 0, rang,
                                       this) >= 0)
            source_.reset(made);
    }
    void clear() { source_.reset(); }
    bool isSet() const { return source_ != nullptr; }

private:
    static int rang(sd_event_source*, std::uint64_t, void* it) {
        auto& self = *static_cast<Timer*>(it);
        self.source_.reset();
        const auto then = std::exchange(self.then_, nullptr);
        then();
        return 0;
    }

    sd_event* loop_;
    EventSource source_;
    std::function<void()> then_;
};

/// 1 s, and twice as long after each failure, up to 5 min.
class Backoff {
public:
    Duration next() { return std::exchange(next_, std::min<Duration>(next_ * 2, std::chrono::minutes(5))); }
    void reset() { next_ = std::chrono::seconds(1); }

private:
    Duration next_ = std::chrono::seconds(1);
};

} // namespace stint
