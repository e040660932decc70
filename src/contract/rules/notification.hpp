// An app's notifications and channels: what they must have, and when a notification goes whatever its policy says
// (jobs.md §5.1).
#pragma once
#include <optional>
#include <string_view>

#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/job.hpp"
#include "stint/notification.hpp"

namespace stint {

/// IllegalArgument for no small icon, an unknown channel or too many actions; it names what would be right.
std::optional<Error> notificationError(const App& app, const Notification& notification);

/// The error of a channel that an app wants to create.
std::optional<Error> channelError(const App& app, const Channel& channel, const Constants& constants);
/// The disturbance that the channel's notifications may cause: one of channelImportances.
const std::string& importanceOf(const App& app, std::string_view channel);
/// The channel after its creation: one that exists changes its name only.
Channel createdChannel(const App& app, Channel channel);
/// The error of deleting a channel: it is the manifest's, or a user-initiated job is showing something by it.
std::optional<Error> deletionError(const App& app, const std::string& id, bool usedByUserInitiated);

/// True if the update reports how far the work has come, and nothing else. PROPOSAL: such an update does not bring back
/// what the user has dismissed (jobs.md §5.3: the app may post it again), or nobody could be rid of a transfer's.
bool tellsProgressOnly(const Notification& shown, const Notification& update);

/// True if the job was stopped by the user, or restricted in the background: removed, even where its policy is DETACH.
bool removesNotification(const Ending& ending);

} // namespace stint
