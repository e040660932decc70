#include "contract/core/network.hpp"

#include <algorithm>
#include <limits>

#include "base/result/errors.hpp"
#include "contract/core/guards.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/ending.hpp"
#include "contract/rules/network_budget.hpp"

namespace stint {

// Each app's background network, and the effects when it opens or shuts (limits.md §8.1).

namespace {

/// The facts of the device that decide on an app's network. Those of the app come with changedApps and changedJobs.
constexpr ReadSet readByNetworks = Reads::Power | Reads::Network | Reads::Doze | Reads::Saver;

NetworkRights rightsOfRuns(const State& state, const AppId& app, Now now) {
    NetworkRights rights;
    for (const auto& [id, running] : state.runs) {
        if (running.run.key.app != app) continue;
        addGuard(state, running, now, rights);
        rights.standbyLifted |= running.gateKey.network.has_value();
        rights.runsExpedited |= running.run.kind == JobClass::Expedited;
        rights.runsUserInitiated |= running.run.kind == JobClass::UserInitiated;
    }
    return rights;
}

std::string_view shutBy(const State& state, const AppId& id, const App& app, Now now) {
    // Runs, and jobs that wait, are looked through only where they may help.
    const World world = state.world(now);
    std::string_view by = networkShutBy(app, world, {});
    if (by.empty() && state.runs.guards().empty()) return by;
    NetworkRights rights = rightsOfRuns(state, id, now);
    if (by.empty() && !rights.isGuarded) return by;
    if (rights != NetworkRights{}) by = networkShutBy(app, world, rights);
    if (by.empty() || rights.standbyLifted) return by;
    rights.standbyLifted = state.waiting.groups.anyOf(id, lacksOnlyNetwork);
    return rights.standbyLifted ? networkShutBy(app, world, rights) : by;
}

void tell(Turn& turn, const AppId& id, const App& app) {
    const std::string_view by = shutBy(turn.state, id, app, turn.now);
    const auto [entry, isNew] = turn.state.networkTold.shutBy.add(id, by);
    if (std::exchange(entry.second, by) == by && !isNew) return;
    auto& access = turn.effect<NetworkAccess>();
    access.app = id;
    access.allowed = by.empty();
    access.because = by;
    if (isNew) return; // the first state of an app is no change
    auto& trace = turn.effect<Trace>();
    trace.what = Trace::What::Network;
    trace.app = id;
    trace.allowed = by.empty();
    trace.because = by;
}

} // namespace

// Once it is true it stays so, since single apps are not noted any more.
bool tellsAll(Turn& turn) {
    if (!turn.allNetworks && (turn.changed & readByNetworks))
        turn.allNetworks = networkConditions(turn.world()) != turn.state.networkTold.under;
    return turn.allNetworks;
}

void tellNetworks(Turn& turn) {
    State& state = turn.state;
    AppSet changed = std::exchange(turn.changedJobs, {});
    if (tellsAll(turn)) {
        state.networkTold.under = networkConditions(turn.world());
        turn.step.effects.reserve(turn.step.effects.size() + 2 * state.apps.size()); // often all of them change
        for (const auto& [id, app] : state.apps)
            tell(turn, id, app);
        STINT_CHECK(state.networkTold.shutBy.size() == state.apps.size()); // one of each installed app, and no other
        return;
    }
    if (turn.changed & readByNetworks)
        for (const auto& [id, running] : state.runs) // their gates and guards may read more of the device
            changed.insert(running.run.key.app);
    for (const auto& [id, what] : turn.changedApps)
        changed.insert(id);
    for (const AppId& id : changed.sorted()) {
        if (const App* app = turn.app(id)) tell(turn, id, *app);
    }
    STINT_CHECK(state.networkTold.shutBy.size() <= state.apps.size());
}

std::vector<AppId> staleNetworks(const State& state, Now now) {
    std::vector<AppId> stale;
    for (const auto& [id, app] : state.apps)
        if (state.networkTold.shutBy.at(id) != shutBy(state, id, app, now)) stale.push_back(id);
    return stale;
}

namespace {

struct Cost {
    bool metered = false;
    bool roaming = false;
    bool operator==(const Cost&) const = default;
};

Cost costOf(const std::optional<Network>& network) {
    if (!network) return {};
    return {costs(*network, NetworkCost::Metered), costs(*network, NetworkCost::Roaming)};
}

AppDay& todayOf(Turn& turn, App& app) { return today(app.memory.days, dayOf(turn.world())); }

std::optional<Bytes> leftHere(const Turn& turn, const App& app) {
    const auto& network = turn.state.device.network;
    return network ? budgetLeft(app, *network, turn.world()) : std::nullopt;
}

// Writes the app's use down, but not at each report: a record a second would be a sync a second.
void writeLater(Turn& turn, const App& app, bool atOnce) {
    const AppId& id = app.manifest.package;
    Metering& metering = turn.state.metering;
    const Instant since = metering.saved.try_emplace(id, turn.now.elapsed).first->second;
    const bool isLong = turn.now.elapsed - since >= turn.state.constants.durationStamp;
    if (!atOnce && !isLong && turn.state.runs.anyOf(id)) return;
    metering.saved.erase(id);
    turn.save(app);
}

void useOfApp(Turn& turn, App& app, Moved moved, Cost cost) {
    const auto before = leftHere(turn, app);
    AppDay& day = todayOf(turn, app);
    addBytes(day.received, moved.down);
    addBytes(day.sent, moved.up);
    for (const Bytes part : {moved.down, moved.up}) {
        if (cost.metered) addBytes(day.metered, part);
        if (cost.roaming) addBytes(day.roaming, part);
    }
    NetworkTotals::OfApp& since = turn.state.metering.since.bytes[app.manifest.package];
    addBytes(since[cost.metered ? 2 : 0], moved.down);
    addBytes(since[cost.metered ? 3 : 1], moved.up);
    const auto left = leftHere(turn, app);
    const bool spent = before && left && *before > 0 && *left <= 0;
    if (spent) turn.changedApps.insert(app.manifest.package);
    writeLater(turn, app, spent);
}

// Takes bytes from those that the job may move over metered networks in all.
void useOfJob(Turn& turn, const JobKey& key, Moved moved) {
    Tracked* const tracked = turn.state.jobs.find(key);
    if (!tracked || !meteredLeft(tracked->job)) return;
    const bool had = *meteredLeft(tracked->job) > 0;
    StartTerms& terms = tracked->job.details.edit().terms.edit();
    addBytes(terms.meteredUsed, moved.down);
    addBytes(terms.meteredUsed, moved.up);
    if (!had || *meteredLeft(tracked->job) > 0) return;
    turn.record(SaveJob{tracked->job});
    turn.changedApps.insert(key.app);
    if (tracked->run) {
        Running& running = turn.state.runs.at(tracked->run);
        if (!running.run.dropped) running.gateKey.meteredSpent = {terms.meteredUsed, terms.meteredBytes};
    } else if (!isAside(*tracked)) {
        park(turn, *tracked);
    }
}

bool reportsItself(const Running& running) { return running.run.resumedAt.has_value(); }

Bytes gainOf(Bytes before, Bytes now) { return std::max<Bytes>(now - before, 0); }

// The bytes that are moved a second time: the run reports fewer than before, so it was begun anew, in this run or since
// the last one.
Bytes lostOf(const Turn& turn, const Run& run, const std::optional<Moved>& before) {
    if (before) return gainOf(run.transferredDown, before->down) + gainOf(run.transferredUp, before->up);
    const Tracked* const tracked = turn.state.jobs.find(run.key);
    if (!tracked || run.dropped) return 0;
    const PastRun& last = *tracked->job.details->lastRun;
    if (!last.began || succeeded(last)) return 0;
    return gainOf(run.transferredDown, last.transferredDown) + gainOf(run.transferredUp, last.transferredUp);
}

// The bytes that the run may still move; nullopt: any number, or none.
std::optional<Bytes> leftFor(const Turn& turn, const Running& running) {
    const State& state = turn.state;
    const App* const app = state.app(running.run.key.app);
    const auto& network = state.device.network;
    if (!app || !network || !running.gateKey.network || running.run.ending) return std::nullopt;
    auto left = budgetLeft(*app, *network, turn.world());
    const Tracked* const tracked = state.jobs.find(running.run.key);
    if (tracked && !reportsItself(running) && costs(*network, NetworkCost::Metered))
        if (const auto own = meteredLeft(tracked->job)) left = std::min(left.value_or(*own), *own);
    if (!left || *left <= 0) return std::nullopt;
    return left;
}

// The rest of the tightest limit, for each app that has a run with a limit. An app whose edge's answer is awaited is
// left out.
std::map<AppId, Bytes> leftOfApps(const Turn& turn) {
    const auto& counted = turn.state.metering.counted;
    std::map<AppId, Bytes> all;
    for (const auto& [id, running] : turn.state.runs) {
        const AppId& app = running.run.key.app;
        if (const auto found = counted.find(app); found == counted.end() || found->second.asked) continue;
        const auto left = leftFor(turn, running);
        if (!left) continue;
        Bytes& least = all.try_emplace(app, *left).first->second;
        least = std::min(least, *left);
    }
    return all;
}

// True if the app has processes, and no run whose stamps or end would have its edge asked.
bool isProgram(const State& state, const AppId& id) {
    const App* const app = state.app(id);
    return app && app->running && !state.runs.anyOf(id);
}

// The same, with the programs of which an edge is to report that something has moved. Then they are asked like a run,
// and until that is done no report is needed.
std::map<AppId, Bytes> leftOfAll(const Turn& turn) {
    const Metering& metering = turn.state.metering;
    auto all = leftOfApps(turn);
    for (const auto& [id, counted] : metering.counted)
        if (counted.tells && !counted.asked && !metering.looks.contains(id) && isProgram(turn.state, id))
            all.try_emplace(id, 1);
    return all;
}

// A look that was set before stays, if it is sooner.
void setLook(Turn& turn, const AppId& app, Bytes left) {
    const Instant when = turn.now.elapsed + lastsAtLeast(left, *turn.state.device.network, turn.state.constants);
    Instant& look = turn.state.metering.looks.try_emplace(app, when).first->second;
    look = std::min(look, when);
}

// Checks that only apps which an edge counts are asked or marked.
void checkMetering(const Metering& metering) {
    STINT_CHECK(metering.looks.size() <= metering.counted.size());
    STINT_CHECK(metering.marks.size() <= metering.counted.size());
}

void setMark(Turn& turn, const AppId& app, Bytes at) {
    const Cost cost = costOf(turn.state.device.network);
    const MarkNetwork mark{.app = app, .metered = cost.metered, .roaming = cost.roaming, .at = at};
    const auto [found, isNew] = turn.state.metering.marks.try_emplace(app, mark);
    if (!isNew && found->second == mark) return;
    found->second = mark;
    turn.effect(mark);
}

} // namespace

void countNetwork(Turn& turn, const AppId& app, std::optional<JobKey> job) {
    const auto counted = turn.state.metering.counted.find(app);
    if (counted == turn.state.metering.counted.end()) return;
    counted->second.asked = true;
    turn.state.metering.looks.erase(app);
    const Cost cost = costOf(turn.state.device.network);
    turn.effect(CountNetwork{app, cost.metered, cost.roaming, std::move(job)});
}

void countRun(Turn& turn, const Running& running) {
    const AppId& app = running.run.key.app;
    if (App* const owner = turn.app(app); owner && running.run.state != RunState::Binding) {
        AppDay& day = todayOf(turn, *owner);
        day.runs = std::min(day.runs, std::numeric_limits<std::int32_t>::max() - 1) + 1;
        day.ran += std::max(turn.now.elapsed - running.run.began, Duration{0});
        turn.save(*owner);
    }
    const bool isOwn = !reportsItself(running) && !running.run.dropped;
    countNetwork(turn, app, isOwn ? std::optional(running.run.key) : std::nullopt);
    if (const App* const known = turn.app(app); known && turn.state.metering.saved.erase(app) > 0) turn.save(*known);
}

void noteCutShort(Turn& turn, App& app, std::string_view why) {
    addTally(todayOf(turn, app).cutShort, why);
    turn.save(app);
}

void noteWakeUp(Turn& turn, const AppId& id, std::string_view cause) {
    App* const app = turn.app(id);
    if (!app) return;
    addTally(todayOf(turn, *app).wakeUps, cause);
    turn.save(*app);
}

void countWakeUp(Turn& turn, std::string_view cause) { ++turn.state.metering.since.wakeUps[std::string(cause)]; }

void noteReport(Turn& turn, Running& running, std::optional<Moved> before) {
    const Run& run = running.run;
    App* const app = turn.app(run.key.app);
    if (!app) return;
    if (const Bytes lost = lostOf(turn, run, before); lost > 0) {
        addBytes(todayOf(turn, *app).again, lost);
        addBytes(turn.state.metering.since.again, lost);
        writeLater(turn, *app, false);
    }
    // The first report says where the run began.
    if (!before) return;
    const Moved moved{gainOf(before->down, run.transferredDown), gainOf(before->up, run.transferredUp)};
    if (moved.down + moved.up == 0) return;
    const Cost cost = costOf(turn.state.device.network);
    if (cost.metered && !run.dropped) useOfJob(turn, run.key, moved);
    if (!turn.state.metering.counted.contains(run.key.app)) useOfApp(turn, *app, moved, cost);
}

void countBefore(Turn& turn, const Device& next) {
    const auto& network = turn.state.device.network;
    if (network != next.network) turn.state.metering.looks.clear(); // another rate, perhaps
    if (!network || costOf(network) == costOf(next.network)) return;
    for (const auto& [app, counted] : turn.state.metering.counted)
        countNetwork(turn, app);
}

void lookAtNetworks(Turn& turn) {
    const Metering& metering = turn.state.metering;
    std::vector<AppId> due;
    for (const auto& [app, when] : metering.looks)
        if (when <= turn.now.elapsed) due.push_back(app);
    for (const AppId& app : due)
        countNetwork(turn, app);
}

void settleMetering(Turn& turn) {
    Metering& metering = turn.state.metering;
    checkMetering(metering);
    if (metering.counted.empty()) return;
    const auto lefts = leftOfAll(turn);
    for (const auto& [app, left] : lefts) {
        const CountedApp& counted = metering.counted.at(app);
        if (counted.tells)
            setMark(turn, app, counted.used + left);
        else
            setLook(turn, app, left);
    }
    std::erase_if(metering.looks, [&](const auto& look) {
        const bool tells = metering.counted.at(look.first).tells;
        return tells ? !isProgram(turn.state, look.first) : !lefts.contains(look.first);
    });
    std::erase_if(metering.marks, [&](const auto& mark) {
        const AppId& app = mark.first;
        if (lefts.contains(app) || metering.counted.at(app).asked) return false;
        turn.effect(MarkNetwork{.app = app, .metered = false, .roaming = false, .at = {}});
        return true;
    });
    checkMetering(metering);
}

std::optional<Instant> nextLook(const State& state) {
    std::optional<Instant> next;
    for (const auto& [app, when] : state.metering.looks)
        next = earlier(next, std::optional(when));
    return next;
}

void saveMetering(Turn& turn) {
    for (const auto& [id, since] : std::exchange(turn.state.metering.saved, {}))
        if (const App* const app = turn.app(id)) turn.save(*app);
}

std::vector<MeterRow> metersOf(const NetworkTotals& counted) {
    std::vector<MeterRow> rows;
    for (const auto& [app, bytes] : counted.bytes)
        for (std::size_t i = 0; i < bytes.size(); ++i)
            rows.push_back({"bytes", {app.name, i % 2 == 0 ? "received" : "sent", i < 2 ? "no" : "yes"}, bytes[i]});
    rows.push_back({"again", {}, counted.again});
    for (const auto& [cause, count] : counted.wakeUps)
        rows.push_back({"wakeups", {cause}, count});
    return rows;
}

void apply(Turn& turn, const NetworkCounted& event) {
    Metering& metering = turn.state.metering;
    metering.looks.erase(event.app);
    metering.marks.erase(event.app);
    metering.counted.erase(event.app);
    if (event.on) metering.counted[event.app].tells = event.tells;
}

void apply(Turn& turn, const NetworkUsed& event) {
    App* const app = turn.app(event.app);
    const Moved moved{std::max<Bytes>(event.received, 0), std::max<Bytes>(event.sent, 0)};
    const auto counted = turn.state.metering.counted.find(event.app);
    if (counted != turn.state.metering.counted.end()) {
        counted->second.asked = false;
        addBytes(counted->second.used, moved.down);
        addBytes(counted->second.used, moved.up);
    }
    if (!app || moved.down + moved.up == 0) return;
    if (counted != turn.state.metering.counted.end() && counted->second.tells && isProgram(turn.state, event.app))
        turn.state.metering.looks.try_emplace(event.app, turn.now.elapsed + turn.state.constants.durationStamp);
    useOfApp(turn, *app, moved, {event.metered, event.roaming});
    if (!event.metered) return;
    if (event.job) return useOfJob(turn, *event.job, moved);
    std::vector<JobKey> silent;
    for (const auto& [id, running] : turn.state.runs)
        if (running.run.key.app == event.app && running.gateKey.network && !running.run.dropped &&
            !reportsItself(running))
            silent.push_back(running.run.key);
    for (const JobKey& key : silent)
        useOfJob(turn, key, moved);
}

} // namespace stint
