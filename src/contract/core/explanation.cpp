#include "contract/core/explanation.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "contract/core/preemption.hpp"
#include "contract/model/reasons.hpp"
#include "contract/rules/gates.hpp"
#include "contract/rules/kind.hpp"
#include "contract/rules/limit_gates.hpp"
#include "contract/rules/notification.hpp"

namespace stint {
namespace {

// Calls `look(appGroups, kind, types, jobs)` for the ready jobs of each app and class.
template <class Look> void eachReady(const State& state, Now now, Look look) {
    const World world = state.world(now);
    for (const AppGroups* appGroups : state.waiting.groups.open()) {
        const App* const app = state.app(*appGroups->app);
        if (!app) continue;
        for (const JobClass kind : {JobClass::Regular, JobClass::Expedited, JobClass::UserInitiated})
            if (const std::int64_t jobs = appGroups->waitingAs(kind))
                look(*appGroups, kind, typesOf(treatedAs(kind, *app, world), *app, now.elapsed, state.constants), jobs);
    }
}

PerType pendingIn(const State& state, Now now) {
    PerType counts{};
    eachReady(state, now, [&](const AppGroups&, JobClass, const WorkTypes& may, std::int64_t jobs) {
        for (std::size_t type = 0; type < workTypes; ++type)
            if (may[type]) counts[type] += jobs;
    });
    return counts;
}

bool isExpedited(JobClass kind) { return kind == JobClass::Expedited; }

} // namespace

SlotHolding::SlotHolding(const State& state, Now now)
    : state_(state), world_(state.world(now)), table_(tableOf(state)), running_(runningByType(state)),
      slots_(table_, running_, pendingIn(state, now)) {
    eachReady(state, now, [&](const AppGroups&, JobClass, const WorkTypes&, std::int64_t jobs) { waiting_ += jobs; });
}

std::optional<SlotHolders> SlotHolding::against(const Tracked& tracked) const {
    STINT_CHECK(tracked.group && tracked.group->open());
    STINT_CHECK(!tracked.run);
    const GateKey& gateKey = *tracked.group->gateKey;
    const App& owner = state_.apps.at(gateKey.app);
    if (startsAtOnce(gateKey, owner, world_.now.elapsed)) return std::nullopt;
    const JobClass kind = treatedAs(gateKey.kind, owner, world_);
    if (capCounts(owner)) {
        const auto ofApp = runs(NoRoom::AppCap, [&](const Running& running) {
            return running.run.key.app == gateKey.app && isExpedited(running.run.kind) == isExpedited(kind);
        });
        if (ofApp && ofApp->others + 1 >= appCap(kind, state_.constants)) return ofApp;
    }
    const WorkTypes may = typesOf(kind, owner, world_.now.elapsed, state_.constants);
    if (slots_.anyRoom(may)) return std::nullopt;
    if (!isFull(may))
        if (const auto kept = slots_.keptFor()) return keptOnes(*kept);
    const bool isAnyFree = static_cast<std::int64_t>(state_.runs.inSlots()) < table_.total;
    const auto alike = runs(isAnyFree ? NoRoom::Background : NoRoom::Taken,
                            [&](const Running& running) { return may[at(running.run.type)]; });
    return alike ? alike : runs(NoRoom::Taken, [](const Running&) { return true; });
}

// True if one of these types has as many runs as it may.
bool SlotHolding::isFull(const WorkTypes& may) const {
    for (std::size_t type = 0; type < workTypes; ++type)
        if (may[type] && running_[type] >= table_.most[type]) return true;
    return false;
}

// The oldest run that matches, and the number of others that do.
template <class Matches> std::optional<SlotHolders> SlotHolding::runs(NoRoom why, Matches matches) const {
    std::optional<SlotHolders> found;
    for (const auto& [id, running] : state_.runs) {
        if (!matches(running)) continue;
        if (found) {
            ++found->others;
        } else {
            found = SlotHolders{.why = why, .first = running.run.key};
        }
    }
    return found;
}

std::optional<SlotHolders> SlotHolding::keptOnes(WorkType type) const {
    std::optional<SlotHolders> found;
    const auto note = [&](const AppGroups& appGroups, JobClass kind, const WorkTypes& may, std::int64_t jobs) {
        if (!may[at(type)]) return;
        const auto group = std::ranges::find(appGroups.open, kind, [](const Group* one) { return one->gateKey->kind; });
        STINT_CHECK(group != appGroups.open.end()); // all that are counted wait there
        STINT_CHECK(!(*group)->jobs.empty());
        if (!found) found = SlotHolders{NoRoom::Kept, (*(*group)->jobs.begin())->job.key, -1};
        found->others += jobs;
    };
    eachReady(state_, world_.now, note);
    return found;
}

// True if the app's cap counts: not for the app on top, and only once the slots are short.
bool SlotHolding::capCounts(const App& owner) const {
    return stateOf(owner) != ProcessState::Top &&
           waiting_ + static_cast<std::int64_t>(state_.runs.inSlots()) >= table_.total;
}

namespace {

WallTime sinceOf(const Tracked& tracked, const Gate* gate) {
    if (!tracked.group) return tracked.joined;
    const auto& shut = tracked.group->shut;
    const auto found = std::ranges::find(shut, gate, &Shut::gate);
    return found == shut.end() ? tracked.joined : std::max(tracked.joined, found->since);
}

// docs/decisions/0015.
Obstacle setAsideOf(const Tracked& tracked) {
    return {{.gate = "set aside",
             .want = std::string(wantOf(PENDING_JOB_REASON_UNDEFINED)),
             .detail = *tracked.details->unfit,
             .clears = "cancel it, or schedule it again",
             .since = tracked.joined}};
}

} // namespace

Explanation::Explanation(const State& state, Now now, Detail detail)
    : state_(state), now_(now), detail_(detail), world_(state.world(now)) {}

std::vector<Obstacle> Explanation::of(const Tracked& tracked) {
    if (const Running* running = ownRun(state_, tracked)) return heldByGuard(tracked, *running);
    if (isAside(tracked)) return {setAsideOf(tracked)};
    GateKey gateKey = gateKeyOf(tracked.job);
    gateKey.overdue = isOverdue(tracked.job, now_.elapsed);
    const Context context = contextOf(gateKey);
    std::vector<Obstacle> obstacles;
    addGates(tracked, context, obstacles);
    addOwnClocks(tracked, obstacles);
    if (obstacles.empty() && tracked.group) addAwaited(tracked, context, obstacles);
    if (obstacles.empty()) addTurn(tracked, obstacles);
    return obstacles;
}

// The blocker for a table's row: a gate, one of the job's own clocks, or its turn.
template <class Row>
Blocker Explanation::blockerOf(const Tracked& tracked, const Row& row, PendingReason reason, WallTime since) const {
    if (detail_ == Detail::ReasonsOnly) return {.reason = reason, .since = since};
    return {.reason = reason,
            .gate = std::string(row.name),
            .want = std::string(wantOf(row.want, reason, tracked.job.info, state_.device)),
            .clears = std::string(row.clears),
            .since = since};
}

// jobs.md §14.5: only its guard keeps a job that runs.
std::vector<Obstacle> Explanation::heldByGuard(const Tracked& tracked, const Running& running) const {
    if (!running.heldSince) return {};
    Blocker blocker = blockerOf(tracked, guardsGate(), PENDING_JOB_REASON_DEVICE_STATE, *running.heldSince);
    blocker.detail = guardsGate().describe(contextOf(running.gateKey));
    return {{std::move(blocker)}};
}

std::optional<WallTime> Explanation::forecast(const Tracked& tracked, const std::vector<Obstacle>& obstacles) {
    const auto clear = clearsAt(obstacles);
    if (!clear || *clear == WallTime{}) return clear;
    const GateKey gateKey = gateKeyOf(tracked.job);
    const Context context = contextOf(gateKey);
    if (!context.app) return clear;
    const Instant from = std::max(now_.elapsed + (*clear - now_.wall), now_.elapsed);
    const auto starts = startsFrom(context, foresight(), from);
    if (!starts) return std::nullopt;
    return wallAt(*starts, now_);
}

Context Explanation::contextOf(const GateKey& gateKey) const { return {world_, gateKey, state_.app(gateKey.app)}; }

const Foresight& Explanation::foresight() {
    if (!foresight_) foresight_ = Foresight{dozeInputs(state_), usageNow(state_, now_.elapsed)};
    return *foresight_;
}

const SlotHolding& Explanation::slots() {
    if (!slots_) slots_.emplace(state_, Now{state_.waiting.lookedAt, now_.wall});
    return *slots_;
}

void Explanation::addGates(const Tracked& tracked, const Context& context, std::vector<Obstacle>& obstacles) {
    for (const ShutGate& shut : shutGates(context)) {
        Blocker blocker = blockerOf(tracked, *shut.gate, shut.verdict.reason, sinceOf(tracked, shut.gate));
        if (detail_ == Detail::All) {
            blocker.detail = shut.gate->describe(context);
            if (const auto opens = opensAt(shut, context, foresight())) blocker.until = wallAt(*opens, now_);
        }
        obstacles.push_back({std::move(blocker), atDeadline(*shut.gate)});
    }
}

// A clock that goes with a deadline which has passed is not listed; a deadline is, only where it would lift an
// obstacle.
void Explanation::addOwnClocks(const Tracked& tracked, std::vector<Obstacle>& obstacles) const {
    OwnTimes times = ownTimesOf(state_, tracked, now_);
    times.override = Override::None;
    const auto add = [&](const OwnClock& clock, Instant until) {
        Blocker blocker = blockerOf(tracked, clock, clock.reason, tracked.joined);
        if (detail_ == Detail::All) blocker.detail = clock.describe(times);
        if (until != Instant::max()) blocker.until = wallAt(until, now_);
        obstacles.push_back({std::move(blocker), clock.atDeadline});
    };
    for (const OwnClock& clock : ownClocks())
        if (const auto until = heldUntil(clock, times)) add(clock, *until);
    const bool lifts = std::ranges::find(obstacles, AtDeadline::Goes, &Obstacle::atDeadline) != obstacles.end();
    for (const OwnClock& clock : ownClocks())
        if (clock.atDeadline == AtDeadline::IsIt && lifts)
            if (const auto until = clock.until(times)) add(clock, *until);
}

// limits.md §3.7: a quota that comes back may open its gate before the group behind it is asked again, at an instant of
// its own; its jobs start then.
void Explanation::addAwaited(const Tracked& tracked, const Context& context, std::vector<Obstacle>& obstacles) const {
    for (const Shut& shut : tracked.group->shut) {
        Blocker blocker = blockerOf(tracked, *shut.gate, shut.verdict.reason, std::max(tracked.joined, shut.since));
        blocker.detail = shut.gate->describe(context);
        if (const auto& again = shut.verdict.askAgain) blocker.until = wallAt(*again, now_);
        obstacles.push_back({std::move(blocker), atDeadline(*shut.gate)});
    }
}

void Explanation::addTurn(const Tracked& tracked, std::vector<Obstacle>& obstacles) {
    QueueFacts facts{.job = tracked.job.key, .earlierRuns = bool{tracked.run}};
    if (tracked.group) {
        facts.heldForBatch = state_.waiting.heldUntil;
        if (!facts.heldForBatch) facts.slot = slots().against(tracked);
        const auto displaced = state_.waiting.displaced.jobs(now_.elapsed);
        if (std::ranges::find(displaced, tracked.job.key) != displaced.end())
            facts.displacedUntil = now_.elapsed + Duration{1};
    }
    const QueueRow* const row = holdInQueue(facts);
    if (!row) return;
    Blocker blocker = blockerOf(tracked, *row, row->reason, tracked.joined);
    blocker.detail = row->describe(facts);
    const auto until = row->until ? row->until(facts) : std::nullopt;
    if (until) blocker.until = wallAt(*until, now_);
    obstacles.push_back({std::move(blocker)});
}

OwnTimes ownTimesOf(const State& state, const Tracked& tracked, Now now) {
    OwnTimes times{.job = tracked.job,
                   .constants = state.constants,
                   .now = now.elapsed,
                   .wall = now.wall,
                   .override = tracked.override,
                   .contentReady = contentReady(tracked),
                   .crashRestsUntil = tracked.details->crashes->restsUntil};
    if (tracked.settles) times.settledAt = state.boot.settledAt;
    if (const auto* const shortage = state.watched.shortageOf(tracked.job.key.app)) times.contentShort = *shortage;
    return times;
}

const Running* ownRun(const State& state, const Tracked& tracked) {
    if (!tracked.run) return nullptr;
    const Running& running = state.runs.at(tracked.run);
    return running.run.dropped ? nullptr : &running;
}

} // namespace stint
