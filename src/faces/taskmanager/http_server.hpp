// HTTP on loopback, by Boost.Beast, on one thread with the sd-event loop of all else. It sets the limits of a
// connection: too long a header or body, too slow a sender, too many at once; the answers are Service's.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>

#include <systemd/sd-event.h>

#include "faces/taskmanager/request.hpp"
#include "stint/result.hpp"

namespace stint::taskmanager {

namespace bounds {
inline constexpr std::size_t header = 16 << 10;                ///< bytes: fifty jobs' names fit into a question
inline constexpr std::size_t connections = 64;                 ///< held at once
inline constexpr std::ptrdiff_t streams = 32;                  ///< places that streams keep when others want one
inline constexpr auto arrival = std::chrono::seconds(5);       ///< for a whole header, and for a whole body
inline constexpr auto idle = std::chrono::seconds(60);         ///< between two requests of a browser that has entered
inline constexpr auto reading = std::chrono::seconds(30);      ///< for a browser to take what is sent to it
inline constexpr auto linger = std::chrono::milliseconds(500); ///< a refusal arrives although bytes are unread
} // namespace bounds

class HttpServer {
public:
    /// Listens at 127.0.0.1, and at ::1 where this machine has it. `port` 0: one that is free. System where it is
    /// taken.
    static Result<HttpServer> listen(std::uint16_t port);
    HttpServer(HttpServer&&) noexcept;
    HttpServer& operator=(HttpServer&&) noexcept;
    ~HttpServer();

    std::uint16_t port() const;
    /// Serves until the loop is told to exit (sd_event_exit()).
    void run(sd_event* loop, Service& service);

private:
    class Listening;
    explicit HttpServer(std::unique_ptr<Listening> it);
    std::unique_ptr<Listening> it_;
};

} // namespace stint::taskmanager
