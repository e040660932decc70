// A source of sd-event with one owner: it ends with its owner, so that no callback comes afterwards; and the loop's
// time.
#pragma once
#include <cstdint>
#include <memory>

#include <systemd/sd-event.h>

namespace stint {

struct EventSourceEnd {
    void operator()(sd_event_source* source) const { sd_event_source_disable_unref(source); }
};
using EventSource = std::unique_ptr<sd_event_source, EventSourceEnd>;

/// The time when the loop last woke up, in µs of CLOCK_MONOTONIC.
inline std::uint64_t loopTime(sd_event* loop) {
    std::uint64_t now = 0;
    sd_event_now(loop, CLOCK_MONOTONIC, &now);
    return now;
}

} // namespace stint
