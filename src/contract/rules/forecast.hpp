// When a gate of the limits opens if nothing disturbs the device: quotas as buckets sink and chargers settle, Doze as
// its windows come (architecture.md, a forecast).
#pragma once
#include <optional>

#include "contract/model/verdict.hpp"
#include "contract/rules/doze.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// What a look at the days to come needs beside the world.
struct Foresight {
    DozeInputs doze;
    UsageTime usage; ///< the usage clocks now
};

/// limits.md §6.4: what begins the moment idle is left, and what follows doze.background_jobs_delay later.
enum class AfterIdle { AtOnce, Settled };
AfterIdle afterIdle(const Context& context);

/// The first instant, not before `from`, at which a job that Doze holds may begin; nullopt: never by time alone.
std::optional<Instant> dozeOpens(const World& world, const DozeInputs& inputs, Instant from, AfterIdle when);

/// What the gates of Doze and quota open at (gates.hpp).
std::optional<Instant> dozeGateOpens(const Context&, const Verdict&, const Foresight&);
std::optional<Instant> quotaGateOpens(const Context&, const Verdict&, const Foresight&);

/// The first instant, not before `from`, at which a job that waits for nothing else begins: Doze may hold it by then.
/// nullopt: never by time alone, or time alone shuts meanwhile what is open now.
std::optional<Instant> startsFrom(const Context& context, const Foresight& foresight, Instant from);

} // namespace stint
