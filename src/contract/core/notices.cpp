#include "contract/core/notices.hpp"

#include <utility>
#include <vector>

#include "base/result/errors.hpp"
#include "contract/core/explanation.hpp"
#include "contract/core/state.hpp"
#include "contract/model/agent.hpp"
#include "contract/model/effect.hpp"
#include "contract/rules/kind.hpp"
#include "contract/rules/notification.hpp"
#include "contract/rules/obstacle.hpp"

namespace stint {
namespace {

constexpr Duration day = 24h;

AppId owner() { return AppId{std::string(noticeOwner)}; }

std::string nameOfJob(const Job& job) { return job.details->label.empty() ? textOf(job.key) : job.details->label; }

bool waits(const State& state, const Tracked& tracked) { return !ownRun(state, tracked) && !isAside(tracked); }

struct Want {
    PendingReason reason;
    std::string_view words;
};

/// The first thing it waits for; nullopt: only for other jobs.
std::optional<Want> wantOf(const State& state, const Tracked& tracked) {
    const auto wanted = [&](std::string_view ofRow, PendingReason reason) {
        return Want{reason, wantOf(ofRow, reason, tracked.job.info, state.device)};
    };
    if (!tracked.group) return wanted({}, PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY);
    if (tracked.group->shut.empty()) return std::nullopt;
    const Shut& first = tracked.group->shut.front();
    if (isOfTheQueue(first.gate->name)) return std::nullopt;
    return wanted(first.gate->want, first.verdict.reason);
}

class Looking {
public:
    explicit Looking(Turn& turn) : turn_(turn), state_(turn.state), notices_(turn.state.notices) {}

    void look() {
        notices_.due.reset();
        promise();
        std::map<JobKey, NoticeWords> wanted;
        want(wanted, notices_.asked);
        want(wanted, notices_.asking); // a count of their own: no fleet hides what a person has asked for
        show(wanted);
        lookAtDigest();
    }

private:
    void dueAt(Instant when) {
        if (when > turn_.now.elapsed) notices_.due = earlier(notices_.due, std::optional(when));
    }
    Instant elapsedAt(WallTime when) const { return turn_.now.elapsed + (when - turn_.now.wall); }

    /// Writes down the promised start of each fresh job; one that waits for more than time has none.
    void promise() {
        for (const JobKey& key : std::exchange(notices_.fresh, {})) {
            Tracked& tracked = state_.jobs.at(key);
            if (!waits(state_, tracked)) continue;
            Explanation explanation(state_, turn_.now);
            const auto start = explanation.forecast(tracked, explanation.of(tracked));
            if (!start || *start <= turn_.now.wall) continue;
            tracked.job.details.edit().terms.edit().promised = *start;
            turn_.record(SaveJob{tracked.job});
        }
    }

    void want(std::map<JobKey, NoticeWords>& wanted, const std::set<JobKey>& jobs) {
        std::int64_t left = state_.constants.noticesMost;
        for (auto key = jobs.begin(); key != jobs.end() && left > 0; ++key) {
            auto words = wordsFor(state_.jobs.at(*key));
            if (words && wanted.emplace(*key, *std::move(words)).second) --left;
        }
    }

    std::optional<NoticeWords> wordsFor(const Tracked& tracked) {
        const Job& job = tracked.job;
        if (!waits(state_, tracked)) return std::nullopt;
        if (notices_.asking.contains(job.key)) return askingNotice(askerOf(job), job.key.space);
        if (job.held) return pausedNotice(nameOfJob(job), *job.details->lastRun);
        const auto want = wantOf(state_, tracked);
        if (kindOf(job) != JobClass::UserInitiated || !tracked.group || !want) return std::nullopt;
        const Instant since = elapsedAt(tracked.joined);
        if (since + state_.constants.noticeAfter > turn_.now.elapsed) {
            dueAt(since + state_.constants.noticeAfter);
            return std::nullopt;
        }
        return waitingNotice(nameOfJob(job), want->words, helpsToRunAnyway(want->reason, state_.device),
                             *job.details->lastRun);
    }

    void show(std::map<JobKey, NoticeWords>& wanted) {
        for (auto shown = notices_.shown.begin(); shown != notices_.shown.end();) {
            if (wanted.contains(shown->first)) {
                ++shown;
                continue;
            }
            if (!shown->second.dismissed) turn_.effect(WithdrawNotification{owner(), shown->second.id});
            shown = notices_.shown.erase(shown);
        }
        for (auto& [key, words] : wanted) {
            const auto [at, isNew] = notices_.shown.try_emplace(key);
            Notices::Shown& shown = at->second;
            if (isNew) shown.id = ++notices_.lastId;
            STINT_CHECK(shown.id > 0); // 0 is the digest's
            ShowNotification looks{.app = owner(),
                                   .id = shown.id,
                                   .notification = std::move(words.notification),
                                   .ongoing = true,
                                   .importance = "low",
                                   .ours = std::move(words.actions)};
            if (shown.looks == looks) continue;
            shown.looks = looks;
            shown.dismissed = false;
            turn_.effect(std::move(looks));
        }
        STINT_CHECK(notices_.shown.size() == wanted.size()); // nothing stays that is not wanted
    }

    WallTime promiseOf(const Job& job) const {
        return job.details->terms->promised.value_or(job.scheduled + day) + state_.constants.digestGrace;
    }

    bool isOverdue(const Tracked& tracked) {
        if (!waits(state_, tracked) || tracked.job.held || tracked.job.info.isPeriodic()) return false;
        const WallTime until = promiseOf(tracked.job);
        if (until > turn_.now.wall) dueAt(elapsedAt(until));
        return until <= turn_.now.wall;
    }

    // Under a clock that is wrong the day is unknown (jobs.md §7.3). While the screen is off nobody reads a digest.
    void lookAtDigest() {
        if (!state_.constants.digest || !state_.boot.clockGood || !state_.device.screenOn) return;
        const Duration since = turn_.now.wall - notices_.digested;
        if (since >= Duration{0} && since < day) return dueAt(elapsedAt(notices_.digested + day));
        std::map<std::string, int> wants;
        for (const JobKey& key : notices_.asked) {
            const Tracked& tracked = state_.jobs.at(key);
            if (!isOverdue(tracked)) continue;
            const auto want = wantOf(state_, tracked);
            ++wants[std::string(want ? want->words : wantOfSlot)];
        }
        if (!wants.empty()) digest(wants);
    }

    void digest(const std::map<std::string, int>& wants) {
        notices_.digested = turn_.now.wall;
        turn_.record(SaveDigest{turn_.now.wall});
        NoticeWords words = digestNotice(wants);
        std::int64_t count = 0;
        for (const auto& [want, jobs] : wants)
            count += jobs;
        turn_.effect(Trace{.what = Trace::What::Digest, .count = count, .because = words.notification.getText()});
        turn_.effect(ShowNotification{.app = owner(),
                                      .id = 0,
                                      .notification = std::move(words.notification),
                                      .importance = "default",
                                      .ours = std::move(words.actions)});
        dueAt(elapsedAt(notices_.digested + day));
    }

    Turn& turn_;
    State& state_;
    Notices& notices_;
};

/// A person's word about a campaign, by the agent's job for that (fleet.md §1).
void answerCampaign(Turn& turn, const JobKey& key, bool isYes) {
    auto job = agentAnswer(key.space, isYes).build();
    if (job.ok() && turn.state.notices.asking.contains(key))
        apply(turn, Schedule{.call = {},
                             .app = key.app,
                             .space = key.space,
                             .info = *std::move(job),
                             .onBehalf = true,
                             .terms = {}});
}

void act(Turn& turn, const JobKey& key, std::string_view pressed) {
    if (pressed == press::later || pressed == press::resume) apply(turn, HoldJob{{}, key, pressed == press::later});
    if (pressed == press::runAnyway) apply(turn, RunJob{{}, key, Override::Full});
    if (pressed == press::cancel) apply(turn, Cancel{{}, key.app, key.space, key.id, true});
    if (pressed == press::allow || pressed == press::refuse) answerCampaign(turn, key, pressed == press::allow);
    if (pressed == press::why || pressed == press::whole) turn.effect(OpenTaskManager{key});
}

bool takeOwnPress(Turn& turn, const NotificationTapped& event) {
    if (event.app.name != noticeOwner) return false;
    if (event.id == 0) {
        turn.effect(OpenTaskManager{});
        return true;
    }
    for (const auto& [key, shown] : turn.state.notices.shown)
        if (shown.id == event.id) {
            act(turn, JobKey(key), event.key);
            break;
        }
    return true;
}

/// The app has no action of this name, so it is one of those that we have offered.
bool offeredByUs(const Posted& posted, const std::string& key) {
    for (const auto& action : posted.notification.getActions())
        if (action.key == key) return false;
    return key.starts_with(press::ours) || key == press::whole;
}

} // namespace

void noteAsked(State& state, const Job& job, bool isNew) {
    if (!askerOf(job).empty()) state.notices.asking.insert(job.key);
    if (!isAsked(job)) return;
    state.notices.asked.insert(job.key);
    if (isNew) state.notices.fresh.insert(job.key);
}

void followWallClock(Turn& turn, Tracked& tracked, Duration by) {
    Job& job = tracked.job;
    if (!turn.state.notices.asked.contains(job.key) || isAside(tracked)) return;
    const StartTerms& terms = *job.details->terms;
    if (terms.promised && terms.at && *terms.at > turn.now.wall) return; // it goes by that clock, as its time does
    const WallTime due = terms.promised.value_or(job.scheduled + day) + by;
    job.details.edit().terms.edit().promised = due;
    turn.record(SaveJob{job});
}

void noteTimeMoved(State& state, const Job& job) {
    if (state.notices.asked.contains(job.key)) state.notices.fresh.insert(job.key);
}

void noteGone(State& state, const JobKey& key) {
    state.notices.asked.erase(key);
    state.notices.asking.erase(key);
    state.notices.fresh.erase(key);
}

void noteStop(Turn& turn, const AppId& app) {
    auto& stopped = turn.state.notices.stopped[app];
    stopped.looked = false;
    stopped.due = turn.now.elapsed + turn.state.constants.stopPatience;
}

void lookAtStop(Turn& turn, const AppId& app) {
    const auto found = turn.state.notices.stopped.find(app);
    if (found != turn.state.notices.stopped.end() && found->second.left > 0) turn.effect(CountSurvivors{app});
}

void apply(Turn& turn, const SurvivorsCounted& event) {
    Notices& notices = turn.state.notices;
    const auto found = notices.stopped.find(event.app);
    if (found == notices.stopped.end() || found->second.left == event.left) {
        if (found != notices.stopped.end() && event.left == 0) notices.stopped.erase(found);
        return;
    }
    Notices::Stopped& stopped = found->second;
    if (event.left == 0) {
        turn.effect(WithdrawNotification{owner(), stopped.id});
        notices.stopped.erase(found);
        return;
    }
    if (stopped.id == 0) stopped.id = ++notices.lastId;
    stopped.left = event.left;
    turn.effect(Trace{.what = Trace::What::Survived, .app = event.app, .count = event.left});
    const App* const app = turn.app(event.app);
    const std::string name = app && !app->manifest.label.empty() ? app->manifest.label : event.app.name.str();
    turn.effect(ShowNotification{
        .app = owner(), .id = stopped.id, .notification = survivorsNotice(name, event.left), .importance = "default"});
}

namespace {

/// Has survivors counted where that is due; returns when the next are, nullopt: none.
std::optional<Instant> lookAtStops(Turn& turn) {
    std::optional<Instant> next;
    for (auto& [app, stopped] : turn.state.notices.stopped) {
        if (stopped.looked) continue;
        if (stopped.due <= turn.now.elapsed) {
            stopped.looked = true;
            turn.effect(CountSurvivors{app});
        } else {
            next = earlier(next, std::optional(stopped.due));
        }
    }
    return next;
}

} // namespace

void settleNotices(Turn& turn) {
    Notices& notices = turn.state.notices;
    notices.stopsDue = lookAtStops(turn);
    const bool due = notices.due && *notices.due <= turn.now.elapsed;
    const bool changed = !turn.changedJobs.empty() || turn.waitsOtherwise || turn.changed;
    if (notices.asked.empty() && notices.asking.empty() && notices.shown.empty()) return notices.due.reset();
    if (due || changed || !notices.fresh.empty()) Looking(turn).look();
    STINT_CHECK(notices.fresh.empty());
    STINT_CHECK(!notices.due || *notices.due > turn.now.elapsed); // or the next turn would be at once, for ever
}

bool takePress(Turn& turn, const NotificationTapped& event) {
    if (takeOwnPress(turn, event)) return true;
    const Posted* const posted = turn.state.notifications.find({event.app, event.id});
    if (!posted || !offeredByUs(*posted, event.key)) return false;
    std::vector<JobKey> jobs;
    for (const RunId run : posted->users)
        if (const Running* running = turn.state.runs.find(run)) jobs.push_back(running->run.key);
    for (const JobKey& key : jobs) {
        act(turn, key, event.key);
        if (event.key != press::later) break; // one page is enough
    }
    return true;
}

bool takeDismissal(State& state, const NotificationDismissed& event) {
    if (event.app.name != noticeOwner) return false;
    for (auto& [key, shown] : state.notices.shown)
        if (shown.id == event.id) shown.dismissed = true;
    return true;
}

} // namespace stint
