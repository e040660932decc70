// BroadcastReceiver: how an app is woken by its alarms (limits.md §7) and by messages that are pushed to it (§8.5).
// Derive from it, host it on a Connection under a name of the manifest, and run(): a process is started for it when
// there is something to take, as one is for a job.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "stint/connection.hpp"
#include "stint/export.hpp"
#include "stint/units.hpp"

namespace stint {

/// One delivery of an alarm. May grow (decision 17).
class STINT_API AlarmParameters {
public:
    /// As AlarmManager was handed it.
    const std::string& getTag() const;
    /// How many repeats this delivery stands for, at least 1: those that were missed count along (limits.md §7.2).
    std::int64_t getCount() const;
    /// When it was meant to go off, the first of the repeats that it stands for, by the clock on the wall and by the
    /// time since boot (AlarmManager::elapsedRealtime()). It goes off no sooner, and often later (limits.md §7.3).
    WallTime getTriggerTime() const;
    Duration getTriggerElapsedRealtime() const;

private:
    friend struct ReceiverAccess; ///< libstint fills it
    struct Parts;
    std::shared_ptr<const Parts> parts_;
};

/// One pushed message. May grow (decision 17).
class STINT_API RemoteMessage {
public:
    static constexpr std::int32_t PRIORITY_UNKNOWN = 0;
    static constexpr std::int32_t PRIORITY_HIGH = 1;
    static constexpr std::int32_t PRIORITY_NORMAL = 2;

    /// As it was delivered: PRIORITY_NORMAL also for a high one of an app whose high messages show nothing (limits.md
    /// §8.5).
    std::int32_t getPriority() const;
    /// As it was sent.
    std::int32_t getOriginalPriority() const;
    const std::string& getData() const;
    /// When the daemon got it.
    WallTime getSentTime() const;

private:
    friend struct ReceiverAccess; ///< libstint fills it
    struct Parts;
    std::shared_ptr<const Parts> parts_;
};

class STINT_API BroadcastReceiver {
public:
    BroadcastReceiver();
    virtual ~BroadcastReceiver();
    BroadcastReceiver(const BroadcastReceiver&) = delete;
    BroadcastReceiver& operator=(const BroadcastReceiver&) = delete;

    // Called from Connection::dispatch(), one after the other. What was delivered is taken when the call returns: after
    // 5 s it is given up, and holds no maintenance window open any more (limits.md §7.3). Work that takes longer
    // belongs into a job that is scheduled here. Default: nothing.

    virtual void onAlarm(const AlarmParameters& alarm);
    virtual void onMessage(const RemoteMessage& message);

    /// A ready event loop, the same as JobService::run(): until the daemon lets go of this process. The exit code for
    /// main: 0, or 69 where the connection broke.
    static int run(Connection& connection);
};

} // namespace stint
