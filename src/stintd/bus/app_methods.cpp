// App1's methods: the receivers that an app's process hosts, and questions about its app's limits (limits.md §8, §9).
#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/limits.hpp"
#include "stintd/bus/limit_methods.hpp"

namespace stint::methods {
namespace {

using wire::Writer;

Result<AppView> ownApp(BusOwner& owner, const AppId& app) {
    if (auto view = owner.app(app)) return *std::move(view);
    return notInstalled(app, Errc::ILLEGAL_STATE);
}

} // namespace

Handled hostReceivers(Request& request) {
    const std::vector<std::string> receivers = STINT_TRY(request.arguments.strings());
    STINT_TRY(request.owner.hosting().receives(request.from, request.caller.app, receivers));
    return answers([app = request.caller.app](Writer& writer) -> Result<void> {
        writer.string(app.name);
        return {};
    });
}

Handled getStanding(Request& request) {
    return answers([&owner = request.owner, app = request.caller.app](Writer& writer) -> Result<void> {
        const AppView view = STINT_TRY(ownApp(owner, app));
        wire::writeRow<wire::Standing>(writer, {.bucket = view.bucket,
                                                .importance = view.importance,
                                                .networkAllowed = view.networkAllowed,
                                                .networkBecause = view.networkBecause,
                                                .canScheduleExactAlarms = owner.core().canScheduleExactAlarms(app)});
        return {};
    });
}

Handled watchNetwork(Request& request) {
    return answers([&owner = request.owner, &watches = request.watches, from = request.from,
                    app = request.caller.app](Writer& writer) -> Result<void> {
        const AppView view = STINT_TRY(ownApp(owner, app));
        watches.addNetwork(from);
        writer.boolean(view.networkAllowed).string(view.networkBecause);
        return {};
    });
}

} // namespace stint::methods
