#include "sim/world/world.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "base/time/time.hpp"
#include "contract/rules/standby.hpp"

namespace stint::sim {

Network defaultNetwork() { return openNetwork(TRANSPORT_WIFI, 50'000, 10'000); }

Device defaultDevice() {
    return {.motion = Motion::Moving,
            .plugged = false,
            .charging = std::nullopt,
            .batteryPercent = 80,
            .network = defaultNetwork(),
            .storageForced = false};
}

AppMemory pastOf(const AppId& id, const AppSetup& setup, UsageTime time, Instant zero, const Constants& constants) {
    App app;
    app.manifest.package = id;
    app.manifest.system = setup.system;
    app.manifest.permissions = setup.permissions;
    AppMemory& memory = app.memory;
    memory.app = id;
    memory.seen = setup.state == ProcessState::Top || setup.state == ProcessState::Visible;
    if (setup.state == ProcessState::Top || setup.state == ProcessState::ForegroundService) memory.pinned = setup.state;
    if (setup.state == ProcessState::Top) memory.expedited.topSince = zero;
    memory.batteryUse = batteryUseNamed(setup.batteryUsage).value_or(BatteryUse::Optimized);
    memory.dataSaverExempt = setup.dataSaverExempt;
    const Duration ago = setup.lastUsed.value_or(Duration{0});
    const Duration lit = setup.screenOnSince.value_or(ago);
    Usage& usage = memory.usage;
    usage.bucket = Bucket::Active;
    usage.reason = BucketReason::Usage;
    usage.used = UsageTime{time.running - ago, time.screenOn - lit};
    usage.byUser = time.running - ago;
    usage = aged(usage, time, app, constants, false);
    if (setup.bucket) usage = forcedByUser(usage, bucketNamed(*setup.bucket).value_or(Bucket::Active), app);
    return memory;
}

namespace {

// More events than any scenario has at one instant: beyond that, something loops.
constexpr int mostAtOneInstant = 1'000'000;

} // namespace

World::World(Constants constants, WallTime start, const DeviceWords& device, bool recordedTicks)
    : constants_(std::move(constants)), recordedTicks_(recordedTicks), wallAtZero_(start), device_(defaultDevice()) {
    applyWords(device, defaultNetwork(), device_);
}

void World::begin(const std::map<AppId, AppSetup>& apps) {
    // Longer ago than any `last_used`, so that the usage clock can express it.
    Duration past{std::chrono::hours{24 * 365}};
    for (const auto& [id, setup] : apps)
        past = std::max(past, setup.lastUsed.value_or(Duration{0}));
    const UsageTime time{past, past};
    std::vector<Record> records{SaveUsageTime{time, elapsed_, device_.screenOn}};
    for (const auto& [id, setup] : apps)
        records.emplace_back(SaveApp{pastOf(id, setup, time, elapsed_, constants_), now()});
    bootId_ = BootId{fmt::format("boot {}", ++boots_)};
    commit(std::move(records), {elapsed_, now().wall - Duration{1}});
    boot(false);
    for (const auto& [id, setup] : apps)
        apps_.install(id, setup);
}

void World::boot(bool another) {
    if (another) bootId_ = BootId{fmt::format("boot {}", ++boots_)};
    core_ = std::make_unique<Scheduler>(constants_);
    take(core_->restore(store_.load(bootId_), bootId_, device_, now()));
    tell(DeviceChanged{{}, device_}, {});
    runs_.setRates(device_.network ? device_.network->downstream : 0, device_.network ? device_.network->upstream : 0);
    apps_.announceAll(another);
}

void World::advance(Duration at, Reports ofThatInstant) {
    const Instant target = zero + at;
    Instant instant = elapsed_;
    for (int count = 0; doNext(target, ofThatInstant);) {
        count = elapsed_ == instant ? count + 1 : 0;
        instant = elapsed_;
        STINT_CHECK(count < mostAtOneInstant);
    }
    elapsed_ = target;
}

std::optional<Duration> World::next() const {
    const auto deadline = core_ && !recordedTicks_ ? core_->nextDeadline() : std::nullopt;
    const auto first = earlier(earlier(deadline, queue_.next()), earlier(reports_.next(), runs_.nextTransfer()));
    return first ? std::optional(std::max(*first, elapsed_) - zero) : std::nullopt;
}

// Runs the first thing due by `target`; of one instant deadlines come first, then apps' actions, then their reports.
bool World::doNext(Instant target, Reports ofThatInstant) {
    const auto deadline = core_ && !recordedTicks_ ? core_->nextDeadline() : std::nullopt;
    const auto queued = queue_.next();
    std::optional<Instant> report = reports_.next();
    std::optional<Instant> transfer = runs_.nextTransfer();
    if (ofThatInstant == Reports::StillDue) {
        if (report && *report >= target) report.reset();
        if (transfer && *transfer >= target) transfer.reset();
    }
    const auto first = earlier(earlier(deadline, queued), earlier(report, transfer));
    if (!first || *first > target) return false;
    elapsed_ = std::max(elapsed_, *first);
    if (deadline && *deadline <= elapsed_)
        tick();
    else if (queued && *queued <= elapsed_)
        queue_.runNext();
    else if (report && *report <= elapsed_)
        reports_.runNext();
    else
        runs_.reportTransfers();
    return true;
}

void World::tick() {
    if (!core_) return;
    ++events_;
    take(core_->handle(Tick{}, now(), std::exchange(room_, {})));
}

void World::change(const DeviceWords& change) {
    const Memory before = device_.memory;
    applyWords(change, defaultNetwork(), device_);
    runs_.setRates(device_.network ? device_.network->downstream : 0, device_.network ? device_.network->upstream : 0);
    if (!core_) return; // the core sees it at boot
    if (device_ != core_->device()) tell(DeviceChanged{{}, device_}, {});
    if (before != Memory::Normal || device_.memory == Memory::Normal) return;
    for (const AppId& app : apps_.expendable()) {
        note({.what = Trace::What::Killed, .app = app, .during = "low_memory"});
        die(app, false);
    }
}

void World::setClock(WallTime to) {
    wallAtZero_ = to - at();
    tell(ClockSet{}, {});
}

void World::switchPolicy(const std::string& version) {
    if (!setConstant(constants_, "policy_version", version)) return; // the reader has checked the word
    tell(PolicyChanged{{}, constants_}, {});
}

std::string World::setAlarm(const action::SetAlarm& action) {
    stint::Alarm alarm{.app = action.app,
                       .tag = action.tag,
                       .kind = alarmKindNamed(action.type).value_or(AlarmKind::Inexact),
                       .wakeup = action.wakeup,
                       .byWall = action.time.has_value()};
    const WallTime wall = action.time ? *action.time : now().wall + action.after.value_or(Duration{0});
    alarm.requestedWall = wall;
    alarm.requested = elapsed_ + (wall - now().wall);
    alarm.window = action.window.value_or(Duration{0});
    alarm.interval = action.every.value_or(Duration{0});
    std::string result = "error";
    tell(AlarmSet{{}, std::move(alarm)}, [&](const Reply& reply) { result = resultOf(reply); });
    return result;
}

void World::reboot(Duration offFor, std::optional<WallTime> clock) {
    tell(ShuttingDown{}, {});
    runs_.loseAll();
    work_.loseAll();
    line_.lose();
    apps_.allDead();
    queue_.clear();
    reports_.clear();
    core_.reset();
    later(offFor, [this, clock] {
        if (clock) wallAtZero_ = *clock - at();
        device_.screenOn = true; // jobs.md §3.2: after boot the screen counts as on
        boot(true);
    });
}

void World::restartDaemon() {
    runs_.loseAll();
    work_.loseAll(); // libstint-work's processes are the daemon's
    line_.lose();
    boot(false);
}

VerbAnswer World::shell(std::span<const std::string> words) {
    if (!core_) return {1, "", "the device is off\n"};
    Step step;
    const VerbAnswer answer = runVerb(*core_, words, now(), step);
    device_.dozeForce = core_->device().dozeForce; // a verb may have forced Doze, or released it
    take(std::move(step));
    return answer;
}

void World::tell(Event event, const std::function<void(const Reply&)>& answered) {
    if (!core_) return;
    const CallId call{++lastCall_};
    std::visit(
        [&](auto& one) {
            if constexpr (requires { one.call; }) one.call = call;
        },
        event);
    ++events_;
    Step step = core_->handle(event, now(), std::exchange(room_, {}));
    for (const Effect& effect : step.effects) {
        const auto* reply = std::get_if<Reply>(&effect);
        if (reply && reply->call == call && answered) answered(*reply);
    }
    take(std::move(step));
}

void World::commit(std::vector<Record>&& records, const Stamp& stamp) {
    if (witness_) witness_(records, stamp);
    store_.commit(std::move(records), bootId_, stamp);
}

void World::take(Step step) {
    commit(std::move(step.records), core_->stamp(now()));
    for (const Effect& effect : step.effects)
        perform(effect);
    work_.decided(*core_);
    room_ = std::move(step);
}

void World::perform(const Effect& effect) {
    std::visit(Overloaded{[&](const Trace& e) { note(e); }, [&](const Bind& e) { runs_.bind(e); },
                          [&](const CallStart& e) { runs_.start(e); }, [&](const CallStop& e) { runs_.stop(e); },
                          [&](const DeliverAlarm& e) {
                              if (e.alarm.wakeup) ++wakeUps_[e.alarm.app];
                              taken(e.alarm.app, e.delivery);
                          },
                          [&](const DeliverMessage& e) {
                              if (e.message.data.starts_with(notifyingMessage)) shows(e.message.app);
                              taken(e.message.app, e.delivery);
                          },
                          [&](const LineWanted& e) { line_.want(e); }, [&](const CheckLine&) { line_.check(); },
                          [](const RunChanged&) {}, [](const NetworkAccess&) {},
                          [&](const CountNetwork& e) { runs_.count(e); },
                          [](const MarkNetwork&) {}, // bytes are counted only when the core asks
                          [](const DelaySleep&) {}, [](const KeepAwake&) {}, [&](const EndRun& e) { runs_.end(e); },
                          [&](const KillApp& e) { die(e.app, false); },
                          // An app changes networks itself, and nobody sees a simulated notification.
                          [](const CallNetworkChanged&) {}, [](const CallAction&) {}, [](const CallServiceAction&) {},
                          [&](const CallFreeze& e) { runs_.freeze(e); }, [](const ShowNotification&) {},
                          [](const WithdrawNotification&) {}, [](const OpenTaskManager&) {},
                          [&](const CountSurvivors& e) {
                              later(Duration{0}, [this, app = e.app] { tell(SurvivorsCounted{app, 0}, {}); });
                          },
                          [](const Reply&) {}},
               effect);
}

// An app handles an alarm or a message at once.
void World::taken(const AppId& app, std::uint64_t delivery) {
    later(Duration{0}, [this, app, delivery] { tell(DeliveryEnded{app, delivery}, {}); });
}

void World::shows(const AppId& app) {
    later(Duration{0}, [this, app] { tell(UsageReported{{}, app, UsageKind::NotificationShown}, {}); });
}

void World::die(const AppId& app, bool crash) {
    apps_.dead(app);
    runs_.lose(app, crash);
    work_.lose(app);
}

void World::began(const AppId& app) {
    later(Duration{0}, [this, app] { work_.began(app); });
}

bool World::hasJob(const JobKey& job) const {
    const auto view = core_ ? core_->job(job, now()) : std::nullopt;
    return view && view->state != JobView::State::Finished;
}

bool World::isVisible(const AppId& id) const {
    if (!core_) return false;
    const auto apps = core_->apps(now());
    const auto app = std::ranges::find_if(apps, [&](const AppView& each) { return each.manifest.package == id; });
    return app != apps.end() && (app->state == ProcessState::Top || app->state == ProcessState::Visible);
}

} // namespace stint::sim
