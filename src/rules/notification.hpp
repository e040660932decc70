// What a notification must have, and when it goes whatever its policy says (jobs.md §5.1).
#pragma once
#include <optional>

#include "model/app.hpp"
#include "model/constants.hpp"
#include "model/job.hpp"
#include "stint/notification.hpp"

namespace stint {

/// No small icon, an unknown channel, too many actions: IllegalArgument, naming what would be right.
std::optional<Error> notificationError(const App& app, const Notification& notification);

/// What is wrong with a channel that an app wants to create.
std::optional<Error> channelError(const App& app, const Channel& channel, const Constants& constants);
/// What comes of creating it: one that exists changes its name only.
Channel createdChannel(const App& app, Channel channel);
/// What is wrong with deleting a channel: it is the manifest's, or a user-initiated job is showing something by it.
std::optional<Error> deletionError(const App& app, const std::string& id, bool usedByUserInitiated);

/// Stopped by the user, or restricted in the background: removed, even where its policy is DETACH.
bool removesNotification(const Ending& ending);

} // namespace stint
