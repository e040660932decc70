#include "contract/core/notifications.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/admission.hpp"
#include "contract/rules/notification.hpp"

namespace stint {

// Notifications of running jobs: their users, and what becomes of them (jobs.md §5.1, §5.2).

Posted* Notifications::find(const Key& key) { return findIn(posted_, key); }
const Posted* Notifications::find(const Key& key) const { return findIn(posted_, key); }

Posted& Notifications::at(const Key& key) {
    Posted* const found = find(key);
    STINT_CHECK(found);
    return *found;
}

void Notifications::erase(const Key& key) {
    release(key, at(key));
    posted_.erase(key);
}

void Notifications::withhold(const Key& key, Posted& posted, Instant until) {
    STINT_CHECK(&at(key) == &posted);
    release(key, posted);
    posted.withheldUntil = until;
    STINT_CHECK(withheld_.emplace(until, key).second);
    STINT_CHECK(withheld_.size() <= posted_.size()); // one for each, none for what is shown no more
}

void Notifications::release(const Key& key, Posted& posted) {
    if (posted.withheldUntil) STINT_CHECK(withheld_.erase({*posted.withheldUntil, key}) == 1);
    posted.withheldUntil.reset();
}

std::optional<Notifications::Key> Notifications::due(Instant now) const {
    if (withheld_.empty() || withheld_.begin()->first > now) return std::nullopt;
    return withheld_.begin()->second;
}

std::optional<Instant> Notifications::next() const {
    if (withheld_.empty()) return std::nullopt;
    return withheld_.begin()->first;
}

namespace {

using NotificationKey = Notifications::Key;

bool usedByUserInitiated(const State& state, const Posted& posted) {
    return std::ranges::any_of(posted.users, [&](RunId id) {
        const Running* const running = state.runs.find(id);
        return running && running->run.kind == JobClass::UserInitiated;
    });
}

bool hasNoUser(const Posted& posted) { return posted.users.empty() && posted.services.empty(); }

/// True if our actions stand on it: a job that a person asked for uses it (jobs.md §5.6).
bool isOffered(const State& state, const Posted& posted) {
    return std::ranges::any_of(posted.users, [&](RunId id) {
        const Running* const running = state.runs.find(id);
        const Tracked* const tracked = running ? state.jobs.find(running->run.key) : nullptr;
        return tracked && isAsked(tracked->job);
    });
}

ShowNotification looks(Turn& turn, const NotificationKey& key, const Posted& posted) {
    ShowNotification looks{.app = key.first,
                           .id = key.second,
                           .notification = posted.notification,
                           .userInitiated = posted.userInitiated,
                           .ongoing = !hasNoUser(posted)};
    if (isOffered(turn.state, posted)) looks.ours = actionsOfRun(posted.notification);
    if (const App* app = turn.app(key.first)) looks.importance = importanceOf(*app, posted.notification.getChannelId());
    return looks;
}

// True if it comes back after the user has dismissed `shown`.
bool isNews(const ShowNotification& shown, const ShowNotification& now) {
    if (shown.notification == now.notification) return false;
    return !now.ongoing || !tellsProgressOnly(shown.notification, now.notification);
}

// linux.md §A.1: what is shown changes at most once a second, and only if it looks different then.
void show(Turn& turn, const NotificationKey& key, Posted& posted) {
    turn.state.notifications.release(key, posted);
    ShowNotification now = looks(turn, key, posted);
    if (posted.shown == now) return;
    STINT_CHECK(!posted.dismissed || posted.shown); // nobody dismisses what was never shown
    if (posted.dismissed && !isNews(*posted.shown, now)) return;
    const Instant due = posted.shownAt + turn.state.constants.notificationUpdate;
    if (posted.shown && turn.now.elapsed < due) {
        turn.state.notifications.withhold(key, posted, due);
        return;
    }
    if (!posted.shown) apply(turn, AppShowed{key.first}); // limits.md §8.5: an update is for no message
    posted.shown = now;
    posted.shownAt = turn.now.elapsed;
    posted.dismissed = false;
    turn.effect(std::move(now));
}

void withdraw(Turn& turn, const NotificationKey& key, std::optional<JobKey> job) {
    const Posted& posted = turn.state.notifications.at(key);
    STINT_CHECK(!job || job->app == key.first); // a job's notification is its app's
    const bool seen = !posted.dismissed;
    const bool userInitiated = posted.userInitiated;
    turn.state.notifications.erase(key);
    if (!seen) return;
    turn.effect(WithdrawNotification{key.first, key.second});
    turn.effect(Trace{.what = Trace::What::NotificationRemoved,
                      .app = key.first,
                      .job = std::move(job),
                      .notification = key.second,
                      .userInitiated = userInitiated});
}

// The run no longer uses it; the last one that did decides what becomes of it.
void drop(Turn& turn, const Run& run, const NotificationKey& key, bool always) {
    Posted* const found = turn.state.notifications.find(key);
    if (!found) return;
    Posted& posted = *found;
    posted.users.erase(run.id);
    const bool last = hasNoUser(posted);
    if (last && (always || run.endPolicy == JOB_END_NOTIFICATION_POLICY_REMOVE)) return withdraw(turn, key, run.key);
    posted.userInitiated = usedByUserInitiated(turn.state, posted);
    show(turn, key, posted);
    if (last && posted.dismissed) turn.state.notifications.erase(key);
}

// Withdraws the unused notification with the lowest number, where the app shows as many as it may.
void makeRoom(Turn& turn, const AppId& app) {
    std::int64_t count = 0;
    std::optional<NotificationKey> unused;
    for (const auto& [key, posted] : turn.state.notifications.of(app)) {
        ++count;
        if (hasNoUser(posted) && !unused) unused = key;
    }
    if (count >= turn.state.constants.maxNotificationsPerApp && unused) {
        withdraw(turn, *unused, turn.state.notifications.at(*unused).lastUser);
    }
}

void post(Turn& turn, Run& run, const NotificationSet& event) {
    const NotificationKey key{run.key.app, event.id};
    if (run.notification && *run.notification != event.id) {
        drop(turn, run, {run.key.app, *run.notification}, false);
        run.notification.reset();
    }
    if (!turn.state.notifications.find(key)) makeRoom(turn, run.key.app);
    const bool first = !run.notification;
    Posted& posted = turn.state.notifications.get(key);
    posted.notification = event.notification;
    posted.users.insert(run.id);
    posted.lastUser = run.key;
    posted.userInitiated = usedByUserInitiated(turn.state, posted);
    run.notification = event.id;
    run.endPolicy = event.endPolicy;
    run.notificationDue.reset();
    show(turn, key, posted);
    if (!first) return; // an update is no news for the trace
    turn.effect(Trace{.what = Trace::What::Notified,
                      .app = run.key.app,
                      .job = run.key,
                      .notification = event.id,
                      .userInitiated = posted.userInitiated});
}

} // namespace

void apply(Turn& turn, const NotificationSet& event) {
    Running* const running = turn.state.runs.find(event.run);
    Reply reply{.call = event.call};
    if (running && running->run.key.app != event.app) {
        reply.error = fail(Errc::SECURITY, "run {} does not belong to {}", event.run.value, event.app.name);
    } else if (const App* app = turn.app(event.app); running && app) {
        reply.error = notificationError(*app, event.notification);
        if (!reply.error) post(turn, running->run, event);
    } // else the run is over: nothing to show, and nothing wrong (jobs.md §4.2)
    turn.effect(reply);
}

void releaseNotification(Turn& turn, Run& run, const Ending& ending) {
    if (!run.notification) return;
    const bool always = removesNotification(ending);
    drop(turn, run, {run.key.app, *run.notification}, always);
}

void apply(Turn& turn, const NotificationTapped& event) {
    if (takePress(turn, event)) return;
    const Posted* const posted = turn.state.notifications.find({event.app, event.id});
    if (!posted) return;
    if (!event.granted) apply(turn, AppTapped{event.app}); // jobs.md §5.1: a tap gives the start grant
    for (const RunId run : posted->users)
        turn.effect(CallAction{run, event.key});
    for (const std::string& service : posted->services)
        turn.effect(CallServiceAction{event.app, service, event.id, event.key});
}

void showWithheld(Turn& turn) {
    Notifications& notifications = turn.state.notifications;
    while (const auto key = notifications.due(turn.now.elapsed)) {
        const Posted& posted = notifications.at(*key);
        show(turn, *key, notifications.at(*key));
        STINT_CHECK(!posted.withheldUntil || *posted.withheldUntil > turn.now.elapsed); // or this would not end
    }
}

void showService(Turn& turn, const AppId& app, const std::string& service, const ServiceNotification& shows) {
    const NotificationKey key{app, shows.id};
    if (!turn.state.notifications.find(key)) makeRoom(turn, app);
    Posted& posted = turn.state.notifications.get(key);
    posted.notification = shows.notification;
    posted.services.insert(service);
    show(turn, key, posted);
}

namespace {

void takeBack(Turn& turn, const NotificationKey& key, const std::string& service) {
    Posted* const posted = turn.state.notifications.find(key);
    if (posted && posted->services.erase(service) > 0 && hasNoUser(*posted)) withdraw(turn, key, std::nullopt);
}

std::vector<NotificationKey> shownBy(const Turn& turn, const App& app, const std::string& service) {
    std::vector<NotificationKey> keys;
    for (const auto& [key, posted] : turn.state.notifications.of(app.manifest.package))
        if (posted.services.contains(service)) keys.push_back(key);
    return keys;
}

} // namespace

void endService(Turn& turn, App& app, const std::string& service) {
    app.foregroundServices.erase(service);
    if (app.memory.services.erase(service) > 0) turn.save(app);
    for (const NotificationKey& key : shownBy(turn, app, service))
        takeBack(turn, key, service);
}

void endServices(Turn& turn, App& app) {
    while (!app.foregroundServices.empty()) {
        const std::size_t before = app.foregroundServices.size();
        endService(turn, app, std::string(app.foregroundServices.begin()->first));
        STINT_CHECK(app.foregroundServices.size() < before); // or this would not end
    }
}

namespace {

/// Withdraws the app's notifications for which `so(posted)` is true.
template <class So> void withdrawWhere(Turn& turn, const AppId& app, const So& so) {
    std::vector<NotificationKey> keys;
    for (const auto& [key, posted] : turn.state.notifications.of(app))
        if (so(posted)) keys.push_back(key);
    for (const NotificationKey& key : keys)
        withdraw(turn, key, turn.state.notifications.at(key).lastUser);
}

} // namespace

void withdrawLeftBehind(Turn& turn, const JobKey& job) {
    withdrawWhere(turn, job.app, [&](const Posted& posted) { return posted.lastUser == job && hasNoUser(posted); });
}

void withdrawAll(Turn& turn, const AppId& app) {
    withdrawWhere(turn, app, [](const Posted&) { return true; });
}

void apply(Turn& turn, const NotificationDismissed& event) {
    if (takeDismissal(turn.state, event)) return;
    const NotificationKey key{event.app, event.id};
    Posted* const posted = turn.state.notifications.find(key);
    if (!posted) return;
    // jobs.md §5.3: a dismissal is no stop, and the app may post it again.
    if (hasNoUser(*posted)) return turn.state.notifications.erase(key);
    posted->dismissed = true;
    show(turn, key, *posted); // an update that was withheld: only if it is news
}

void apply(Turn& turn, const ChannelCreated& event) {
    Reply reply{.call = event.call};
    App* app = turn.app(event.app);
    if (!app) {
        reply.error = notInstalled(event.app);
    } else if (auto wrong = channelError(*app, event.channel, turn.state.constants)) {
        reply.error = std::move(wrong);
    } else {
        const Channel channel = createdChannel(*app, event.channel);
        auto& created = app->memory.channels;
        const auto old = std::ranges::find(created, channel.id, &Channel::id);
        if (old == created.end()) {
            created.push_back(channel);
        } else {
            *old = channel;
        }
        turn.save(*app);
    }
    turn.effect(reply);
}

void apply(Turn& turn, const ChannelDeleted& event) {
    Reply reply{.call = event.call};
    std::vector<NotificationKey> shown;
    bool used = false;
    for (const auto& [key, posted] : turn.state.notifications.of(event.app)) {
        if (posted.notification.getChannelId() != event.id) continue;
        shown.push_back(key);
        used = used || posted.userInitiated;
    }
    if (App* app = turn.app(event.app)) {
        reply.error = deletionError(*app, event.id, used);
        if (!reply.error &&
            std::erase_if(app->memory.channels, [&](const Channel& c) { return c.id == event.id; }) > 0) {
            turn.save(*app);
            for (const NotificationKey& key : shown) // notifications go with their channel
                withdraw(turn, key, turn.state.notifications.at(key).lastUser);
        }
    }
    turn.effect(reply);
}

// Foreground services (jobs.md §5.5): declared, begun while the app may begin them, shown in the Task Manager, ended by
// Stop.

namespace {

// True if it was begun in sight under the daemon before this one, which still holds (jobs.md §12.5); nullopt: it
// resumes none.
std::optional<bool> remembered(const App& app, const ForegroundServiceAsked& event) {
    const auto found = app.memory.services.find(event.service);
    if (!event.resumes || found == app.memory.services.end()) return std::nullopt;
    return found->second;
}

/// True if the services and runs of the app show all that it may show, and this would be one more.
bool showsEnough(const Turn& turn, const ForegroundServiceAsked& event) {
    if (!event.shows || turn.state.notifications.find({event.app, event.shows->id})) return false;
    const auto isUsed = [](const auto& one) { return !hasNoUser(one.second); };
    return std::ranges::count_if(turn.state.notifications.of(event.app), isUsed) >=
           turn.state.constants.maxNotificationsPerApp;
}

// PROPOSAL: "boot completed" of jobs.md §5.5 lasts as long as a start grant, from when apps may start.
bool justBooted(const Turn& turn) { return turn.state.boot.justUntil && turn.now.elapsed < *turn.state.boot.justUntil; }

void begin(Turn& turn, App& app, const ForegroundServiceAsked& event, bool inSight) {
    app.foregroundServices[event.service] = inSight;
    if (event.shows) showService(turn, event.app, event.service, *event.shows);
    const auto known = app.memory.services.find(event.service);
    if (known != app.memory.services.end() && known->second == inSight) return;
    app.memory.services[event.service] = inSight;
    turn.save(app);
}

} // namespace

void apply(Turn& turn, const ForegroundServiceAsked& event) {
    Reply reply{.call = event.call};
    App* app = turn.app(event.app);
    if (!app) {
        reply.error = notInstalled(event.app);
    } else if (!event.start) {
        if (event.only) takeBack(turn, {event.app, *event.only}, event.service);
        if (!event.only || shownBy(turn, *app, event.service).empty()) endService(turn, *app, event.service);
    } else if (const auto earlier = remembered(*app, event);
               !earlier && !mayStartForegroundService(*app, justBooted(turn), turn.now.elapsed)) {
        reply.error = fail(Errc::ILLEGAL_STATE,
                           "ForegroundServiceStartNotAllowed: {} is not visible and has no right to start one from the "
                           "background",
                           event.app.name);
    } else if (auto wrong = event.shows ? notificationError(*app, event.shows->notification) : std::nullopt) {
        reply.error = std::move(wrong);
    } else if (showsEnough(turn, event)) {
        reply.error = fail(Errc::ILLEGAL_STATE, "{} shows {} notifications, which is the most: take one back first",
                           event.app.name, turn.state.constants.maxNotificationsPerApp);
    } else {
        // Begun in a state that admits a user-initiated job, it keeps that right for as long as it lasts (§2.3).
        begin(turn, *app, event, earlier.value_or(mayStartUi(*app, turn.now.elapsed)));
    }
    if (app && !reply.error) {
        if (event.start) noteUse(turn, *app, UsageKind::ForegroundServiceStarted);
        followState(turn, *app);
    }
    turn.effect(reply);
}

} // namespace stint
