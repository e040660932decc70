// inotify: the kernel's reports of changes in directories.
#pragma once
#include <string_view>

#include <sys/inotify.h>
#include <unistd.h>

#include "base/unix/fd.hpp"

namespace stint {

/// A descriptor that never blocks. Empty, with errno, if the system has none left.
inline Fd openInotify() { return Fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)); }

/// Gives `take` some of the waiting events, oldest first, each with the name of the changed file in the watched
/// directory ("": the directory itself). False: there were none.
template <class Take> bool takeSomeEvents(const Fd& inotify, Take take) {
    alignas(inotify_event) char buffer[16384];
    const ssize_t size = ::read(inotify.get(), buffer, sizeof buffer);
    for (ssize_t at = 0; at < size;) {
        const auto& event = *reinterpret_cast<const inotify_event*>(buffer + at);
        at += static_cast<ssize_t>(sizeof event + event.len);
        take(event, std::string_view(event.len > 0 ? event.name : ""));
    }
    return size > 0;
}

/// Drops all waiting events, for a caller that rereads everything. False: there were none.
inline bool dropEvents(const Fd& inotify) {
    bool any = false;
    while (takeSomeEvents(inotify, [](const inotify_event&, std::string_view) {}))
        any = true;
    return any;
}

} // namespace stint
