// The connections that are accepted, and those that must make room.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>

#include <sys/types.h>

#include "base/text/app_id.hpp"
#include "stintd/bus/caps.hpp"
#include "stintd/bus/connection_id.hpp"

namespace stint {

struct Guest {
    AppId app;
    pid_t pid = 0; ///< 0: the daemon started it, and it counts against no process
    bool isOperator = false;
};

/// Decides which connections are accepted when there are too many, and which must make room: by process and app, as the
/// kernel knows them, and by whether a connection has sent anything yet. It only decides; it opens and closes nothing.
class Guests {
public:
    explicit Guests(Caps caps) : caps_(caps) {}

    struct Ruling {
        std::optional<ConnectionId> leaves; ///< must make room for the newcomer
        std::string refusal;                ///< why the newcomer is not let in; empty: it is let in
    };
    /// `atTerminal` is asked only where it can make a difference.
    template <class AtTerminal> Ruling admit(const Guest& newcomer, AtTerminal atTerminal) const {
        Ruling ruling = byShares(newcomer);
        if (ruling.refusal.empty() && !ruling.leaves && known_.size() >= mostConnections(caps_)) {
            ruling = byRoom(newcomer);
            if (!ruling.refusal.empty() && mayUseReserve(newcomer) && atTerminal()) return {};
        }
        return ruling;
    }

    void entered(ConnectionId id, Guest guest, Instant now);
    void left(ConnectionId id);
    /// Notes that the connection's handshake is over.
    void greeted(ConnectionId id);
    /// Notes that the connection has sent something; `wholly`: and no message is incomplete.
    void spoke(ConnectionId id, bool wholly);

    /// Returns a connection whose handshake takes too long.
    std::optional<ConnectionId> tooSlow(Instant now) const;
    /// Returns the oldest quiet connection of the process that has the most connections.
    std::optional<ConnectionId> quietest() const;

private:
    struct Known {
        Guest guest;
        Instant since;
    };
    Ruling byShares(const Guest& newcomer) const;
    Ruling byRoom(const Guest& newcomer) const;
    bool mayUseReserve(const Guest& newcomer) const;
    template <class Which> std::optional<ConnectionId> firstQuiet(Which which) const;
    void checkSizes() const;
    std::size_t ofProcess(pid_t pid) const;
    std::size_t ofApp(const AppId& app) const;

    Caps caps_;
    std::map<ConnectionId, Known> known_; ///< oldest first
    std::set<ConnectionId> quiet_;
    std::set<std::pair<Instant, ConnectionId>> greeting_;
    std::map<pid_t, std::size_t> ofProcess_;
    std::map<AppId, std::size_t> ofApp_; ///< without the operator's
};

} // namespace stint
