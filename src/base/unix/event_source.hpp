// A source of sd-event with one owner: gone with it, so no callback comes after; and the time of its loop.
#pragma once
#include <cstdint>
#include <memory>

#include <systemd/sd-event.h>

namespace stint {

struct EventSourceEnd {
    void operator()(sd_event_source* source) const { sd_event_source_disable_unref(source); }
};
using EventSource = std::unique_ptr<sd_event_source, EventSourceEnd>;

/// When the loop last woke up: µs of CLOCK_MONOTONIC.
inline std::uint64_t loopTime(sd_event* loop) {
    std::uint64_t now = 0;
    sd_event_now(loop, CLOCK_MONOTONIC, &now);
    return now;
}

} // namespace stint
