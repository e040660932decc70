#include "contract/core/groups.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "base/time/time.hpp"

namespace stint {
namespace {

bool byName(const AppGroups* a, const AppGroups* b) { return *a->app < *b->app; }
bool byGateKey(const Group* a, const Group* b) { return *a->gateKey < *b->gateKey; }

// Its place in the sorted list, or the place where it belongs.
template <class One, class Before> auto whereIn(std::vector<One*>& sorted, const One& one, Before before) {
    return std::lower_bound(sorted.begin(), sorted.end(), &one, before);
}

// True if time alone may have changed an answer before it was to be asked for again.
bool mayDiffer(const Group& group, Now now) { return group.sooner && *group.sooner <= now.elapsed; }

std::int64_t& waitingLike(Group& group) {
    return group.appGroups->waiting[static_cast<std::size_t>(group.gateKey->kind)];
}

// Takes jobs off the count of those that wait in open groups.
void countOff(Group& group, std::int64_t jobs) {
    std::int64_t& waiting = waitingLike(group);
    waiting -= jobs;
    STINT_CHECK(waiting >= 0);
}

} // namespace

bool lacksOnlyNetwork(const GateKey& gateKey, const std::vector<Shut>& shut) {
    return gateKey.network && std::ranges::all_of(shut, [](const Shut& one) { return waitsForNetwork(*one.gate); });
}

Group& Groups::join(const GateKey& gateKey, Tracked& job, Now now, Gatekeeper& keeper) {
    STINT_CHECK(!job.group);
    STINT_CHECK(gateKey.app == job.job.key.app);
    auto& [app, appGroups] = apps_.add(gateKey.app).first;
    appGroups.app = &app;
    auto [entry, isNew] = appGroups.groups.try_emplace(gateKey);
    Group& group = entry->second;
    STINT_CHECK(isNew == group.jobs.empty()); // a group lives while it has a job
    STINT_CHECK(group.jobs.insert(&job).second);
    if (isNew) {
        group.gateKey = &entry->first;
        group.appGroups = &appGroups;
        group.serial = ++made_;
        addReader(group);
        ask(group, now, keeper);
        return group;
    }
    if (group.open()) ++waitingLike(group);
    if (mayDiffer(group, now)) ask(group, now, keeper); // limits.md §3.7: a new job has the gates asked, too
    return group;
}

void Groups::joinAlike(const Groups& others, const std::function<Tracked&(const Tracked&)>& job,
                       const std::function<const App*(const AppId&)>& app) {
    STINT_CHECK(apps_.empty());
    for (const auto& [id, theirs] : others.apps_) {
        auto& [name, appGroups] = apps_.add(id).first;
        appGroups.app = &name;
        appGroups.installed = theirs.installed ? app(name) : nullptr;
        appGroups.waiting = theirs.waiting;
        for (const auto& [gateKey, like] : theirs.groups) {
            const auto entry = appGroups.groups.emplace(gateKey, like).first;
            Group& group = entry->second;
            group.gateKey = &entry->first;
            group.appGroups = &appGroups;
            group.jobs.clear();
            for (const Tracked* const one : like.jobs) {
                Tracked& mine = job(*one);
                mine.group = &group;
                group.jobs.insert(&mine);
            }
            addReader(group);
            group.due = nowhere;
            if (group.askAgain) due_.put(group);
            if (!group.open()) continue;
            appGroups.open.push_back(&group); // in the same order as the others
            if (appGroups.open.size() == 1) open_.push_back(&appGroups);
        }
    }
    openings_ = others.openings_;
    made_ = others.made_;
    STINT_CHECK(open_.size() == others.open_.size());
    STINT_CHECK(due_.size() == others.due_.size());
}

void Groups::leave(Group& group, Tracked& job) {
    STINT_CHECK(group.jobs.erase(&job) == 1); // its place has not changed while it waited there
    if (group.open()) countOff(group, 1);
    if (!group.jobs.empty()) return;
    if (group.open()) turnShut(group);
    setDue(group, std::nullopt);
    STINT_CHECK(group.due == nowhere);
    removeReader(group);
    AppGroups& appGroups = *group.appGroups;
    STINT_CHECK(appGroups.groups.erase(*group.gateKey) == 1);
    if (!appGroups.groups.empty()) return;
    STINT_CHECK(appGroups.open.empty());
    STINT_CHECK(appGroups.waitingInAll() == 0);
    apps_.erase(*appGroups.app);
}

// A group with a verdict that may differ by now is asked as if its app had changed, too.
void Groups::changed(ReadSet changed, const AppId& app, Now now, Gatekeeper& keeper) {
    AppGroups* const appGroups = apps_.find(app);
    if (!appGroups) return;
    for (auto& [gateKey, group] : appGroups->groups) {
        const ReadSet counts = group.sooner ? changed | Reads::App : countsFor(gateKey, changed);
        if (group.reads & counts) ask(group, now, keeper, counts, gatesReading(counts));
    }
}

void Groups::changed(ReadSet changed, Now now, Gatekeeper& keeper) {
    const GateSet reading = gatesReading(changed);
    for (const auto& [reads, groups] : readers_) {
        if (!(reads & changed)) continue;
        for (Group* group : groups)
            ask(*group, now, keeper, changed, reading);
    }
}

void Groups::due(Now now, Gatekeeper& keeper) {
    while (!due_.empty() && *due_.front().askAgain <= now.elapsed) {
        Group& group = due_.front();
        ask(group, now, keeper);
        STINT_CHECK(!group.askAgain || *group.askAgain > now.elapsed); // or this would not end
    }
}

void Groups::followWallClock(Duration by) {
    for (auto& [app, appGroups] : apps_)
        for (auto& [gateKey, group] : appGroups.groups)
            for (Shut& shut : group.shut)
                shut.since += by;
}

std::optional<Instant> Groups::nextAsk() const { return due_.empty() ? std::nullopt : due_.front().askAgain; }

void Groups::ask(Group& group, Now now, Gatekeeper& keeper, ReadSet changed, GateSet reading) {
    STINT_CHECK(!group.jobs.empty()); // it is asked about as its first job
    if (changed & Reads::Network) group.fits.reset();
    asked_.clear();
    keeper.ask(group, group.gates & reading, asked_);
    if (!group.history.empty() && saysNothingNew(group, changed)) return;
    // Verdicts that time changes may differ by now, before they were to be asked for again (limits.md §3.7).
    if (changed != everything && mayDiffer(group, now)) {
        const auto others = std::ssize(asked_);
        keeper.ask(group, group.gates & ~reading, asked_);
        std::ranges::inplace_merge(asked_, asked_.begin() + others, {}, &ShutGate::gate); // in the table's order
        changed = everything;
        if (saysNothingNew(group, changed)) return;
    }
    remember(group, changed, now.wall);
    keeper.heard(group, shut_);
    ReasonSet reasons;
    std::optional<Instant> sooner, askAgain;
    const auto note = [](std::optional<Instant>& first, const std::optional<Instant>& when) {
        if (when && (!first || *when < *first)) first = when;
    };
    for (const auto& [gate, verdict, since] : group.shut) {
        reasons.add(verdict.reason);
        note(sooner, verdict.sooner);
        note(askAgain, verdict.askAgain);
    }
    group.history.note(now.wall, reasons);
    group.sooner = sooner;
    setDue(group, askAgain);
    if (group.open() == group.shut.empty()) return;
    if (group.shut.empty())
        turnOpen(group, now.elapsed);
    else
        turnShut(group);
}

bool Groups::saysNothingNew(const Group& group, ReadSet changed) const {
    auto next = asked_.begin();
    for (const Shut& then : group.shut) {
        if (!(then.gate->reads & changed)) continue;
        if (next == asked_.end() || next->gate != then.gate || next->verdict != then.verdict) return false;
        ++next;
    }
    return next == asked_.end();
}

// Remembers the gates that were asked with their new verdicts, and the others, which read nothing that has changed, as
// they were; in the table's order, where gates lie one after another.
void Groups::remember(Group& group, ReadSet changed, WallTime now) {
    shut_.clear();
    auto was = group.shut.begin();
    const auto keepUpTo = [&](const Gate* gate) {
        for (; was != group.shut.end() && was->gate < gate; ++was)
            if (!(was->gate->reads & changed)) shut_.push_back(*was);
    };
    for (const ShutGate& is : asked_) {
        keepUpTo(is.gate);
        const bool known = was != group.shut.end() && was->gate == is.gate;
        shut_.push_back({is.gate, is.verdict, known ? was->since : now});
        if (known) ++was;
    }
    keepUpTo(gates().data() + gates().size());
    STINT_CHECK(was == group.shut.end()); // in the table's order, as what it is compared with
    group.shut.swap(shut_);
}

// Checks the sizes of the lists of open groups against those of all groups.
void Groups::checkOpen(const AppGroups& appGroups) const {
    STINT_CHECK(appGroups.open.size() <= appGroups.groups.size());
    STINT_CHECK(open_.size() <= apps_.size());
    STINT_CHECK(!appGroups.open.empty() || appGroups.waitingInAll() == 0);
}

void Groups::turnOpen(Group& group, Instant now) {
    AppGroups& appGroups = *group.appGroups;
    STINT_CHECK(appGroups.installed); // a gate is shut for an app that is not
    STINT_CHECK(!group.open());
    STINT_CHECK(group.shut.empty());
    group.openSince = now;
    group.opening = ++openings_;
    waitingLike(group) += std::ssize(group.jobs);
    if (appGroups.open.empty()) open_.insert(whereIn(open_, appGroups, byName), &appGroups);
    appGroups.open.insert(whereIn(appGroups.open, group, byGateKey), &group);
    checkOpen(appGroups);
}

void Groups::turnShut(Group& group) {
    AppGroups& appGroups = *group.appGroups;
    STINT_CHECK(group.open());
    group.opening = 0;
    countOff(group, std::ssize(group.jobs));
    const auto place = std::ranges::find(appGroups.open, &group);
    STINT_CHECK(place != appGroups.open.end());
    appGroups.open.erase(place);
    if (appGroups.open.empty()) {
        const auto line = whereIn(open_, appGroups, byName);
        STINT_CHECK(line != open_.end());
        STINT_CHECK(*line == &appGroups);
        open_.erase(line);
    }
    checkOpen(appGroups);
}

void Groups::setDue(Group& group, std::optional<Instant> when) {
    if (group.askAgain == when) return;
    group.askAgain = when;
    if (when)
        due_.put(group);
    else
        due_.erase(group);
    STINT_CHECK(when.has_value() == (group.due != nowhere));
}

void Groups::addReader(Group& group) {
    group.reads = readsOf(*group.gateKey);
    group.gates = gatesFor(*group.gateKey);
    auto& readers = readers_[group.reads];
    group.reader = readers.size();
    readers.push_back(&group);
}

void Groups::removeReader(Group& group) {
    auto& readers = readers_.at(group.reads);
    STINT_CHECK(group.reader < readers.size());
    STINT_CHECK(readers[group.reader] == &group);
    readers[group.reader] = readers.back();
    readers[group.reader]->reader = group.reader;
    readers.pop_back();
}

} // namespace stint
