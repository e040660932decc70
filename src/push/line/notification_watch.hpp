// Notifications that apps show by themselves (push.md §4.3): a monitor of the session bus, which sees that one is
// shown, and by which connection. Nothing else of it is looked at. The daemon is told which process that is, at most
// once a second of each connection.
#pragma once
#include <map>
#include <set>
#include <string>

#include <systemd/sd-event.h>

#include "base/unix/timer.hpp"
#include "link/wire/message.hpp"
#include "link/wire/visitors.hpp"
#include "push/line/gate.hpp"

namespace stint::push {

/// The owners of names on the session bus: which of them a connection has. The bus tells of each change of theirs, and
/// of no other name's.
class Owners {
public:
    explicit Owners(sd_bus* bus) : bus_(bus) {}
    Owners(const Owners&) = delete;
    Owners& operator=(const Owners&) = delete;

    /// From now on these.
    void follow(const std::set<std::string>& names);
    /// The first name that the connection owns; empty: none of them.
    std::string nameOf(const std::string& connection) const;

private:
    struct Name {
        std::string owner; ///< empty: nobody has it
        wire::Slot changes, question;
    };
    static int changed(sd_bus_message* signal, void* self, sd_bus_error*);
    static int answered(sd_bus_message* answer, void* name, sd_bus_error*);

    sd_bus* bus_;
    std::map<std::string, Name> names_;
};

class NotificationWatch {
public:
    /// Asks who is who over `bus`, which goes after it.
    NotificationWatch(sd_event* loop, sd_bus* bus, Gate& gate)
        : loop_(loop), bus_(bus), gate_(gate), owners_(bus), again_(loop) {}
    NotificationWatch(const NotificationWatch&) = delete;
    NotificationWatch& operator=(const NotificationWatch&) = delete;

    /// Watches from now on, or no longer; those are the bus names of connectors.
    void follow(bool watch, const std::set<std::string>& connectors);

private:
    /// A connection that has shown one within the last second.
    struct Shower {
        explicit Shower(sd_event* loop) : rest(loop) {}
        bool isStranger = false; ///< it owns no connector's name
        bool again = false;      ///< it has shown another meanwhile
        Timer rest;
    };

    void open();
    void close();
    void lost(const std::string& why);
    void tell(bool on, const std::string& trouble);
    void showed(const std::string& connection);
    void ask(const std::string& connection);
    void rested(const std::string& connection);

    static int begun(sd_bus_message* answer, void* self, sd_bus_error*);
    static int heard(sd_bus_message* message, void* self, sd_bus_error*);

    sd_event* loop_;
    sd_bus* bus_;
    Gate& gate_;
    Owners owners_;
    wire::Visitors visitors_;
    wire::Bus monitor_;
    wire::Slot filter_, beginning_; // these go before the bus
    bool isWanted_ = false;
    bool isOn_ = false; ///< as the daemon was told
    std::map<std::string, Shower> showers_;
    std::size_t strangers_ = 0; ///< of them
    Timer again_;
    Backoff pause_;
};

} // namespace stint::push
