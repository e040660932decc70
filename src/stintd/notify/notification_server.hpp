// The session bus, and the notification server on it (linux.md §A.1): one connection, and one server at a time, each
// of which may come and go.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include <systemd/sd-event.h>

#include "link/wire/message.hpp"
#include "stintd/notify/wording.hpp"

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

/// The reason that a notification was closed: the protocol's numbers.
enum class NotificationClosed : std::uint32_t { Expired = 1, Dismissed = 2, ByCall = 3, Undefined = 4 };

/// One notification server, as long as it serves: its capabilities, the calls to it, and its signals on what it shows
/// (linux.md §A.1). Calls go to its unique name, and signals are taken from that alone, so that another's are never
/// taken for its own. It may answer as late as it likes, or never: open questions end with this object.
class NotificationServer {
public:
    /// Called from the event loop alone.
    class Listener {
    public:
        virtual ~Listener() = default;
        /// Its capabilities are known: show() may be called.
        virtual void ready() = 0;
        /// A call of show() is answered: by the id of what is shown, never 0.
        virtual void shown(const Result<std::uint32_t>& id) = 0;
        virtual void closed(std::uint32_t id, NotificationClosed why) = 0;
        virtual void pressed(std::uint32_t id, const std::string& action) = 0;
        /// The xdg-activation token of the press that follows: a proof that the user has acted (jobs.md §12.2).
        virtual void activated(std::uint32_t id, const std::string& token) = 0;
    };

    static Result<std::unique_ptr<NotificationServer>> open(sd_bus* bus, const std::string& owner, Listener& listener);
    NotificationServer(const NotificationServer&) = delete;
    NotificationServer& operator=(const NotificationServer&) = delete;

    bool isReady() const { return ready_; }
    const Capabilities& capabilities() const { return capabilities_; }
    /// Its name and version: "dunst 1.9.0".
    const std::string& description() const { return description_; }

    /// Shows one at a time: the next call comes after shown(). `replaces` 0: it is a new one.
    Result<void> show(std::uint32_t replaces, const Wording& wording);
    void close(std::uint32_t id);

private:
    NotificationServer(sd_bus* bus, std::string owner, Listener& listener)
        : bus_(bus), owner_(std::move(owner)), listener_(listener) {}

    Result<wire::Message> call(const char* method) const;
    Result<wire::Slot> ask(const wire::Message& call, sd_bus_message_handler_t whenAnswered);
    static int described(sd_bus_message* answer, void* self, sd_bus_error*);
    static int capable(sd_bus_message* answer, void* self, sd_bus_error*);
    static int answered(sd_bus_message* answer, void* self, sd_bus_error*);
    static int onSignal(sd_bus_message* signal, void* self, sd_bus_error*);

    sd_bus* bus_;
    std::string owner_;
    Listener& listener_;
    wire::Slot signals_;
    wire::Slot descriptionCall_;
    wire::Slot capabilitiesCall_;
    wire::Slot showCall_;
    std::string description_ = "a server without a name";
    Capabilities capabilities_;
    bool ready_ = false;
};

} // namespace stint
