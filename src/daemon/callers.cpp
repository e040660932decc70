// Who connects, by either way in, and what is remembered of it (design.md, who is calling).
#include "base/socket_pair.hpp"
#include "daemon/daemon.hpp"
#include "daemon/log.hpp"

namespace stint {

Caller Daemon::identified(const Peer& peer) const {
    return identify(peer, *registry_, [this](pid_t pid) -> std::optional<AppId> {
        const auto owner = processes_->ownerOf(pid);
        if (!owner) return std::nullopt;
        return owner->first;
    });
}

void Daemon::entered(ConnectionId connection, const AppId& app, Peer peer) {
    callers_[connection] = app;
    sightings_.opened(connection, app, std::move(peer));
}

Result<BusCaller> Daemon::accepted(ConnectionId connection, int socket) {
    Peer peer = STINT_TRY(peerOf(socket));
    const Caller caller = identified(peer);
    entered(connection, caller.app, std::move(peer));
    return BusCaller{caller.app, caller.isOperator};
}

void Daemon::openSessionDoor() {
    door_ = std::make_unique<SessionDoor>(
        loop_.get(), [this](Visitor visitor) { return letIn(std::move(visitor)); }, logInfo);
    // Without a session bus there is the socket; that there is none, the desktop's connection tells.
    if (!door_->open()) door_.reset();
}

Result<Fd> Daemon::letIn(Visitor visitor) {
    Peer peer = STINT_TRY(peerOf(visitor.pid, visitor.uid, std::move(visitor.pidfd)));
    const Caller caller = identified(peer);
    auto [ours, theirs] = STINT_TRY(socketPair());
    const ConnectionId connection = STINT_TRY(server_->adopt(std::move(ours), {caller.app, caller.isOperator}));
    entered(connection, caller.app, std::move(peer));
    return std::move(theirs);
}

void Daemon::closed(ConnectionId connection) {
    hosts_->closed(connection);
    sightings_.closed(connection);
    callers_.erase(connection);
}

} // namespace stint
