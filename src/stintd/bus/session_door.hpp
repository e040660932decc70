// The way in over the session bus (architecture.md, wire).
#pragma once
#include <functional>
#include <string>

#include <systemd/sd-event.h>

#include "base/unix/fd.hpp"
#include "link/wire/message.hpp"
#include "link/wire/visitors.hpp"

namespace stint {

using Visitor = wire::Visitor;

/// The way in over the session bus: one method, org.stint.Stint1.Open, which hands out a connection to this daemon, for
/// callers that cannot reach its socket, such as one in a sandbox. The bus is asked who calls; the owner says which app
/// that is. Nothing here blocks.
class SessionDoor {
public:
    /// Lets a visitor in, and returns the caller's end of its connection.
    using Admit = std::function<Result<Fd>(Visitor)>;

    /// `news`: takes a line for the log, if another daemon owns the name.
    SessionDoor(sd_event* loop, Admit admit, std::function<void(const std::string&)> news)
        : loop_(loop), admit_(std::move(admit)), news_(std::move(news)) {}
    SessionDoor(const SessionDoor&) = delete;
    SessionDoor& operator=(const SessionDoor&) = delete;

    /// Opens the door. There is none without a session bus, nor after the bus has gone.
    Result<void> open();
    /// True if the name is ours, so that callers find it.
    bool isOpen() const { return open_; }

private:
    static int asked(sd_bus_message* call, void* self, sd_bus_error*);
    static int named(sd_bus_message* answer, void* self, sd_bus_error*);

    void answer(const wire::Message& call, Result<Visitor> visitor);

    sd_event* loop_;
    Admit admit_;
    std::function<void(const std::string&)> news_;
    wire::Bus bus_;
    // These are declared behind the bus, so that they are destroyed before it.
    wire::Slot object_;
    wire::Slot nameCall_;
    bool open_ = false;
    std::size_t calls_ = 0; ///< of Open, until the bus has said who calls
    wire::Visitors visitors_;
};

} // namespace stint
