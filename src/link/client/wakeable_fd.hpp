// The one descriptor an app's loop watches: readable when the daemon's socket has something for us, or when another
// thread called wake(). It outlives the sockets, which come and go behind it.
#pragma once
#include <cstdint>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint::client {

/// The one descriptor an app's loop watches: readable when the daemon's socket has something for us, or when another
/// thread called wake(). It outlives the sockets, which come and go behind it.
class WakeableFd {
public:
    static Result<WakeableFd> open();

    int fd() const { return epoll_.get(); }
    /// Watches `socket` for `events` (poll's numbers) until forget(); a second call changes the events.
    Result<void> watch(int socket, short events);
    /// Call it before the socket is closed: the next one may get the same number.
    void forget();
    void wake();
    void drain();

private:
    WakeableFd(Fd epoll, Fd wakeUp) : epoll_(std::move(epoll)), wakeUp_(std::move(wakeUp)) {}

    Fd epoll_;
    Fd wakeUp_; ///< an eventfd
    int socket_ = -1;
    short events_ = 0;
};

} // namespace stint::client
