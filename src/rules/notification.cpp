#include "rules/notification.hpp"

#include <algorithm>

#include "base/fail.hpp"

namespace stint {

namespace {
constexpr std::size_t mostActions = 3;
}

std::optional<Error> notificationError(const Manifest& manifest, const Notification& notification) {
    if (notification.getSmallIcon().empty()) {
        return fail(Errc::IllegalArgument, "a notification without a small icon; call setSmallIcon");
    }
    const std::string& channel = notification.getChannelId();
    if (channel != "default" &&
        std::ranges::find(manifest.channels, channel, &Channel::id) == manifest.channels.end()) {
        return fail(Errc::IllegalArgument, "unknown notification channel \"{}\"; declare it as [[channel]] in {}",
                    channel, manifest.file.empty() ? "the manifest" : manifest.file);
    }
    if (notification.getActions().size() > mostActions) {
        return fail(Errc::IllegalArgument, "{} actions in a notification; at most {} are shown",
                    notification.getActions().size(), mostActions);
    }
    return std::nullopt;
}

bool removesNotification(const Ending& ending) {
    return ending.reason == StopReason::User || ending.reason == StopReason::BackgroundRestriction;
}

} // namespace stint
