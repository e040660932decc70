// A source of sd-event with one owner: gone with it, so no callback comes after.
#pragma once
#include <memory>

#include <systemd/sd-event.h>

namespace stint {

struct EventSourceEnd {
    void operator()(sd_event_source* source) const { sd_event_source_disable_unref(source); }
};
using EventSource = std::unique_ptr<sd_event_source, EventSourceEnd>;

} // namespace stint
