// The way in over the session bus (architecture.md, wire).
#pragma once
#include <functional>
#include <map>
#include <string>

#include <sys/types.h>
#include <systemd/sd-event.h>

#include "base/unix/fd.hpp"
#include "link/wire/message.hpp"

namespace stint {

/// The caller, as the bus knows it from the kernel.
struct Visitor {
    pid_t pid = 0;
    uid_t uid = 0;
    Fd pidfd; ///< none where the process has ended
};

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
    /// A call of Open, until the bus has said who calls.
    struct Call {
        SessionDoor* door = nullptr;
        wire::Message message;
        Visitor visitor;
        wire::Slot question; ///< the question that the bus has not answered yet
    };

    static int asked(sd_bus_message* call, void* self, sd_bus_error*);
    static int known(sd_bus_message* answer, void* call, sd_bus_error*);
    static int stillThere(sd_bus_message* answer, void* call, sd_bus_error*);
    static int named(sd_bus_message* answer, void* self, sd_bus_error*);

    Result<void> ask(Call& call, const char* question, sd_bus_message_handler_t whenAnswered);
    Result<void> recognise(Call& call, const wire::Message& credentials);
    void admit(Call& call);
    void refuse(Call& call, const Error& error);
    void forget(const Call& call) { calls_.erase(call.message.get()); }

    sd_event* loop_;
    Admit admit_;
    std::function<void(const std::string&)> news_;
    wire::Bus bus_;
    // These are declared behind the bus, so that they are destroyed before it.
    wire::Slot object_;
    wire::Slot nameCall_;
    bool open_ = false;
    std::map<sd_bus_message*, Call> calls_;
};

} // namespace stint
