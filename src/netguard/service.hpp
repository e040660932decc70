// org.stint.NetGuard1 on the system bus: each call is checked for its form, then its caller is identified, then in that
// user's turn polkit is asked, and only then it is done. Nothing waits for one caller while another is there, and one
// user's calls delay another's by no more than a piece of work (turns.hpp).
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/unix/event_source.hpp"
#include "link/wire/message.hpp"
#include "netguard/callers.hpp"
#include "netguard/claims.hpp"
#include "netguard/turns.hpp"
#include "netguard/wake.hpp"

namespace stint {

class NetguardService {
public:
    /// The calls of one connection that are not answered yet: as many as the system bus lets it wait for.
    static constexpr unsigned mostInFlight = 128;

    /// `claims`: an Error is the reason that there are none on this machine.
    NetguardService(sd_bus* bus, Turns& turns, Result<Claims*> claims, WakeTimer& wakes, std::filesystem::path mount);
    NetguardService(const NetguardService&) = delete;
    NetguardService& operator=(const NetguardService&) = delete;

    /// Puts the object on the bus; the name is taken afterwards.
    Result<void> open();
    /// Does the calls' work in turns, when no messages are waiting.
    Result<void> serve(sd_event* loop);
    /// Reports passed marks to their callers, whenever `ring` is readable.
    Result<void> hear(sd_event* loop, int ring);

private:
    /// A piece of a caller's work, which answers the call; its error is the answer, too.
    using Step = std::function<Result<void>(const wire::Message& call, const Peer&)>;
    struct Work {
        Step act;
        const char* action = nullptr; ///< polkit's action, asked for after `may` has agreed; nullptr: nothing is asked
        std::function<Result<void>(const Peer&)> may = nullptr;
    };
    /// Parses a call into its work, which keeps nothing else of the call, and does nothing yet.
    using Handler = Result<Work> (NetguardService::*)(const wire::Message&);
    template <Handler handler> static int handle(sd_bus_message* message, void* self, sd_bus_error*);

    Result<Work> version(const wire::Message& call);
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
    Result<void> mayCall(std::string_view caller) const;
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
    unsigned messages_ = 0; ///< messages since the last piece that was done between two
    EventSource turn_;
    EventSource rest_; ///< takes in the remaining messages
    EventSource heard_;
    wire::Slot object_;
    wire::Slot messagesHeard_;
};

} // namespace stint
