// The callers at the connections, and the apps that a user sees through them (architecture.md, who is calling, what is
// visible).
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "contract/model/event.hpp"
#include "stintd/apps/caller.hpp"
#include "stintd/bus/server.hpp"
#include "stintd/helpers/helper.hpp"

namespace stint {

/// Knows the process at the other end of each connection, and the apps that a user sees through them (architecture.md,
/// what is visible). A terminal's foreground counts while its connection is open, a window while it is in front.
class Visibility : public Presence {
public:
    /// `seen`: called when an app becomes visible, or is no longer visible.
    explicit Visibility(std::function<void(const AppId&)> seen) : seen_(std::move(seen)) {}

    void opened(ConnectionId connection, AppId app, PeerProcess peer);
    void closed(ConnectionId connection);
    /// Notes that the app's program was started from this connection: the app is visible when that connection is.
    void startedFrom(ConnectionId starter, const AppId& app);

    /// True if the connection's process is in a terminal's foreground, so that its app counts as visible from now on;
    /// or if the command that started the app is.
    bool visibleNow(ConnectionId connection) override;
    /// Drops the answers of the former turn, so that they are read anew.
    void newTurn() {
        read_.clear();
        unchanged_.clear();
    }
    bool visible(const AppId& app) const {
        return visibleThrough_.contains(app) || remembered_.contains(app) || inFront_ == app;
    }
    /// Sets the app whose window is in front; nullopt: none.
    void inFront(std::optional<AppId> app);
    /// Sets the names that the windows in front give themselves, which makes nobody visible (linux.md §A.5).
    void claimInFront(WindowNames names) { claimed_ = std::move(names); }
    const WindowNames& claimedInFront() const { return claimed_; }
    bool maybeVisible(const Manifest& manifest) const { return isNamed(manifest, claimed_); }
    /// True if the names have the app's package, or its desktop file.
    static bool isNamed(const Manifest& manifest, const WindowNames& names);

    /// Lets an app that was visible under the previous daemon stay so until forget(): its processes reconnect a moment
    /// after the start, and that moment must not be charged to a quota (limits.md §3.3).
    void remember(AppId app) { remembered_.insert(std::move(app)); }
    bool remembers() const { return !remembered_.empty(); }
    /// Ends this once every process has reconnected: only visible connections and windows count from then on.
    void forget();
    const PeerProcess* peer(ConnectionId connection) const;
    bool isItself(ConnectionId connection) override;

private:
    void note(const AppId& app, ConnectionId through, bool visible);
    bool inForeground(const PeerProcess& peer);

    struct Known {
        AppId app;
        PeerProcess peer;
        std::set<AppId> started;
    };
    std::function<void(const AppId&)> seen_;
    std::map<ConnectionId, Known> known_;
    std::map<AppId, std::set<ConnectionId>> visibleThrough_;
    std::set<AppId> remembered_;
    std::optional<AppId> inFront_;
    WindowNames claimed_;
    /// Answers of this turn, by process and its start time: one process may make many calls in a turn, and asking the
    /// kernel is slow.
    std::map<std::pair<pid_t, std::uint64_t>, bool> read_;
    std::set<std::tuple<pid_t, std::uint64_t, std::optional<Program>>> unchanged_;
};

} // namespace stint
