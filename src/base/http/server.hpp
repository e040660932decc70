// HTTP on loopback, by Boost.Beast, on one thread with the sd-event loop of all else. It keeps the bounds of a
// connection: too long a header or body, too slow a sender, too many at once; the answers are Service's.
#pragma once
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>

#include <systemd/sd-event.h>

#include "base/http/message.hpp"
#include "stint/result.hpp"

namespace stint::http {

struct Bounds {
    std::size_t header = 16 << 10;         ///< bytes
    std::size_t connections = 64;          ///< held at once
    std::ptrdiff_t streams = 32;           ///< places that streams keep when others want one
    std::chrono::seconds arrival{5};       ///< for a whole header, and for a whole body
    std::chrono::seconds idle{60};         ///< between two requests of one who is known
    std::chrono::seconds reading{30};      ///< for the other end to take what is sent to it
    std::chrono::milliseconds linger{500}; ///< a refusal arrives although bytes are unread
};

struct LoopEnd {
    void operator()(sd_event* loop) const { sd_event_unref(loop); }
};
using Loop = std::unique_ptr<sd_event, LoopEnd>;
/// The thread's event loop, which these signals end; a peer that is gone shows as a write's error. They are blocked
/// from here on, in threads that begin later, too. System where the loop cannot be made.
Result<Loop> loopEndedBy(std::initializer_list<int> signals);

class Server {
public:
    /// Listens at 127.0.0.1, and at ::1 where this machine has it. `port` 0: one that is free. System where it is
    /// taken.
    static Result<Server> listen(std::uint16_t port, const Bounds& bounds = {});
    Server(Server&&) noexcept;
    Server& operator=(Server&&) noexcept;
    ~Server();

    std::uint16_t port() const;
    /// Serves until the loop is told to exit (sd_event_exit()).
    void run(sd_event* loop, Service& service);

private:
    class Listening;
    explicit Server(std::unique_ptr<Listening> it);
    std::unique_ptr<Listening> it_;
};

} // namespace stint::http
