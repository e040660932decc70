// The system bus, and who serves org.stint.NetGuard1 on it. Nothing here waits for an answer, and nothing is tried
// again by itself: a lost bus is connected to when there is something to say, and a helper that comes is told of by the
// bus.
#pragma once
#include <string>

#include <systemd/sd-event.h>

#include "wire/message.hpp"

namespace stint {

class GuardBus {
public:
    /// Told from the event loop alone, but for failed(), which a call may tell of at once.
    class Listener {
    public:
        virtual ~Listener() = default;
        /// Whoever has the name from now on, by its unique name; empty: nobody does. A former one is gone.
        virtual void servedBy(const std::string& owner) = 0;
        /// There is no bus, or no helper on it. `installed`: the bus knows how to start one.
        virtual void failed(const Error& error, bool installed) = 0;
    };

    GuardBus(sd_event* loop, Listener& listener) : loop_(loop), listener_(listener) {}
    GuardBus(const GuardBus&) = delete;
    GuardBus& operator=(const GuardBus&) = delete;

    /// Where there is no connection: DBUS_SYSTEM_BUS_ADDRESS, else the system's own. The helper is then started.
    void connect();
    /// Has the bus start the helper, where none serves.
    void start();
    /// The connection; a closed one, or none, where it was lost.
    sd_bus* get() const { return bus_.get(); }
    const std::string& owner() const { return owner_; }

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
};

} // namespace stint
