// The names of connectors, as the session bus has them: it knows one that somebody owns, or for which it could start
// somebody. The daemon is told which, and what becomes of it (push.md §4.3). What the bus says counts, and nobody else.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include <systemd/sd-event.h>

#include "base/unix/timer.hpp"
#include "link/wire/message.hpp"
#include "push/line/gate.hpp"

namespace stint::push {

class KnownNames {
public:
    KnownNames(sd_event* loop, Gate& gate) : gate_(gate), soon_(loop) {}
    KnownNames(const KnownNames&) = delete;
    KnownNames& operator=(const KnownNames&) = delete;
    /// The session bus, which outlives this.
    void use(sd_bus* bus) { bus_ = bus; }

    /// Follows the connectors of these registrations from now on, and no other.
    void follow(const wire::LineView& line);
    /// Asks the bus about all of them; once more where it is being asked already.
    void look();
    /// The connector has called, under its name.
    void hasCalled(const std::string& name) { tell(name, true); }

private:
    void listen(wire::Slot& slot, const std::string& rule);
    void ask(const char* member, sd_bus_message_handler_t answered);
    bool take(sd_bus_message* answer);
    void tell(const std::string& name, bool isKnown);
    static int changed(sd_bus_message* signal, void* self, sd_bus_error*);
    static int owned(sd_bus_message* answer, void* self, sd_bus_error*);
    static int activatable(sd_bus_message* answer, void* self, sd_bus_error*);

    Gate& gate_;
    sd_bus* bus_ = nullptr;
    std::map<std::string, wire::Slot> followed_; ///< by name: what tells of its owners
    std::map<std::string, bool> told_;           ///< what the daemon knows
    std::set<std::string> doubted_;              ///< names that the daemon asks about, and is told of in any case
    std::set<std::string> there_;                ///< all that the bus has said since it was asked
    wire::Slot files_;                           ///< what tells of names that the bus can start
    wire::Slot asking_;
    bool isAsking_ = false, isToAskAgain_ = false;
    Timer soon_; ///< asks then: who takes a name and leaves it without end is asked about once a second
};

} // namespace stint::push
