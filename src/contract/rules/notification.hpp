// What a notification must have, and when it goes whatever its policy says (jobs.md §5.1).
#pragma once
#include <optional>
#include <string_view>

#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/job.hpp"
#include "stint/notification.hpp"

namespace stint {

/// No small icon, an unknown channel, too many actions: IllegalArgument, naming what would be right.
std::optional<Error> notificationError(const App& app, const Notification& notification);

/// What is wrong with a channel that an app wants to create.
std::optional<Error> channelError(const App& app, const Channel& channel, const Constants& constants);
/// How much the channel's notifications may disturb: one of channelImportances.
const std::string& importanceOf(const App& app, std::string_view channel);
/// What comes of creating it: one that exists changes its name only.
Channel createdChannel(const App& app, Channel channel);
/// What is wrong with deleting a channel: it is the manifest's, or a user-initiated job is showing something by it.
std::optional<Error> deletionError(const App& app, const std::string& id, bool usedByUserInitiated);

/// Whether the update tells how far its work has come, and nothing else. PROPOSAL: such a one does not bring back what
/// the user has dismissed (jobs.md §5.3: the app may post it again), or nobody could be rid of a transfer's.
bool tellsProgressOnly(const Notification& shown, const Notification& update);

/// Stopped by the user, or restricted in the background: removed, even where its policy is DETACH.
bool removesNotification(const Ending& ending);

} // namespace stint
