// BroadcastReceiver: the part of an app that takes its alarms (limits.md §7) and the messages pushed to it (§8.5).
// Derive from it, host it on a Connection under a name in the manifest, and run(): a process is started for it when
// there is something to deliver, as for a job.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "stint/connection.hpp"
#include "stint/export.hpp"
#include "stint/units.hpp"

namespace stint {

/// One delivery of an alarm. May grow (decision 17).
class STINT_API AlarmParameters {
public:
    /// The tag that AlarmManager was given.
    const std::string& getTag() const;
    /// The number of repeats that this delivery stands for, missed ones included; at least 1 (limits.md §7.2).
    std::int64_t getCount() const;
    /// The time that the first of these repeats was set for, by the wall clock and by the time since boot
    /// (AlarmManager::elapsedRealtime()). An alarm goes off no sooner, and often later (limits.md §7.3).
    WallTime getTriggerTime() const;
    Duration getTriggerElapsedRealtime() const;

private:
    friend struct ReceiverAccess; ///< libstint fills it
    struct Values;
    std::shared_ptr<const Values> values_;
};

/// One pushed message. May grow (decision 17).
class STINT_API RemoteMessage {
public:
    static constexpr std::int32_t PRIORITY_UNKNOWN = 0;
    static constexpr std::int32_t PRIORITY_HIGH = 1;
    static constexpr std::int32_t PRIORITY_NORMAL = 2;

    /// The priority of its delivery: PRIORITY_NORMAL also for a high one of an app whose high messages show nothing
    /// (limits.md §8.5).
    std::int32_t getPriority() const;
    /// The priority it was sent with.
    std::int32_t getOriginalPriority() const;
    /// The text of a message that was sent on this machine (stint push); empty where it came from elsewhere.
    const std::string& getData() const;
    /// The bytes of a message that came from elsewhere, as its sender posted them (push.md §4.1); empty where it was
    /// sent on this machine.
    const std::vector<std::uint8_t>& getBytes() const;
    /// The time when the daemon got it, or, where it came from elsewhere, when the server was given it.
    WallTime getSentTime() const;
    /// The name of the app's registration that it came for (stint/push_manager.hpp); empty where it was sent on this
    /// machine.
    const std::string& getRegistration() const;

private:
    friend struct ReceiverAccess; ///< libstint fills it
    struct Values;
    std::shared_ptr<const Values> values_;
};

class STINT_API BroadcastReceiver {
public:
    BroadcastReceiver();
    virtual ~BroadcastReceiver();
    BroadcastReceiver(const BroadcastReceiver&) = delete;
    BroadcastReceiver& operator=(const BroadcastReceiver&) = delete;

    // Called from Connection::dispatch(), one after the other. A delivery is taken when its call returns: after 5 s it
    // is given up, and holds no maintenance window open any more (limits.md §7.3). Work that takes longer belongs in a
    // job that is scheduled here. All do nothing by default.

    virtual void onAlarm(const AlarmParameters& alarm);
    virtual void onMessage(const RemoteMessage& message);
    /// Some messages from elsewhere are lost, because they were too many for the server's store or for the daemon's
    /// (push.md §4.1): the app asks its own server for what it lacks.
    virtual void onDeletedMessages();
    /// The app's registration of that name has this URL from now on (stint/push_manager.hpp): the app tells it to its
    /// own server. It comes until a call of it has returned, so perhaps twice, and in Doze when a window opens.
    virtual void onNewEndpoint(const std::string& registration, const std::string& endpoint);
    /// The app's registration of that name has ended, though the app has not ended it: the user has revoked it, or the
    /// push server refuses it.
    virtual void onUnregistered(const std::string& registration);

    /// A ready event loop, the same as JobService::run(): dispatches until the daemon lets go of this process. Returns
    /// the exit code for main: 0, or 69 if the connection broke.
    static int run(Connection& connection);
};

} // namespace stint
