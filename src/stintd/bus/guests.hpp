// Connections as guests of the daemon: their names, the caps on what one caller may hold, so that no caller starves
// the others (docs/limits-of-a-caller.md), and which connections are accepted when there are too many. Caps that a
// person may tune are constants of the policy; the daemon hands them over.
#pragma once
#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include <sys/types.h>

#include "base/text/app_id.hpp"
#include "base/time/time.hpp"

namespace stint {

/// Names a connection to the bus for as long as the daemon lives; never used twice.
struct ConnectionId {
    std::uint64_t value = 0;
    auto operator<=>(const ConnectionId&) const = default;
};

/// Caps on what one caller may hold of the daemon.
struct Caps {
    std::size_t connectionsOfProcess = 128;
    std::size_t connectionsOfApp = 256; ///< over all its processes; the operator is not an app
    Duration handshake = 10s;           ///< the time within which the handshake must end
    int descriptors = 1024;             ///< the daemon's limit: jobs get at most half of them
};

/// The number of connections that may exist at once: each takes up to four descriptors, and some are kept for files
/// that the daemon itself opens.
inline std::size_t mostConnections(const Caps& caps) {
    const int kept = std::min(64, caps.descriptors / 8);
    return static_cast<std::size_t>(std::max(caps.descriptors / 2 - kept, 4) / 4);
}
/// The number of further connections that only the operator at a terminal may have.
inline constexpr std::size_t reservedConnections = 8;

// A turn takes in no more than this, so that it ends soon even under a flood; the rest waits in the kernel, in order. A
// list of jobs counts as one message for each job.
/// The messages and bytes of one connection; at least one message is taken.
inline constexpr int mostMessagesATurn = 64;
inline constexpr std::size_t mostBytesATurn = 1024 * 1024;
/// The messages and bytes of all connections.
inline constexpr int mostMessagesOfAll = 8192;
inline constexpr std::size_t mostBytesOfAll = 32 * 1024 * 1024;
/// The connections that a turn accepts.
inline constexpr int mostAcceptedATurn = 64;

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
