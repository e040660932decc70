// Wrong clocks (jobs.md §7.2, §7.3, limits.md §7.1): random sequences of what is asked for, of a wall clock that is
// set, with the daemon there or not, of restarts and of reboots. Nothing waits longer than it asked for, counted from
// the last boot, and nothing starts sooner than it asked for inside a boot.
#include <ranges>

#include <fmt/core.h>

#include "core/timeline.hpp"

namespace stint {
namespace {

constexpr Duration day{24h};
constexpr Duration year = 365 * day;

/// A request, and the bounds within which it has to come true.
struct Awaited {
    std::optional<Instant> earliest; ///< nullopt: another boot's wall clock decides
    Instant latest;
    Duration asked{0}; ///< the longest that it may take from a boot on
    bool persisted = false;
};

/// A device whose wall clock is right, or off by as much as the last one who set it wanted.
class Clocks {
public:
    Clocks() {
        show(0s);
        stage_.restart(boot());
        stage_.behaves.goesOn = false;
        stage_.change([](Device& d) { d.charging = d.plugged = true; }); // no quota, no Doze
    }

    void happen(const Happening& h) {
        constexpr std::array<Duration, 4> pauses{1s, 10min, 5h, 2 * day};
        pass(pauses.at(bits(h, 9) % pauses.size()));
        switch (h.what % 8) {
        case 0:
            return wait(h);
        case 1:
            return fail(h);
        case 2:
            return repeat(h);
        case 3:
            return wake(h);
        case 4:
        case 5:
            return setClock(h);
        case 6:
            return restart();
        default:
            return reboot(h);
        }
    }

private:
    static unsigned bits(const Happening& h, int from) { return h.how >> from; }
    static Duration delayOf(const Happening& h) {
        constexpr std::array<Duration, 4> delays{1min, 20min, 5h, 3 * day};
        return delays.at(bits(h, 1) % delays.size());
    }
    Instant now() const { return stage_.now.elapsed; }
    Duration sinceStart() const { return now() - at(0s); }
    /// The wall clock, `off` from the right one.
    void show(Duration off) { stage_.wallAtStart = WallTime{56 * year} + real_ + off - sinceStart(); }

    void pass(Duration time) {
        real_ += time;
        stage_.until(sinceStart() + time);
        check();
    }

    // Ids of its own for each kind: a delay, a back-off, a period.
    void wait(const Happening& h) {
        const int id = 1 + h.job % 4;
        const bool persisted = bit(h.how, 0);
        stage_.schedule(stage_.job(id).setMinimumLatency(delayOf(h)).setPersisted(persisted));
        jobs_[id] = {now() + delayOf(h), now() + delayOf(h), delayOf(h), persisted};
    }
    void fail(const Happening& h) {
        const int id = 5 + h.job % 4;
        const Duration rest = std::min<Duration>(delayOf(h), 5h);
        stage_.behaves.goesOn = true;
        stage_.schedule(
            stage_.job(id).setBackoffCriteria(rest, JobInfo::BACKOFF_POLICY_LINEAR).setPersisted(bit(h.how, 0)));
        stage_.finish(id, true);
        stage_.behaves.goesOn = false;
        read_ = stage_.traces.size();
        jobs_[id] = {now() + rest, now() + rest, 5h, bit(h.how, 0)};
    }
    void repeat(const Happening& h) {
        const int id = 9 + h.job % 4;
        const Duration every = std::max<Duration>(delayOf(h), 5h); // days pass at a time
        stage_.schedule(stage_.job(id).setPeriodic(every).setPersisted(bit(h.how, 0)));
        jobs_[id] = {std::nullopt, now() + 2 * every, 2 * every, bit(h.how, 0)};
    }
    void wake(const Happening& h) {
        stage_.ask(AlarmSet{{1},
                            {.app = mail,
                             .tag = std::to_string(h.job),
                             .kind = AlarmKind::Exact,
                             .persisted = bit(h.how, 0),
                             .requested = now() + delayOf(h)}});
        alarms_[std::to_string(h.job)] = {now() + delayOf(h), now() + delayOf(h), delayOf(h), bit(h.how, 0)};
    }

    void setClock(const Happening& h) {
        constexpr std::array<Duration, 7> offs{0s, 1h, -1h, year, -year, 10 * year, -56 * year};
        show(offs.at(bits(h, 2) % offs.size()));
        if (bit(h.how, 0)) return restart(); // while no daemon was there to see it
        stage_.event(ClockSet{});
        check();
    }
    void restart() {
        stage_.restart(boot());
        check();
    }
    /// The boot clock begins anew; the wall clock is what it was, or right, or another.
    void reboot(const Happening& h) {
        check();
        const Duration off = stage_.clock().wall - (WallTime{56 * year} + real_);
        constexpr std::array<Duration, 4> offTimes{1s, 10min, 5h, 2 * day};
        real_ += offTimes.at(bits(h, 5) % offTimes.size());
        stage_.now.elapsed = Instant{10s};
        constexpr std::array<Duration, 4> offs{0s, -56 * year, 10 * year, -year};
        show(bit(h.how, 0) ? off : offs.at(bits(h, 1) % offs.size()));
        ++boots_;
        const auto anew = [&](auto& awaited) {
            std::erase_if(awaited, [](const auto& one) { return !one.second.persisted; });
            for (auto& [name, one] : awaited) {
                one.earliest.reset();
                one.latest = now() + std::max(one.asked, Constants{}.bootSettle);
            }
        };
        anew(jobs_);
        anew(alarms_);
        stage_.restart(boot());
        check();
    }
    std::string boot() const { return fmt::format("boot {}", boots_); }

    void check() {
        for (; read_ < stage_.traces.size(); ++read_) {
            const auto& [when, trace] = stage_.traces[read_];
            if (trace.what == Trace::What::Started) begun(trace.job->id.value, when);
            if (trace.what == Trace::What::Alarm) wentOff(trace.tag, when);
        }
        for (const auto& [id, job] : jobs_)
            RC_ASSERT(now() <= job.latest);
        for (const auto& [tag, alarm] : alarms_)
            RC_ASSERT(now() <= alarm.latest);
    }
    void begun(int id, Instant when) {
        RC_ASSERT(jobs_.contains(id)); // once, unless it is periodic
        Awaited& job = jobs_.at(id);
        RC_ASSERT(!job.earliest || when >= *job.earliest);
        if (id < 9) {
            jobs_.erase(id);
        } else {
            job.latest = when + 2 * job.asked; // at the beginning of this window, and at the end of the next
        }
    }
    void wentOff(const std::string& tag, Instant when) {
        RC_ASSERT(alarms_.contains(tag));
        const Awaited& alarm = alarms_.at(tag);
        RC_ASSERT(!alarm.earliest || when >= *alarm.earliest);
        alarms_.erase(tag);
    }

    Stage stage_{};
    Duration real_{0}; ///< what has truly passed
    int boots_ = 0;
    std::size_t read_ = 0; ///< so many traces were looked at
    std::map<int, Awaited> jobs_;
    std::map<std::string, Awaited> alarms_;
};

} // namespace

TEST_CASE(
    "whatever the wall clock says, nothing waits longer than it asked for") { // jobs.md §7.2, §7.3; limits.md §7.1
    holds("clocks", 300, [] {
        const auto timeline = *timelines(8);
        Clocks clocks;
        for (const Happening& h : timeline | std::views::take(60)) // months
            clocks.happen(h);
    });
}

} // namespace stint
