// One simulated device: the very core that stintd runs, under a virtual clock, with a store in memory and apps that
// follow the scenario; its defaults, and its apps' past at 0s. Elapsed time continues across reboots, so that a run
// has one time axis; only the boot id changes.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "contract/android/verbs.hpp"
#include "contract/core/scheduler.hpp"
#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/device.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/scenario/setup.hpp"
#include "sim/scenario/surroundings.hpp"
#include "sim/scenario/trace.hpp"
#include "sim/world/apps.hpp"
#include "sim/world/memory_store.hpp"
#include "sim/world/simulated_jobs.hpp"
#include "sim/world/simulated_line.hpp"
#include "sim/world/simulated_work.hpp"
#include "stint/units.hpp"

namespace stint::sim {

/// Events by time; at one instant in the order of insertion.
class EventQueue {
public:
    using Event = std::function<void()>;

    void add(Instant when, Event event) { events_.emplace(when, std::move(event)); }
    std::optional<Instant> next() const {
        if (events_.empty()) return std::nullopt;
        return events_.begin()->first;
    }
    /// Takes the first one out and runs it; there must be one.
    void runNext() { events_.extract(events_.begin()).mapped()(); }
    void clear() { events_.clear(); }

private:
    std::multimap<Instant, Event> events_; // equal keys keep the order of insertion
};

/// scenario.md, device, the column of defaults.
Device defaultDevice();

/// Wi-Fi without a limit, 50 Mbit/s down and 10 up.
Network defaultNetwork();

/// The app's memory at 0s (scenario.md, apps), when the usage clocks stand at `time`: when it was last used, and so its
/// bucket.
AppMemory pastOf(const AppId& id, const AppSetup& setup, UsageTime time, Instant zero, const Constants& constants);

/// The data of a message for which its app shows a notification.
inline constexpr std::string_view notifyingMessage = "notifies";

class World final : public Surroundings {
public:
    /// Switches the device on at 0s, which the wall clock calls `start`. With `recordedTicks` the core wakes only by
    /// tick().
    World(Constants constants, WallTime start, const DeviceWords& device, bool recordedTicks);

    /// A witness sees each commit before the store in memory does.
    using Witness = std::function<void(std::span<const Record>, const Stamp&)>;
    void commitsBefore(Witness witness) { witness_ = std::move(witness); }

    /// Advances to `at`, and handles everything due on the way and at that instant: deadlines first, apps' reports
    /// last, which may be left for later (scenario.md, time in a simulation).
    enum class Reports { Made, StillDue };
    void advance(Duration at, Reports ofThatInstant = Reports::Made);
    Duration at() const { return elapsed_ - zero; }
    /// The next moment at which something is due by itself, but for the timeline; nullopt: never.
    std::optional<Duration> next() const;
    /// It is not switched off.
    bool isOn() const { return core_ != nullptr; }

    /// Installs the apps that are there at 0s, with their past; this does not count as use.
    void begin(const std::map<AppId, AppSetup>& apps);

    // Changes to the device.

    void change(const DeviceWords& change);
    void setClock(WallTime to);
    /// Switches off now, and on again after `offFor`; the wall clock then says `clock`, or has gone on.
    void reboot(Duration offFor, std::optional<WallTime> clock);
    void restartDaemon();
    void switchPolicy(const std::string& version);
    void tick();
    /// Returns "success", "SecurityException", ….
    std::string setAlarm(const action::SetAlarm& alarm);
    /// Runs a verb, in the words behind `stint`: "cmd jobscheduler …".
    VerbAnswer shell(std::span<const std::string> words);

    Apps& apps() { return apps_; }
    SimulatedJobs& runs() { return runs_; }
    SimulatedWork& work() { return work_; }
    SimulatedLine& line() { return line_; }
    const Scheduler& core() const { return *core_; }
    const History& history() const { return history_; }
    /// The number of events that the core has handled.
    std::uint64_t events() const { return events_; }
    const std::map<AppId, std::int64_t>& wakeUps() const { return wakeUps_; }
    /// To be called once, after the run.
    History takeHistory() { return std::move(history_); }

    // Surroundings.

    Now now() const override { return {elapsed_, wallAtZero_ + at()}; }
    void later(Duration after, std::function<void()> event) override { queue_.add(elapsed_ + after, std::move(event)); }
    void reportLater(Duration after, std::function<void()> report) override {
        reports_.add(elapsed_ + after, std::move(report));
    }
    void tell(Event event, const std::function<void(const Reply&)>& answered) override;
    void note(const Trace& trace) override { history_.push_back(happeningOf(trace, now(), zero)); }
    void die(const AppId& app, bool crash) override;
    void began(const AppId& app) override;
    bool hasJob(const JobKey& job) const override;
    bool isVisible(const AppId& app) const override;

private:
    /// Not the epoch, which stands for "not set" in places.
    static constexpr Instant zero{std::chrono::hours{24}};

    void boot(bool another);
    void take(Step step);
    void commit(std::vector<Record>&& records, const Stamp& stamp);
    void perform(const Effect& effect);
    void taken(const AppId& app, std::uint64_t delivery);
    void shows(const AppId& app);
    bool doNext(Instant target, Reports ofThatInstant);

    Constants constants_;
    bool recordedTicks_;
    Instant elapsed_ = zero;
    WallTime wallAtZero_; ///< the present wall clock, counted back to 0s
    Device device_;
    BootId bootId_;
    int boots_ = 0;
    std::uint64_t lastCall_ = 0;
    std::uint64_t events_ = 0;
    std::map<AppId, std::int64_t> wakeUps_;
    MemoryStore store_;
    Witness witness_;
    EventQueue queue_;
    EventQueue reports_;
    History history_;
    Apps apps_{*this};
    SimulatedJobs runs_{*this, apps_};
    SimulatedWork work_{*this, apps_, runs_};
    SimulatedLine line_{*this, constants_, {zero, wallAtZero_}};
    std::unique_ptr<Scheduler> core_; ///< null while the device is off
    Step room_;                       ///< the last step, done with
};

} // namespace stint::sim
