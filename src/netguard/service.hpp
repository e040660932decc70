// org.stint.NetGuard1 on the system bus: each call is checked for form, then for who calls, then by polkit, and only
// then done. Nothing waits for one caller while another is there.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/event_source.hpp"
#include "netguard/authority.hpp"
#include "netguard/callers.hpp"
#include "netguard/claims.hpp"
#include "netguard/wake_timer.hpp"
#include "wire/message.hpp"

namespace stint {

class NetguardService {
public:
    /// Calls of one connection that are not answered yet.
    static constexpr unsigned mostInFlight = 64;

    /// What is guarded: the claims, or why there are none on this machine.
    NetguardService(sd_bus* bus, Result<Claims*> claims, WakeTimer& wakes, std::filesystem::path mount);
    NetguardService(const NetguardService&) = delete;
    NetguardService& operator=(const NetguardService&) = delete;

    /// Puts the object on the bus; the name is taken afterwards.
    Result<void> open();
    /// Tells callers what the kernel tells, while `told` can be read.
    Result<void> hear(sd_event* loop, int told);

private:
    using Work = std::function<Result<void>(const Peer&)>;
    /// What a call asks for; its error is the answer.
    using Handler = Result<void> (NetguardService::*)(const wire::Message&);
    template <Handler handler> static int handle(sd_bus_message* message, void* self, sd_bus_error*);

    Result<void> watch(const wire::Message& call);
    Result<void> forget(const wire::Message& call);
    Result<void> setBlocked(const wire::Message& call);
    Result<void> counters(const wire::Message& call);
    Result<void> tellAt(const wire::Message& call);
    Result<void> armWake(const wire::Message& call);
    Result<void> disarm(const wire::Message& call);

    /// Does `work` once the caller is known, `may` says nothing against it, and polkit allows the action.
    Result<void> later(const wire::Message& call, const char* action, Work may, Work work);
    void answer(const wire::Message& call, const Result<void>& done);
    void tellPassed();
    void gone(const std::string& caller);
    Result<Claims*> claims() const { return claims_; }

    sd_bus* bus_;
    Result<Claims*> claims_;
    WakeTimer& wakes_;
    std::filesystem::path mount_;
    Callers callers_;
    std::map<std::string, unsigned> inFlight_;
    EventSource heard_;
    wire::Slot object_;
};

} // namespace stint
