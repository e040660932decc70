// AlarmManager1's methods, which apps call (limits.md §7). A caller sees only its own app's alarms; the operator sees
// all.
#include <algorithm>
#include <utility>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/names.hpp"
#include "link/wire/times.hpp"
#include "link/wire/views.hpp"
#include "stintd/bus/limit_methods.hpp"

namespace stint::methods {
namespace {

using wire::DictionaryReader;
using wire::UnknownKeys;
using wire::Writer;

struct AlarmPage {
    std::string package;
    std::optional<std::string> afterPackage;
    std::string afterTag;
};

Result<AlarmPage> readAlarmPage(Request& request) {
    AlarmPage page;
    DictionaryReader dictionary("options", UnknownKeys::Ignore);
    dictionary.take("package", page.package).take("afterPackage", page.afterPackage).take("afterTag", page.afterTag);
    STINT_TRY(dictionary.read(request.arguments));
    return page;
}

/// Returns the app whose alarms a list shows; nullopt: all apps', for which only the operator may ask.
Result<std::optional<AppId>> whoseAlarms(const Request& request, const std::string& package) {
    const bool all = package.empty() && request.caller.isOperator;
    if (all) return std::optional<AppId>();
    const AppId app = package.empty() ? request.caller.app : AppId{package};
    if (app == request.caller.app || request.caller.isOperator) return std::optional(app);
    return fail(Errc::SECURITY, "{} may not look at the alarms of {}", request.caller.app.name, app.name);
}

bool isBehind(const AlarmView& view, const AlarmPage& page) {
    return !page.afterPackage ||
           std::pair(view.alarm.app.name.str(), view.alarm.tag) > std::pair(*page.afterPackage, page.afterTag);
}

} // namespace

Handled setAlarm(Request& request) {
    Alarm alarm = STINT_TRY(wire::readAlarm(request.arguments));
    AlarmSet set{.call = request.call, .alarm = std::move(alarm)};
    set.alarm.app = request.caller.app;
    request.owner.arrived(std::move(set));
    return waits();
}

Handled cancelAlarm(Request& request) {
    std::string tag = STINT_TRY(request.arguments.string());
    request.owner.arrived(AlarmCancelled{request.call, request.caller.app, std::move(tag)});
    return waits();
}

Handled canScheduleExactAlarms(Request& request) {
    return answers([&owner = request.owner, app = request.caller.app](Writer& writer) -> Result<void> {
        writer.boolean(owner.core().canScheduleExactAlarms(app));
        return {};
    });
}

Handled getNextAlarmClock(Request& request) {
    return answers([&owner = request.owner](Writer& writer) -> Result<void> {
        writer.int64(wire::wallNumber(owner.nextAlarmClock()));
        return {};
    });
}

Handled listAlarms(Request& request) {
    const AlarmPage page = STINT_TRY(readAlarmPage(request));
    const std::optional<AppId> app = STINT_TRY(whoseAlarms(request, page.package));
    return answers([&owner = request.owner, app, page](Writer& writer) -> Result<void> {
        std::vector<AlarmView> alarms = owner.core().alarms(owner.now());
        std::erase_if(alarms,
                      [&](const AlarmView& view) { return (app && view.alarm.app != *app) || !isBehind(view, page); });
        wire::writePage(writer, "a{sv}", alarms, wire::writeRow<AlarmView>);
        return {};
    });
}

} // namespace stint::methods
