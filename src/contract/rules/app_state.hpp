// What limits.md §9 makes of an app's state: how near it is to the user, and what frees it from limits.
#pragma once
#include <cstdint>
#include <optional>

#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"

namespace stint {

/// Visible or in the foreground, as the tables say (limits.md §1.2): top, or showing something.
bool onScreen(const App& app);
/// On screen, or perhaps so: it is not killed for its silence (jobs.md §4.8). Where it is only perhaps so nothing is
/// granted (linux.md §A.5), so no rule but that reads this. A person's word is no perhaps.
bool maybeOnScreen(const App& app);
/// "Active uid" (limits.md §9): on screen, with a foreground service, or left that less than uid.background_settle ago.
bool isActive(const App& app, Instant now, const Constants& constants);
/// When isActive() turns to no by time alone; nullopt: by an event, or it is not.
std::optional<Instant> activeUntil(const App& app, Instant now, const Constants& constants);
/// On the power allowlist: part of the system, or the user has un-restricted its battery (limits.md §2.5).
bool powerAllowlisted(const App& app);
/// On the temporary allowlist at `now` (limits.md §6.6).
bool temporarilyAllowed(const App& app, Instant now);
/// The user has restricted its battery, and it is neither active nor on the power allowlist (limits.md §9).
bool userRestricted(const App& app, Instant now, const Constants& constants);
/// RunningAppProcessInfo.importance (limits.md §9): 100, 125, 200, 300 with a running job, 400, 1000.
std::int32_t importanceOf(const App& app, bool runsJob);

} // namespace stint
