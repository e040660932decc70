// What is known of who is at the other end of each connection, and which apps a user is looking at through them
// (architecture.md, what is visible). A terminal's foreground holds while its connection is open.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "apps/caller.hpp"
#include "bus/server.hpp"
#include "model/event.hpp"

namespace stint {

class Sightings : public Presence {
public:
    /// `seen`: an app is visible now, or is not any more.
    explicit Sightings(std::function<void(const AppId&, bool)> seen) : seen_(std::move(seen)) {}

    void opened(ConnectionId connection, AppId app, Peer peer);
    void closed(ConnectionId connection);
    /// The app's program was started from this connection: who looks at the one looks at the other.
    void startedFrom(ConnectionId starter, const AppId& app);

    /// Where it is so, the app counts as visible from now on.
    bool visibleNow(ConnectionId connection) override;
    /// What was read in the turn before counts no more.
    void newTurn() {
        read_.clear();
        unchanged_.clear();
    }
    bool visible(const AppId& app) const { return visibleThrough_.contains(app) || remembered_.contains(app); }

    /// What was looked at under the daemon before this one is so until forget(): whoever outlived that one connects
    /// again a moment after the start, and a limit must not be charged for this moment (limits.md §3.3).
    void remember(AppId app) { remembered_.insert(std::move(app)); }
    bool remembers() const { return !remembered_.empty(); }
    /// By now everybody has connected again: only what is seen counts.
    void forget();
    const Peer* peer(ConnectionId connection) const;
    bool isItself(ConnectionId connection) override;

private:
    void note(const AppId& app, ConnectionId through, bool visible);
    bool inForeground(const Peer& peer);

    struct Known {
        AppId app;
        Peer peer;
        std::set<AppId> started;
    };
    std::function<void(const AppId&, bool)> seen_;
    std::map<ConnectionId, Known> known_;
    std::map<AppId, std::set<ConnectionId>> visibleThrough_;
    std::set<AppId> remembered_;
    /// By process and its start: many calls may come from one process in a turn, and the kernel takes its time to tell.
    std::map<std::pair<pid_t, std::uint64_t>, bool> read_;
    std::set<std::tuple<pid_t, std::uint64_t, std::optional<Program>>> unchanged_;
};

} // namespace stint
