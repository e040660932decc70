// All that Stint shows on the desktop: each ShowNotification of the core goes to the session's server (linux.md §A.1,
// jobs.md §5, §12.7), and what the user does to it becomes an event; the launcher's progress bar (linux.md §A.2); and
// the Task Manager's page, which a press opens (jobs.md §5.6).
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <sys/types.h>

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "base/unix/event_source.hpp"
#include "base/unix/fd.hpp"
#include "contract/model/event.hpp"
#include "contract/model/job.hpp"
#include "stint/result.hpp"
#include "stintd/notify/notification_server.hpp"

namespace stint {

struct LauncherProgress {
    std::int32_t percent = 0;
    std::int64_t count = 0; ///< the number of notifications with a progress
    bool operator==(const LauncherProgress&) const = default;
};

/// Sends the progress of all notifications together to launchers, which draw it on the Task Manager's icon (linux.md
/// §A.2): a signal on the session bus, which needs no listener. Nothing is answered, so nothing can hang.
class LauncherEntry {
public:
    /// nullopt: no notification has a progress. A value that was sent last is not sent again.
    void tell(sd_bus* bus, const std::optional<LauncherProgress>& progress);

private:
    std::optional<LauncherProgress> told_;
};

/// The Task Manager's page, opened for a person who pressed Why or Open on the desktop (jobs.md §5.6): runs `stint ui`
/// in a session of its own, and waits for its end. No other place knows how it is started.
class TaskManagerPage {
public:
    /// `news`: gets a line for the log where it could not be opened.
    TaskManagerPage(sd_event* loop, std::function<void(const std::string&)> news)
        : loop_(loop), news_(std::move(news)) {}
    ~TaskManagerPage() = default;
    TaskManagerPage(const TaskManagerPage&) = delete;
    TaskManagerPage& operator=(const TaskManagerPage&) = delete;

    /// Opens the page, at that job if there is one. `token`: the press's (xdg-activation), which lets a window come to
    /// the front; empty: there is none.
    void open(const std::optional<JobKey>& job, const std::string& token);

private:
    struct Child {
        TaskManagerPage* owner = nullptr;
        pid_t pid = 0;
        Fd pidfd;
        EventSource exit;
    };

    Result<void> start(const std::optional<JobKey>& job, const std::string& token);
    static int exited(sd_event_source* source, int fd, std::uint32_t events, void* child);

    sd_event* loop_;
    std::function<void(const std::string&)> news_;
    std::map<pid_t, Child> children_;
};

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
