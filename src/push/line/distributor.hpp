// UnifiedPush over D-Bus (linux.md §A.8), versions 1 and 2: a distributor on the session bus, and its calls to the
// connectors. Nothing waits for a connector.
#pragma once
#include <functional>
#include <list>
#include <memory>
#include <string>

#include <systemd/sd-event.h>

#include "link/wire/message.hpp"
#include "push/line/callers.hpp"
#include "push/line/calls.hpp"
#include "push/line/gate.hpp"
#include "push/line/known_names.hpp"
#include "push/line/registrar.hpp"

namespace stint::push {

class Distributor {
public:
    /// Unavailable: there is no session bus. `line` has what the daemon last told.
    static Result<std::unique_ptr<Distributor>> open(sd_event* loop, Gate& gate, const wire::LineView& line);
    Distributor(const Distributor&) = delete;
    Distributor& operator=(const Distributor&) = delete;
    void use(Registrar* registrar) { registrar_ = registrar; }
    /// The daemon has told something new: its connectors' names are followed.
    void follow() { names_.follow(line_); }
    /// The connection to the session bus.
    sd_bus* bus() const { return bus_.get(); }

    /// Takes the name on the bus, or leaves it; calls that came before are served. `then` gets whether the name is ours
    /// (or no longer).
    void own(std::function<void(bool done)> then);
    void leave(std::function<void(bool done)> then);

    void deliver(const wire::ConnectorCall& delivery);
    void tellEndpoint(const std::string& connector, const Details& its, const std::string& endpoint);
    void tellUnregistered(const std::string& connector, const Details& its);

    /// Calls that are not answered yet, in either direction.
    std::size_t underWay() const { return waiting_.count() + calls_.size(); }

private:
    /// A call to a connector, or to the bus.
    struct Call {
        Distributor* distributor = nullptr;
        std::list<Call>::iterator self;
        wire::Slot slot;
        std::function<void(bool answered)> then;
    };
    using Write = std::function<void(wire::Writer&)>;
    void tellOf(const std::string& connector, const Details& its, const char* member,
                const std::optional<std::string>& endpoint);

    Distributor(sd_event* loop, Gate& gate, const wire::LineView& line)
        : gate_(gate), line_(line), callers_(gate), names_(loop, gate) {}
    Result<void> add();
    /// A message was handed to a connector. One that has not taken it may be there no more.
    void handed(std::uint64_t delivery, bool isTaken);

    static int called(sd_bus_message* call, void* self, sd_bus_error*);
    static int calledShort(sd_bus_message* call, void* self, sd_bus_error*);
    static int named(sd_bus_message* answer, void* self, sd_bus_error*);
    static int answered(sd_bus_message* answer, void* call, sd_bus_error*);

    void asked(const wire::Message& call);
    void askedToRegister(const wire::Message& call, const Wish& wish);
    void registered(const wire::Message& call, int version, const Result<void>& done);
    void askedToUnregister(const wire::Message& call, int version, const std::string& token);
    void unregisterFirst(const wire::Message& call, int version, std::vector<wire::LineEntry> candidates);
    void unregistered(const wire::Message& call, int version);
    void deliverFirst(const wire::ConnectorCall& delivery, const std::string& connector, const Details& its);
    /// `then` gets whether the bus answered without an error.
    void askBus(const std::string& member, const std::string& name, std::function<void(bool answered)> then);
    void tell(const std::string& connector, const char* interface, const char* member, const Write& write,
              std::function<void(bool answered)> then);
    void send(const wire::Message& message, Duration patience, std::function<void(bool answered)> then);
    Result<wire::Message> toConnector(const std::string& connector, const char* interface, const char* member) const;

    Gate& gate_;
    const wire::LineView& line_;
    Registrar* registrar_ = nullptr;
    WaitingCalls waiting_; ///< of Register and Unregister
    wire::Bus bus_;
    // These go before the bus.
    wire::Slot objects_[3];
    wire::Slot naming_;
    std::function<void(bool done)> named_;
    std::list<Call> calls_;
    Callers callers_;
    KnownNames names_;
};

} // namespace stint::push
