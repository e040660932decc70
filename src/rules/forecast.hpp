// When a gate of the limits opens if nothing disturbs the device: quotas as buckets sink and chargers settle, Doze as
// its windows come (architecture.md, a forecast).
#pragma once
#include <optional>

#include "rules/doze.hpp"
#include "rules/world.hpp"

namespace stint {

/// limits.md §6.4: what begins the moment idle is left, and what follows doze.background_jobs_delay later.
enum class AfterIdle { AtOnce, Settled };
AfterIdle afterIdle(const Context& context);

/// The first instant, not before `from`, at which a job that Doze holds may begin; nullopt: never by time alone.
std::optional<Instant> dozeOpens(const World& world, const DozeInputs& inputs, Instant from, AfterIdle when);

/// Whether, undisturbed, time alone will have shut what is open now: an app counts as used for a while after it was
/// (limits.md §1.2), and then the user's restriction or battery saver holds it back.
bool shutsMeanwhile(const Context& context, Instant then);

/// Whether Doze ever holds this job (limits.md §6.6).
bool dozeHolds(const Context& context);

/// When the app of a job that waits for quota is in quota again; `usage`: the usage clocks now. nullopt: never by time
/// alone.
std::optional<Instant> quotaOpens(const Context& context, UsageTime usage);

} // namespace stint
