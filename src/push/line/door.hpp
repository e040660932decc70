// The door at which the fleet's agent and a person ask the fleet's server (push.md §4.2, dbus/org.stint.Line1.xml): an
// object on the session bus, beside the distributor. It refuses everybody else by the kernel's word, and whoever asks
// too much.
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>

#include "link/wire/message.hpp"
#include "push/envelope/fleet.hpp"
#include "push/joining/settings.hpp"
#include "push/line/asking.hpp"
#include "push/line/callers.hpp"
#include "push/line/calls.hpp"
#include "push/line/gate.hpp"

namespace stint::push {

/// Questions of one caller: so many at once, and within a minute.
class Allowance {
public:
    static constexpr std::size_t atOnce = 8, aMinute = 120; ///< PROPOSAL

    /// Busy, LimitExceeded: not now.
    Result<void> begin(Duration now);
    void end() { --open_; }

private:
    std::size_t open_ = 0;
    std::deque<Duration> begun_; ///< within the last minute, by a monotonic clock
};

class Door {
public:
    /// `bus` goes after it. `asking`: nullptr where the device has joined no server.
    static Result<std::unique_ptr<Door>> open(sd_bus* bus, Gate& gate, const LineSettings* settings, Asking* asking);
    Door(const Door&) = delete;
    Door& operator=(const Door&) = delete;

    /// Calls that are not answered yet.
    std::size_t underWay() const { return waiting_.count(); }

private:
    Door(sd_bus* bus, Gate& gate, const LineSettings* settings, Asking* asking)
        : bus_(bus), settings_(settings), asking_(asking), callers_(gate) {}
    struct Asked {
        FleetWord word = FleetWord::Join;
        std::string question;
    };
    static Result<Asked> askedIn(const wire::Message& call);
    static int called(sd_bus_message* call, void* self, sd_bus_error*);
    void asked(const wire::Message& call);
    /// The caller's, by its app; Security: it has none.
    Result<Allowance*> allowanceOf(const Callers::Caller& caller);
    void ask(const wire::Message& call, const Callers::Caller& caller, const Asked& what);
    void answer(const wire::Message& call, const Result<std::string>& said);

    sd_bus* bus_;
    const LineSettings* settings_;
    Asking* asking_;
    wire::Slot object_;
    WaitingCalls waiting_;
    Allowance agents_, persons_;
    Callers callers_;
};

} // namespace stint::push
