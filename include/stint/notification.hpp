// What a job shows the user while it runs (jobs.md §5.1): on the desktop and in the Task Manager alike.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "stint/export.hpp"
#include "stint/units.hpp"

namespace stint {

/// What becomes of a notification when its job ends.
enum class JobEndNotificationPolicy : std::int32_t {
    JOB_END_NOTIFICATION_POLICY_DETACH = 0, ///< it stays; the user may dismiss it
    JOB_END_NOTIFICATION_POLICY_REMOVE = 1,
};
using enum JobEndNotificationPolicy;

class Notification {
public:
    class Builder;

    struct Action {
        std::string key;   ///< handed to JobService::notificationAction; "stop" and "later" are the library's own pair
        std::string label; ///< what the button says
        bool operator==(const Action&) const = default;
    };
    struct Progress {
        std::int64_t maximum = 0; ///< 0: none is shown
        std::int64_t value = 0;
        bool indeterminate = false;
        bool operator==(const Progress&) const = default;
    };

    const std::string& getChannelId() const { return channel_; }
    const std::string& getSmallIcon() const { return smallIcon_; }
    const std::string& getTitle() const { return title_; }
    const std::string& getText() const { return text_; }
    const Progress& getProgress() const { return progress_; }
    const std::vector<Action>& getActions() const { return actions_; }

    bool operator==(const Notification&) const = default;

private:
    std::string channel_;
    std::string smallIcon_;
    std::string title_;
    std::string text_;
    Progress progress_;
    std::vector<Action> actions_;
};

/// The channel (declared in the manifest, or "default") and the small icon are demanded: setNotification answers
/// IllegalArgument without them, and for more than three actions.
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
