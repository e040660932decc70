// The agent's hands: all that it asks of stintd, of its fleet's server, of its steps and of the machine. None of these
// calls back before it returns.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/day_hours.hpp"
#include "fleet/document/words.hpp"
#include "fleet/steps/steps.hpp"
#include "stint/bundle.hpp"
#include "stint/job_info.hpp"
#include "stint/job_parameters.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

/// A job of the agent's.
struct AgentJob {
    enum class Kind : std::uint8_t {
        Errand, ///< a campaign's: its conditions hold, or its time has come
        Work,   ///< the server is to be told, or asked, something
        Daily,  ///< the same, once a day
        Join,   ///< a person has this device join a fleet
        Leave,  ///< and leave it
        Answer, ///< and says whether a campaign may begin here
    };
    Kind kind = Kind::Work;
    std::string campaign; ///< an Errand's, and an Answer's

    bool operator==(const AgentJob&) const = default;
};

/// A run of one.
struct AgentRun {
    std::uint64_t number = 0;
    AgentJob job;
    PersistableBundle extras;
    bool isDeadlineOver = false;
};

/// A job that stintd has of the agent's.
struct Standing {
    AgentJob job;
    PersistableBundle extras;
};

/// Why a job of the agent's waits, as stintd has it.
struct Waiting {
    bool isThere = true;               ///< it waits, or runs
    bool isCancelled = false;          ///< a person has cancelled it
    std::vector<ToldBlocker> blockers; ///< by the reasons' names, each once
    std::optional<WallTime> forecast;  ///< of its start; nullopt: nobody knows
};

class Wires {
public:
    Wires() = default;
    virtual ~Wires() = default;
    Wires(const Wires&) = delete;
    Wires& operator=(const Wires&) = delete;

    using Answered = std::function<void(const Result<std::string>&)>;
    /// Asks the fleet's server; `answered` is called once. Unavailable: nobody knows whether it heard.
    virtual void ask(std::string_view word, std::string question, Answered answered) = 0;

    virtual Result<std::vector<Standing>> jobs() = 0;
    /// In place of the one of that name. It is there soon after.
    virtual void schedule(const AgentJob& job, const JobInfo& info) = 0;
    virtual void cancel(const AgentJob& job) = 0;
    /// The reasons that keep the job waiting, at most mostBlockers of them, and when it may start; no reasons: it runs,
    /// or may run, or is none.
    virtual Result<Waiting> waiting(const AgentJob& job) = 0;
    /// The device's last days (fleet/document/days.hpp), as stintd has noted them.
    virtual Result<std::string> days() = 0;
    virtual void finish(std::uint64_t run, bool again, stint::Outcome outcome) = 0;
    /// The endpoint at which orders are pushed to this device; empty: there is none yet.
    virtual Result<std::string> registerForPush() = 0;
    virtual Result<void> unregisterForPush() = 0;

    virtual void begin(Task task, const Owner& owner, Ended ended) = 0;
    virtual void stop(const std::string& campaign) = 0;
    virtual Result<void> clear(const std::string& campaign) = 0;

    /// The device is made as that says (fleet/steps/desired.hpp); one that says nothing takes the fleet's policy away.
    virtual Errand::StepEnded makeSo(const Desired& desired) = 0;
    /// The first thing that is not so any more; empty: there is none.
    virtual Result<std::string> changedSince(const Desired& desired) = 0;

    /// The machine restarts; `refused` is called where it does not.
    virtual void restart(std::function<void(const Error&)> refused) = 0;
    virtual Instant now() = 0;
    /// The time until it is within these hours, from so long from now on, by the clock on the wall; 0: it is then.
    virtual Duration untilHours(const DayHours& hours, Duration after) = 0;
    virtual void complain(const std::string& sentence) = 0;
};

} // namespace stint::fleet
