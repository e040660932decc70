// The session bus that notifications go to.
#pragma once
#include <functional>
#include <string>

#include <systemd/sd-event.h>

#include "link/wire/message.hpp"

namespace stint {

inline constexpr const char* notificationsName = "org.freedesktop.Notifications";
inline constexpr const char* notificationsPath = "/org/freedesktop/Notifications";

/// True if the call's receiver, or the connection, went without an answer: the bus reports that in another way, too.
bool isCutOff(const wire::Message& answer);

/// The session bus, and the server of notifications on it. Nothing here blocks, and nothing is tried again by itself: a
/// lost bus is connected to when there is something to show, and the bus reports a server that comes.
class SessionBus {
public:
    /// Called from the event loop alone; failed() also from inside a call.
    class Listener {
    public:
        virtual ~Listener() = default;
        /// `owner`, a unique name, serves from now on; empty: nobody does. The one before is gone.
        virtual void servedBy(const std::string& owner) = 0;
        virtual void failed(const Error& error) = 0;
    };

    SessionBus(sd_event* loop, Listener& listener) : loop_(loop), listener_(listener) {}
    SessionBus(const SessionBus&) = delete;
    SessionBus& operator=(const SessionBus&) = delete;

    /// Connects where there is no connection: to DBUS_SESSION_BUS_ADDRESS, else $XDG_RUNTIME_DIR/bus.
    void connect();
    /// Has the bus start the server that it knows of, where none is there.
    void startServer();
    /// The connection; a closed one, or nullptr, where it was lost.
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
    // Declared after the bus, so that they are destroyed before it.
    wire::Slot ownerWatch_;
    wire::Slot ownerCall_;
    wire::Slot startCall_;
    wire::Slot endWatch_;
    std::string owner_;
    bool startWanted_ = false; ///< a server is started once it is known that there is none
};

} // namespace stint
