// The forecast of when a gate of the limits opens if nothing disturbs the device: quotas as buckets sink and chargers
// settle, Doze as its windows come (architecture.md, a forecast). And a forecast in a sentence (jobs.md §9.6): "if you
// unplug now, it starts tomorrow at 07:40 and finishes at 07:52".
#pragma once
#include <optional>
#include <string>

#include "contract/model/day.hpp"
#include "contract/model/gate.hpp"
#include "contract/model/questions.hpp"
#include "contract/rules/doze.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// The inputs of a forecast beside the world.
struct Foresight {
    DozeInputs doze;
    UsageTime usage; ///< the usage clocks now
};

/// limits.md §6.4: jobs that begin the moment idle is left, and jobs that follow doze.background_jobs_delay later.
enum class AfterIdle { AtOnce, Settled };
AfterIdle afterIdle(const Context& context);

/// The first instant, not before `from`, at which a job that Doze holds may begin; nullopt: never by time alone.
std::optional<Instant> dozeOpens(const World& world, const DozeInputs& inputs, Instant from, AfterIdle when);

/// The times at which the gates of Doze and quota open (gates.hpp).
std::optional<Instant> dozeGateOpens(const Context&, const Verdict&, const Foresight&);
std::optional<Instant> quotaGateOpens(const Context&, const Verdict&, const Foresight&);

/// The first instant, not before `from`, at which a job begins that waits for nothing else, though Doze may hold it by
/// then. nullopt: never by time alone, or time alone shuts in the meantime what is open now.
std::optional<Instant> startsFrom(const Context& context, const Foresight& foresight, Instant from);

/// "at 07:40", "tomorrow at 07:40", "on Friday at 07:40", "on 2026-12-24 at 07:40".
std::string timePhrase(WallTime when, WallTime now, const TimeZone& zone);

/// The sentence for `forecast`, of which all but `says` is set. `tracked`: the job is still there.
std::string sentenceOf(const Supposed& supposed, const Forecast& forecast, bool tracked, WallTime now,
                       const TimeZone& zone);

} // namespace stint
