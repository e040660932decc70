// Changes of the limits that people make: the user's choices, grants, the policy; and the daemon's orderly end.
#include "contract/core/events.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/standby.hpp"

namespace stint {
void apply(Turn& turn, const BatteryUseSet& event) {
    App* app = turn.app(event.app);
    Reply reply{.call = event.call};
    if (!app) {
        reply.error = notInstalled(event.app);
    } else {
        const Bucket before = bucketOf(*app);
        app->memory.batteryUse = event.use;
        turn.save(*app);
        turn.changedApps.insert(event.app);
        setUsage(turn, *app, before, app->memory.usage);
        ageUsage(turn, *app, false);
    }
    turn.effect(reply);
}

void apply(Turn& turn, const DataSaverExemptionSet& event) {
    App* app = turn.app(event.app);
    Reply reply{.call = event.call};
    if (!app) {
        reply.error = notInstalled(event.app);
    } else {
        app->memory.dataSaverExempt = event.exempt;
        turn.save(*app);
        turn.changedApps.insert(event.app);
    }
    turn.effect(reply);
}

void apply(Turn& turn, const TemporarilyAllowed& event) {
    App* app = turn.app(event.app);
    Reply reply{.call = event.call};
    if (app) {
        allowTemporarily(turn, *app, event.length);
        // PROPOSAL: like Android's tempwhitelist, this allows a service, too.
        letServe(turn, *app, *app->memory.allowlistedUntil);
    }
    if (!app) reply.error = notInstalled(event.app);
    turn.effect(reply);
}

void apply(Turn& turn, const PolicyChanged& event) {
    turn.state.constants = event.constants;
    setSweep(turn.state, turn.now);
    turn.state.metering.looks.clear(); // the amounts that are left have changed
    turn.changed = readsOfAll();
    for (const auto& [id, app] : turn.state.apps)
        turn.changedApps.insert(id);
    turn.effect(Reply{.call = event.call});
}

namespace {

// jobs.md §6.3: an orderly end of the daemon does not count against a job. The next daemon finds it written down; one
// that dies writes nothing.
void tellEnd(Turn& turn, Tracked& tracked, const Run& run) {
    PastRun past = pastRunOf(tracked, &run, {}, {1, "stintd was stopped while it ran"}, turn.now.wall);
    past.waits.clear();
    JobDetails& more = tracked.job.details.edit();
    more.cumulative += turn.now.elapsed - run.began - run.stamped;
    more.runBegan.reset();
    more.lastRun.edit() = std::move(past);
    turn.record(SaveJob{tracked.job});
}

} // namespace

void apply(Turn& turn, const ShuttingDown&) {
    for (Tracked& tracked : turn.state.jobs.all()) {
        const Running* const running = ownRun(turn.state, tracked);
        if (running && !running->run.ending) tellEnd(turn, tracked, running->run);
    }
    foldUsage(turn);
    saveMetering(turn);
    turn.record(usageRecord(turn.state));
    turn.state.deviceLog.notePresence(false, turn.now.wall);
}

} // namespace stint
