// Each app's network: the effects when it opens or shuts in the background (limits.md §8.1), and the bytes that the
// app uses, by day (§14).
#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/core/containers.hpp"
#include "contract/model/effect.hpp"
#include "contract/model/event.hpp"
#include "contract/model/questions.hpp"
#include "contract/rules/network_access.hpp"

namespace stint {

struct Turn;

/// The apps' networks, as they were last sent.
struct ToldNetworks {
    ByApp<std::string_view> shutBy;         ///< the rule that shuts the app's; empty: it is open
    std::optional<NetworkConditions> under; ///< the device's conditions when all apps were last looked at
};

/// True if every app's network is looked at in this turn.
bool tellsAll(Turn& turn);
/// Sends an effect for every app whose network has opened or shut since its last one.
void tellNetworks(Turn& turn);

struct Running;
struct State;

/// The apps whose network is not what was last told of it.
std::vector<AppId> staleNetworks(const State& state, Now now);

/// Totals since the core was made, which are never written down (linux.md §A.11).
struct NetworkTotals {
    using OfApp = std::array<Bytes, 4>; ///< received, sent over networks that are not metered, then over metered ones
    std::map<AppId, OfApp> bytes;
    Bytes again = 0;
    std::map<std::string, std::int64_t> wakeUps; ///< by cause
};

/// An app that is counted by an edge.
struct CountedApp {
    bool tells = false; ///< its edge reports when a mark is passed
    bool asked = false; ///< an answer is awaited
    Bytes used = 0;     ///< the bytes that the edge has reported
};

/// The apps' use of the network (limits.md §14). Where an edge counts an app's bytes, it is asked when a run ends,
/// every job.duration_stamp of a run, and when the cost of the network changes. It reports by itself that the rest of a
/// budget is used up; one that cannot is asked when that may be at the soonest. Of a program that is no run it reports
/// that something has moved, and is asked job.duration_stamp later. Where no edge counts, the bytes count that the
/// app's jobs report. Never both count.
struct Metering {
    NetworkTotals since;
    std::map<AppId, CountedApp> counted;
    std::map<AppId, MarkNetwork> marks; ///< if its edge reports by itself: the next report
    std::map<AppId, Instant> looks;     ///< if not, or for a program that has moved bytes: when its edge is asked
    std::map<AppId, Instant> saved;     ///< when an app's use was last written down, while more has come since
};

/// Asks for what the app has used so far, which went over the present network. `job`: the job whose part of it nobody
/// else reports.
void countNetwork(Turn& turn, const AppId& app, std::optional<JobKey> job = {});
/// Counts a run that is over.
void countRun(Turn& turn, const Running& running);
/// Counts that a run was cut short, or that the machine was woken for the app, by the cause.
void noteCutShort(Turn& turn, App& app, std::string_view why);
void noteWakeUp(Turn& turn, const AppId& app, std::string_view cause);
/// Counts a wake-up in the total, where a window that is for many apps counts once.
void countWakeUp(Turn& turn, std::string_view cause);
/// Counts what a run reports; `before` is what it had reported before, nullopt: nothing.
void noteReport(Turn& turn, Running& running, std::optional<Moved> before);
/// Asks for what was used until now, which went over the present network, where `next` has another.
void countBefore(Turn& turn, const Device& next);
void lookAtNetworks(Turn& turn);
/// Sets how much each counted app may use before its edge reports that, or is asked.
void settleMetering(Turn& turn);
std::optional<Instant> nextLook(const State& state);
/// Writes down all use that is not written down yet.
void saveMetering(Turn& turn);
std::vector<MeterRow> metersOf(const NetworkTotals& counted);

} // namespace stint
