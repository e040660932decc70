// What a notification must have, and when it goes whatever its policy says (jobs.md §5.1).
#pragma once
#include <optional>

#include "model/app.hpp"
#include "model/job.hpp"
#include "stint/notification.hpp"

namespace stint {

/// No small icon, an unknown channel, too many actions: IllegalArgument, naming what would be right.
std::optional<Error> notificationError(const Manifest& manifest, const Notification& notification);

/// Stopped by the user, or restricted in the background: removed, even where its policy is DETACH.
bool removesNotification(const Ending& ending);

} // namespace stint
