// Callers are identified on the socket and at the session bus (architecture.md, who is calling).
#include "stintd/daemon/visibility.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/unix/process.hpp"
#include "base/unix/sockets.hpp"
#include "contract/model/agent.hpp"
#include "stintd/daemon/daemon.hpp"
#include "stintd/daemon/log.hpp"

namespace stint {

void Visibility::opened(ConnectionId connection, AppId app, PeerProcess peer) {
    const bool comesBack = remembered_.contains(app);
    known_.emplace(connection, Known{std::move(app), std::move(peer), {}});
    if (comesBack) visibleNow(connection);
}

void Visibility::closed(ConnectionId connection) {
    const auto known = known_.extract(connection);
    if (known.empty()) return;
    note(known.mapped().app, connection, false);
    for (const AppId& app : known.mapped().started)
        note(app, connection, false);
}

void Visibility::startedFrom(ConnectionId starter, const AppId& app) {
    const auto known = known_.find(starter);
    if (known != known_.end()) known->second.started.insert(app);
    visibleNow(starter);
}

bool Visibility::visibleNow(ConnectionId connection) {
    const auto found = known_.find(connection);
    if (found == known_.end()) return false;
    const Known& known = found->second;
    const bool own = inForeground(known.peer);
    note(known.app, connection, own);
    for (const AppId& app : known.started)
        note(app, connection, own);
    // An app started from a terminal is as visible as the command that waits there for its end.
    return own || std::ranges::any_of(known_, [&](const auto& other) {
               return other.second.started.contains(known.app) && inForeground(other.second.peer);
           });
}

bool Visibility::inForeground(const PeerProcess& peer) {
    const auto [read, isNew] = read_.try_emplace({peer.pid, peer.startTime}, false);
    if (isNew) read->second = inTerminalForeground(peer);
    return read->second;
}

const PeerProcess* Visibility::peer(ConnectionId connection) const {
    const auto known = known_.find(connection);
    return known == known_.end() ? nullptr : &known->second.peer;
}

bool Visibility::isItself(ConnectionId connection) {
    const PeerProcess* process = peer(connection);
    if (!process) return true; // the daemon started it
    const std::tuple known{process->pid, process->startTime, process->program};
    if (unchanged_.contains(known)) return true;
    if (runsAnother(*process)) return false;
    unchanged_.insert(known);
    return true;
}

void Visibility::forget() {
    for (const AppId& app : std::exchange(remembered_, {}))
        if (!visible(app)) seen_(app);
}

void Visibility::inFront(std::optional<AppId> app) {
    if (app == inFront_) return;
    const auto before = std::exchange(inFront_, std::move(app));
    if (before && !visible(*before)) seen_(*before);
    if (inFront_) seen_(*inFront_);
}

bool Visibility::isNamed(const Manifest& manifest, const WindowNames& names) {
    const std::filesystem::path file = std::filesystem::path(manifest.desktopFile).filename();
    const std::string entry = file.extension() == ".desktop" ? file.stem() : file;
    return names.contains(manifest.package.name) || names.contains(entry);
}

void Visibility::note(const AppId& app, ConnectionId through, bool visible) {
    const bool before = this->visible(app);
    auto& connections = visibleThrough_[app];
    if (visible) {
        connections.insert(through);
    } else {
        connections.erase(through);
    }
    if (connections.empty()) visibleThrough_.erase(app);
    if (this->visible(app) != before) seen_(app);
}

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
    const bool isLine = caller.isOperator && runs(peer, "stint-push");
    const bool isAgent = caller.app.name == agentPackage && runs(peer, "stint-agent");
    const AppId app = isLine ? AppId{std::string(linePackage)} : caller.app;
    entered(connection, app, std::move(peer));
    return BusCaller{app, caller.isOperator && !isLine, pid, caller.unknown, isLine, isAgent};
}

// stint-push and stint-agent are known by the files that they run, as an app is by its executable.
bool Daemon::runs(const PeerProcess& peer, const char* program) const {
    struct stat file {};
    return peer.program && ::stat((options_.libexec / program).c_str(), &file) == 0 &&
           *peer.program == stint::Program{file.st_dev, file.st_ino};
}

Result<Caller> Daemon::callerBehind(pid_t pid, std::uint64_t startTime) const {
    const PeerProcess peer = STINT_TRY(peerOf(pid, ::getuid(), openPidfd(pid)));
    if (peer.startTime != startTime) return fail(Errc::SECURITY, "process {} has ended", pid);
    Caller caller = identified(peer);
    if (!caller.unknown.empty()) return fail(Errc::SECURITY, "{}", caller.unknown);
    return caller;
}

// push.md §4.2: who is in a sandbox is no person, be there a manifest or not. It is looked at first: then it is known
// that the process was there meanwhile.
Result<std::optional<AppId>> Daemon::appOf(pid_t pid, std::uint64_t startTime) {
    const auto sandboxed = flatpakOf(pid);
    const Caller caller = STINT_TRY(callerBehind(pid, startTime));
    if (!caller.isOperator) return std::optional(caller.app);
    if (!sandboxed) return std::optional<AppId>();
    if (!isDesktopId(*sandboxed)) return fail(Errc::SECURITY, "process {} is in a sandbox without a name", pid);
    return std::optional(AppId{*sandboxed});
}

// push.md §4.4: an app without a manifest is known by the name that it owns on the bus, which is nobody else's then.
Result<AppId> Daemon::appBehind(pid_t pid, std::uint64_t startTime, const std::string& connector) {
    const Caller caller = STINT_TRY(callerBehind(pid, startTime));
    if (!caller.isOperator) return caller.app;
    if (!isDesktopId(connector) || connector.starts_with("org.stint."))
        return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is no name of an app", printable(connector));
    if (registry_->find(connector) && !registry_->isGuest(connector))
        return fail(Errc::SECURITY, "{} is an app, and process {} is not of it", connector, pid);
    return AppId{connector};
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
    line_->closed(connection);
    hosts_->closed(connection);
    visibility_.closed(connection);
}

} // namespace stint
