// One notification server (linux.md §A.1).
#pragma once
#include <memory>
#include <string>

#include "link/wire/message.hpp"
#include "stintd/notify/wording.hpp"

namespace stint {

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
    static int told(sd_bus_message* signal, void* self, sd_bus_error*);

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
