#include "contract/core/waiting.hpp"

#include <algorithm>
#include <limits>

#include "base/result/errors.hpp"
#include "contract/core/explanation.hpp"
#include "contract/core/start_terms.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/kind.hpp"

namespace stint {

// Jobs on their way to a run: asleep by their own clocks, or grouped behind gates.

void JobClocks::set(Tracked& tracked, std::optional<Instant> when) {
    if (tracked.clock) STINT_CHECK(clocks_.erase(&tracked) == 1);
    tracked.clock = when;
    if (when) STINT_CHECK(clocks_.insert(&tracked).second);
}

Tracked* JobClocks::due(Instant now) const {
    if (clocks_.empty() || *(*clocks_.begin())->clock > now) return nullptr;
    return *clocks_.begin();
}

std::optional<Instant> JobClocks::next() const {
    if (clocks_.empty()) return std::nullopt;
    return *(*clocks_.begin())->clock;
}

void Displaced::note(const JobKey& job, Instant now) {
    if (at_ != now) jobs_.clear();
    at_ = now;
    if (std::ranges::find(jobs_, job) == jobs_.end()) jobs_.push_back(job);
}

std::span<const JobKey> Displaced::jobs(Instant now) const {
    return at_ == now ? std::span<const JobKey>(jobs_) : std::span<const JobKey>();
}

std::optional<Instant> Waiting::next() const {
    auto next = earlier(earlier(groups.nextAsk(), clocks.next()), again);
    if (heldUntil && *heldUntil != Instant::max()) next = earlier(next, heldUntil);
    return next;
}

namespace {

class Asking final : public Gatekeeper {
public:
    explicit Asking(Turn& turn)
        : turn_(turn), world_(turn.world()), moment_(++turn.state.waiting.moments), allNetworks_(tellsAll(turn)) {}

    void ask(Group& group, GateSet gates, std::vector<ShutGate>& shut) override {
        AppGroups& appGroups = *group.appGroups;
        STINT_CHECK(*appGroups.app == group.gateKey->app);
        if (std::exchange(appGroups.memoOf, moment_) != moment_) appGroups.memo = {};
        if (!appGroups.installed) appGroups.installed = turn_.app(*appGroups.app);
        const AskedAbout asked(turn_.state, (*group.jobs.begin())->job);
        shutGates({world_, *group.gateKey, appGroups.installed, nullptr, &appGroups.memo, &group.fits}, gates, shut);
        for (const ShutGate& one : shut)
            if (one.broken) noteBroken(group, *one.gate);
    }
    void heard(const Group& group, const std::vector<Shut>& before) override {
        turn_.waitsOtherwise = true;
        if (!group.gateKey->network || allNetworks_) return;
        const bool lacked = !group.history.empty() && lacksOnlyNetwork(*group.gateKey, before);
        if (lacked != lacksOnlyNetwork(*group.gateKey, group.shut)) turn_.changedJobs.insert(group.gateKey->app);
    }

private:
    // All jobs of a group are asked about as one.
    void noteBroken(const Group& group, const Gate& gate) {
        for (const Tracked* tracked : group.jobs)
            turn_.broken.emplace(tracked->job.key, whyBroken(gate));
    }

    Turn& turn_;
    World world_;
    std::uint64_t moment_; ///< nothing that gates read changes in it
    bool allNetworks_;     ///< every app's network is looked at
};

// A job mostly waits in its group from the start: then Tracked::joined says since when.
void noteGrouped(Tracked& tracked, WallTime now) {
    if (now != groupedAt(tracked)) tracked.details.edit().groupedAt = now;
}

// The next instant at which its own clocks' answer may change.
std::optional<Instant> nextAlarm(const Tracked& tracked, const std::optional<Instant>& until, Now now) {
    std::optional<Instant> next = loosensAt(tracked.job, now);
    for (const OptionalTime<Instant> when : {OptionalTime<Instant>(until), tracked.job.deadline}) {
        if (when && *when > now.elapsed && *when != Instant::max() && (!next || *when < *next)) next = when;
    }
    return next;
}

// Counts displaced jobs; at nearly every instant there are none.
template <class Where> std::int64_t displacedWhere(const State& state, Now now, Where where) {
    const auto displaced = state.waiting.displaced.jobs(now.elapsed);
    if (displaced.empty()) return 0;
    return std::ranges::count_if(displaced, [&](const JobKey& key) {
        const Tracked* const tracked = state.jobs.find(key);
        return tracked && tracked->group && where(*tracked->group);
    });
}

} // namespace

void waitAlike(State& copy, const State& state) {
    for (const Tracked& theirs : state.jobs.all())
        if (theirs.clock) copy.waiting.clocks.set(copy.jobs.at(theirs.job.key), theirs.clock);
    copy.waiting.groups.joinAlike(
        state.waiting.groups, [&](const Tracked& theirs) -> Tracked& { return copy.jobs.at(theirs.job.key); },
        [&](const AppId& app) { return copy.app(app); });
}

std::vector<ShutGate> askGates(const State& state, Now now, const GateKey& gateKey) {
    const World world = state.world(now);
    return shutGates({world, gateKey, state.app(gateKey.app)});
}

std::int64_t displacedIn(const State& state, Now now, const Group& group) {
    return displacedWhere(state, now, [&](const Group& its) { return &its == &group; });
}

std::int64_t displacedIn(const State& state, Now now, const AppGroups& appGroups) {
    return displacedWhere(state, now, [&](const Group& its) { return its.open() && its.appGroups == &appGroups; });
}

void park(Turn& turn, Tracked& tracked) {
    STINT_CHECK(!tracked.run);
    unpark(turn.state, tracked);
    if (isAside(tracked)) return;
    loosen(turn, tracked);
    turn.changedJobs.insert(tracked.job.key.app);
    turn.waitsOtherwise = true;
    const auto until = heldUntil(ownTimesOf(turn.state, tracked, turn.now));
    turn.state.waiting.clocks.set(tracked, nextAlarm(tracked, until, turn.now));
    if (until) {
        ReasonSet reasons;
        for (const Obstacle& obstacle : Explanation(turn.state, turn.now, Detail::ReasonsOnly).of(tracked))
            reasons.add(obstacle.blocker.reason);
        tracked.details.edit().history.note(turn.now.wall, reasons);
        return;
    }
    STINT_CHECK(!tracked.job.running); // a job that waits has no run, nor has it in its stored row
    GateKey gateKey = gateKeyOf(tracked.job);
    gateKey.override = tracked.override;
    gateKey.inSight = tracked.inSight;
    gateKey.overdue = isOverdue(tracked.job, turn.now.elapsed);
    noteGrouped(tracked, turn.now.wall);
    Asking asking(turn);
    tracked.group = &turn.state.waiting.groups.join(gateKey, tracked, turn.now, asking);
}

void unpark(State& state, Tracked& tracked) {
    state.waiting.clocks.set(tracked, std::nullopt);
    if (auto* group = std::exchange(tracked.group, nullptr)) state.waiting.groups.leave(*group, tracked);
}

std::vector<JobKey> keysOf(const State& state, const AppId& app) {
    std::vector<JobKey> keys;
    for (const Tracked& tracked : state.jobs.from({app, "", JobId{std::numeric_limits<std::int32_t>::min()}})) {
        if (tracked.job.key.app != app) break;
        keys.push_back(tracked.job.key);
    }
    return keys;
}

void forget(Turn& turn, const JobKey& key) {
    State& state = turn.state;
    Tracked* const tracked = state.jobs.find(key);
    STINT_CHECK(tracked);
    STINT_CHECK(!tracked->run || state.runs.at(tracked->run).run.dropped); // or its end would be the next job's
    unpark(state, *tracked);
    turn.changedJobs.insert(key.app);
    state.watched.remove(key.app, tracked->job.info);
    state.succession.erase(tracked->job);
    noteGone(state, key);
    turn.record(DropJob{key});
    state.jobs.erase(*tracked);
}

void wakeDue(Turn& turn) {
    while (Tracked* const due = turn.state.waiting.clocks.due(turn.now.elapsed)) {
        park(turn, *due);
        STINT_CHECK(!due->clock || *due->clock > turn.now.elapsed); // or this would not end
    }
}

void askChanged(Turn& turn, ReadSet ofDevice) {
    Asking asking(turn);
    // The groups of changed apps come first: they are asked about both changes at once.
    for (const auto& [app, what] : turn.changedApps)
        turn.state.waiting.groups.changed(ofDevice | what, app, turn.now, asking);
    if (ofDevice) turn.state.waiting.groups.changed(ofDevice, turn.now, asking);
    turn.state.waiting.groups.due(turn.now, asking); // last: what has just changed need not be asked twice
    setBrokenAside(turn);
}

void askPools(Turn& turn, const AppId& app) {
    Asking asking(turn);
    turn.state.waiting.groups.changed(only(Reads::Pool), app, turn.now, asking);
}

// Jobs that are set aside: kept, shown, and asked about no more, because their record, or a rule's answer about them,
// is impossible (docs/decisions/0015). A person or the app cancels one, or the app schedules it again; each start of
// the daemon looks at its record anew.

void setAside(Turn& turn, Tracked& tracked, std::string why) {
    STINT_CHECK(!tracked.run);
    STINT_CHECK(!why.empty()); // by it a job is known to be set aside
    unpark(turn.state, tracked);
    turn.changedJobs.insert(tracked.job.key.app);
    turn.step.setAside.push_back({tracked.job.key, why});
    tracked.details.edit().unfit.edit() = std::move(why);
}

void setBrokenAside(Turn& turn) {
    for (auto& [key, why] : std::exchange(turn.broken, {})) {
        Tracked* const tracked = turn.state.jobs.find(key);
        if (tracked && !tracked->run) setAside(turn, *tracked, std::move(why));
    }
}

Tracked takenAside(Job job, WallTime now) {
    Tracked tracked{.job = {.key = job.key, .info = job.info}, .joined = now};
    JobDetails& kept = tracked.job.details.edit();
    kept.label = job.details->label;
    kept.work = job.details->work;
    kept.nextWork = job.details->nextWork;
    return tracked;
}

std::vector<SetAside> Scheduler::setAside() const {
    std::vector<SetAside> found;
    for (const Tracked& tracked : impl_->state.jobs.all())
        if (isAside(tracked)) found.push_back({tracked.job.key, *tracked.details->unfit});
    return found;
}

const Job* const volatile& Scheduler::asked() const { return impl_->state.asked; }

} // namespace stint
