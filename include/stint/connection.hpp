// An app's one line to stintd, in both directions. Fits any event loop: watch fd() for reading, call dispatch() when
// it is ready or when timeout() has passed.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "stint/export.hpp"
#include "stint/notification.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint {

class BroadcastReceiver;
class JobService;
namespace client {
struct RunHandle;
}

class STINT_API Connection {
public:
    /// Connects to stintd: a process that stintd started over the socket that it was given (its first connection), any
    /// other over the daemon's own socket. Errc::UNAVAILABLE if no daemon listens; the message says what to do.
    static Result<Connection> open();

    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    ~Connection();

    /// The descriptor that is readable when dispatch() has something to do. It stays the same for the connection's
    /// life.
    int fd() const;
    /// The longest time that the loop may sleep; nullopt: until fd() is readable. Ask before each sleep.
    std::optional<Duration> timeout() const;
    /// Handles the messages that have arrived; callbacks of hosted services come from here and from nowhere else. False
    /// once the daemon has let go of this process (it hosts no running job any more) and it should end. If the daemon
    /// died, onStopJob is called for each running job, and its answer ignored; later dispatches connect again and host
    /// the services anew (in a process that stintd started, dispatch() returns false instead). An Error if the daemon
    /// that came back refuses a service; dispatching may go on.
    Result<bool> dispatch();

    /// Offers `service` under a name in the app's manifest: the daemon runs jobs in it. It must outlive the connection.
    /// Errc::SECURITY if the manifest of this process's app does not declare it.
    Result<void> host(std::string name, JobService& service);
    /// The same for a receiver of alarms and messages (stint/receiver.hpp).
    Result<void> host(std::string name, BroadcastReceiver& receiver);

    /// Begins a foreground service that the manifest declares with a foreground_type (jobs.md §5.5), which the user
    /// sees as the app's notification `notificationId` and in the Task Manager; begun again, it updates that one, or
    /// shows another. It lasts until it is stopped, by the app, by the user, or by the end of this process; if the
    /// daemon dies, it goes on under the next one.
    /// IllegalState, "ForegroundServiceStartNotAllowed: …", if the app is not visible and holds no right to start one;
    /// IllegalArgument for a service that the manifest does not declare so, and for a notification that
    /// setNotification() refuses.
    Result<void> startForegroundService(std::string name, std::int32_t notificationId,
                                        const Notification& notification);
    Result<void> stopForegroundService(std::string name);
    /// Takes back one notification of a service that was begun with several; the last one ends it.
    Result<void> stopForegroundService(std::string name, std::int32_t notificationId);
    /// Calls `callback` from dispatch() for each press on an action of a notification of that foreground service, while
    /// it runs in this process (jobs.md §5.5). One callback for each service: a later one replaces it, an empty one
    /// takes it away.
    void onForegroundServiceAction(std::string name,
                                   std::function<void(std::int32_t notificationId, const std::string& key)> callback);

    /// Creates a channel for this app's notifications, beside "default" and those of its manifest; of an existing one
    /// only the name changes (jobs.md §5.1). importance: "none", "min", "low", "default" or "high". It is kept until it
    /// is deleted. IllegalArgument without an id or a name, or for another importance.
    Result<void> createNotificationChannel(std::string id, std::string name, std::string importance = "default");
    /// Deletes a channel, with the notifications that it shows. Security while a user-initiated job of this app shows
    /// one in it (§5.3); IllegalArgument for a channel of the manifest. An unknown channel is no error.
    Result<void> deleteNotificationChannel(std::string id);
    // The standing of this process's app with its limits (stint/standing.hpp). Each call asks the daemon.

    /// The app's standby bucket (limits.md §2): StandbyBucket::ACTIVE, …
    Result<std::int32_t> getAppStandbyBucket();
    /// The app's importance (limits.md §9): Importance::FOREGROUND, …
    Result<std::int32_t> getMyImportance();
    /// True if the app's traffic in the background is blocked now (limits.md §8.1). Jobs that require a network need
    /// not ask: they start when theirs is open.
    Result<bool> isNetworkBlocked();
    /// Calls `callback` from dispatch(): first with the present state, then at each change; `because` is the rule that
    /// blocks: standby, doze, battery_saver, data_saver, … One callback for each connection: a later one replaces it.
    Result<void> onNetworkBlocked(std::function<void(bool blocked, const std::string& because)> callback);

    /// The package by which the daemon knows this process, from the kernel's word alone (architecture.md, who is
    /// calling).
    Result<std::string> package();

private:
    friend class AlarmManager;
    friend class JobScheduler;
    friend class JobService;
    friend class PushManager;
    friend struct client::RunHandle;
    class Impl;
    explicit Connection(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

} // namespace stint
