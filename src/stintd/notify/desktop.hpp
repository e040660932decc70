// The notifications that Stint shows on the desktop: each ShowNotification of the core goes to the session's server
// (linux.md §A.1, jobs.md §5, §12.7), and what the user does to it becomes an event.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "contract/model/event.hpp"
#include "stintd/notify/launcher_entry.hpp"
#include "stintd/notify/notification_server.hpp"
#include "stintd/notify/session_bus.hpp"

namespace stint {

/// Keeps the notifications to be shown, by app and id, so that a server that comes late, or comes again, shows the
/// same. One call is under way at a time; a notification that changes meanwhile is in the queue once, with its newest
/// contents. So a server that never answers costs one message and no memory. When the loop ends, notifications of
/// running jobs and services are closed: none of them outlives the daemon.
class Desktop : SessionBus::Listener, NotificationServer::Listener {
public:
    /// `happened`: NotificationTapped, NotificationDismissed, AppTapped; called from the event loop alone. `news`: a
    /// line for the log, never twice the same in a row.
    Desktop(sd_event* loop, std::function<void(Event)> happened, std::function<void(const std::string&)> news);
    ~Desktop() override { sd_event_source_disable_unref(end_); }
    Desktop(const Desktop&) = delete;
    Desktop& operator=(const Desktop&) = delete;

    /// Looks for the session's server; does not start one.
    void open() { bus_.connect(); }
    void show(const ShowNotification& shows, const Sender& sender);
    void withdraw(const AppId& app, std::int32_t id);
    void withdrawAll();

    /// The token of the last press, once: it lets a window that the press opens come to the front.
    std::string takeToken() { return std::exchange(token_, {}); }

    /// For `stint device` and `stint doctor`: "dunst 1.9.0", or why there is none.
    std::string description() const;
    /// True if a server is there and has answered.
    bool isServed() const { return server_ && server_->isReady(); }

private:
    using Key = std::pair<AppId, std::int32_t>;
    struct Entry {
        ShowNotification shows;
        Sender sender;
        std::uint32_t id = 0;   ///< the present server's id; 0: it does not show it
        bool wanted = true;     ///< false: it is closed as soon as its call is answered
        bool activated = false; ///< a press's token has come, the press itself has not
    };
    using Entries = std::map<Key, Entry>;

    // SessionBus::Listener.
    void servedBy(const std::string& owner) override;
    void failed(const Error& error) override;
    // NotificationServer::Listener.
    void ready() override;
    void shown(const Result<std::uint32_t>& id) override;
    void closed(std::uint32_t id, NotificationClosed why) override;
    void pressed(std::uint32_t id, const std::string& action) override;
    void activated(std::uint32_t id, const std::string& token) override;

    std::optional<LauncherProgress> together() const;
    void tellLauncher() { launcher_.tell(bus_.get(), together()); }
    void enqueue(const Key& key);
    void sendNext();
    bool isPending(const Key& key) const;
    Entries::iterator shownAs(std::uint32_t id);
    void withdraw(Entries::iterator entry);
    void dismissed(Entries::iterator entry);
    void closeOngoing();
    void say(const std::string& line);

    std::function<void(Event)> happened_;
    std::function<void(const std::string&)> news_;
    sd_event_source* end_ = nullptr; ///< at the loop's end
    SessionBus bus_;
    std::unique_ptr<NotificationServer> server_;
    LauncherEntry launcher_;
    Entries entries_;
    std::deque<Key> queue_;       ///< changed since they were shown, each once
    std::optional<Key> underWay_; ///< its call has not been answered
    std::string error_;           ///< the reason that nothing is shown
    std::string said_;
    std::string token_;
    bool refused_ = false; ///< this server has refused one, and that was logged
};

} // namespace stint
