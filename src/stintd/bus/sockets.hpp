// The server's sockets: the one that listens in the runtime directory, and all of them behind one descriptor that the
// loop watches.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include <systemd/sd-event.h>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint {

/// The daemon's socket in the runtime directory.
class Listener {
public:
    /// Listens at `socket`. IllegalState if another daemon does; a socket that a dead one left behind is replaced.
    static Result<Listener> open(const std::filesystem::path& socket);
    Listener(Listener&&) noexcept = default;
    Listener& operator=(Listener&&) = delete;
    ~Listener();

    /// The descriptor to watch for reading, level-triggered.
    int socket() const { return socket_.get(); }
    /// Returns the next caller's socket, if one waits. If no descriptor is left for it, the caller is turned away:
    /// otherwise it would wake us forever, and callers behind it would never be seen.
    std::optional<Fd> accept();

private:
    Listener(std::filesystem::path path, Fd socket) : path_(std::move(path)), socket_(std::move(socket)) {
        keepSpare();
    }
    void keepSpare();
    void turnAway();

    std::filesystem::path path_;
    Fd socket_;
    Fd spare_; ///< released in order to accept a caller and turn it away
};

/// All sockets of the server behind one descriptor that the loop watches: a turn sees everything that is ready, where
/// the loop would hand over one socket at a time. Edge-triggered, so that half a header does not make it spin; only the
/// listener is level-triggered.
class WatchedSockets {
public:
    WatchedSockets() = default;
    ~WatchedSockets();
    WatchedSockets(const WatchedSockets&) = delete;
    WatchedSockets& operator=(const WatchedSockets&) = delete;

    Result<void> start(sd_event* loop);

    /// Watches `socket` for reading under the name `mark`; watching ends when the socket is closed.
    Result<void> watch(int socket, std::uint64_t mark);
    /// Watches the listener, level-triggered: it stays ready until nobody waits there.
    Result<void> watchListener(int socket, std::uint64_t mark);
    /// Watches `socket` for writing too, or no longer.
    bool watchWriting(int socket, std::uint64_t mark, bool writing);
    /// Reports the sockets that have become ready since the last call.
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
