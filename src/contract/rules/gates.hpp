// The one table: which question is asked of which kind of job, in which order (jobs.md §9.1), what stops a running
// job when the answer turns to no (§4.6), and how the answer is put in words.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/verdict.hpp"
#include "contract/rules/forecast.hpp"
#include "contract/rules/obstacle.hpp"
#include "contract/rules/world.hpp"

namespace stint {

struct Gate {
    std::string_view name;
    ReadSet reads;
    Verdict (*ask)(const Context&);
    std::string (*describe)(const Context&);
    std::string_view clears;  ///< what would open it, in words
    std::string_view want{};  ///< the end of "waits for …", where its reason's row does not know better
    bool stopsRunning = true; ///< a running job is stopped when it shuts; else it only keeps jobs from starting
    StopReason stop;
    InternalReason internal = InternalReason::Constraints; ///< within the guarantee
    Override passedBy = Override::Full; ///< the least override that ignores it (jobs.md §8); None: no override does
    bool explicitly = true; ///< a constraint of the job's own: a deadline that has passed ignores it (jobs.md §3.1)
    ReadSet (*readsFor)(const GateKey&) = nullptr; ///< of what it reads, what matters to this GateKey; null: all of it
    ConstraintSet constraint = 0;                  ///< asked about jobs that have it, and no others; 0: about all
    int stopRank = 0;    ///< of several that shut at one instant the smallest is told (limits.md §9)
    bool system = false; ///< past the guarantee it stops a run for its length (jobs.md §4.5 clause 3)
    /// When it opens, by a look at the days to come; null: when it is asked again, where that is a forecast.
    std::optional<Instant> (*opens)(const Context&, const Verdict&, const Foresight&) = nullptr;
    /// Whether it may be shut and remembered as open until something else is asked (decision 0003); null: never.
    bool (*lags)(const Context&) = nullptr;
    bool holdsGuards = false; ///< asked of a guard, too (jobs.md §14.5)
};

std::span<const Gate> gates();

/// Gates as bits, by their place in the table.
using GateSet = std::uint32_t;
/// Those that read one of these.
GateSet gatesReading(ReadSet reads);
/// What a change means to this GateKey: that of an app's ledger is one of what an expedited job is treated as, and of
/// how much one with a payload may move in a run.
ReadSet countsFor(const GateKey& gateKey, ReadSet changed);
/// Those that may shut for this GateKey: which no override or deadline passes, and which read something for them.
GateSet gatesFor(const GateKey& gateKey);
/// Everything that any gate reads.
ReadSet readsOfAll();

struct ShutGate {
    const Gate* gate;
    Verdict verdict;
    bool broken = false; ///< it named a time that has passed: a mistake of ours, and nothing it says is to be trusted
};

/// Those gates that are shut, in the table's order; none: the job may run. Each askAgain is later than now, or the
/// daemon would spin; of a broken gate there is none.
std::vector<ShutGate> shutGates(const Context&);
/// Of these gates, all of which are for the GateKey, those that are shut, behind what `shut` has: for whoever asks very
/// often.
void shutGates(const Context&, GateSet gates, std::vector<ShutGate>& shut);

/// Where one that is broken leaves the jobs it was asked about: set aside, and why.
std::string whyBroken(const Gate& gate);

/// When one that is shut opens, if nothing disturbs the device; nullopt: by an event.
std::optional<Instant> opensAt(const ShutGate& shut, const Context& context, const Foresight& foresight);

AtDeadline atDeadline(const Gate& gate);

/// Whether a network could open it: what the shell's `run` waits for (jobs.md §8), and what alone a job may lack whose
/// app is given the network (limits.md §8.3).
bool waitsForNetwork(const Gate& gate);

/// Of what may change, all that any gate reads to answer for this GateKey. Whatever else changes, the answers stay.
ReadSet readsOf(const GateKey& gateKey);
/// The same of those that may stop a run of it.
ReadSet readsOfRun(const GateKey& gateKey);

/// The gate of the conditions of guards (jobs.md §14.5): what holds a program that runs on is told by its words.
const Gate& guardsGate();

/// The gate that stops a running job, or null.
const Gate* stoppingGate(const Context&);

/// How a run ends that this gate stops.
Ending endingBy(const Gate& gate, const RunFacts& run);

/// How a run ends that has met its limit (jobs.md §4.4), told by its app to be abandoned or not.
Ending endingAtLimit(const Context& run, bool abandoned);

} // namespace stint
