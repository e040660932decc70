// Foreground services (jobs.md §5.5): declared, begun while the app may begin them, shown in the Task Manager, ended by
// Stop.
#include "base/result/fail.hpp"
#include "contract/core/events.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/admission.hpp"
#include "contract/rules/notification.hpp"

namespace stint {

namespace {

// True if it was begun in sight under the daemon before this one, which still holds (jobs.md §12.5); nullopt: it
// resumes none.
std::optional<bool> remembered(const App& app, const ForegroundServiceAsked& event) {
    const auto found = app.memory.services.find(event.service);
    if (!event.resumes || found == app.memory.services.end()) return std::nullopt;
    return found->second;
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
        endService(turn, *app, event.service);
    } else if (const auto earlier = remembered(*app, event);
               !earlier && !mayStartForegroundService(*app, justBooted(turn), turn.now.elapsed)) {
        reply.error = fail(Errc::ILLEGAL_STATE,
                           "ForegroundServiceStartNotAllowed: {} is not visible and has no right to start one from the "
                           "background",
                           event.app.name);
    } else if (auto wrong = event.shows ? notificationError(*app, event.shows->notification) : std::nullopt) {
        reply.error = std::move(wrong);
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
