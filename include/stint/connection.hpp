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
    /// A process that stintd started speaks over the socket it was given (its first connection); any other connects
    /// to the daemon's own socket. Errc::UNAVAILABLE where no daemon listens, with what to do about it.
    static Result<Connection> open();

    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    ~Connection();

    /// Readable when dispatch() has something to do. One descriptor for the life of the connection.
    int fd() const;
    /// How long the loop may sleep at most; nullopt: until fd() is readable. Ask before each sleep.
    std::optional<Duration> timeout() const;
    /// Handles what has arrived; callbacks of hosted services come from here and from nowhere else. False once the
    /// daemon has let go of this process (it hosts no running job any more) and it should end. Where the daemon died:
    /// onStopJob is called for each running job, its answer ignored; the connection is made again and the services
    /// are hosted anew by later dispatches (a process that stintd started answers false instead). An Error where the
    /// daemon that came back refuses a service; dispatching may go on.
    Result<bool> dispatch();

    /// Offers `service` under a name of the app's manifest: the daemon runs jobs in it. It must outlive the
    /// connection. Errc::SECURITY where the manifest of this process's app does not declare it.
    Result<void> host(std::string name, JobService& service);
    /// The same for a receiver of alarms and messages (stint/receiver.hpp).
    Result<void> host(std::string name, BroadcastReceiver& receiver);

    /// Begins a foreground service that the manifest declares with a foreground_type (jobs.md §5.5), which the user
    /// sees as the app's notification `notificationId` and in the Task Manager. It lasts until it is stopped, by the
    /// app, by the user, or by the end of this process; under the next daemon, where this one dies, it goes on.
    /// IllegalState,
    /// "ForegroundServiceStartNotAllowed: …", where the app is not visible and holds no right to start one;
    /// IllegalArgument for an undeclared one, and for what setNotification() refuses.
    Result<void> startForegroundService(std::string name, std::int32_t notificationId,
                                        const Notification& notification);
    Result<void> stopForegroundService(std::string name);

    /// A channel for this app's notifications, beside "default" and those of its manifest; one that exists changes its
    /// name only (jobs.md §5.1). importance: "none", "min", "low", "default" or "high". It is kept until it is deleted.
    /// IllegalArgument without an id or a name, or for another importance.
    Result<void> createNotificationChannel(std::string id, std::string name, std::string importance = "default");
    /// Takes what is shown by it away, too. Security while a user-initiated job of this app shows something by it
    /// (§5.3); IllegalArgument for one of the manifest's; an unknown one is fine.
    Result<void> deleteNotificationChannel(std::string id);
    // How this process's app stands with its limits (stint/standing.hpp). Each asks the daemon.

    /// limits.md §2: StandbyBucket::ACTIVE, …
    Result<std::int32_t> getAppStandbyBucket();
    /// limits.md §9: Importance::FOREGROUND, …
    Result<std::int32_t> getMyImportance();
    /// Whether the app's traffic in the background is blocked now (limits.md §8.1). Its jobs that require a network do
    /// not ask: they start when theirs is open.
    Result<bool> isNetworkBlocked();
    /// Calls `told` from dispatch(): first with how it is, then whenever it changes; `because` is the rule that blocks:
    /// standby, doze, battery_saver, data_saver, … One callback a connection: a later one replaces it.
    Result<void> onNetworkBlocked(std::function<void(bool blocked, const std::string& because)> told);

    /// The package the daemon knows this process by, from the kernel's word alone (architecture.md, who is calling).
    Result<std::string> package();

private:
    friend class AlarmManager;
    friend class JobScheduler;
    friend class JobService;
    friend struct client::RunHandle;
    class Impl;
    explicit Connection(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

} // namespace stint
