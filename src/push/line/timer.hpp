// One-shot timers of a loop, and how long to wait before another try.
#pragma once
#include <algorithm>
#include <functional>
#include <utility>

#include <systemd/sd-event.h>

#include "base/time/time.hpp"
#include "base/unix/event_source.hpp"

namespace stint::push {

class Timer {
public:
    explicit Timer(sd_event* loop) : loop_(loop) {}
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    /// `then` is called once, after that time, suspend included; no machine is woken for it. It replaces what was set.
    void set(Duration after, std::function<void()> then);
    void clear() { source_.reset(); }
    bool isSet() const { return source_ != nullptr; }

private:
    static int rang(sd_event_source*, std::uint64_t, void* self);

    sd_event* loop_;
    EventSource source_;
    std::function<void()> then_;
};

/// 1 s, and twice as long after each failure, up to 5 min.
class Backoff {
public:
    Duration next() { return std::exchange(next_, std::min<Duration>(next_ * 2, 5min)); }
    void reset() { next_ = 1s; }

private:
    Duration next_ = 1s;
};

} // namespace stint::push
