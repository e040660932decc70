// Admission: the conditions under which an app may schedule a job now (jobs.md §2.2 to §2.4), by its manifest, its
// permissions, its state, and how often and how much it asks; and under which it may name a receiver for an alarm or a
// message.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/event.hpp"
#include "stint/result.hpp"

namespace stint {

/// The error of naming this receiver for an alarm or a message (IllegalArgument): the app declares none of that name,
/// or, with an empty name, none at all or more than one.
std::optional<Error> receiverError(const Manifest& manifest, std::string_view receiver);

/// The first rule of jobs.md §2.2 that the job breaks: the service is the app's own, exists, is bound by
/// BIND_JOB_SERVICE, and a persisted job's app may receive the boot.
std::optional<Error> manifestError(const App& app, const JobInfo& job);

/// The reason why a user-initiated job is not admitted (jobs.md §2.3): Security where the permission is not declared
/// (clause 1), Refused where the user took it back or the app is in none of the allowed states (clause 2).
std::optional<Error> admissionError(const App& app, const Schedule& request, Instant now, const Constants& constants);

/// True if the app is in one of the states of jobs.md §2.3 that let it start a user-initiated job: visible, within the
/// seconds after a tap, with a condition that lets it open a window, or with a foreground service begun in one of them.
bool mayStartUi(const App& app, Instant now);

/// True if a foreground service may start now (jobs.md §5.5): where a user-initiated job is admitted, on the power
/// allowlist, for the seconds after a high-priority message or an exact alarm, and once the boot is complete, if the
/// app may receive that event. An app whose battery use the user restricts may start one only while it is visible.
bool mayStartForegroundService(const App& app, bool justBooted, Instant now);

/// True for the conditions that jobs.md §2.3 names: "bound_by_visible", …
bool isStartCondition(std::string_view name);

/// True if the app holds the permission (jobs.md §2.1); visibility is not looked at.
bool mayRunUserInitiated(const App& app);

/// The name without blanks around it (jobs.md §2.1, forNamespace); an error if it is longer than job.max_namespace_len.
/// "" is the root.
Result<std::string> trimmedNamespace(const std::string& name, const Constants& constants);

/// The error of a call that would make one job more than job.max_jobs_per_app, or of a built-in app than
/// job.max_jobs_own (jobs.md §2.4, cap).
std::optional<Error> capError(const Manifest& app, std::int64_t tracked, bool replaces, const Constants& constants);

/// True if job.schedule_rate calls were noted within the window before `now` (jobs.md §2.4, rate). Forgets older ones.
bool overScheduleRate(App& app, Instant now, const Constants& constants);

} // namespace stint
