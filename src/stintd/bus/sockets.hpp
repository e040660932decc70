// All sockets of the server behind one descriptor that the loop watches: a turn sees everything that is ready,
// where the loop would hand over one socket at a time. Edge-triggered, so that half a header does not make it spin;
// only the listener is level-triggered.
#pragma once
#include <cstdint>
#include <functional>

#include <systemd/sd-event.h>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint {

class Sockets {
public:
    Sockets() = default;
    ~Sockets();
    Sockets(const Sockets&) = delete;
    Sockets& operator=(const Sockets&) = delete;

    Result<void> start(sd_event* loop);

    /// Watches `socket` for reading under the name `mark`; it ends with the socket.
    Result<void> watch(int socket, std::uint64_t mark);
    /// The listener, level-triggered: it stays ready until nobody waits there.
    Result<void> watchListener(int socket, std::uint64_t mark);
    /// Also for writing, or no more so.
    bool watchWriting(int socket, std::uint64_t mark, bool writing);
    /// What has become ready since the last time.
    void collect(const std::function<void(std::uint64_t mark, std::uint32_t events)>& ready);
    /// Wakes the loop once more although no socket is ready.
    void wakeAgain();

private:
    Result<void> add(int socket, std::uint64_t mark, std::uint32_t events);

    Fd epoll_;
    sd_event_source* wake_ = nullptr;
    sd_event_source* again_ = nullptr;
};

} // namespace stint
