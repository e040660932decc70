// org.stint.NetGuard1 on the system bus: each call is checked for form, then for who calls, then in that user's turn by
// polkit, and only then done. Nothing waits for one caller while another is there, and what one user asks for holds up
// no other by more than a piece of it (turns.hpp).
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/unix/event_source.hpp"
#include "link/wire/message.hpp"
#include "netguard/authority.hpp"
#include "netguard/callers.hpp"
#include "netguard/claims.hpp"
#include "netguard/turns.hpp"
#include "netguard/wake_timer.hpp"

namespace stint {

class NetguardService {
public:
    /// Calls of one connection that are not answered yet: as many as the system's bus lets one wait for.
    static constexpr unsigned mostInFlight = 128;

    /// What is guarded: the claims, or why there are none on this machine.
    NetguardService(sd_bus* bus, Turns& turns, Result<Claims*> claims, WakeTimer& wakes, std::filesystem::path mount);
    NetguardService(const NetguardService&) = delete;
    NetguardService& operator=(const NetguardService&) = delete;

    /// Puts the object on the bus; the name is taken afterwards.
    Result<void> open();
    /// Serves in turns, while nothing else is to be done.
    Result<void> serve(sd_event* loop);
    /// Tells callers what the kernel tells, while `told` can be read.
    Result<void> hear(sd_event* loop, int told);

private:
    /// A piece of a caller's work, whose error is the answer.
    using Step = std::function<Result<void>(const Peer&)>;
    struct Work {
        Step act;
        const char* action = nullptr; ///< polkit is asked whether the caller may, once `may` says nothing against it
        Step may = nullptr;
    };
    /// Takes a call apart, and does nothing yet.
    using Handler = Result<Work> (NetguardService::*)(const wire::Message&);
    template <Handler handler> static int handle(sd_bus_message* message, void* self, sd_bus_error*);

    Result<Work> watch(const wire::Message& call);
    Result<Work> forget(const wire::Message& call);
    Result<Work> setBlocked(const wire::Message& call);
    Result<Work> counters(const wire::Message& call);
    Result<Work> tellAt(const wire::Message& call);
    Result<Work> armWake(const wire::Message& call);
    Result<Work> disarm(const wire::Message& call);

    Result<void> take(const wire::Message& call, Handler handler);
    void perform(const wire::Message& call, const Work& work, const Peer& peer);
    void answer(const wire::Message& call, const Result<void>& done);
    static int takeAll(sd_event_source*, void* self);
    static int doPiece(sd_event_source*, std::uint64_t, void* self);
    void serveNext();
    void awaitTurn();
    static int heardMessage(sd_bus_message* message, void* self, sd_bus_error*);
    void tellPassed();
    void gone(const std::string& caller);

    sd_bus* bus_;
    Turns& turns_;
    Result<Claims*> claims_;
    WakeTimer& wakes_;
    std::filesystem::path mount_;
    Callers callers_;
    Authority authority_;
    std::map<std::string, unsigned, std::less<>> inFlight_;
    unsigned messages_ = 0; ///< since the last piece that was done between two
    EventSource turn_;
    EventSource rest_; ///< for the messages that are there still
    EventSource heard_;
    wire::Slot object_;
    wire::Slot messagesHeard_;
};

} // namespace stint
