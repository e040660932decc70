#include "contract/core/queue.hpp"

#include <algorithm>
#include <array>

#include "base/result/errors.hpp"
#include "contract/core/preemption.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/concurrency.hpp"
#include "contract/rules/expedited_quota.hpp"
#include "contract/rules/limit_gates.hpp"
#include "contract/rules/standby.hpp"

namespace stint {

Queue::Queue(const Groups& groups) {
    std::size_t open = 0;
    for (const AppGroups* appGroups : groups.open())
        open += appGroups->open.size();
    cursors_.reserve(open);
    apps_.reserve(groups.open().size());
    for (const AppGroups* appGroups : groups.open()) {
        const std::size_t first = cursors_.size();
        STINT_CHECK(!appGroups->open.empty()); // or it would not be among those with open groups
        for (Group* group : appGroups->open) {
            STINT_CHECK(group->open());
            STINT_CHECK(!group->jobs.empty());
            cursors_.push_back({.group = group, .job = *group->jobs.begin()});
        }
        const std::span<Cursor> ofApp = std::span(cursors_).subspan(first);
        apps_.push_back({.cursors = ofApp, .front = frontOf(ofApp)});
    }
    STINT_CHECK(cursors_.size() == open); // it never grew, so the spans are valid
    left_ = apps_.size();                 // an open group has at least one job
}

// A priority counts inside its namespace alone (jobs.md §3.4), so this is no order to sort by: each is compared with
// the best so far.
Queue::Cursor* Queue::frontOf(std::span<Cursor> cursors) {
    Cursor* best = nullptr;
    for (Cursor& cursor : cursors) {
        if (!cursor.job) continue;
        if (!best ||
            goesBefore({*cursor.group->gateKey, placeOf(*cursor.job)}, {*best->group->gateKey, placeOf(*best->job)})) {
            best = &cursor;
        }
    }
    return best;
}

void Queue::settle(Turns& turns) {
    turns.front = frontOf(turns.cursors);
    if (turns.front) return passSkipped(turns);
    STINT_CHECK(left_ > 0);
    --left_;
}

// jobs.md §3.4: a job's adjusted time counts those before it in its app's list, also those that its app's cap keeps
// waiting. The last one of a group stands for all: those that go before it by their time alone were enqueued sooner.
void Queue::passSkipped(Turns& turns) {
    const Queued front{*turns.front->group->gateKey, placeOf(*turns.front->job)};
    for (const Cursor& cursor : turns.cursors) {
        if (!cursor.skipped || cursor.group->jobs.empty()) continue;
        const Tracked& last = **cursor.group->jobs.rbegin();
        if (goesBefore({*cursor.group->gateKey, placeOf(last)}, front))
            turns.adjusted = std::max(turns.adjusted, last.job.enqueued);
    }
}

Queue::Turns* Queue::frontApp() {
    Turns* best = nullptr;
    Place earliest;
    for (Turns& turns : apps_) {
        if (!turns.front) continue;
        const Place place = placeOf(*turns.front->job);
        const Place adjusted{std::max(place.enqueued, turns.adjusted), place.sequence};
        if (best && !(adjusted < earliest)) continue;
        best = &turns;
        earliest = adjusted;
    }
    return best;
}

std::optional<Queue::Next> Queue::next() {
    if (last_) settle(*current_);
    const bool stay = current_ && current_->front && taken_ < inARow(left_);
    if (!stay) {
        current_ = frontApp();
        taken_ = 0;
    }
    last_ = current_ ? current_->front : nullptr;
    if (!last_) return std::nullopt;
    Tracked* const handed = last_->job;
    STINT_CHECK(handed);
    STINT_CHECK(handed->group == last_->group); // only what was handed out has left its group
    current_->adjusted = std::max(current_->adjusted, handed->job.enqueued);
    ++taken_;
    const auto& jobs = last_->group->jobs;
    const auto after = jobs.upper_bound(handed);
    last_->job = after == jobs.end() ? nullptr : *after;
    return Next{last_->group, handed};
}

void Queue::skipGroup() {
    leaveOut();
    last_->skipped = true;
}

void Queue::leaveOut() {
    STINT_CHECK(last_);
    last_->job = nullptr;
}

// Slots: the ready jobs that start now (jobs.md §3.6). The running ones that make room for the others are in
// preemption.cpp.

namespace {

std::size_t at(JobClass kind) { return static_cast<std::size_t>(kind); }

/// One pass over the queue.
class Assignment {
public:
    explicit Assignment(Turn& turn)
        : turn_(turn), state_(turn.state), world_(turn.world()), table_(tableOf(turn.state)),
          patience_(shortestGuarantee()), slots_(table_, runningByType(turn.state), pendingByType()) {}

    /// True if another pass is to follow: the rest of a pool that is full now has no part in it (jobs.md §14.1).
    bool run() {
        state_.waiting.forSlot = 0;
        state_.waiting.again.reset();
        state_.waiting.lookedAt = turn_.now.elapsed;
        if (heldBack()) return false;
        if (!spent()) {
            Queue queue(state_.waiting.groups);
            while (auto next = queue.next()) {
                const AppId owner = next->group->gateKey->app;
                // A job that began just now may have used up the rest of its app's quota.
                if (began_.contains(owner) && !askGates(state_, turn_.now, *next->group->gateKey).empty()) {
                    queue.leaveOut();
                    continue;
                }
                if (wasDisplaced(*next->job)) {
                    if (findsSlot(*next->group)) state_.waiting.again = turn_.now.elapsed + Duration{1};
                    continue;
                }
                if (auto type = slotFor(*next->group)) {
                    if (!next->group->gateKey->pool.empty()) pooled_.insert(owner);
                    startRun(turn_, *next->job, *type);
                    began_.insert(owner);
                    continue;
                }
                queue.skipGroup();
                if (spent()) break;
            }
        }
        for (const AppId& app : pooled_.sorted())
            askPools(turn_, app);
        if (!pooled_.empty()) return true;
        // Groups that are still open found no slot.
        if (state_.waiting.groups.anyOpen()) state_.waiting.forSlot = state_.waiting.groups.openings();
        STINT_CHECK(static_cast<std::int64_t>(state_.runs.inSlots()) >= runningAtStart_); // a pass ends no run
        makeRoom(turn_);
        // limits.md §3.7, §4: until its expedited quota returns, such a job waits for a regular one's slot.
        for (const AppGroups* appGroups : state_.waiting.groups.open())
            if (appGroups->waitingAs(JobClass::Expedited) > 0)
                state_.waiting.again = earlier(state_.waiting.again, expeditedReturn(*appGroups->installed, world_));
        return false;
    }

private:
    // An expedited one without expedited quota is a regular one.
    JobClass treated(JobClass kind, const App& owner) const { return treatedAs(kind, owner, world_); }
    WorkTypes typesFor(JobClass kind, const App& owner) const {
        return typesOf(kind, owner, turn_.now.elapsed, state_.constants);
    }

    // Counts each ready job under all the types that it may run as. Those of apps with bias 0 are counted by class
    // first, since their types are the same.
    PerType pendingByType() {
        PerType counts{};
        const auto count = [&counts](std::int64_t jobs, const WorkTypes& may) {
            for (std::size_t type = 0; type < workTypes; ++type)
                counts[type] += may[type] ? jobs : 0;
        };
        std::array<std::int64_t, 3> far{};
        for (const AppGroups* appGroups : state_.waiting.groups.open()) {
            STINT_CHECK(appGroups->installed);
            const App& owner = *appGroups->installed;
            const std::int32_t bias = biasForTypes(owner, turn_.now.elapsed, state_.constants);
            const auto [regular, expedited, userInitiated] = appGroups->waiting;
            if (bias == 0 && expedited + userInitiated == 0) { // as most are
                pending_ += regular;
                far[at(JobClass::Regular)] += regular;
                continue;
            }
            for (const JobClass kind : {JobClass::Regular, JobClass::Expedited, JobClass::UserInitiated}) {
                const std::int64_t waiting = appGroups->waitingAs(kind);
                if (waiting == 0) continue;
                pending_ += waiting;
                if (kind != JobClass::Regular) urgent_ = true;
                const JobClass as = kind == JobClass::Regular ? kind : treated(kind, owner);
                if (bias == 0)
                    far[at(as)] += waiting;
                else
                    count(waiting, typesOf(as, bias));
            }
        }
        for (const JobClass as : {JobClass::Regular, JobClass::Expedited, JobClass::UserInitiated})
            count(far[at(as)], typesOf(as, 0));
        for (std::size_t type = 0; type < workTypes; ++type)
            wanted_[type] = counts[type] > 0;
        return counts;
    }

    // W of jobs.md §3.6: the shortest remaining guarantee among running jobs that cannot be stopped now.
    Duration shortestGuarantee() {
        std::optional<Duration> shortest;
        for (const auto& [id, running] : state_.runs) {
            if (running.gateKey.isGuard()) continue;
            runningClasses_[at(running.run.kind)] = true;
            const Duration left = running.run.began + running.run.guarantee - turn_.now.elapsed;
            if (left <= Duration{0}) continue;
            shortest = std::min(shortest.value_or(left), left);
        }
        return shortest.value_or(Duration{0});
    }

    // True if nothing that is still in the queue finds a slot, so that the jobs need not be looked at one by one.
    bool spent() const { return !urgent_ && !slots_.anyRoom(wanted_) && !generousClass(JobClass::Regular); }

    bool wasDisplaced(const Tracked& tracked) const {
        const auto jobs = state_.waiting.displaced.jobs(turn_.now.elapsed);
        return std::ranges::find(jobs, tracked.job.key) != jobs.end();
    }

    // True if the group's jobs find a slot, other than an extra one for waiting too long.
    bool findsSlot(const Group& group) const {
        const GateKey& gateKey = *group.gateKey;
        const App& owner = *group.appGroups->installed;
        if (startsAtOnce(gateKey, owner, turn_.now.elapsed)) return true;
        return !capped(gateKey, owner) && slots_.anyRoom(typesFor(treated(gateKey.kind, owner), owner));
    }

    std::optional<WorkType> slotFor(const Group& group) {
        STINT_CHECK(group.open());
        const GateKey& gateKey = *group.gateKey;
        const App& owner = *group.appGroups->installed;
        const JobClass kind = treated(gateKey.kind, owner);
        const WorkTypes may = typesFor(kind, owner);
        if (gateKey.isGuard()) return firstOf(may); // jobs.md §14.5: a guard takes no slot
        if (startsAtOnce(gateKey, owner, turn_.now.elapsed)) {
            // It has an extra slot beyond the steady limit where none is free.
            return slots_.take(may).value_or(firstOf(may));
        }
        if (!capped(gateKey, owner)) {
            if (auto type = slots_.take(may)) return type;
        }
        if (const auto as = generousClass(kind)) {
            generousTo_[at(*as)] = true;
            state_.waiting.generous = turn_.now.elapsed;
            return firstOf(may);
        }
        return std::nullopt;
    }

    static WorkType firstOf(const WorkTypes& may) {
        const auto first = std::ranges::find(may, true);
        STINT_CHECK(first != may.end()); // every class may run as one type at least
        return static_cast<WorkType>(first - may.begin());
    }

    // jobs.md §3.7: ready jobs are held until enough are ready, one was held long enough, or something runs anyway. All
    // are held, or none.
    bool heldBack() {
        state_.waiting.heldUntil.reset();
        const Constants& constants = state_.constants;
        if (!constants.batching) return false;
        Instant until = Instant::max();
        for (const AppGroups* appGroups : state_.waiting.groups.open()) {
            const Bucket bucket = bucketForJobs(*appGroups->installed, turn_.now.elapsed, constants);
            const auto longest = longestHold(bucket, constants);
            for (const Group* group : appGroups->open) {
                if (!mayBeHeld(*group->gateKey, bucket, constants)) return false;
                if (longest) until = std::min(until, group->openSince + *longest);
            }
        }
        if (state_.runs.inSlots() > 0 || pending_ >= batchSize(constants) || until <= turn_.now.elapsed) return false;
        state_.waiting.heldUntil = until;
        return true;
    }

    // True if as many jobs of the app run as its cap allows. The app on top has no cap, and others have one only once
    // the slots are short.
    bool capped(const GateKey& gateKey, const App& owner) const {
        if (stateOf(owner) == ProcessState::Top) return false;
        if (pending_ + runningAtStart_ < table_.total) return false;
        const JobClass kind = treated(gateKey.kind, owner);
        const bool expedited = kind == JobClass::Expedited;
        const auto same = std::ranges::count_if(state_.runs, [&](const auto& entry) {
            const Run& run = entry.second.run;
            return (run.kind == JobClass::Expedited) == expedited && run.key.app == gateKey.app;
        });
        return same >= appCap(kind, state_.constants);
    }

    // jobs.md §3.6, waiting too long: one extra slot for each class at an instant, and only where none of that class
    // ran. Returns the class as which a job of this one would get it now.
    std::optional<JobClass> generousClass(JobClass kind) const {
        if (!state_.constants.waitingTooLong) return std::nullopt;
        const bool byUs = std::ranges::find(generousTo_, true) != generousTo_.end();
        if (state_.waiting.generous == turn_.now.elapsed && !byUs)
            return std::nullopt; // an earlier pass of this instant
        for (JobClass as : {kind, JobClass::Regular}) {
            if (!runningClasses_[at(as)] && !generousTo_[at(as)] && patience_ >= patience(as, state_.constants))
                return as;
        }
        return std::nullopt;
    }

    using PerClass = std::array<bool, 3>;

    Turn& turn_;
    State& state_;
    World world_;
    SlotTable table_;
    std::int64_t pending_ = 0;
    std::int64_t runningAtStart_ = static_cast<std::int64_t>(state_.runs.inSlots());
    AppSet began_;              ///< apps with a job that began in this pass
    AppSet pooled_;             ///< those of them with one of a pool
    bool urgent_ = false;       ///< jobs that may need no free slot are in the queue
    WorkTypes wanted_{};        ///< types that a job in the queue may run as
    PerClass runningClasses_{}; ///< those that ran at the start of the pass
    PerClass generousTo_{};
    Duration patience_;
    Slots slots_;
};

} // namespace

void fillSlots(Turn& turn) {
    while (turn.state.waiting.groups.anyOpen())
        if (!Assignment(turn).run()) return;
    turn.state.waiting.forSlot = 0;
    turn.state.waiting.heldUntil.reset();
    turn.state.waiting.again.reset();
}

} // namespace stint
