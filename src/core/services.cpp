// Foreground services (jobs.md §5.5): declared, begun while the app may, shown in the Task Manager, ended by Stop.
#include "base/fail.hpp"
#include "core/state.hpp"
#include "rules/admission.hpp"
#include "rules/notification.hpp"

namespace stint {

void merge(Turn& turn, const ForegroundServiceAsked& event) {
    Reply reply{.call = event.call};
    App* app = turn.app(event.app);
    if (!app) {
        reply.error = fail(Errc::IllegalArgument, "no app {} is installed", event.app.name);
    } else if (!event.start) {
        endService(turn, *app, event.service);
    } else if (!mayStartForegroundService(*app, turn.now.elapsed)) {
        reply.error = fail(Errc::IllegalState,
                           "ForegroundServiceStartNotAllowed: {} is not visible and holds no right to start one from "
                           "the background",
                           event.app.name);
    } else if (auto wrong = event.shows ? notificationError(app->manifest, event.shows->notification) : std::nullopt) {
        reply.error = std::move(wrong);
    } else {
        // Begun in a state that admits a user-initiated job, it keeps that right for as long as it lasts (§2.3).
        app->foregroundServices[event.service] = mayStartUi(*app, turn.now.elapsed);
        if (event.shows) showService(turn, event.app, event.service, *event.shows);
    }
    if (app && !reply.error) {
        if (event.start) noteUse(turn, *app, UsageKind::ForegroundServiceStarted);
        followState(turn, *app);
    }
    turn.effect(reply);
}

} // namespace stint
