// The way from libnats' threads, and others, into a loop: what they leave is done on the loop's thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include <systemd/sd-event.h>

#include "base/unix/event_source.hpp"
#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint::push {

/// Work that other threads leave for the loop's.
class Handover {
public:
    /// System: no descriptor is left.
    static Result<std::unique_ptr<Handover>> open(sd_event* loop);
    /// From any thread: `work` is done on the loop's.
    void leave(std::function<void()> work);

private:
    explicit Handover(Fd bell) : bell_(std::move(bell)) {}
    static int rung(sd_event_source*, int fd, std::uint32_t, void* self);

    Fd bell_;
    EventSource source_;
    std::mutex mutex_;
    std::vector<std::function<void()>> left_;
};

} // namespace stint::push
