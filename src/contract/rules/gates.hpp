// The one table of gates: which gate is asked about which kind of job, in which order (jobs.md §9.1), what stops a
// running job when its gate shuts (§4.6), and how the answer is put in words.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/gate.hpp"
#include "contract/rules/forecast.hpp"
#include "contract/rules/obstacle.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// A row of the table: a question about a job, what its answer reads, and what follows from a shut gate.
struct Gate {
    std::string_view name;
    ReadSet reads;
    Verdict (*ask)(const Context&);
    std::string (*describe)(const Context&);
    std::string_view clears;  ///< how to open it, in words
    std::string_view want{};  ///< the end of "waits for …"; empty: the words of the reason's row
    bool stopsRunning = true; ///< a running job is stopped when it shuts; else it only keeps jobs from starting
    StopReason stop;
    InternalReason internal = InternalReason::Constraints; ///< the reason within the guarantee
    Override passedBy = Override::Full; ///< the least override that ignores it (jobs.md §8); None: no override does
    bool explicitly = true; ///< a constraint of the job's own: a deadline that has passed ignores it (jobs.md §3.1)
    ReadSet (*readsFor)(const GateKey&) = nullptr; ///< the part of `reads` that matters to this GateKey; null: all
    ConstraintSet constraint = 0;                  ///< asked about jobs that have it, and no others; 0: about all
    int stopRank = 0;    ///< the smallest of several that shut at one instant stops the run (limits.md §9)
    bool system = false; ///< past the guarantee it stops a run for its length (jobs.md §4.5 clause 3)
    /// The forecast of when it opens; null: the time at which it is asked again, where that is a forecast.
    std::optional<Instant> (*opens)(const Context&, const Verdict&, const Foresight&) = nullptr;
    bool holdsGuards = false; ///< asked about guards, too (jobs.md §14.5)
};

std::span<const Gate> gates();

/// True if the gate may be shut, and be remembered as open until something changes (decision 0003). An open session
/// spends the quota little by little, and goes on at 0 while as much rolls out of the window (limits.md §3.6, §4); a
/// job that joins it costs the quota nothing. An expedited job that is out of its quota counts as a regular one
/// (jobs.md §6.6) at each gate that reads its app.
bool mayLag(const Gate& gate, const Context& context);

/// Gates as bits, by their place in the table.
using GateSet = std::uint32_t;
/// The gates that read one of these.
GateSet gatesReading(ReadSet reads);
/// The change as this GateKey counts it: a change of an app's ledger also changes what an expedited job is treated as,
/// and how much a job with a payload may move in a run.
ReadSet countsFor(const GateKey& gateKey, ReadSet changed);
/// The gates that may shut for this GateKey: no override or deadline passes them, and they read something for it.
GateSet gatesFor(const GateKey& gateKey);
/// Everything that any gate reads.
ReadSet readsOfAll();

struct ShutGate {
    const Gate* gate;
    Verdict verdict;
    bool broken = false; ///< it named a time that has passed: our mistake, and none of its words can be trusted
};

/// The gates that are shut, in the table's order; none: the job may run. Each askAgain is later than now, or the daemon
/// would spin; a broken gate has none.
std::vector<ShutGate> shutGates(const Context&);
/// Appends to `shut` those of `gates` that are shut, for callers that ask very often; all of `gates` are for the
/// GateKey.
void shutGates(const Context&, GateSet gates, std::vector<ShutGate>& shut);

/// The reason why jobs that a broken gate was asked about are set aside.
std::string whyBroken(const Gate& gate);

/// The time at which a shut gate opens if nothing disturbs the device; nullopt: by an event.
std::optional<Instant> opensAt(const ShutGate& shut, const Context& context, const Foresight& foresight);

AtDeadline atDeadline(const Gate& gate);

/// True if a network could open it: the shell's `run` waits for such a gate (jobs.md §8), and an app is given the
/// network if its job lacks nothing else (limits.md §8.3).
bool waitsForNetwork(const Gate& gate);

/// All that any gate reads to answer for this GateKey. The answers stay when anything else changes.
ReadSet readsOf(const GateKey& gateKey);
/// The same for the gates that may stop a run of it.
ReadSet readsOfRun(const GateKey& gateKey);

/// The gate of the conditions of guards (jobs.md §14.5): its words also describe what holds a program that runs on.
const Gate& guardsGate();

/// The gate that stops a running job, or null.
const Gate* stoppingGate(const Context&);

/// The ending of a run that this gate stops.
Ending endingBy(const Gate& gate, const RunFacts& run);

/// The ending of a run that has met its limit (jobs.md §4.4); `abandoned`: its app has abandoned it.
Ending endingAtLimit(const Context& run, bool abandoned);

} // namespace stint
