#include "stintd/daemon/visibility.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

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

} // namespace stint
