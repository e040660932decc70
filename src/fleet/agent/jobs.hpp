// The agent's jobs as stintd has them (fleet.md §4.2): a campaign's is in a namespace of its own, which is the
// campaign's id; so it has one name, and no other has it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fleet/agent/wires.hpp"
#include "fleet/document/campaign.hpp"
#include "fleet/errand/errand.hpp"
#include "stint/job_info.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

/// PROPOSAL: the shortest time between two tries to begin, where the last one found no statement that lets it, or the
/// machine was not let restart.
inline constexpr Duration restAfterNo = std::chrono::hours(1);

struct JobName {
    std::string space; ///< empty: the root namespace
    JobId id;
};
JobName nameOf(const AgentJob& job);
/// nullopt: it is none of these.
std::optional<AgentJob> jobNamed(std::string_view space, JobId id);

/// How a campaign's job is to wait, from now on.
struct Resting {
    Duration after{0};
    bool isFree = false; ///< of the campaign's conditions
    bool isLate = false; ///< wait-max is over: `late` counts
    Duration waited{0};  ///< since the order was heard, by the fleet's time
    Duration spread{0};  ///< this device's part
    std::string note{};  ///< for people, of what its owner says; empty: nothing
    bool asks = false;   ///< a person, whose yes alone ends it
};
/// The bytes of the files that are still to come from that step on.
Bytes bytesLeft(const Campaign& campaign, std::uint32_t from);
/// IllegalArgument: it breaks a rule of jobs.
Result<JobInfo> errandJob(const Campaign& campaign, std::string_view fleet, const Kept& kept, const Resting& resting);

/// The words of a campaign's job for the agent's next life.
struct Rested {
    std::uint32_t sequence = 0, slot = 0; ///< as the errand had them when it was scheduled
    bool isAllowed = false;               ///< likewise
    bool asks = false;                    ///< as Resting has it
    bool isLate = false;
    bool endsWait = false; ///< its deadline is wait-max's

    /// Nothing has happened since but that it was told what it waits for: the job stands for it.
    bool isOf(const Kept& kept) const {
        const bool isTold = sequence == kept.sequence || !kept.waitsFor.empty();
        return isTold && slot == kept.slot && isAllowed == kept.isAllowed;
    }
};
Rested restedIn(const PersistableBundle& extras);

Result<JobInfo> workJob(std::string_view fleet);
/// It has an alarm's place in nothing: it runs when the device is awake anyway.
Result<JobInfo> dailyJob(std::string_view fleet);

/// This device's own part of a campaign's spread, the same each time it is asked.
Duration partOf(Duration spread, std::string_view campaign, std::string_view device);

} // namespace stint::fleet
