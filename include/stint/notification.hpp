// Notification: shown to the user while a job runs (jobs.md §5.1), on the desktop and in the Task Manager alike.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "stint/export.hpp"
#include "stint/units.hpp"

namespace stint {

/// The fate of a notification when its job ends.
enum class JobEndNotificationPolicy : std::int32_t {
    JOB_END_NOTIFICATION_POLICY_DETACH = 0, ///< it stays; the user may dismiss it
    JOB_END_NOTIFICATION_POLICY_REMOVE = 1,
};
/// The base of JobService, which has the names as its own (see stint/reasons.hpp).
struct JobEndNotificationPolicies {
    using enum JobEndNotificationPolicy;
};
using enum JobEndNotificationPolicy;

/// May grow (decision 17).
class STINT_API Notification {
public:
    class Builder;

    struct Action {
        /// Passed to JobService::notificationAction, or to Connection::onForegroundServiceAction. "stop" and "later"
        /// are the library's own pair.
        std::string key;
        std::string label; ///< the button's text
        bool operator==(const Action&) const = default;
    };
    struct Progress {
        std::int64_t maximum = 0; ///< 0: none is shown
        std::int64_t value = 0;
        bool indeterminate = false;
        bool operator==(const Progress&) const = default;
    };

    const std::string& getChannelId() const;
    const std::string& getSmallIcon() const;
    const std::string& getTitle() const;
    const std::string& getText() const;
    const Progress& getProgress() const;
    const std::vector<Action>& getActions() const;

    bool operator==(const Notification&) const;

private:
    struct Values;
    std::shared_ptr<const Values> values_;
};

/// The channel (declared in the manifest, or "default") and the small icon are required: setNotification() refuses a
/// notification without them, and one with more than three actions, with IllegalArgument.
class STINT_API Notification::Builder {
public:
    explicit Builder(std::string channelId);
    Builder& setSmallIcon(std::string iconNameOrPath);
    Builder& setContentTitle(std::string title);
    Builder& setContentText(std::string text);
    Builder& setProgress(std::int64_t maximum, std::int64_t value, bool indeterminate);
    Builder& addAction(std::string key, std::string label);
    Notification build() const { return notification_; }

private:
    Notification notification_;
};

} // namespace stint
