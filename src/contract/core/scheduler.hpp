// The decision: the only state of Stint, and the only function that changes it (architecture.md, the core). It contains
// no number and no condition of the spec: those are rules/. Pure: the time comes in with each event.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "contract/model/constants.hpp"
#include "contract/model/effect.hpp"
#include "contract/model/event.hpp"
#include "contract/model/meter.hpp"
#include "contract/model/questions.hpp"
#include "contract/model/record.hpp"
#include "contract/model/wake.hpp"

namespace stint {

/// A job that is kept and not asked about, because what was found of it, or answered about it, cannot be
/// (docs/decisions/0015).
struct SetAside {
    JobKey job;
    std::string why;
};

/// What one event leaves to do: commit the records first, then perform the effects, each in order.
struct Step {
    std::vector<Record> records;
    std::vector<Effect> effects;
    std::vector<SetAside> setAside; ///< since the step before: a mistake of ours, or of the store's, to be told of
    bool waitsOtherwise = false;    ///< a job may wait for something else than before, or since another time
};

/// Hears of each event that was handled, and of what came of it: a recorder. It changes nothing.
class Witness {
public:
    virtual void handled(const Event& event, Now now, const Step& step) = 0;

protected:
    ~Witness() = default;
};

class Scheduler final : public Questions {
public:
    explicit Scheduler(Constants constants);
    ~Scheduler() override;
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;

    /// Takes in everything that was written down, once, before the first event (jobs.md §7.2; a restart of the daemon
    /// inside one boot is no reboot, §12.5). `device` is as it is now: what was derived from its reports is stale, and
    /// nothing is asked before that is aged. Apps are announced by events afterwards; runs that Snapshot::goingOn names
    /// are under way. `boot` is the one that `now.elapsed` counts in. `heldBack` are jobs to be set aside, each with
    /// why.
    Step restore(Snapshot snapshot, const BootId& boot, const Device& device, Now now,
                 const std::map<JobKey, std::string>& heldBack = {});

    Step handle(const Event& event, Now now);

    /// For answers, while nothing can be committed: what an edge says is taken in, and nothing is decided. This core is
    /// dropped before the next decision.
    void learn(const Event& event, Now now);

    /// From now on; null: nobody. It outlives the Scheduler, or is taken back.
    void tell(Witness* witness);

    /// What a commit made now is marked with.
    Stamp stamp(Now now) const;

    /// When handle(Tick) is due at the latest; nullopt: nothing waits for time. The daemon's only timer.
    std::optional<Instant> nextDeadline() const;

    // Questions.
    std::optional<JobView> job(const JobKey& key, Now now) const override;
    std::vector<JobView> jobs(const std::optional<AppId>& app, const std::optional<JobKey>& after, std::size_t most,
                              Now now) const override;
    std::vector<JobView> completed(const std::optional<AppId>& app) const override;
    std::vector<Blocker> explain(const JobKey& key, Now now) const override;
    std::vector<HistoryEntry> history(const JobKey& key) const override;
    std::vector<WorkItem> work(const JobKey& key, std::uint64_t after, std::size_t most) const override;
    bool canRunUserInitiatedJobs(const AppId& app) const override;
    bool canScheduleExactAlarms(const AppId& app) const override;
    SchedulerView overview(std::size_t mostQueued, Now now) const override;
    Result<Forecast> whatIf(const JobKey& key, const Supposed& supposed, Now now) const override;

    // And those of whoever runs it.

    /// Of the device's history, what is not written down yet (jobs.md §9.5).
    std::span<const DeviceChange> unwrittenDeviceChanges() const;
    /// What is remembered of a verdict (decision 0003) and is not what its gate answers now: none, or something that
    /// gates read has changed unnoticed. A sentence each, for tests.
    std::vector<std::string> staleVerdicts(Now now) const;
    std::vector<SetAside> setAside() const;
    /// Those that are under way.
    std::set<RunId> runs() const;
    /// When a machine that sleeps is to be awake next, and for what; nullopt: not before an event (limits.md §13,
    /// Wake-ups).
    std::optional<Wake> nextWake(Now now) const;
    /// What has woken it since the daemon started, the newest last: the last few.
    const std::deque<Wake>& wakes() const;
    /// What apps moved and the machine was woken for, since this was made.
    std::vector<MeterRow> meters() const;
    const Constants& constants() const;
    const Device& device() const;
    const DeviceState& deviceState() const;
    /// What jobs watch (jobs.md §3.2), each once; and a number that changes whenever that does.
    std::vector<WatchedContent> watched() const;
    std::uint64_t watchedVersion() const;
    /// The job that is being taken in, or asked about, right now, its key and its sequence at least; null between. For
    /// whoever is told that the process dies in the midst of it; it lives as long as the Scheduler.
    const Job* const volatile& asked() const;

private:
    void fill(Rows& rows, Now now) const override;

    class Impl;
    explicit Scheduler(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace stint
