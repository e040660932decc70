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

#include "contract/model/alarm.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/effect.hpp"
#include "contract/model/event.hpp"
#include "contract/model/questions.hpp"
#include "contract/model/record.hpp"

namespace stint {

/// A job that is kept but not asked about, because its record, or a rule's answer about it, is impossible
/// (docs/decisions/0015).
struct SetAside {
    JobKey job;
    std::string why;
};

/// The outcome of one event: commit the records first, then perform the effects, each in order.
struct Step {
    std::vector<Record> records;
    std::vector<Effect> effects;
    std::vector<SetAside> setAside; ///< since the step before: a mistake of ours, or of the store's, to be reported
    bool waitsOtherwise = false;    ///< a job may wait for something else than before, or since another time
};

/// A recorder: it sees each event that was handled, and the step that came of it. It changes nothing.
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
    /// inside one boot is no reboot, §12.5). `device` is the present one: the state derived from its earlier reports is
    /// stale, and is brought up to date before anything is asked. Apps are announced by events afterwards; runs that
    /// Snapshot::goingOn names are under way. `boot` is the one that `now.elapsed` counts in. `heldBack` are jobs to be
    /// set aside, each with the reason.
    Step restore(Snapshot snapshot, const BootId& boot, const Device& device, Now now,
                 const std::map<JobKey, std::string>& heldBack = {});

    /// `room`: a step that is done with, whose memory is used again.
    Step handle(const Event& event, Now now, Step room = {});

    /// Takes in what an edge reports, and decides nothing, so that questions can be answered while nothing can be
    /// committed. This core is dropped before the next decision.
    void learn(const Event& event, Now now);

    /// Reports every event to this witness from now on; null: to nobody. It outlives the Scheduler, or is taken back.
    void tell(Witness* witness);

    /// The stamp of a commit that is made now.
    Stamp stamp(Now now) const;

    /// The instant by which handle(Tick) is due; nullopt: nothing waits for time. The daemon's only timer.
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
    LineWanted line() const override;
    void tellShown(std::vector<MessageStory>& stories, Now now) const override;
    SchedulerView overview(std::size_t mostQueued, Now now) const override;
    Result<Forecast> whatIf(const JobKey& key, const Supposed& supposed, Now now) const override;

    // Questions that only the program that runs it asks.

    /// The part of the device's history that is not written down yet (jobs.md §9.5).
    std::span<const DeviceChange> unwrittenDeviceChanges() const;
    /// Remembered verdicts (decision 0003) and told networks that differ from what the rules answer now, a sentence
    /// each, for tests. There are none, unless something that the rules read has changed unnoticed.
    std::vector<std::string> staleVerdicts(Now now) const;
    std::vector<SetAside> setAside() const;
    /// The runs that are under way.
    std::set<RunId> runs() const;
    /// The next time at which a machine that sleeps is to be awake, and its cause; nullopt: not before an event
    /// (limits.md §13, Wake-ups).
    std::optional<Wake> nextWake(Now now) const;
    /// The last few wake-ups since the daemon started, the newest last.
    const std::deque<Wake>& wakes() const;
    /// The bytes that apps moved, and the causes that woke the machine, since this was made.
    std::vector<MeterRow> meters() const;
    const Constants& constants() const;
    const Device& device() const;
    const DeviceState& deviceState() const;
    /// The content that jobs watch (jobs.md §3.2), each once; and a number that changes whenever that does.
    std::vector<WatchedContent> watched() const;
    std::uint64_t watchedVersion() const;
    /// The job that is being taken in, or asked about, right now, with its key and its sequence at least; null between.
    /// The handler of a signal reads it when the process dies meanwhile; it lives as long as the Scheduler.
    const Job* const volatile& asked() const;

private:
    void fill(Rows& rows, Now now) const override;

    class Impl;
    explicit Scheduler(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace stint
