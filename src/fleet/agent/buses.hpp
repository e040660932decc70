// The agent's ways out by D-Bus: the line's door on the session bus, which stint-push keeps (push.md §4.2); logind on
// the system bus, which restarts the machine; and stintd, which says why a job waits, in more words than libstint has.
#pragma once
#include <functional>
#include <list>
#include <string>
#include <string_view>

#include <systemd/sd-event.h>

#include "base/unix/event_source.hpp"
#include "contract/model/job.hpp"
#include "fleet/agent/wires.hpp"
#include "link/wire/message.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

class Buses {
public:
    explicit Buses(sd_event* loop);
    Buses(const Buses&) = delete;
    Buses& operator=(const Buses&) = delete;

    using Answered = std::function<void(const Result<std::string>&)>;
    /// `answered` is called once, from the loop. Unavailable: nobody knows whether the question was heard.
    void ask(std::string_view word, const std::string& question, Answered answered);
    /// Nobody is asked for a password. `refused` is called from the loop, where the machine does not restart.
    void restart(std::function<void(const Error&)> refused);

    // These block until stintd has answered.
    Result<Waiting> waiting(const JobKey& job);
    /// The 14 days up to then, as the fleet is told of them.
    Result<std::string> days(WallTime now);

private:
    /// A call that has no answer yet.
    struct Call {
        Buses* all = nullptr;
        std::list<Call>::iterator self;
        wire::Slot slot;
        std::function<Result<std::string>(const wire::Message&)> read;
        Answered answered;
        Result<std::string> late{std::string()}; ///< the answer of one that could not be sent
        bool isOver = false;
    };
    Call& add(Answered answered);
    Result<void> send(Call& call, wire::Bus& bus, const wire::Message& message, Duration patience);
    void refuse(Call& call, Error error);
    void end(std::list<Call>::iterator call, const Result<std::string>& answer);
    static int came(sd_bus_message* answer, void* call, sd_bus_error*);
    static int tell(sd_event_source*, void* self);

    Result<wire::Message> ofStintd(const char* member);
    Result<wire::Message> question(std::string_view word, const std::string& text);
    Result<wire::Message> reboot();

    sd_event* loop_;
    wire::Bus session_, system_, stintd_;
    std::list<Call> calls_; ///< these go before the buses
    EventSource telling_;
};

} // namespace stint::fleet
