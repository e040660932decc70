#include "contract/rules/notification.hpp"

#include <algorithm>

#include "base/result/fail.hpp"

namespace stint {

namespace {

constexpr std::size_t mostActions = 3;
constexpr std::size_t longestWord = 1000;      ///< PROPOSAL: bytes of a channel's id or name; Android cuts them there
constexpr std::string_view always = "default"; ///< exists without being declared

// The manifest's channel, where it declares one; else the one that the app has created.
const Channel* channelNamed(const App& app, std::string_view id) {
    for (const auto* channels : {&app.manifest.channels, &app.memory.channels}) {
        const auto found = std::ranges::find(*channels, id, &Channel::id);
        if (found != channels->end()) return &*found;
    }
    return nullptr;
}

bool isDeclared(const App& app, std::string_view id) {
    return id == always || std::ranges::find(app.manifest.channels, id, &Channel::id) != app.manifest.channels.end();
}

} // namespace

std::optional<Error> notificationError(const App& app, const Notification& notification) {
    if (notification.getSmallIcon().empty()) {
        return fail(Errc::ILLEGAL_ARGUMENT, "a notification without a small icon; call setSmallIcon");
    }
    const std::string& channel = notification.getChannelId();
    if (channel != always && !channelNamed(app, channel)) {
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "unknown notification channel \"{}\"; create it, or declare it as [[channel]] in {}", channel,
                    app.manifest.file.empty() ? "the manifest" : app.manifest.file);
    }
    if (notification.getActions().size() > mostActions) {
        return fail(Errc::ILLEGAL_ARGUMENT, "{} actions in a notification; at most {} are shown",
                    notification.getActions().size(), mostActions);
    }
    return std::nullopt;
}

std::optional<Error> channelError(const App& app, const Channel& channel, const Constants& constants) {
    if (channel.id.empty()) return fail(Errc::ILLEGAL_ARGUMENT, "a notification channel without an id; name one");
    if (channel.name.empty()) {
        return fail(Errc::ILLEGAL_ARGUMENT, "notification channel \"{}\" without a name for the user", channel.id);
    }
    const std::size_t longest = std::max(channel.id.size(), channel.name.size());
    if (longest > longestWord) {
        return fail(Errc::ILLEGAL_ARGUMENT, "an id or a name of {} bytes; at most {} are allowed", longest,
                    longestWord);
    }
    if (std::ranges::find(channelImportances, channel.importance) == channelImportances.end()) {
        return fail(Errc::ILLEGAL_ARGUMENT, "importance \"{}\" is unknown; it is none, min, low, default or high",
                    channel.importance);
    }
    const bool isNew = std::ranges::find(app.memory.channels, channel.id, &Channel::id) == app.memory.channels.end();
    if (isNew && std::ssize(app.memory.channels) >= constants.maxChannelsPerApp) {
        return fail(Errc::ILLEGAL_STATE, "{} has created {} notification channels, and may create no more",
                    app.manifest.package.name, app.memory.channels.size());
    }
    return std::nullopt;
}

Channel createdChannel(const App& app, Channel channel) {
    if (const Channel* known = channelNamed(app, channel.id)) {
        channel.importance = known->importance;
    } else if (channel.id == always) {
        channel.importance = Channel{}.importance;
    }
    return channel;
}

std::optional<Error> deletionError(const App& app, const std::string& id, bool usedByUserInitiated) {
    if (isDeclared(app, id)) {
        return fail(Errc::ILLEGAL_ARGUMENT, "notification channel \"{}\" is the manifest's, and stays", id);
    }
    if (usedByUserInitiated) {
        return fail(Errc::SECURITY, "a user-initiated job of {} shows a notification of channel \"{}\"",
                    app.manifest.package.name, id);
    }
    return std::nullopt;
}

const std::string& importanceOf(const App& app, std::string_view channel) {
    static const Channel undeclared{.id = std::string(always)};
    const Channel* known = channelNamed(app, channel);
    return (known ? *known : undeclared).importance;
}

bool tellsProgressOnly(const Notification& shown, const Notification& update) {
    const Notification::Progress& progress = update.getProgress();
    return (progress.maximum > 0 || progress.indeterminate) && shown.getChannelId() == update.getChannelId() &&
           shown.getSmallIcon() == update.getSmallIcon() && shown.getTitle() == update.getTitle() &&
           shown.getActions() == update.getActions();
}

bool removesNotification(const Ending& ending) {
    return ending.reason == STOP_REASON_USER || ending.reason == STOP_REASON_BACKGROUND_RESTRICTION;
}

} // namespace stint
