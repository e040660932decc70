// Identifies callers, on the socket and at the session bus (architecture.md, who is calling).
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/result/try.hpp"
#include "base/text/number.hpp"
#include "base/unix/pidfd.hpp"
#include "base/unix/socket_pair.hpp"
#include "stintd/daemon/daemon.hpp"
#include "stintd/daemon/log.hpp"

namespace stint {

Caller Daemon::identified(const PeerProcess& peer) const {
    return identify(peer, *registry_, [this](pid_t pid) -> Result<std::optional<AppId>> {
        const auto owner = STINT_TRY(processes_->ownerOf(pid));
        return owner ? std::optional(owner->first) : std::nullopt;
    });
}

void Daemon::entered(ConnectionId connection, const AppId& app, PeerProcess peer) {
    visibility_.opened(connection, app, std::move(peer));
}

Result<BusCaller> Daemon::accepted(ConnectionId connection, int socket) {
    PeerProcess peer = STINT_TRY(peerOf(socket));
    const Caller caller = identified(peer);
    const pid_t pid = peer.pid;
    entered(connection, caller.app, std::move(peer));
    return BusCaller{caller.app, caller.isOperator, pid, caller.unknown};
}

// The window's server has named the process, and the kernel says which app it is; the app's own claims do not count. A
// window is ignored if its process is another user's, or no app.
void Daemon::windowInFront(std::string_view word) {
    std::optional<AppId> app;
    const pid_t pid = takeNumber<pid_t>(word).value_or(0);
    struct stat owner {};
    if (pid > 0 && ::stat(fmt::format("/proc/{}", pid).c_str(), &owner) == 0 && owner.st_uid == ::getuid())
        if (const auto peer = peerOf(pid, owner.st_uid, openPidfd(pid))) {
            const Caller caller = identified(*peer);
            if (caller.unknown.empty() && !caller.isOperator) app = caller.app;
        }
    visibility_.inFront(std::move(app));
}

// linux.md §A.5: the names that a window gives itself make nobody visible.
void Daemon::windowsClaim(std::string_view word) {
    const WindowNames before = visibility_.claimedInFront();
    visibility_.claimInFront(windowsFrom(word));
    for (const Manifest& manifest : registry_->all()) {
        const bool was = Visibility::isNamed(manifest, before);
        if (was != visibility_.maybeVisible(manifest)) arrived_.emplace_back(seen(manifest.package));
    }
}

void Daemon::crowded(const std::string& why) { logWarning("too many connections: " + why); }

void Daemon::openSessionDoor() {
    door_ = std::make_unique<SessionDoor>(
        loop_.get(), [this](Visitor visitor) { return letIn(std::move(visitor)); }, logInfo);
    // Without a session bus the socket remains; the desktop's connection reports that there is none.
    if (!door_->open()) door_.reset();
}

Result<Fd> Daemon::letIn(Visitor visitor) {
    PeerProcess peer = STINT_TRY(peerOf(visitor.pid, visitor.uid, std::move(visitor.pidfd)));
    const Caller caller = identified(peer);
    auto [ours, theirs] = STINT_TRY(socketPair());
    const ConnectionId connection =
        STINT_TRY(server_->adopt(std::move(ours), {caller.app, caller.isOperator, peer.pid, caller.unknown}));
    entered(connection, caller.app, std::move(peer));
    return std::move(theirs);
}

void Daemon::closed(ConnectionId connection) {
    hosts_->closed(connection);
    visibility_.closed(connection);
}

} // namespace stint
