// The session bus, and who serves notifications on it. Nothing here waits for an answer, and nothing is tried again by
// itself: a lost bus is connected to when there is something to show, and a server that comes is told of by the bus.
#pragma once
#include <functional>
#include <string>

#include <systemd/sd-event.h>

#include "link/wire/message.hpp"

namespace stint {

inline constexpr const char* notificationsName = "org.freedesktop.Notifications";
inline constexpr const char* notificationsPath = "/org/freedesktop/Notifications";

/// The call's receiver, or the connection, went without an answer: the bus tells of that otherwise, too.
bool isCutOff(const wire::Message& answer);

class SessionBus {
public:
    /// Told from the event loop alone, but for failed(), which a call may tell of at once.
    class Listener {
    public:
        virtual ~Listener() = default;
        /// `owner` serves from now on, by its unique name; empty: nobody does. A former one is gone.
        virtual void servedBy(const std::string& owner) = 0;
        virtual void failed(const Error& error) = 0;
    };

    SessionBus(sd_event* loop, Listener& listener) : loop_(loop), listener_(listener) {}
    SessionBus(const SessionBus&) = delete;
    SessionBus& operator=(const SessionBus&) = delete;

    /// Where there is no connection: DBUS_SESSION_BUS_ADDRESS, else $XDG_RUNTIME_DIR/bus.
    void connect();
    /// Has the bus start the server that it knows of, where none serves.
    void startServer();
    /// The connection; a closed one, or none, where it was lost.
    sd_bus* get() const { return bus_.get(); }

private:
    Result<void> open();
    void setOwner(std::string owner);
    static int ownerTold(sd_bus_message* answer, void* self, sd_bus_error*);
    static int ownerChanged(sd_bus_message* signal, void* self, sd_bus_error*);
    static int started(sd_bus_message* answer, void* self, sd_bus_error*);
    static int disconnected(sd_bus_message* signal, void* self, sd_bus_error*);

    sd_event* loop_;
    Listener& listener_;
    wire::Bus bus_;
    // Behind the bus, so that they go before it.
    wire::Slot ownerWatch_;
    wire::Slot ownerCall_;
    wire::Slot startCall_;
    wire::Slot endWatch_;
    std::string owner_;
    bool startWanted_ = false; ///< as soon as it is known that nobody serves; it is not yet
};

} // namespace stint
