// The connection to stintd, and Push1 over it: what the daemon is told and asked, and what it says. Nothing blocks but
// the opening, which starts a daemon where none listens.
#pragma once
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include <systemd/sd-event.h>

#include "link/wire/line.hpp"
#include "link/wire/message.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::push {

class Gate {
public:
    struct Follower {
        std::function<void(wire::LineView)> changed;
        std::function<void()> check;
        std::function<void(wire::ConnectorCall)> deliver;
        std::function<void()> gone; ///< the daemon has ended; nothing is answered any more
    };

    static Result<std::unique_ptr<Gate>> open(sd_event* loop, Follower follower);
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;

    template <class Value> using Then = std::function<void(Result<Value>)>;
    /// From now on the daemon says what it wants to this connection.
    void line(const Then<wire::LineView>& then);
    struct Process {
        std::uint32_t pid = 0;
        std::uint64_t startTime = 0;
    };
    void whoCalls(Process process, const std::string& connector, const Then<std::string>& then);
    void registers(const Registered& entry, const Then<void>& then);
    /// `everywhere`: the server knows it, too.
    void unregister(const std::string& name, bool everywhere, const Then<void>& then);
    void arrived(const LineRead& batch, const Then<void>& then);
    void report(const LineReported& reported);
    void passedOver(const std::vector<LeftOut>& what);
    void delivered(std::uint64_t delivery, bool taken);
    /// The session bus knows the connector, or it does not.
    void seen(const std::string& connector, bool known);
    void watches(bool on, const std::string& trouble);
    /// The process has shown a notification, by a connection that owns that connector's name; empty: none.
    void showed(Process process, const std::string& connector);

    /// Calls that are not answered yet.
    std::size_t underWay() const { return flying_.size() + waiting_.size(); }

private:
    using Answered = std::function<void(const Result<wire::Message>&)>;
    struct Flying {
        Gate* gate = nullptr;
        std::list<Flying>::iterator self;
        wire::Message message;
        Answered answered;
        wire::Slot slot;
    };

    Gate(wire::Bus bus, Follower follower) : bus_(std::move(bus)), follower_(std::move(follower)) {}
    Result<void> follow(sd_event* loop);
    void call(const char* member, const std::function<void(wire::Writer&)>& write, Answered answered);
    void callDone(const char* member, const std::function<void(wire::Writer&)>& write, const Then<void>& then);
    void sendNext();
    void said(const wire::Message& signal);

    static int answered(sd_bus_message* message, void* flying, sd_bus_error*);
    static int heard(sd_bus_message* signal, void* self, sd_bus_error*);
    static int ended(sd_bus_message* signal, void* self, sd_bus_error*);

    wire::Bus bus_;
    Follower follower_;
    // These go before the bus.
    wire::Slot signals_, end_;
    std::list<Flying> flying_;
    std::list<Flying> waiting_;
};

} // namespace stint::push
