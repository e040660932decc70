// AlarmManager1's methods, which apps call (limits.md §7): a caller sees only its own app's alarms, the operator sees
// all. App1's: the receivers that an app's process hosts, and questions about its app's limits (§8, §9). Limits1's:
// the limits that a person sees and sets. By the table of methods only the operator may change anything; the core
// knows which apps are installed.
#include <algorithm>
#include <map>
#include <utility>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "link/wire/codec.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/names.hpp"
#include "link/wire/views.hpp"
#include "stintd/bus/methods.hpp"

namespace stint::methods {
namespace {

using wire::alarmManagerInterface;
using wire::appInterface;
using wire::DictionaryReader;
using wire::limitsInterface;
using wire::Reader;
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

Result<AppView> ownApp(BusOwner& owner, const AppId& app) {
    if (auto view = owner.app(app)) return *std::move(view);
    return notInstalled(app, Errc::ILLEGAL_STATE);
}

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

Result<AppId> readApp(Request& request) {
    AppId app{STINT_TRY(request.arguments.string())};
    return app;
}

/// limits.md §2.7: a name, or a value from 10 to 50. Nobody can put an app into exempted: that follows from the user's
/// battery setting.
Result<Bucket> readBucket(Reader& reader) {
    const std::string word = STINT_TRY(reader.string());
    if (const auto named = bucketNamed(word); named && *named != Bucket::Exempted) return *named;
    const auto value = numberIn<std::int32_t>(word);
    if (const auto bucket = value ? bucketOfValue(*value) : std::nullopt) return *bucket;
    return fail(Errc::ILLEGAL_ARGUMENT, "the bucket is \"{}\"; it is one of {}, or a value from {} to {}", word,
                bucketChoices(", "), valueOf(Bucket::Active), valueOf(Bucket::Never));
}

Result<void> maySee(const Request& request, const AppId& app) {
    if (request.caller.isOperator || app == request.caller.app) return {};
    return fail(Errc::SECURITY, "{} may not look at the limits of {}", request.caller.app.name, app.name);
}

Result<AppView> known(BusOwner& owner, const AppId& app) {
    if (auto view = owner.app(app)) return *std::move(view);
    return notInstalled(app);
}

/// Answers, once the core has replied, with the state of Doze as it is then.
Handled dozeAfterwards(Request& request) {
    return waits([&owner = request.owner](Writer& writer, const Reply&) { wire::writeRow(writer, owner.doze()); });
}

Handled setStandbyBucket(Request& request) {
    const AppId app = STINT_TRY(readApp(request));
    const Bucket bucket = STINT_TRY(readBucket(request.arguments));
    request.owner.arrived(BucketForced{.call = request.call, .app = app, .bucket = bucket});
    return waits();
}

Handled getStandbyBucket(Request& request) {
    const AppId app = STINT_TRY(readApp(request));
    STINT_TRY(maySee(request, app));
    return answers([&owner = request.owner, app](Writer& writer) -> Result<void> {
        const AppView view = STINT_TRY(known(owner, app));
        writer.string(std::string(nameOf(view.bucket))).int32(valueOf(view.bucket));
        writer.string(std::string(nameOf(view.bucketReason)));
        return {};
    });
}

Handled predictBucket(Request& request) {
    const AppId app = STINT_TRY(readApp(request));
    const Bucket bucket = STINT_TRY(readBucket(request.arguments));
    request.owner.arrived(BucketPredicted{request.call, app, bucket});
    return waits();
}

Handled reportUsage(Request& request) {
    const AppId app = STINT_TRY(readApp(request));
    const std::string word = STINT_TRY(request.arguments.string());
    const auto kind = usageKindNamed(word);
    if (!kind)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "the kind of usage is \"{}\"; it is interaction, notification_seen, system_interaction, sync or "
                    "another of limits.md §2.4",
                    word);
    request.owner.arrived(UsageReported{request.call, app, *kind});
    return waits();
}

Handled setBatteryUse(Request& request) {
    const AppId app = STINT_TRY(readApp(request));
    const std::string word = STINT_TRY(request.arguments.string());
    const auto use = batteryUseNamed(word);
    if (!use)
        return fail(Errc::ILLEGAL_ARGUMENT, "the battery use is \"{}\"; it is {}, {} or {}", word,
                    nameOf(BatteryUse::Unrestricted), nameOf(BatteryUse::Optimized), nameOf(BatteryUse::Restricted));
    request.owner.arrived(BatteryUseSet{request.call, app, *use});
    return waits();
}

Handled setDataSaverExempt(Request& request) {
    const AppId app = STINT_TRY(readApp(request));
    const bool exempt = STINT_TRY(request.arguments.boolean());
    request.owner.arrived(DataSaverExemptionSet{request.call, app, exempt});
    return waits();
}

Handled tempAllowlist(Request& request) {
    const AppId app = STINT_TRY(readApp(request));
    const std::int64_t length = STINT_TRY(request.arguments.int64());
    if (length < 0) return fail(Errc::ILLEGAL_ARGUMENT, "the length is {}; it must be at least 0 ms", length);
    request.owner.arrived(TemporarilyAllowed{request.call, app, Duration(length)});
    return waits();
}

Handled push(Request& request) {
    AppId app = STINT_TRY(readApp(request));
    MessageArrived message{.call = request.call, .app = std::move(app)};
    bool high = false;
    STINT_TRY(request.arguments.read(high));
    STINT_TRY(request.arguments.read(message.data));
    DictionaryReader options("options", UnknownKeys::Ignore);
    std::string urgency(nameOf(high ? Urgency::High : Urgency::Normal));
    options.take("receiver", message.receiver);
    options.take("urgency", urgency);
    std::optional<std::int64_t> ttl;
    options.take("ttl", ttl);
    options.take("topic", message.topic);
    STINT_TRY(options.read(request.arguments));
    const auto named = urgencyNamed(urgency);
    if (!named)
        return fail(Errc::ILLEGAL_ARGUMENT, "options: urgency is \"{}\"; it must be high, normal, low or very_low",
                    printable(urgency));
    message.urgency = *named;
    if (ttl) message.ttl = Duration{*ttl};
    if (message.data.size() > wire::mostMessageData)
        return fail(Errc::ILLEGAL_ARGUMENT, "the message has {} bytes; at most {} are allowed", message.data.size(),
                    wire::mostMessageData);
    request.owner.arrived(std::move(message));
    return waits();
}

/// The messages of one app, or of all, behind the one of that number.
Handled listMessages(Request& request) {
    std::string package;
    std::int64_t after = 0;
    DictionaryReader options("options", UnknownKeys::Ignore);
    options.take("package", package).take("after", after);
    STINT_TRY(options.read(request.arguments));
    return answers([&owner = request.owner, package, after](Writer& writer) -> Result<void> {
        std::vector<MessageView> messages = owner.core().messages(owner.now());
        std::erase_if(messages, [&](const MessageView& view) {
            return view.id <= after || (!package.empty() && view.app.name != package);
        });
        wire::writePage(writer, "a{sv}", messages, wire::writeRow<MessageView>);
        return {};
    });
}

Handled messageLog(Request& request) {
    MessageLogAsked asked;
    DictionaryReader options("options", UnknownKeys::Ignore);
    std::optional<std::int64_t> since;
    options.take("package", asked.package).take("since", since).take("after", asked.after);
    STINT_TRY(options.read(request.arguments));
    asked.since = WallTime{Duration{since.value_or(0)}};
    return answers([&owner = request.owner, asked](Writer& writer) -> Result<void> {
        const MessageLogPage page = STINT_TRY(owner.messageLog(asked));
        wire::writeRows(writer, page.messages);
        writer.string(page.after);
        return {};
    });
}

/// Other tokens for an app's registrations, or for all apps'.
Handled rotateRegistrations(Request& request) {
    RegistrationsRotated rotated{.call = request.call, .app = {}};
    STINT_TRY(request.arguments.read(rotated.app.name));
    request.owner.arrived(std::move(rotated));
    return waits();
}

Handled revokeRegistrations(Request& request) {
    RegistrationsRevoked revoked{.call = request.call, .app = {}};
    revoked.app = STINT_TRY(readApp(request));
    request.owner.arrived(std::move(revoked));
    return waits();
}

Handled quota(Request& request) {
    const AppId app = STINT_TRY(readApp(request));
    STINT_TRY(maySee(request, app));
    return answers([&owner = request.owner, app](Writer& writer) -> Result<void> {
        const AppView view = STINT_TRY(known(owner, app));
        wire::writeRow<QuotaView>(writer, view.quota);
        wire::writeRow<QuotaView>(writer, view.expedited);
        return {};
    });
}

Handled policy(Request& request) {
    return answers([&owner = request.owner](Writer& writer) -> Result<void> {
        wire::writeRows(writer, owner.policy());
        return {};
    });
}

Handled getDoze(Request& request) {
    return answers([&owner = request.owner](Writer& writer) -> Result<void> {
        wire::writeRow(writer, owner.doze());
        return {};
    });
}

Handled stepDoze(Request& request) {
    const std::string machine = STINT_TRY(request.arguments.string());
    if (machine != "deep" && machine != "light")
        return fail(Errc::ILLEGAL_ARGUMENT, "the machine is \"{}\"; it is deep or light", machine);
    request.owner.arrived(DozeStepped{request.call, machine == "light"});
    return dozeAfterwards(request);
}

Handled forceDoze(Request& request) {
    // Forcing Doze is an override of the device like any other, so that it survives a restart.
    const std::string doze = STINT_TRY(request.arguments.string());
    STINT_TRY(request.owner.setDevice(request.call, {{"doze", doze}}));
    return dozeAfterwards(request);
}

// push.md §4.4: for the caller's own app, by the kernel's word.
Handled registerPush(Request& request) {
    PushWanted wanted{.call = request.call, .app = request.caller.app, .name = {}, .receiver = {}, .vapid = {}};
    STINT_TRY(request.arguments.read(wanted.name));
    STINT_TRY(request.arguments.read(wanted.receiver));
    DictionaryReader options("options", UnknownKeys::Ignore);
    options.take("vapid", wanted.vapid).take("encrypted", wanted.encrypted);
    STINT_TRY(options.read(request.arguments));
    request.owner.arrived(std::move(wanted));
    return waits();
}

Handled unregisterPush(Request& request) {
    PushUnwanted unwanted{.call = request.call, .app = request.caller.app, .name = {}};
    STINT_TRY(request.arguments.read(unwanted.name));
    request.owner.arrived(std::move(unwanted));
    return waits();
}

Handled listPush(Request& request) {
    return answers([&owner = request.owner, app = request.caller.app](Writer& writer) -> Result<void> {
        std::map<std::string, wire::PushPlace> places;
        for (const LineWanted::Of& of : owner.core().line().of) {
            const Registration& its = of.registration;
            if (its.app != app || its.own.empty() || its.ended) continue;
            wire::PushPlace& place = places[its.own];
            // A rotation leaves two: the newer one's endpoint, once the server has made that.
            const bool isIt = place.endpoint.empty() || (its.successor.empty() && !its.endpoint.empty());
            place = {.name = its.own,
                     .receiver = its.receiver,
                     .vapid = its.vapid,
                     .encrypted = its.encrypted,
                     .endpoint = isIt ? its.endpoint : place.endpoint};
        }
        std::vector<wire::PushPlace> rows;
        for (auto& [name, place] : places)
            rows.push_back(std::move(place));
        wire::writeRows(writer, rows);
        return {};
    });
}

} // namespace

std::span<const Method> limitMethods() {
    using enum Allowed;
    // clang-format off
    static constexpr Method rows[] = {
        {alarmManagerInterface, "Set",                    "a{sv}a{sv}", Anyone,   setAlarm},
        {alarmManagerInterface, "Cancel",                 "sa{sv}",     Anyone,   cancelAlarm},
        {alarmManagerInterface, "CanScheduleExactAlarms", "a{sv}",      Anyone,   canScheduleExactAlarms},
        {alarmManagerInterface, "GetNextAlarmClock",      "a{sv}",      Anyone,   getNextAlarmClock},
        {alarmManagerInterface, "List",                   "a{sv}",      Anyone,   listAlarms},
        {appInterface,          "HostReceivers",          "asa{sv}",    Anyone,   hostReceivers},
        {appInterface,          "GetStanding",            "a{sv}",      Anyone,   getStanding},
        {appInterface,          "WatchNetwork",           "a{sv}",      Anyone,   watchNetwork},
        {appInterface,          "RegisterPush",           "ssa{sv}",    Anyone,   registerPush},
        {appInterface,          "UnregisterPush",         "sa{sv}",     Anyone,   unregisterPush},
        {appInterface,          "ListPush",               "a{sv}",      Anyone,   listPush},
        {limitsInterface,       "SetStandbyBucket",       "ssa{sv}",    Agent,    setStandbyBucket},
        {limitsInterface,       "GetStandbyBucket",       "sa{sv}",     Anyone,   getStandbyBucket},
        {limitsInterface,       "PredictBucket",          "ssa{sv}",    Operator, predictBucket},
        {limitsInterface,       "ReportUsage",            "ssa{sv}",    Operator, reportUsage},
        {limitsInterface,       "SetBatteryUse",          "ssa{sv}",    Agent,    setBatteryUse},
        {limitsInterface,       "SetDataSaverExempt",     "sba{sv}",    Agent,    setDataSaverExempt},
        {limitsInterface,       "TempAllowlist",          "sxa{sv}",    Operator, tempAllowlist},
        {limitsInterface,       "Push",                   "sbsa{sv}",   Operator, push},
        {limitsInterface,       "ListMessages",           "a{sv}",      Operator, listMessages},
        {limitsInterface,       "MessageLog",             "a{sv}",      Operator, messageLog},
        {limitsInterface,       "ListRegistrations",      "a{sv}",      Operator, lists<RegistrationView>},
        {limitsInterface,       "RotateRegistrations",    "sa{sv}",     Operator, rotateRegistrations},
        {limitsInterface,       "RevokeRegistrations",    "sa{sv}",     Operator, revokeRegistrations},
        {limitsInterface,       "GetLine",                "a{sv}",      Operator, lists<LineStatus>},
        {limitsInterface,       "Quota",                  "sa{sv}",     Anyone,   quota},
        {limitsInterface,       "Policy",                 "a{sv}",      Anyone,   policy},
        {limitsInterface,       "GetDoze",                "a{sv}",      Anyone,   getDoze},
        {limitsInterface,       "ListDeviceLimits",       "a{sv}",      Anyone,   lists<DeviceLimitView>},
        {limitsInterface,       "StepDoze",               "sa{sv}",     Operator, stepDoze},
        {limitsInterface,       "ForceDoze",              "sa{sv}",     Operator, forceDoze},
    };
    // clang-format on
    return rows;
}

} // namespace stint::methods
