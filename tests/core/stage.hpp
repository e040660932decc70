// A device, a clock and an app that does as it is told, around the real core: for tests that walk a job through its
// life. Time is virtual; every answer of the app comes as an event, at the instant it is due.
#pragma once
#include <algorithm>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "base/result/containers.hpp"
#include "contract/core/scheduler.hpp"

namespace stint {

inline const AppId mail{"com.example.mail"};

inline Instant at(Duration sinceStart) { return Instant{1h} + sinceStart; }

/// The app's behaviour; each member is one way to misbehave.
struct Behaviour {
    bool connects = true;
    Duration connectsAfter{0};
    bool answersStart = true;
    bool goesOn = true; ///< what onStartJob answers
    bool notifies = true;
    JobEndNotificationPolicy endPolicy = JOB_END_NOTIFICATION_POLICY_DETACH;
    std::int32_t notification = 9;
    bool answersStop = true;
    bool wantsRetry = true;
    bool takes = true; ///< what it is woken by
};

/// Hears of all that a stage's cores are told.
class Follower : public Witness {
public:
    virtual void began(const Snapshot& snapshot, const BootId& boot, const Device& device, Now now) = 0;

protected:
    ~Follower() = default;
};

class Stage {
public:
    explicit Stage(Constants constants = {}, Follower* follower = nullptr)
        : constants_(constants), follower_(follower) {
        device.network = wifi();
        device.storageTotal = 100_GB;
        device.storageFree = 50_GB;
        restart();
    }

    // The world.

    static Network wifi(Kbps down = 50'000, Kbps up = 10'000) {
        return {.capabilities = {NET_CAPABILITY_INTERNET, NET_CAPABILITY_VALIDATED, NET_CAPABILITY_NOT_METERED,
                                 NET_CAPABILITY_NOT_ROAMING, NET_CAPABILITY_NOT_RESTRICTED, NET_CAPABILITY_NOT_VPN,
                                 NET_CAPABILITY_TRUSTED, NET_CAPABILITY_NOT_CONGESTED, NET_CAPABILITY_NOT_SUSPENDED},
                .transports = {TRANSPORT_WIFI},
                .downstream = down,
                .upstream = up};
    }
    static Network cellular(Kbps down = 20'000, Kbps up = 5'000) {
        Network network = wifi(down, up);
        network.capabilities.erase(NET_CAPABILITY_NOT_METERED);
        network.transports = {TRANSPORT_CELLULAR};
        return network;
    }
    static Manifest manifestOf(const AppId& app) {
        Manifest manifest{.package = app, .label = app.name};
        manifest.permissions = {std::string(runUserInitiatedJobs), std::string(receiveBootCompleted),
                                std::string(scheduleExactAlarm)};
        manifest.receivers["Receiver"] = {.name = "Receiver", .command = {"/bin/true"}};
        manifest.services["Jobs"] = {
            .name = "Jobs", .command = {"/bin/true"}, .permission = std::string(bindJobService)};
        return manifest;
    }
    /// Installed, and in the active bucket: one that was never used runs nothing (limits.md §2.1).
    void install(const Manifest& manifest) {
        const bool isNew = !memories_.contains(manifest.package);
        event(AppInstalled{manifest});
        if (isNew) event(BucketForced{.app = manifest.package, .bucket = Bucket::Active});
    }
    void see(const AppId& app, bool visible) {
        seen_[app] = visible;
        event(AppSeen{app, visible, true});
    }
    template <class Change> void change(Change with) {
        with(device);
        event(DeviceChanged{{}, device});
    }

    /// Lets time pass until `sinceStart`, everything that falls due on the way included.
    void until(Duration sinceStart) {
        const Instant target = at(sinceStart);
        passed += std::max(target - now.elapsed, Duration{0});
        while (true) {
            const auto deadline = core->nextDeadline();
            const auto answer = answers_.empty() ? std::nullopt : std::optional(answers_.begin()->first);
            if (deadline && *deadline <= target && (!answer || *deadline <= *answer)) {
                now.elapsed = std::max(now.elapsed, *deadline);
                take(core->handle(Tick{}, clock()));
            } else if (answer && *answer <= target) {
                now.elapsed = *answer;
                const Event next = answers_.begin()->second;
                answers_.erase(answers_.begin());
                take(core->handle(next, clock()));
            } else {
                break;
            }
        }
        now.elapsed = target;
    }
    void event(const Event& what) {
        if (const auto* run = std::get_if<RunJob>(&what)) overridden.insert(run->key);
        if (const auto* read = std::get_if<ZoneRead>(&what)) zone_ = read->zone;
        take(core->handle(what, clock()));
        until(now.elapsed - at(0s)); // what falls at this instant has happened before the next line of a test
    }

    /// Time passes, and no daemon runs that could see it.
    void sleep(Duration length) {
        now.elapsed += length;
        passed += length;
    }
    /// Sends the present state to a daemon that was away for a while and did not die.
    void tell() {
        event(AppInstalled{installed}); // first: a daemon that has started runs nothing before it
        event(DeviceChanged{{}, device});
        for (const auto& [app, visible] : seen_)
            event(AppSeen{app, visible, true});
    }
    /// The daemon dies and starts again from what was written down; another boot id makes it a reboot.
    void restart(const std::string& boot = "first boot") {
        begun_.clear();
        begin(boot);
    }
    /// A commit has failed: the core is another, and what runs goes on.
    void loseCore() {
        begin(boot_);
        const auto gone = [kept = core->runs()](const auto& entry) { return !kept.contains(entry.first); };
        std::erase_if(begun_, gone);
        for (const auto& [run, goesOn] : begun_)
            running_[goesOn.job] = alive_[goesOn.job] = run;
    }

private:
    void begin(const std::string& boot) {
        core = std::make_unique<Scheduler>(constants_);
        answers_.clear();
        running_.clear();
        alive_.clear();
        Snapshot snapshot;
        for (const auto& [key, job] : stored_)
            snapshot.jobs.push_back({job, BootId{boot_}});
        if (boot_ == boot) snapshot.content = content_;
        for (const auto& [app, memory] : memories_)
            snapshot.apps.push_back(memory);
        for (const auto& [key, alarm] : alarms_)
            snapshot.alarms.push_back(alarm);
        for (const auto& [id, message] : messages_)
            snapshot.messages.push_back(message);
        for (const auto& [name, registration] : registrations_)
            snapshot.registrations.push_back(registration);
        snapshot.linePlace = linePlace_;
        snapshot.seenMessages = seenMessages_;
        snapshot.completed = completed;
        snapshot.usageTime = usageTime_;
        if (deviceState_ && deviceState_->second.value == boot) snapshot.deviceState = deviceState_->first;
        snapshot.digested = digested_;
        snapshot.stamp = stamp_;
        snapshot.sameBoot = boot_ == boot;
        snapshot.generation = ++generation_;
        for (const auto& [run, goesOn] : begun_)
            snapshot.goingOn.push_back(goesOn);
        boot_ = boot;
        if (follower_) follower_->began(snapshot, BootId{boot}, device, clock());
        core->tell(follower_);
        take(core->restore(std::move(snapshot), BootId{boot}, device, clock()));
        take(core->handle(DeviceChanged{{}, device}, clock()));
        take(core->handle(ZoneRead{zone_}, clock()));
        install(installed);
        for (const auto& [app, visible] : seen_)
            event(AppSeen{app, visible, true});
        until(now.elapsed - at(0s));
    }

public:
    // The behaves.

    JobInfo::Builder job(std::int32_t id) const { return {JobId{id}, "Jobs"}; }
    JobInfo::Builder transfer(std::int32_t id) const {
        return job(id).setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY).setUserInitiated(true);
    }
    /// schedule() by com.example.mail, in sight of the user unless told otherwise; what it answered.
    Reply schedule(const JobInfo::Builder& builder, bool visible = true, std::string space = "") {
        auto info = builder.build();
        if (!info) return {.error = info.error()};
        return ask(
            Schedule{.call = {1}, .app = mail, .space = std::move(space), .info = *info, .callerVisible = visible});
    }
    Reply ask(const Event& request) {
        replies.clear();
        event(request);
        return replies.empty() ? Reply{.error = Error{Errc::SYSTEM, "no reply"}} : replies.front();
    }
    RunId run(std::int32_t id) const { return running_.at(key(id)); }
    void finish(std::int32_t id, bool again) { event(JobFinished{mail, run(id), again, {}}); }
    void crash(std::int32_t id) { event(RunLost{run(id), true}); }

    // The results.

    static JobKey key(std::int32_t id) { return {mail, "", JobId{id}}; }
    std::optional<JobView> view(std::int32_t id) const { return core->job(key(id), clock()); }
    bool tracked(std::int32_t id) const {
        const auto found = view(id);
        return found && found->state != JobView::State::Finished;
    }
    bool runs(std::int32_t id) const {
        const auto found = view(id);
        return found && found->state == JobView::State::Running;
    }
    /// True if a run of it has begun and not ended, be it of a job that was cancelled or replaced since.
    bool hasRun(std::int32_t id) const { return alive_.contains(key(id)); }
    std::vector<PendingReason> why(std::int32_t id) const { return view(id).value_or(JobView{}).reasons; }
    /// The forecast of the start, since the test's beginning.
    std::optional<Duration> earliest(std::int32_t id) const {
        const auto found = view(id);
        if (!found || !found->earliest) return std::nullopt;
        return *found->earliest - wallAtStart;
    }
    /// Times, since the beginning, at which `what` happened to the job.
    std::vector<Duration> times(std::int32_t id, Trace::What what) const {
        std::vector<Duration> found;
        for (const auto& [when, trace] : traces)
            if (trace.job == key(id) && trace.what == what) found.push_back(when - at(0s));
        return found;
    }
    const Trace& last(std::int32_t id, Trace::What what) const {
        return std::find_if(traces.rbegin(), traces.rend(),
                            [&](const auto& t) { return t.second.job == key(id) && t.second.what == what; })
            ->second;
    }
    template <class E> std::size_t count() const {
        return static_cast<std::size_t>(
            std::ranges::count_if(effects, [](const Effect& e) { return std::holds_alternative<E>(e); }));
    }

    Now clock() const { return {now.elapsed, wallAtStart + (now.elapsed - at(0s))}; }

    inline static Duration passed{0}; ///< on all stages of this process

    Behaviour behaves;
    Device device;
    Manifest installed = manifestOf(mail); ///< of com.example.mail, as a restart finds it
    Now now{at(0s), {}};
    WallTime wallAtStart{std::chrono::hours{24 * 365 * 56}};
    std::unique_ptr<Scheduler> core;
    std::vector<Effect> effects;
    std::vector<std::pair<Instant, Trace>> traces;
    std::vector<Reply> replies;
    std::vector<Completed> completed; ///< as written down
    std::vector<SavePastRun> log;     ///< likewise
    std::set<std::pair<AppId, std::int32_t>> shown;
    std::set<JobKey> overridden;              ///< by `run`: its constraints do not count
    std::function<void(const Effect&)> watch; ///< told of each effect, once the core has made its step
    std::function<void(const Step&)> steps;   ///< told of each step, before that

private:
    void answer(Duration after, Event event) { answers_.emplace(now.elapsed + after, std::move(event)); }

    void take(Step step) {
        if (steps) steps(step);
        if (!step.records.empty()) stamp_ = core->stamp(clock());
        for (const Record& record : step.records)
            write(record);
        for (const Effect& effect : step.effects) {
            effects.push_back(effect);
            if (watch) watch(effect);
            react(effect);
        }
    }
    void write(const Record& record) {
        std::visit(Overloaded{[&](const SaveJob& r) {
                                  auto work =
                                      std::move(stored_[r.job.key].details.edit().work); // has records of its own
                                  stored_[r.job.key] = r.job;
                                  stored_[r.job.key].details.edit().work = std::move(work);
                              },
                              [&](const DropJob& r) {
                                  stored_.erase(r.key);
                                  content_.erase(r.key);
                              },
                              [&](const SaveContent& r) {
                                  content_.erase(r.job);
                                  if (!r.changes.uris.empty()) content_.emplace(r.job, r.changes);
                              },
                              [&](const SaveWork& r) {
                                  drop(r.job, r.item.id);
                                  stored_.at(r.job).details.edit().work.push_back(r.item);
                                  stored_.at(r.job).details.edit().work.back().active = false;
                                  std::ranges::sort(stored_.at(r.job).details.edit().work, {}, &WorkItem::id);
                              },
                              [&](const DropWork& r) { drop(r.job, r.item); },
                              [&](const SaveApp& r) {
                                  memories_[r.memory.app] = {r.memory, BootId{boot_}, r.written};
                              },
                              [&](const SaveUsageTime& r) {
                                  usageTime_ = {r, BootId{boot_}};
                              },
                              [&](const SaveDigest& r) { digested_ = r.shown; },
                              [&](const SaveDeviceState& r) {
                                  deviceState_ = {r.state, BootId{boot_}};
                              },
                              [&](const SaveAlarm& r) {
                                  alarms_[{r.alarm.app, r.alarm.tag}] = {r.alarm, BootId{boot_}};
                              },
                              [&](const DropAlarm& r) {
                                  alarms_.erase({r.app, r.tag});
                              },
                              [&](const SaveMessage& r) {
                                  messages_[r.message.id] = {r.message, BootId{boot_}};
                              },
                              [&](const DropMessage& r) { messages_.erase(r.id); },
                              [&](const SaveRegistration& r) { registrations_[r.registration.name] = r.registration; },
                              [&](const DropRegistration& r) { registrations_.erase(r.name); },
                              [&](const SaveLinePlace& r) { linePlace_ = r.place; },
                              [&](const SaveSeenMessage& r) { seenMessages_[r.id] = r.when; },
                              [&](const KeepSeenMessages& r) {
                                  std::erase_if(seenMessages_, [&](const auto& entry) {
                                      return entry.second < r.from || entry.second > r.to;
                                  });
                              },
                              [&](const SaveCompleted& r) { completed.push_back(r.completed); },
                              [&](const DropCompleted& r) {
                                  std::erase_if(completed, [&](const Completed& one) { return one.key == r.job; });
                              },
                              [&](const SavePastRun& r) { log.push_back(r); },
                              [](const auto&) {}},
                   record);
    }
    void drop(const JobKey& key, std::uint64_t item) {
        std::erase_if(stored_.at(key).details.edit().work, [item](const WorkItem& one) { return one.id == item; });
    }
    void react(const Effect& effect) {
        std::visit(Overloaded{[&](const Bind& e) { bound(e); },
                              [&](const RunChanged& e) { begun_.at(e.run).terms = e.terms; },
                              [&](const CallStart& e) {
                                  begun_.at(e.run).called = true;
                                  started(e);
                              },
                              [&](const EndRun& e) {
                                  begun_.erase(e.run);
                                  std::erase_if(alive_, [&](const auto& run) { return run.second == e.run; });
                              },
                              [&](const CallStop& e) {
                                  begun_.at(e.run).stopping = {e.reason, e.internal};
                                  if (behaves.answersStop) answer(0s, StopAnswered{e.run, behaves.wantsRetry});
                              },
                              [&](const DeliverAlarm& e) { taken(e.alarm.app, e.delivery); },
                              [&](const DeliverMessage& e) { taken(e.message.app, e.delivery); },
                              [&](const ShowNotification& e) { shown.emplace(e.app, e.id); },
                              [&](const WithdrawNotification& e) {
                                  shown.erase({e.app, e.id});
                              },
                              [&](const KillApp& e) {
                                  seen_.erase(e.app);
                                  if (e.call.value) replies.push_back({.call = e.call, .count = runsOf(e.app)});
                                  answer(0s, AppSeen{e.app, false, false});
                              },
                              [&](const Reply& e) { replies.push_back(e); },
                              [&](const Trace& e) { traces.emplace_back(now.elapsed, e); }, [](const auto&) {}},
                   effect);
    }
    /// Each has a process of its own.
    std::uint32_t runsOf(const AppId& app) const {
        return static_cast<std::uint32_t>(
            std::ranges::count_if(alive_, [&](const auto& run) { return run.first.app == app; }));
    }
    void taken(const AppId& app, std::uint64_t delivery) {
        if (behaves.takes) answer(0s, DeliveryEnded{app, delivery});
    }
    void bound(const Bind& bind) {
        running_[bind.key] = alive_[bind.key] = bind.run;
        begun_[bind.run] = {
            .run = bind.run, .job = bind.key, .terms = bind.terms, .override = bind.override, .stopping = {}};
        if (behaves.connects) answer(behaves.connectsAfter, Connected{bind.run});
    }
    void started(const CallStart& call) {
        if (!behaves.answersStart) return;
        if (behaves.notifies && call.kind == JobClass::UserInitiated) {
            answer(0s, NotificationSet{{},
                                       call.key.app,
                                       call.run,
                                       behaves.notification,
                                       Notification::Builder("default").setSmallIcon("mail").build(),
                                       behaves.endPolicy});
        }
        answer(0s, StartAnswered{call.run, behaves.goesOn});
    }

    Constants constants_;
    Follower* follower_;
    std::multimap<Instant, Event> answers_;
    std::map<JobKey, RunId> running_;
    std::map<JobKey, RunId> alive_;  ///< that have not ended
    std::map<RunId, GoingOn> begun_; ///< likewise, as a daemon that lives knows them
    std::map<JobKey, Job> stored_;
    std::map<JobKey, ContentChanges> content_;
    std::map<AppId, bool> seen_;
    std::map<AppId, StoredApp> memories_;
    std::map<std::pair<AppId, std::string>, StoredAlarm> alarms_;
    std::map<std::uint64_t, StoredMessage> messages_;
    std::map<std::string, Registration> registrations_;
    LinePlace linePlace_;
    std::map<std::string, WallTime> seenMessages_;
    std::optional<StoredUsageTime> usageTime_;
    std::optional<std::pair<DeviceState, BootId>> deviceState_;
    TimeZone zone_;
    std::optional<WallTime> digested_;
    std::string boot_ = "first boot";
    std::uint32_t generation_ = 0;
    Stamp stamp_;
};

} // namespace stint
