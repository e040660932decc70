// Push1's methods, which stint-push alone calls (push.md §4): it carries bytes both ways, and the core decides.
#include <algorithm>

#include "link/wire/line.hpp"
#include "link/wire/names.hpp"
#include "stintd/bus/methods.hpp"

namespace stint::methods {
namespace {

using wire::DictionaryReader;
using wire::pushInterface;
using wire::Reader;
using wire::UnknownKeys;
using wire::Writer;

constexpr std::size_t longest = 300; ///< of the line's words

Handled lineBegins(Request& request) {
    request.owner.lineBegins(request.from);
    return answers([&owner = request.owner](Writer& writer) -> Result<void> {
        wire::writeLine(writer, owner.lineView());
        return {};
    });
}

Handled whoCalls(Request& request) {
    std::uint32_t pid = STINT_TRY(request.arguments.uint32());
    const std::uint64_t startTime = STINT_TRY(request.arguments.uint64());
    const std::string connector = STINT_TRY(request.arguments.string());
    AppId app;
    if (connector.empty()) {
        const auto found = STINT_TRY(request.owner.appOf(static_cast<pid_t>(pid), startTime));
        if (found) app = *found;
    } else {
        app = STINT_TRY(request.owner.appBehind(static_cast<pid_t>(pid), startTime, connector));
    }
    return answers([app](Writer& writer) -> Result<void> {
        writer.string(app.name);
        return {};
    });
}

/// An event that is all of the arguments, and that the core answers.
template <auto read> Handled arrives(Request& request) {
    auto event = STINT_TRY(read(request.arguments));
    event.call = request.call;
    request.owner.arrived(std::move(event));
    return waits();
}

Handled unregisters(Request& request) {
    Unregistered unregistered{.call = request.call, .name = {}};
    STINT_TRY(request.arguments.read(unregistered.name));
    DictionaryReader options("options", UnknownKeys::Ignore);
    options.take("everywhere", unregistered.everywhere);
    STINT_TRY(options.read(request.arguments));
    request.owner.arrived(std::move(unregistered));
    return waits();
}

Handled reports(Request& request) {
    LineReported reported;
    STINT_TRY(request.arguments.read(reported.up));
    const std::int64_t keepAlive = STINT_TRY(request.arguments.int64());
    reported.keepAlive = Duration{keepAlive};
    std::int64_t roundTrip = 0;
    DictionaryReader options("options", UnknownKeys::Ignore);
    options.take("server", reported.server).take("trouble", reported.trouble).take("roundTrip", roundTrip);
    STINT_TRY(options.read(request.arguments));
    reported.roundTrip = Duration{std::max<std::int64_t>(roundTrip, 0)};
    reported.server.resize(std::min(reported.server.size(), longest));
    reported.trouble.resize(std::min(reported.trouble.size(), longest));
    request.owner.arrived(reported);
    return done();
}

Handled passesOver(Request& request) {
    LinePassedOver passed;
    passed.what = STINT_TRY(wire::readLeftOut(request.arguments));
    for (LeftOut& each : passed.what)
        each.reason.resize(std::min(each.reason.size(), longest));
    request.owner.arrived(std::move(passed));
    return done();
}

Handled seen(Request& request) {
    ConnectorSeen seen;
    STINT_TRY(request.arguments.read(seen.connector));
    STINT_TRY(request.arguments.read(seen.known));
    request.owner.arrived(std::move(seen));
    return done();
}

Handled watches(Request& request) {
    NotificationsWatched watched;
    STINT_TRY(request.arguments.read(watched.on));
    DictionaryReader options("options", UnknownKeys::Ignore);
    options.take("trouble", watched.trouble);
    STINT_TRY(options.read(request.arguments));
    watched.trouble.resize(std::min(watched.trouble.size(), longest));
    request.owner.arrived(std::move(watched));
    return done();
}

Handled showed(Request& request) {
    std::uint32_t pid = STINT_TRY(request.arguments.uint32());
    const std::uint64_t startTime = STINT_TRY(request.arguments.uint64());
    const std::string connector = STINT_TRY(request.arguments.string());
    AppId app = STINT_TRY(request.owner.appBehind(static_cast<pid_t>(pid), startTime, connector));
    request.owner.arrived(AppShowed{std::move(app)});
    return done();
}

Handled delivered(Request& request) {
    const std::uint64_t delivery = STINT_TRY(request.arguments.uint64());
    const bool taken = STINT_TRY(request.arguments.boolean());
    request.owner.connectorTook(delivery, taken);
    return done();
}

} // namespace

std::span<const Method> lineMethods() {
    using enum Allowed;
    // clang-format off
    static constexpr Method rows[] = {
        {pushInterface, "Line",       "a{sv}",   Line, lineBegins},
        {pushInterface, "WhoCalls",   "utsa{sv}", Line, whoCalls},
        {pushInterface, "Register",   "a{sv}",   Line, arrives<wire::readRegistration>},
        {pushInterface, "Unregister", "sa{sv}",  Line, unregisters},
        {pushInterface, "Arrived",    "a{sv}",   Line, arrives<wire::readBatch>},
        {pushInterface, "Report",     "bxa{sv}", Line, reports},
        {pushInterface, "PassedOver", "a(sx)a{sv}", Line, passesOver},
        {pushInterface, "Seen",       "sba{sv}", Line, seen},
        {pushInterface, "Delivered",  "tba{sv}", Line, delivered},
        {pushInterface, "Watches",    "ba{sv}",  Line, watches},
        {pushInterface, "Showed",     "utsa{sv}", Line, showed},
    };
    // clang-format on
    return rows;
}

} // namespace stint::methods
