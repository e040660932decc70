// Events of an app, its jobs, its alarms and its device: one at a time, chosen by numbers, so that a series of random
// numbers is a timeline (timeline.hpp, by RapidCheck; bench/timelines.cpp, by a seed).
#pragma once
#include <array>
#include <ostream>
#include <string>

#include "core/stage.hpp"

namespace stint {

/// One thing that happens, and how long after the one before it.
struct Happening {
    int what = 0;
    int job = 1;      ///< 1 to 12
    unsigned how = 0; ///< bits that choose among variants
    int pause = 0;    ///< seconds
};

inline std::ostream& operator<<(std::ostream& out, const Happening& h) {
    return out << "{" << h.what << ", job " << h.job << ", how " << h.how << ", after " << h.pause << "s}";
}

constexpr int kinds = 14;         ///< of the job contract
constexpr int kindsOfLimits = 21; ///< and of the limits
constexpr int kindsOfAlarms = 24; ///< and of alarms
constexpr int kindsOfStarts = 30; ///< and of what a person asks of a job's start
constexpr int allKinds = 32;      ///< and of the line

inline bool bit(unsigned bits, int n) { return (bits >> n) & 1U; }

inline JobInfo::Builder jobOf(const Stage& stage, const Happening& h) {
    const unsigned how = h.how;
    JobInfo::Builder job = stage.job(h.job);
    if (bit(how, 0))
        job.setRequiredNetworkType(bit(how, 1) ? JobInfo::NETWORK_TYPE_UNMETERED : JobInfo::NETWORK_TYPE_ANY);
    if (bit(how, 0) && bit(how, 2))
        return job.setUserInitiated(true).setPersisted(bit(how, 3)).setRequiresCharging(bit(how, 4));
    if (bit(how, 5)) return job.setExpedited(true);
    job.setPersisted(bit(how, 3)).setRequiresCharging(bit(how, 4)).setRequiresStorageNotLow(bit(how, 6));
    if (bit(how, 7)) return job.setPeriodic(std::chrono::minutes{15 + how % 50}, std::chrono::minutes{how % 60});
    if (bit(how, 8)) job.setMinimumLatency(std::chrono::seconds{how % 900});
    if (bit(how, 9)) job.setOverrideDeadline(30min + std::chrono::seconds{how % 3600});
    return job;
}

/// The alarms of a timeline are as many as its jobs: each of its own tag.
inline std::string tagOf(const Happening& h) { return std::to_string(h.job); }

inline Alarm alarmOf(const Stage& stage, const Happening& h) {
    constexpr std::array<Duration, 4> times{3s, 90s, 10min, 2h};
    const auto kind = static_cast<AlarmKind>(h.how % 6);
    const Duration after = times.at(h.how / 6 % times.size());
    return {.app = mail,
            .tag = tagOf(h),
            .kind = kind,
            .wakeup = bit(h.how, 5),
            .byWall = bit(h.how, 6),
            .requested = stage.now.elapsed + after,
            .requestedWall = stage.clock().wall + after,
            .window = bit(h.how, 7) ? Duration{30min} : Duration{0},
            .interval = kind == AlarmKind::Inexact && bit(h.how, 8) ? Duration{20min} : Duration{0}};
}

/// Events of the job contract.
inline void happenToJobs(Stage& stage, const Happening& h) {
    const bool running = stage.runs(h.job);
    switch (h.what) {
    case 0:
    case 1:
    case 2:
        stage.schedule(jobOf(stage, h), bit(h.how, 10));
        break;
    case 3:
        stage.event(Cancel{{1}, mail, "", JobId{h.job}, bit(h.how, 0)});
        break;
    case 4:
        if (running) stage.finish(h.job, bit(h.how, 0));
        break;
    case 5:
        if (running) stage.crash(h.job);
        break;
    case 6:
        stage.change([&](Device& d) {
            d.network.reset();
            if (bit(h.how, 0)) d.network = bit(h.how, 1) ? Stage::wifi() : Stage::cellular();
        });
        break;
    case 7:
        stage.change([&](Device& d) { d.charging = d.plugged = bit(h.how, 0); });
        break;
    case 8:
        stage.change([&](Device& d) { d.screenOn = bit(h.how, 0); });
        break;
    case 9:
        stage.change([&](Device& d) { d.storageForced = bit(h.how, 0); });
        break;
    case 10:
        stage.see(mail, bit(h.how, 0));
        break;
    case 11:
        stage.ask(StopApp{{1}, mail});
        break;
    case 12:
        stage.behaves = {.connects = h.how % 7 != 0,
                         .answersStart = h.how % 5 != 0,
                         .notifies = h.how % 11 != 0,
                         .answersStop = h.how % 3 != 0,
                         .wantsRetry = bit(h.how, 4)};
        break;
    case 13:
        stage.event(RunJob{{1}, Stage::key(h.job), bit(h.how, 0) ? Override::Full : Override::Soft});
        break;
    default:
        break;
    }
}

/// Events of limits.md.
inline void happenToLimits(Stage& stage, const Happening& h) {
    switch (h.what) {
    case 14:
        stage.event(BucketForced{.app = mail, .bucket = static_cast<Bucket>(h.how % 7)});
        break;
    case 15:
        stage.change([&](Device& d) {
            d.plugged = bit(h.how, 0);
            d.charging.reset();
            d.screenOn = bit(h.how, 1);
            d.motion = bit(h.how, 2) ? Motion::Moving : Motion::Still;
        });
        break;
    case 16:
        stage.event(UsageReported{{}, mail, bit(h.how, 0) ? UsageKind::Interaction : UsageKind::NotificationSeen});
        break;
    case 17:
        stage.event(BatteryUseSet{{}, mail, static_cast<BatteryUse>(h.how % 3)});
        break;
    case 18:
        stage.event(MessageArrived{.app = mail,
                                   .urgency = static_cast<Urgency>(3 - h.how % 4),
                                   .ttl = bit(h.how, 3) ? std::optional(Duration{10min * (h.how % 16)}) : std::nullopt,
                                   .topic = bit(h.how, 4) ? "topic" : ""});
        break;
    case 19:
        stage.change([&](Device& d) {
            d.batterySaver = bit(h.how, 0);
            d.dataSaver = bit(h.how, 1);
            d.thermal = bit(h.how, 2) ? static_cast<Thermal>(h.how % 5) : Thermal::None;
        });
        break;
    case 20:
        stage.change([&](Device& d) {
            d.dozeForce.reset();
            if (bit(h.how, 0)) d.dozeForce = bit(h.how, 1) ? DozeForce::Idle : DozeForce::IdleMaintenance;
        });
        break;
    case 21:
    case 22:
        stage.ask(AlarmSet{{1}, alarmOf(stage, h)});
        break;
    case 23:
        stage.ask(AlarmCancelled{{1}, mail, tagOf(h)});
        break;
    default:
        break;
    }
}

/// Terms that may be refused, for a job that is not there yet, and for itself.
inline StartTerms termsOf(const Stage& stage, const Happening& h) {
    StartTerms terms;
    const WallTime now = stage.clock().wall;
    if (bit(h.how, 0)) terms.after = {Stage::key(1 + static_cast<int>(h.how % 12))};
    if (bit(h.how, 1)) terms.afterFailure = {Stage::key(1 + static_cast<int>(h.how / 2 % 12))};
    if (bit(h.how, 2)) terms.at = now + std::chrono::seconds{h.how};
    if (bit(h.how, 3)) terms.calendar = bit(h.how, 4) ? "*:0/20" : "0/3:07";
    if (bit(h.how, 5)) {
        terms.loosensAt = now + std::chrono::seconds{h.how * 3};
        terms.then = {{"charging", "no"}, {"network", bit(h.how, 6) ? "any" : "none"}};
        if (bit(h.how, 7)) terms.then.push_back({"bytes", "1MB"});
    }
    if (bit(h.how, 8)) {
        terms.pool = "list";
        terms.poolDepth = 1 + static_cast<std::int32_t>(h.how % 3);
    }
    return terms;
}

/// A person's wishes for a job's start (jobs.md §14).
inline void happenToStarts(Stage& stage, const Happening& h) {
    const JobKey key = Stage::key(h.job);
    switch (h.what) {
    case 24:
        stage.ask(HoldJob{.call = {1}, .key = key, .on = bit(h.how, 0)});
        break;
    case 25:
        stage.ask(RetryJob{.call = {1}, .key = key});
        break;
    case 26:
        stage.ask(EditJob{.call = {1},
                          .key = key,
                          .conditions = {{"charging", bit(h.how, 0) ? "yes" : "no"},
                                         {"network", bit(h.how, 1) ? "unmetered" : "any"}}});
        break;
    case 27:
        if (const auto job = jobOf(stage, h).build(); job.ok())
            stage.ask(
                Schedule{.call = {1}, .app = mail, .info = *job, .callerVisible = true, .terms = termsOf(stage, h)});
        break;
    case 28:
        stage.event(ZoneRead{TimeZone({{WallTime{}, std::chrono::minutes{h.how % 600}}})});
        break;
    case 29:
        stage.ask(MoveJob{.call = {1}, .key = key, .to = static_cast<MoveTo>(h.how % 4)});
        break;
    default:
        break;
    }
}

/// Registrations, and what the line brings for them, in any order (push.md §4.1).
inline void happenToLine(Stage& stage, const Happening& h) {
    const std::string name = bit(h.how, 0) ? "one" : "another";
    if (h.what == kindsOfStarts) {
        if (bit(h.how, 3) && bit(h.how, 4))
            stage.event(LineReported{.up = bit(h.how, 1), .keepAlive = std::chrono::minutes{h.how % 40}});
        else if (bit(h.how, 1) && bit(h.how, 2))
            stage.event(Unregistered{.name = name, .everywhere = bit(h.how, 5)});
        else if (bit(h.how, 5) && bit(h.how, 6) && bit(h.how, 9))
            bit(h.how, 10) ? stage.event(PushUnwanted{.app = mail, .name = "news"})
                           : stage.event(PushWanted{.app = mail, .name = "news", .encrypted = bit(h.how, 11)});
        else if (bit(h.how, 5) && bit(h.how, 7) && bit(h.how, 10))
            stage.event(ConnectorSeen{.connector = "com.example.mail", .known = bit(h.how, 9)});
        else if (bit(h.how, 7) && bit(h.how, 8))
            bit(h.how, 5) && bit(h.how, 6) ? stage.event(RegistrationsRevoked{.app = mail})
                                           : stage.event(RegistrationsRotated{.app = mail});
        else
            stage.event(Registered{.name = name,
                                   .app = mail,
                                   .connector = bit(h.how, 6) ? "com.example.mail" : "",
                                   .endpoint = bit(h.how, 9) ? "https://push.example/push/v1/" + name : "",
                                   .replaces = bit(h.how, 10) ? (bit(h.how, 0) ? "another" : "one") : ""});
        return;
    }
    LineRead read{.stream = bit(h.how, 1) ? "stream" : "another"};
    if (bit(h.how, 2)) read.epochs = {{.number = h.how % 5, .from = h.how % 7}};
    const Subject of{name, static_cast<Urgency>(h.how / 8 % 4)};
    for (std::uint64_t sequence = h.how % 9; sequence < h.how % 9 + h.how % 4; ++sequence)
        read.messages.push_back({.of = of,
                                 .sequence = sequence,
                                 .id = std::to_string(sequence),
                                 .sent = stage.clock().wall - std::chrono::minutes{h.how % 60},
                                 .ttl = bit(h.how, 5) ? std::optional(Duration{30min}) : std::nullopt,
                                 .topic = bit(h.how, 6) ? "topic" : ""});
    if (bit(h.how, 7)) read.missed = {of};
    if (bit(h.how, 8)) read.cursors = {{of, h.how % 20}};
    if (bit(h.how, 9)) read.misused = {name};
    stage.event(read);
}

inline void happen(Stage& stage, const Happening& h) {
    stage.until(stage.now.elapsed - at(0s) + std::chrono::seconds{h.pause});
    if (h.what < kinds) return happenToJobs(stage, h);
    if (h.what < kindsOfAlarms) return happenToLimits(stage, h);
    h.what < kindsOfStarts ? happenToStarts(stage, h) : happenToLine(stage, h);
}

/// A run under way is lost by a restart (jobs.md §12.5), and its session ends with it (limits.md §12.7 example 99), so
/// a test that compares across one ends all before.
inline void endRuns(Stage& stage) {
    while (stage.core->apps(stage.clock()).front().running > 0) {
        int running = 0;
        for (int id = 12; id >= 1; --id)
            if (stage.runs(id)) running = id;
        if (running == 0) {
            stage.until(stage.now.elapsed - at(0s) + 1s); // of a cancelled job: it does not answer, and is given up
        } else if (stage.view(running)->runState == RunState::Executing) {
            stage.finish(running, true);
        } else {
            stage.crash(running);
        }
    }
}

} // namespace stint
