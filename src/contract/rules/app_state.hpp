// The state of an app by limits.md §9: how near it is to the user, and what frees it from limits.
#pragma once
#include <cstdint>
#include <optional>

#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"

namespace stint {

/// True if the app is visible or in the foreground by the tables (limits.md §1.2): top, or showing something.
bool onScreen(const App& app);
/// True if the app is on screen, or perhaps so: then it is not killed for its silence (jobs.md §4.8). No other rule
/// reads this: an app that is only perhaps on screen is granted nothing (linux.md §A.5). A state that a person has set
/// is certain.
bool maybeOnScreen(const App& app);
/// True for an "active uid" (limits.md §9): on screen, with a foreground service, or less than uid.background_settle
/// after it.
bool isActive(const App& app, Instant now, const Constants& constants);
/// The time at which isActive() turns false by time alone; nullopt: only an event ends it, or it is false.
std::optional<Instant> activeUntil(const App& app, Instant now, const Constants& constants);
/// True on the power allowlist: part of the system, or un-restricted in its battery use by the user (limits.md §2.5).
bool powerAllowlisted(const App& app);
/// True on the temporary allowlist at `now` (limits.md §6.6).
bool temporarilyAllowed(const App& app, Instant now);
/// True if the user has restricted its battery, and it is neither active nor on the power allowlist (limits.md §9).
bool userRestricted(const App& app, Instant now, const Constants& constants);
/// RunningAppProcessInfo.importance (limits.md §9): 100, 125, 200, 300 with a running job, 400, 1000.
std::int32_t importanceOf(const App& app, bool runsJob);

} // namespace stint
