// A message bus that may come late, go, and come again.
#pragma once
#include <string>
#include <vector>

#include <systemd/sd-event.h>

#include "link/wire/message.hpp"

namespace stint::services {

enum class Which { System, Session };

/// A message bus that may come late, go, and come again: the system's, or the session's. A follower is told when there
/// is a connection and when there is none. Nothing blocks here, and nothing is polled: the kernel reports the bus's
/// socket.
class Bus {
public:
    /// Called from the event loop, or from connect().
    class Follower {
    public:
        virtual ~Follower() = default;
        virtual void connected(sd_bus* bus) = 0;
        /// The follower must release what it has added to the connection.
        virtual void disconnected() = 0;
    };

    Bus(sd_event* loop, Which which) : loop_(sd_event_ref(loop)), which_(which) {}
    ~Bus();
    Bus(const Bus&) = delete;
    Bus& operator=(const Bus&) = delete;

    /// Connects to DBUS_SYSTEM_BUS_ADDRESS or DBUS_SESSION_BUS_ADDRESS, else to the usual address, as soon as the bus
    /// is there.
    void connect();
    /// True while its socket is there and has not let us in yet.
    bool isAsking() const;

    /// Calls connected() at once where there is a connection.
    void follow(Follower& follower);
    void unfollow(Follower& follower);

private:
    void open();
    void close();
    static int greeted(sd_bus_message*, void* self, sd_bus_error*);
    static int ended(sd_bus_message*, void* self, sd_bus_error*);
    static int again(sd_event_source*, std::uint64_t, void* self);

    sd_event* loop_;
    Which which_;
    wire::Bus bus_;
    wire::Slot greeting_, end_;
    sd_event_source* again_ = nullptr; ///< connects anew
    unsigned tries_ = 0;               ///< tries to connect anew since the last connection that lasted
    std::uint64_t greetedAt_ = 0;      ///< µs of CLOCK_MONOTONIC
    bool connected_ = false;
    std::vector<Follower*> followers_;
};

} // namespace stint::services
