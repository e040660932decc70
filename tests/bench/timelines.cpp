// Random timelines of several apps, and what the core makes of them: a digest of every record, effect and trace, byte
// for byte, and one of all that it answers. Two cores that print the same are the same (scripts/differential.sh).
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "bench/phone.hpp"
#include "bench/spelled.hpp"
#include "core/happenings.hpp"
#include "sim/judge/play.hpp"

using namespace stint;
using namespace stint::bench;

namespace {

/// splitmix64: the same numbers everywhere.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}
    std::uint64_t roll() {
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }
    int below(int limit) { return static_cast<int>(roll() % static_cast<std::uint64_t>(limit)); }
    bool one(int in) { return below(in) == 0; }
    template <class T, std::size_t N> T of(const std::array<T, N>& choices) {
        return choices[static_cast<std::size_t>(below(N))];
    }

private:
    std::uint64_t state_;
};

std::uint64_t digestOf(std::string_view text, std::uint64_t digest) {
    for (const char c : text)
        digest = (digest ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    return digest;
}

constexpr int length = 150;       ///< happenings of one timeline
constexpr int kindsOfOthers = 41; ///< that happen to other apps, or to what they post and run

Constants constantsOf(Dice& dice) {
    Constants constants;
    constants.batching = dice.one(6);
    if (dice.one(3)) constants.slots = 2;
    if (dice.one(5)) constants.alarmWhileIdleQuota = constants.alarmWhileIdleExactQuota = 3;
    if (dice.one(5)) constants.quotaAllowedActive = constants.quotaAllowedWorking = 2min;
    if (dice.one(4)) constants.bucketPredictor = Constants::predictorFrequency;
    return constants;
}

Manifest manifestOf(const AppId& app, Dice& dice) {
    Manifest manifest = Stage::manifestOf(app);
    manifest.services["Shows"] = {.name = "Shows", .command = {"/bin/true"}, .foregroundType = "data_sync"};
    manifest.system = dice.one(8);
    manifest.builtIn = dice.one(8);
    manifest.legacyFgsJobsFree = dice.one(3);
    manifest.legacyTopStartedJobsFree = dice.one(3);
    manifest.version = std::to_string(dice.below(3));
    return manifest;
}

/// A device with more apps than the one that tests of the core have.
class Fleet {
public:
    explicit Fleet(std::uint64_t seed) : seed_(seed), dice_(seed), stage_(constantsOf(dice_)) {
        stage_.steps = [this](const Step& step) { hear(step); };
        for (const AppId& app : others)
            stage_.install(manifestOf(app, dice_));
    }

    void play() {
        constexpr std::array pauses{0, 0, 1, 7, 30, 60, 600, 4000};
        for (int n = 0; n < length; ++n) {
            const Happening next{.what = dice_.below(kindsOfAlarms + kindsOfOthers),
                                 .job = 1 + dice_.below(12),
                                 .how = static_cast<unsigned>(dice_.below(1 << 11)),
                                 .pause = dice_.one(40) ? 100'000 : dice_.of(pauses)};
            if (next.what < kindsOfAlarms) {
                happen(stage_, next);
            } else {
                stage_.until(stage_.now.elapsed - stint::at(0s) + std::chrono::seconds{next.pause});
                happenToOthers(next.what - kindsOfAlarms, next);
            }
            for (const std::string& stale : stage_.core->staleVerdicts(stage_.clock())) // decision 0003
                fmt::print(stderr, "timeline {}, happening {}: {}\n", seed_, n, stale);
            if (n % 10 == 9) ask();
        }
    }

    const std::string& done() const { return done_.text(); }
    const std::string& answered() const { return answered_.text(); }

private:
    // In the order of names before, between and behind com.example.mail.
    inline static const std::array<AppId, 5> others{AppId{"com.example.album"}, AppId{"com.example.mailbox"},
                                                    AppId{"com.example.news"}, AppId{"org.example.backup"},
                                                    AppId{"org.example.zip"}};

    void hear(const Step& step) {
        done_ << stage_.now.elapsed << step.records << step.effects << step.setAside;
        for (const Effect& effect : step.effects) {
            if (const auto* bind = std::get_if<Bind>(&effect)) runs_.push_back(*bind);
            if (const auto* shown = std::get_if<ShowNotification>(&effect)) shown_ = {shown->app, shown->id};
            const auto* reply = std::get_if<Reply>(&effect);
            if (reply && reply->item) item_ = reply->item->id;
        }
    }

    /// All that the core answers.
    void ask() {
        const Scheduler& core = *stage_.core;
        const Now now = stage_.clock();
        const std::vector<JobView> jobs = core.jobs(std::nullopt, std::nullopt, 1000, now);
        const std::optional<Wake> wake = core.nextWake(now);
        answered_ << jobs << core.completed(std::nullopt) << core.tasks(now) << core.apps(now) << core.alarms(now)
                  << wake.value_or(Wake{}).when << wake.value_or(Wake{}).cause << core.deviceLimits(now)
                  << core.overview(100, now) << core.deviceState() << core.watched() << core.nextDeadline()
                  << core.stamp(now);
        for (const JobView& job : jobs)
            answered_ << core.explain(job.key, now) << core.history(job.key);
    }

    void schedule(const AppId& app, const JobInfo::Builder& builder, const Happening& h,
                  std::optional<WorkItem> work = {}) {
        auto info = builder.build();
        if (!info) return;
        stage_.ask(Schedule{.call = {1},
                            .app = app,
                            .space = h.how % 13 == 0 ? "sync" : "",
                            .info = *info,
                            .newId = h.how % 17 == 0,
                            .callerVisible = bit(h.how, 10),
                            .work = std::move(work)});
    }
    JobKey keyOf(const AppId& app, const Happening& h) { return {app, h.how % 13 == 0 ? "sync" : "", JobId{h.job}}; }
    /// One of the newest runs, which may be over.
    Bind run() {
        if (runs_.empty()) return {};
        const std::size_t back = dice_.roll() % std::min<std::size_t>(runs_.size(), 6);
        return runs_[runs_.size() - 1 - back];
    }
    static Notification notification(const Happening& h) {
        return Notification::Builder("default").setSmallIcon("mail").setContentTitle(std::to_string(h.how % 5)).build();
    }

    void happenToOthers(int what, const Happening& h) {
        const AppId app = dice_.one(4) ? mail : dice_.of(others);
        const unsigned how = h.how;
        switch (what) {
        case 0:
        case 1:
        case 2:
        case 3:
        case 4:
        case 5:
            return schedule(app, jobOf(stage_, h), h);
        case 6:
            return schedule(app, stage_.job(h.job).addTriggerContentUri({how % 2 ? "/data/one" : "/data/two", 1}), h);
        case 7: {
            WorkItem work{.estimatedDown = how};
            work.extras.putString("item", std::to_string(how));
            return schedule(app, stage_.job(h.job).setRequiresCharging(bit(how, 1)), h, std::move(work));
        }
        case 8:
            return schedule(app,
                            stage_.job(h.job)
                                .setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY)
                                .setEstimatedNetworkBytes(how * 1_MB, how * 10_KB)
                                .setUserInitiated(bit(how, 3)),
                            h);
        case 9:
            return schedule(app,
                            stage_.job(h.job)
                                .setRequiresDeviceIdle(bit(how, 0))
                                .setRequiresBatteryNotLow(bit(how, 1))
                                .setPriority(100 + 100 * static_cast<std::int32_t>(how % 4))
                                .setPrefetch(bit(how, 2)),
                            h);
        case 10:
            return stage_.event(Cancel{{1}, app, std::string(keyOf(app, h).space), JobId{h.job}, bit(how, 0)});
        case 11:
            return stage_.event(CancelAll{{1}, app, std::nullopt, bit(how, 0)});
        case 12:
        case 13:
            return stage_.see(app, bit(how, 0));
        case 14:
            return stage_.event(AppStatePinned{
                {1}, app, bit(how, 0) ? std::optional(static_cast<ProcessState>(how % 5)) : std::nullopt});
        case 15:
            return stage_.event(UsageReported{{1}, app, static_cast<UsageKind>(how % 13)});
        case 16:
            return stage_.event(BucketForced{{1}, app, static_cast<Bucket>(how % 7), bit(how, 5)});
        case 17:
            return stage_.event(BucketPredicted{{1}, app, static_cast<Bucket>(how % 7)});
        case 18:
            return stage_.event(BatteryUseSet{{1}, app, static_cast<BatteryUse>(how % 3)});
        case 19:
            return stage_.event(DataSaverExemptionSet{{1}, app, bit(how, 0)});
        case 20:
            return stage_.event(TemporarilyAllowed{{1}, app, std::chrono::seconds{how}});
        case 21: {
            Alarm alarm = alarmOf(stage_, h);
            alarm.app = app;
            return stage_.event(AlarmSet{{1}, std::move(alarm)});
        }
        case 22:
            return stage_.event(AlarmCancelled{{1}, app, tagOf(h)});
        case 23:
            return stage_.event(
                MessageArrived{.call = {1}, .app = app, .urgency = bit(how, 0) ? Urgency::High : Urgency::Normal});
        case 24:
            return stage_.event(AppTapped{app});
        case 25:
            return stage_.event(
                ForegroundServiceAsked{{1}, app, "Shows", bit(how, 0), ServiceNotification{3, notification(h)}});
        case 26:
            if (how % 8 == 0) return stage_.event(AppUninstalled{app});
            return stage_.install(manifestOf(app, dice_));
        case 27:
        case 28:
        case 29: {
            const Bind ended = run();
            return stage_.event(JobFinished{ended.key.app, ended.run, bit(how, 0), {}});
        }
        case 30:
            return stage_.event(RunLost{run().run, bit(how, 0)});
        case 31: {
            const Bind one = run();
            return stage_.event(BytesUpdated{one.key.app, one.run, bit(how, 0), how * 1_MB, 5, {}});
        }
        case 32: {
            const Bind one = run();
            if (bit(how, 0)) return stage_.event(Abandoned{one.key.app, one.run});
            stage_.event(DequeueWork{{1}, one.key.app, one.run});
            if (bit(how, 1)) stage_.event(CompleteWork{{1}, one.key.app, one.run, item_});
            return;
        }
        case 33: {
            const Bind one = run();
            return stage_.event(NotificationSet{{1},
                                                one.key.app,
                                                one.run,
                                                static_cast<std::int32_t>(how % 3),
                                                notification(h),
                                                static_cast<JobEndNotificationPolicy>(how % 2)});
        }
        case 34:
            if (bit(how, 0)) return stage_.event(NotificationDismissed{shown_.first, shown_.second});
            return stage_.event(NotificationTapped{shown_.first, shown_.second, bit(how, 1) ? "stop" : "", false});
        case 35:
            if (bit(how, 0)) return stage_.event(StopApp{{1}, app});
            return stage_.event(ForceStop{{1}, app});
        case 36:
            if (bit(how, 0)) return stage_.event(ResetExecutionQuota{{1}, app});
            if (bit(how, 1)) return stage_.event(ResetScheduleQuota{{1}});
            if (bit(how, 2)) return stage_.event(MonitorBattery{{1}, bit(how, 3)});
            return stage_.event(DockFaked{{1}, bit(how, 3)});
        case 37:
            if (bit(how, 0)) return stage_.event(ContentChanged{bit(how, 1) ? "/data/one/file" : "/data/two"});
            return stage_.event(RunJob{{2}, keyOf(app, h), bit(how, 1) ? Override::Full : Override::Soft, bit(how, 2)});
        case 38:
            if (bit(how, 0)) return stage_.event(DozeStepped{{1}, bit(how, 1)});
            if (bit(how, 1)) stage_.wallAtStart += bit(how, 2) ? Duration{30h} : -Duration{30h};
            return stage_.event(ClockSet{});
        case 39:
            return stage_.change([&](Device& d) {
                d.batteryPercent = static_cast<int>(how % 100);
                d.memory = static_cast<Memory>(bit(how, 0) ? how % 4 : 0);
                d.locked = bit(how, 7);
                d.dreaming = bit(how, 8);
            });
        case 40:
            if (how % 4 == 0) return stage_.restart(how % 8 == 0 ? "first boot" : "boot " + std::to_string(how));
            return;
        default:
            return;
        }
    }

    std::uint64_t seed_;
    Dice dice_;
    Stage stage_;
    Spelling done_;
    Spelling answered_;
    std::vector<Bind> runs_;
    std::pair<AppId, std::int32_t> shown_;
    std::uint64_t item_ = 0;
};

constexpr std::uint64_t basis = 0xCBF29CE484222325U;

void printPhone(int number) {
    const auto played = sim::play(phone(number, 3), {});
    Spelling spelled;
    spelled << played->history << played->events;
    fmt::print("phone {}: {:016x}\n", number, digestOf(spelled.text(), basis));
}

int usage() {
    fmt::print(stderr,
               "usage: bench_timelines FIRST LAST     a line for each hundred of these seeds, and three phones\n"
               "       bench_timelines --spell SEED   one timeline, word by word\n");
    return 64;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) return usage();
    if (std::strcmp(argv[1], "--spell") == 0) {
        Fleet fleet(std::strtoull(argv[2], nullptr, 10));
        fleet.play();
        std::string text = fleet.done() + "\n== answers\n" + fleet.answered();
        for (char& c : text)
            if (c == ' ') c = '\n';
        fmt::print("{}\n", text);
        return 0;
    }
    const std::uint64_t first = std::strtoull(argv[1], nullptr, 10), last = std::strtoull(argv[2], nullptr, 10);
    for (int number = 0; number < 3; ++number)
        printPhone(number);
    std::uint64_t done = basis, answered = basis;
    for (std::uint64_t seed = first; seed <= last; ++seed) {
        Fleet fleet(seed);
        fleet.play();
        done = digestOf(fleet.done(), done);
        answered = digestOf(fleet.answered(), answered);
        if (seed % 100 != 99 && seed != last) continue;
        fmt::print("to {}: done {:016x} answered {:016x}\n", seed, done, answered);
        std::fflush(stdout);
        done = answered = basis;
    }
    return 0;
}
