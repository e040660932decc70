// The turn: gather, decide, commit, act. Nothing is answered or done before it is durable (architecture.md, the turn).
// Notifications go from here to the desktop (jobs.md §5, §12.7); the Task Manager lists the same ones.
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "contract/android/verbs.hpp"
#include "contract/model/effect.hpp"
#include "stintd/daemon/clock.hpp"
#include "stintd/daemon/daemon.hpp"
#include "stintd/daemon/log.hpp"

namespace stint {
namespace {

std::uint64_t microseconds(Instant when) {
    return static_cast<std::uint64_t>(std::chrono::microseconds{when.time_since_epoch()}.count());
}

// The timer must be exact: one that may be late by a quarter of a second would violate limits.
constexpr std::uint64_t accuracy = 1;

// The log is one file, which may be damaged, so its content is soon put into the database: at once if the last time is
// this long ago, else when it is. A checkpoint costs two syncs.
constexpr Duration eraseEvery = 1s;

} // namespace

Result<void> Daemon::run() {
    while (sd_event_get_state(loop_.get()) != SD_EVENT_FINISHED) {
        // Events that effects caused within the process are handled at once; otherwise the loop sleeps until something
        // happens.
        const bool waits = arrived_.empty() && deaths_.empty();
        const int ran = sd_event_run(loop_.get(), waits ? UINT64_MAX : 0);
        if (ran < 0) return Error{Errc::SYSTEM, "the event loop broke"};
        turn();
    }
    sayGoodbye();
    logLeftOut(Instant::max());
    return {};
}

void Daemon::turn() {
    STINT_CHECK(core_);
    STINT_CHECK(store_);
    now_ = readClocks();
    visibility_.newTurn();
    server_->gather();
    buryTheDead();
    announceDevice({});
    forgetSeen();
    if (degraded_) waitForStore();
    // Deadlines come first, then arrived events (scenario.md, time in a simulation).
    if (const auto due = core_->nextDeadline(); due && *due <= now_.elapsed && !degraded_) {
        decide(Tick{});
    }
    for (const Event& event : std::exchange(arrived_, {}))
        decide(event);
    runVerbs();
    carryOut();
    dropGuests();
    watching_.clear();
    recordAnew();
    server_->act();
    eraseLog();
    logLeftOut(now_.elapsed);
    armTimer();
}

// A run whose service is hosted already begins in the turn that found it ready: there is nothing to wait for.
void Daemon::carryOut() {
    const auto isConnected = [](const Event& event) { return std::holds_alternative<Connected>(event); };
    const LogInOnePiece log;
    if (!settle() || arrived_.empty() || !std::ranges::all_of(arrived_, isConnected)) return;
    for (const Event& event : std::exchange(arrived_, {}))
        decide(event);
    settle();
}

bool Daemon::settle() {
    const bool committed = commit();
    watchContent();
    if (!committed) return false;
    act();
    if (!degraded_) ends_.clear();
    return true;
}

void Daemon::runVerbs() {
    for (auto& [call, words] : std::exchange(verbs_, {})) {
        Step step;
        auto answer = runVerb(*core_, words, call, now_, step);
        add(std::move(step));
        if (answer) {
            step_.effects.emplace_back(Reply{.call = call, .answer = std::move(answer)});
        } else {
            unanswered_[call] = std::move(words);
        }
        // A verb may force Doze, which is an override of the device like any other, and stored likewise.
        deviceSource_.holdDoze(core_->device().dozeForce);
        if (const Device device = deviceSource_.read(); device.overrides != core_->device().overrides)
            decide(DeviceChanged{{}, device});
    }
}

void Daemon::add(Step step) {
    if (server_->wantsTopics()) topics_ |= topicsOf(step);
    for (const Effect& effect : step.effects)
        meters_.came(effect);
    for (const Record& record : step.records) {
        meters_.recorded(record);
        // A job that is held, or let go on, is saved without a trace of its own.
        if (const auto* saved = std::get_if<SaveJob>(&record)) changed_.insert(saved->job.key);
    }
    std::ranges::move(step.records, std::back_inserter(step_.records));
    std::ranges::move(step.effects, std::back_inserter(step_.effects));
    tellAside(step.setAside);
}

// architecture.md, the core: the room left on a full disk is for jobs that end or are cancelled.
std::optional<Effect> Daemon::refusedForRoom(const Event& event) {
    const auto unlessRoom = [&](CallId call) -> std::optional<Effect> {
        if (const auto room = store_->acceptsMore(); !room) return Reply{.call = call, .error = room.error()};
        return std::nullopt;
    };
    return std::visit(Overloaded{[&](const Schedule& e) { return unlessRoom(e.call); },
                                 [&](const ScheduleAll& e) { return unlessRoom(e.call); },
                                 [&](const AlarmSet& e) { return unlessRoom(e.call); },
                                 [&](const MessageArrived& e) { return unlessRoom(e.call); },
                                 [&](const Registered& e) { return unlessRoom(e.call); },
                                 [&](const PushWanted& e) { return unlessRoom(e.call); },
                                 [&](const LineRead& e) { return unlessRoom(e.call); },
                                 [](const auto&) -> std::optional<Effect> { return std::nullopt; }},
                      event);
}

void Daemon::decide(const Event& event) {
    const auto watches = [](const auto& asked) { return !asked.info.getTriggerContentUris().empty(); };
    if (const auto* schedule = std::get_if<Schedule>(&event); schedule && watches(*schedule))
        watching_.emplace(schedule->call, schedule->app);
    if (const auto* list = std::get_if<ScheduleAll>(&event); list && std::ranges::any_of(list->jobs, watches))
        watching_.emplace(list->call, list->app);
    if (auto refusal = refusedForRoom(event)) return step_.effects.push_back(std::move(*refusal));
    if (server_->wantsTopics()) topics_ |= topicsOf(event);
    keepEnd(event);
    const auto before = std::chrono::steady_clock::now();
    Step step = core_->handle(event, now_);
    meters_.decided(std::chrono::steady_clock::now() - before);
    add(std::move(step));
    // These events have no effect of their own, but watchers must see them.
    std::visit(Overloaded{[&](const StartAnswered& e) { hosts_->noteProgress(e.run, progressed_); },
                          [&](const BytesUpdated& e) { hosts_->noteProgress(e.run, progressed_); },
                          [&](const NotificationSet& e) { hosts_->noteProgress(e.run, progressed_); },
                          [](const auto&) {}},
               event);
}

bool Daemon::commit() {
    if (step_.records.empty()) return true;
    const auto records = std::exchange(step_.records, {});
    if (auto done = write(records); !done) {
        commitFailed(done.error());
        return false;
    }
    written_ = true;
    pause_ = Duration{0};
    return true;
}

Result<void> Daemon::write(const std::vector<Record>& records) {
    const Stamp stamp = core_->stamp(now_);
    STINT_TRY(records.empty() ? store_->probe(stamp) : store_->commit(records, stamp));
    if (std::exchange(troubled_, false)) logInfo("the store can be written again");
    sd_event_source_set_enabled(idle_, SD_EVENT_ONESHOT);
    if (!eraseAt_) eraseAt_ = std::max(now_.elapsed, erased_ + eraseEvery);
    return {};
}

// Puts the log's content into the database, and clears the log's file of deleted data.
void Daemon::eraseLog() {
    if (!eraseAt_ || now_.elapsed < *eraseAt_ || degraded_) return;
    store_->eraseLog();
    eraseAt_.reset();
    erased_ = now_.elapsed;
}

void Daemon::act() {
    STINT_CHECK(step_.records.empty()); // nothing is done before it is durable
    for (const Effect& effect : std::exchange(step_.effects, {}))
        perform(effect);
    line_->tell();
    for (const JobKey& key : std::exchange(progressed_, {}))
        server_->progressed(key);
    for (const JobKey& key : std::exchange(changed_, {}))
        server_->changed(key);
    if (const Topics topics = std::exchange(topics_, {}); !topics.none()) server_->changed(topics);
}

void Daemon::perform(const Effect& effect) {
    const auto toHost = [&](RunId run, auto call) {
        if (const auto host = hosts_->connectionOf(run)) call(*host);
    };
    std::visit(
        Overloaded{[&](const Reply& e) { reply(e); },
                   [&](const Bind& e) { hosts_->bind(e); },
                   [&](const RunChanged& e) { hosts_->changed(e); },
                   [&](const CallStart& e) {
                       hosts_->called(e);
                       toHost(e.run, [&](ConnectionId to) { server_->callStart(to, e); });
                   },
                   [&](const CallStop& e) {
                       hosts_->called(e);
                       toHost(e.run, [&](ConnectionId to) { server_->callStop(to, e); });
                   },
                   [&](const CallNetworkChanged& e) {
                       toHost(e.run, [&](ConnectionId to) { server_->callNetworkChanged(to, e); });
                   },
                   [&](const CallAction& e) { toHost(e.run, [&](ConnectionId to) { server_->callAction(to, e); }); },
                   [&](const CallServiceAction& e) {
                       for (const ConnectionId to : hosts_->serving(e.app, e.service))
                           server_->callServiceAction(to, e);
                   },
                   [&](const CallFreeze& e) { // for the shell app, whose commands alone are guarded
                       const CallAction action{e.run, e.on ? "freeze" : "thaw"};
                       toHost(e.run, [&](ConnectionId to) { server_->callAction(to, action); });
                   },
                   [&](const EndRun& e) { hosts_->end(e.run); },
                   [&](const KillApp& e) { reply({.call = e.call, .count = hosts_->killApp(e.app)}); },
                   [&](const DeliverAlarm& e) { deliver(e, e.alarm.app); },
                   [&](const DeliverMessage& e) {
                       if (e.connector.empty())
                           deliver(e, e.message.app);
                       else
                           line_->deliver(e);
                   },
                   [&](const LineWanted& e) {
                       line_->want(viewOf(e));
                       guestsChange_ = true;
                   },
                   [&](const CheckLine&) { line_->check(); },
                   [&](const NetworkAccess& e) {
                       netcut_->set(e.app, e.allowed);
                       server_->tellNetwork(e);
                   },
                   [&](const CountNetwork& e) { count(e); },
                   [&](const MarkNetwork& e) { mark(e); },
                   [&](const DelaySleep& e) { deviceSource_.delaySleep(e.on); },
                   [&](const KeepAwake& e) {
                       // Each run of a job may change this, so it has a share of the log, too.
                       if (mayLogOf("what keeps the machine awake", now_.elapsed))
                           logInfo(fmt::format("awake {} because={}", e.on ? "held" : "let", e.because));
                       deviceSource_.keepAwake(e.on);
                   },
                   [&](const ShowNotification& e) { showOnDesktop(e); },
                   [&](const WithdrawNotification& e) { desktop_->withdraw(e.app, e.id); },
                   [&](const CountSurvivors& e) {
                       arrived(SurvivorsCounted{e.app, processes_->survivors(e.app)});
                   },
                   [&](const OpenTaskManager& e) { page_->open(e.job, desktop_->takeToken()); },
                   [&](const Trace& e) {
                       logOf(e);
                       if (e.job) (e.what == Trace::What::Notified ? progressed_ : changed_).insert(*e.job);
                   }},
        effect);
}

// A trace without an app is about the machine, and is always logged. So are Killed and Survived, which are done to an
// app, whatever share of the log it has used up.
void Daemon::logOf(const Trace& trace) {
    const AppId& app = trace.job ? trace.job->app : trace.app;
    const bool toIt = trace.what == Trace::What::Killed || trace.what == Trace::What::Survived;
    if (toIt || app.name.empty() || mayLogOf(app.name.str(), now_.elapsed)) logInfo(lineOf(trace, now_));
}

void Daemon::reply(const Reply& reply) {
    if (!reply.call.value) return;
    hosts_->answered(reply);
    if (const auto verb = unanswered_.extract(reply.call); !verb.empty())
        return server_->reply(Reply{.call = reply.call, .answer = lateAnswer(verb.mapped(), reply)});
    if (const auto watches = watching_.find(reply.call);
        watches != watching_.end() && !reply.error && contentWatch_.looking(watches->second)) {
        held_[watches->second].push_back(reply);
        return;
    }
    server_->reply(reply);
}

void Daemon::replyHeld(const AppId& app) {
    const auto held = held_.extract(app);
    if (held.empty()) return;
    for (const Reply& each : held.mapped())
        server_->reply(each);
}

void Daemon::armTimer() {
    armWakeTimer();
    auto due = core_->nextDeadline();
    if (degraded_) due = tryAgainAt_;
    for (const auto& other : {forgetsAt_, degraded_ ? std::nullopt : eraseAt_, logsLeftOutAt(), server_->tellsAt()})
        if (other && (!due || *other < *due)) due = other;
    if (!due) {
        sd_event_source_set_enabled(timer_, SD_EVENT_OFF);
        return;
    }
    sd_event_source_set_time(timer_, microseconds(*due));
    sd_event_source_set_time_accuracy(timer_, accuracy);
    sd_event_source_set_enabled(timer_, SD_EVENT_ONESHOT);
}

void Daemon::openDesktop() {
    desktop_ = std::make_unique<Desktop>(
        loop_.get(), [this](Event event) { arrived(std::move(event)); }, logInfo);
    desktop_->open();
    page_ = std::make_unique<TaskManagerPage>(loop_.get(), logWarning);
}

void Daemon::showOnDesktop(const ShowNotification& shows) {
    Sender sender;
    if (shows.app.name == noticeOwner) sender = {"Stint", std::string(taskManagerEntry)};
    if (const Manifest* manifest = registry_->find(shows.app.name)) {
        sender.label = manifest->label;
        sender.desktopFile = manifest->desktopFile;
    }
    desktop_->show(shows, sender);
}

} // namespace stint
