// Whether an app may schedule this job now (jobs.md §2.2 to §2.4): its manifest, its permissions, its state, and how
// often and how much it asks.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/event.hpp"

namespace stint {

/// jobs.md §2.2, in its order: the service exists, is the app's own, is bound by BIND_JOB_SERVICE, and a persisted
/// job's app may receive the boot. The first that fails.
std::optional<Error> manifestError(const App& app, const JobInfo& job);

/// jobs.md §2.3, why a user-initiated job is not admitted: Security where the permission is not declared (clause 1),
/// Refused where the user took it back or the app is in none of the allowed states (clause 2).
std::optional<Error> admissionError(const App& app, const Schedule& request, Instant now, const Constants& constants);

/// Whether the app is in one of the states of jobs.md §2.3 that let it start a user-initiated job: seen, within the
/// seconds after a tap, with a condition that lets it open a window, or with a foreground service begun so.
bool mayStartUi(const App& app, Instant now);

/// jobs.md §5.5: whether a foreground service may start now. Where a user-initiated job is admitted, and further: on
/// the power allowlist, for the seconds after a high-priority message or an exact alarm, and once the boot is complete,
/// which an app is told of that may receive it. One whose battery use the user restricts, only while it is seen.
bool mayStartForegroundService(const App& app, bool justBooted, Instant now);

/// The names of jobs.md §2.3: "bound_by_visible", …
bool isStartCondition(std::string_view name);

/// jobs.md §2.1: only whether the permission is there; nothing of visibility.
bool mayRunUserInitiated(const App& app);

/// jobs.md §2.1 forNamespace: trimmed, not longer than job.max_namespace_len. "" is the root.
Result<std::string> trimmedNamespace(const std::string& name, const Constants& constants);

/// jobs.md §2.4, cap: a call that would make one job more than job.max_jobs_per_app.
std::optional<Error> capError(const AppId& app, std::int64_t tracked, bool replaces, const Constants& constants);

/// jobs.md §2.4, rate: whether job.schedule_rate calls were noted within the window before `now`. Forgets older ones.
bool overScheduleRate(App& app, Instant now, const Constants& constants);

} // namespace stint
