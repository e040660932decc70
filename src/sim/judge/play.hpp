// Plays a scenario from 0s to its end, and checks each of its expectations.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "contract/model/constants.hpp"
#include "contract/model/record.hpp"
#include "contract/model/view.hpp"
#include "contract/policy/policy.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/scenario/trace.hpp"
#include "sim/world/finding.hpp"

namespace stint::sim {

struct Options {
    struct PolicyText {
        std::string file; ///< for messages
        std::string toml;
    };
    std::optional<Duration> until;    ///< over the scenario's own
    std::optional<PolicyText> policy; ///< over its constants
    /// A recording's apps act again, in the way that they did; else the very events of the recording are played again.
    bool whatIf = false;
    /// Sees each commit, for a caller that keeps the day that was played; not a recording's.
    std::function<void(std::span<const Record>, const Stamp&)> witness;
};

/// The state that an expectation of `why` was compared with.
struct Explained {
    Duration at;
    WallTime now;
    JobView job;
    std::vector<Blocker> blockers;
};

struct Played {
    History history;
    std::vector<Finding> findings;         ///< one an expectation, in the order of the file
    std::vector<Explained> explained;      ///< one an expectation of `why` of a job that was there
    std::uint64_t events = 0;              ///< those that the core has handled
    std::map<JobKey, Bytes> moved;         ///< by the transfers of each job
    std::map<AppId, std::int64_t> wakeUps; ///< alarms that wake the device

    bool passed() const;
};

class World;

/// The constants in force: the spec's, overridden by the scenario's, overridden by the command line's policy.
Result<Constants> constantsOf(const Scenario& scenario, const Options& options);
/// Performs an entry at its time, with all that is due before, for whoever plays a timeline of its own.
void perform(World& world, const Entry& entry);

/// Plays a scenario, or a recording. An Error is about the policy's text, or about a recording that cannot be played.
Result<Played> play(const Scenario& scenario, const Options& options);

/// scenario.md, until: the written end, else the last event, expectation or end of a `within`.
Duration endOf(const Scenario& scenario);

} // namespace stint::sim
