// One simulated device: the very core that stintd runs, under a virtual clock, with a store in memory and apps that do
// as they are told. Elapsed time goes on over reboots, so that a run has one axis; only the boot's id changes.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "android/verbs.hpp"
#include "core/scheduler.hpp"
#include "sim/agenda.hpp"
#include "sim/apps.hpp"
#include "sim/history.hpp"
#include "sim/memory_store.hpp"
#include "sim/runs.hpp"
#include "sim/scenario.hpp"
#include "sim/surroundings.hpp"

namespace stint::sim {

/// The data of a message for which its app shows a notification.
inline constexpr std::string_view notifyingMessage = "notifies";

class World final : public Surroundings {
public:
    /// Switched on at 0s, which the wall clock calls `start`. With `recordedTicks` the core wakes only by tick().
    World(Constants constants, WallTime start, const DeviceWords& device, bool recordedTicks);

    /// Lets time pass until `at`, everything that falls due on the way and at that instant included: deadlines first,
    /// and last what apps report, which may be left for later (scenario.md, time in a simulation).
    enum class Reports { Made, StillDue };
    void advance(Duration at, Reports ofThatInstant = Reports::Made);
    Duration at() const { return elapsed_ - zero; }

    /// The apps that are there at 0s, each with its past: what they are and were is no use of them.
    void begin(const std::map<AppId, AppSetup>& apps);

    // What happens to the device.

    void change(const DeviceWords& change);
    void setClock(WallTime to);
    /// Off now, and on again after `offFor`; the clock then says `clock`, else it went on.
    void reboot(Duration offFor, std::optional<WallTime> clock);
    void restartDaemon();
    void switchPolicy(const std::string& version);
    void tick();
    /// "success", "SecurityException", …
    std::string setAlarm(const deed::Alarm& alarm);
    /// A verb as after `stint`: "cmd jobscheduler …".
    VerbAnswer shell(std::span<const std::string> words);

    Apps& apps() { return apps_; }
    Runs& runs() { return runs_; }
    const Scheduler& core() const { return *core_; }
    const History& history() const { return history_; }
    /// How many events the core has handled.
    std::uint64_t events() const { return events_; }
    /// For when the run is over.
    History takeHistory() { return std::move(history_); }

    // Surroundings.

    Now now() const override { return {elapsed_, wallAtZero_ + at()}; }
    void later(Duration after, std::function<void()> deed) override { agenda_.add(elapsed_ + after, std::move(deed)); }
    void reportLater(Duration after, std::function<void()> report) override {
        reports_.add(elapsed_ + after, std::move(report));
    }
    void tell(Event event, const std::function<void(const Reply&)>& answered) override;
    void note(const Trace& trace) override { history_.push_back(happeningOf(trace, now(), zero)); }
    void die(const AppId& app, bool crash) override;

private:
    /// Not the epoch, which stands for "not set" in places.
    static constexpr Instant zero{std::chrono::hours{24}};

    void boot(bool another);
    void take(Step step);
    void perform(const Effect& effect);
    void taken(const AppId& app, std::uint64_t delivery);
    void shows(const AppId& app);
    bool doNext(Instant target, Reports ofThatInstant);

    Constants constants_;
    bool recordedTicks_;
    Instant elapsed_ = zero;
    WallTime wallAtZero_; ///< what the clock as it is now would have said at 0s
    Device device_;
    BootId bootId_;
    int boots_ = 0;
    std::uint64_t lastCall_ = 0;
    std::uint64_t events_ = 0;
    MemoryStore store_;
    Agenda agenda_;
    Agenda reports_;
    History history_;
    Apps apps_{*this};
    Runs runs_{*this, apps_};
    std::unique_ptr<Scheduler> core_; ///< null while the device is off
};

} // namespace stint::sim
