// What apps use of the network, by day (limits.md §14). Where an edge counts an app's bytes it is asked when a run
// ends, every job.duration_stamp of one, and when what the network costs changes; it tells by itself when the rest of a
// budget is used up, or, where it cannot, is asked when it may be at the soonest. Of a program that is no run it tells
// that something has moved, and is asked job.duration_stamp later. Where none counts, the bytes count that the app's
// jobs report. Never both.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "contract/model/effect.hpp"
#include "contract/model/event.hpp"
#include "contract/model/meter.hpp"

namespace stint {

struct Running;
struct State;
struct Turn;

/// Since the core was made, and never written down (linux.md §A.11).
struct NetworkTotals {
    using OfApp = std::array<Bytes, 4>; ///< received, sent; the same over a network that is metered
    std::map<AppId, OfApp> bytes;
    Bytes again = 0;
    std::map<std::string, std::int64_t> wakeUps; ///< by cause
};

/// An app that is counted by an edge.
struct CountedApp {
    bool tells = false; ///< the edge, when a mark is passed
    bool asked = false; ///< an answer is awaited
    Bytes used = 0;     ///< as the edge has told
};

struct Metering {
    NetworkTotals since;
    std::map<AppId, CountedApp> counted;
    std::map<AppId, MarkNetwork> marks; ///< of those whose edge tells: what it tells next
    std::map<AppId, Instant> looks;     ///< of the others, and of programs that have moved: when one is asked next
    std::map<AppId, Instant> saved;     ///< when what it has used was written down last, while more has come since
};

/// What the app has used so far is asked for: it went over the present network. `job`: whose part of it is told else
/// by nobody.
void countNetwork(Turn& turn, const AppId& app, std::optional<JobKey> job = {});
/// A run is over.
void countRun(Turn& turn, const Running& running);
/// A run was cut short, or the machine is woken for the app, for that.
void noteCutShort(Turn& turn, App& app, std::string_view why);
void noteWakeUp(Turn& turn, const AppId& app, std::string_view cause);
/// In the total, where a window that is for many apps counts once.
void countWakeUp(Turn& turn, std::string_view cause);
/// What a run reports, and what it had reported before; nullopt: nothing.
void noteReport(Turn& turn, Running& running, std::optional<Moved> before);
/// The network will be another one: what was used until now went over this one.
void countBefore(Turn& turn, const Device& next);
void lookAtNetworks(Turn& turn);
/// What each app may use until somebody has to hear of it.
void settleMetering(Turn& turn);
std::optional<Instant> nextLook(const State& state);
/// All that was used and not written down yet.
void saveMetering(Turn& turn);
std::vector<MeterRow> metersOf(const NetworkTotals& counted);

} // namespace stint
