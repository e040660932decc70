#include "stintd/bus/methods.hpp"

#include <array>

#include "base/result/errors.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/names.hpp"
#include "stintd/bus/introspection.hpp"
#include "stintd/bus/limit_methods.hpp"

namespace stint {

// The table of all methods.

namespace {

using wire::alarmManagerInterface;
using wire::appInterface;
using wire::deviceInterface;
using wire::jobSchedulerInterface;
using wire::limitsInterface;
using wire::taskManagerInterface;

constexpr std::string_view introspectableInterface = "org.freedesktop.DBus.Introspectable";
constexpr const char* peerInterface = "org.freedesktop.DBus.Peer";
constexpr Allowed anyone = Allowed::Anyone;
constexpr Allowed theOperator = Allowed::Operator;

/// Answers with every row of one kind that the core has.
template <class Row> Handled lists(Request& request) {
    return answers([&owner = request.owner](wire::Writer& writer) -> Result<void> {
        wire::writeRows(writer, owner.core().all<Row>(owner.now()));
        return {};
    });
}

// clang-format off
constexpr std::array table = {
    Method{jobSchedulerInterface, "Schedule",                      "a{sv}sa{sv}",  anyone,      methods::schedule},
    Method{jobSchedulerInterface, "Enqueue",                       "a{sv}a{sv}sa{sv}", anyone,  methods::enqueue},
    Method{jobSchedulerInterface, "ScheduleAll",                   "a(a{sv}a{sv})sa{sv}", anyone, methods::scheduleAll},
    Method{jobSchedulerInterface, "Cancel",                        "isa{sv}",      anyone,      methods::cancel},
    Method{jobSchedulerInterface, "CancelAll",                     "sa{sv}",       anyone,      methods::cancelAll},
    Method{jobSchedulerInterface, "CancelInAllNamespaces",         "a{sv}",        anyone,      methods::cancelInAllNamespaces},
    Method{jobSchedulerInterface, "GetPendingJob",                 "isa{sv}",      anyone,      methods::getPendingJob},
    Method{jobSchedulerInterface, "GetAllPendingJobs",             "sa{sv}",       anyone,      methods::getAllPendingJobs},
    Method{jobSchedulerInterface, "GetPendingJobsInAllNamespaces", "a{sv}",        anyone,      methods::getPendingJobsInAllNamespaces},
    Method{jobSchedulerInterface, "GetPendingJobReasons",          "isa{sv}",      anyone,      methods::getPendingJobReasons},
    Method{jobSchedulerInterface, "GetPendingJobReasonsHistory",   "isa{sv}",      anyone,      methods::getPendingJobReasonsHistory},
    Method{jobSchedulerInterface, "CanRunUserInitiatedJobs",       "a{sv}",        anyone,      methods::canRunUserInitiatedJobs},
    Method{jobSchedulerInterface, "Host",                          "asa{sv}",      anyone,      methods::host},
    Method{jobSchedulerInterface, "JobFinished",                   "tba{sv}",      anyone,      methods::jobFinished},
    Method{jobSchedulerInterface, "DequeueWork",                   "ta{sv}",       anyone,      methods::dequeueWork},
    Method{jobSchedulerInterface, "CompleteWork",                  "tta{sv}",      anyone,      methods::completeWork},
    Method{jobSchedulerInterface, "Abandoned",                     "t",            anyone,      methods::abandoned},
    Method{jobSchedulerInterface, "StartForegroundService",        "sia{sv}a{sv}", anyone,      methods::startForegroundService},
    Method{jobSchedulerInterface, "StopForegroundService",         "sa{sv}",       anyone,      methods::stopForegroundService},
    Method{jobSchedulerInterface, "SetNotification",               "tia{sv}ia{sv}", anyone,     methods::setNotification},
    Method{jobSchedulerInterface, "UpdateEstimatedNetworkBytes",   "txx",          anyone,      methods::updateEstimatedNetworkBytes},
    Method{jobSchedulerInterface, "UpdateTransferredNetworkBytes", "txx",          anyone,      methods::updateTransferredNetworkBytes},
    Method{jobSchedulerInterface, "UpdateWorkEstimatedNetworkBytes", "ttxx",       anyone,      methods::updateWorkEstimatedNetworkBytes},
    Method{jobSchedulerInterface, "UpdateWorkTransferredNetworkBytes", "ttxx",     anyone,      methods::updateWorkTransferredNetworkBytes},
    Method{jobSchedulerInterface, "CreateNotificationChannel",     "sssa{sv}",     anyone,      methods::createNotificationChannel},
    Method{jobSchedulerInterface, "DeleteNotificationChannel",     "sa{sv}",       anyone,      methods::deleteNotificationChannel},
    Method{taskManagerInterface,  "ListJobs",                      "a{sv}",        anyone,      methods::listJobs},
    Method{taskManagerInterface,  "Explain",                       "ssia{sv}",     anyone,      methods::explain},
    Method{taskManagerInterface,  "WhatIf",                        "ssia{ss}a{sv}", theOperator, methods::whatIf},
    Method{taskManagerInterface,  "History",                       "ssia{sv}",     anyone,      methods::history},
    Method{taskManagerInterface,  "Log",                           "ssia{sv}",     anyone,      methods::log},
    Method{taskManagerInterface,  "Day",                           "xxa{sv}",      theOperator, methods::day},
    Method{taskManagerInterface,  "ListWork",                      "ssia{sv}",     anyone,      methods::listWork},
    Method{taskManagerInterface,  "Overview",                      "a{sv}",        theOperator, methods::overview},
    Method{taskManagerInterface,  "Meters",                        "a{sv}",        theOperator, methods::meters},
    Method{taskManagerInterface,  "Diagnose",                      "a{sv}",        theOperator, methods::diagnose},
    Method{taskManagerInterface,  "Record",                        "ba{sv}",       theOperator, methods::record},
    Method{taskManagerInterface,  "Recordings",                    "a{sv}",        theOperator, methods::recordings},
    Method{taskManagerInterface,  "Watch",                         "ssia{sv}",     anyone,      methods::watch},
    Method{taskManagerInterface,  "ListTasks",                     "a{sv}",        anyone,      methods::listTasks},
    Method{taskManagerInterface,  "ListApps",                      "a{sv}",        anyone,      methods::listApps},
    Method{taskManagerInterface,  "Stop",                          "sa{sv}",       theOperator, methods::stop},
    Method{taskManagerInterface,  "Hold",                          "ssiba{sv}",    theOperator, methods::hold},
    Method{taskManagerInterface,  "Edit",                          "ssiaa{sv}a{sv}", theOperator, methods::edit},
    Method{taskManagerInterface,  "Retry",                         "ssia{sv}",     theOperator, methods::retry},
    Method{taskManagerInterface,  "Shell",                         "asa{sv}",      anyone,      methods::shell},
    Method{taskManagerInterface,  "StartApp",                      "sasaha{sv}",   theOperator, methods::startApp},
    Method{taskManagerInterface,  "OpenApp",                       "sa{sv}",       theOperator, methods::openApp},
    Method{taskManagerInterface,  "SetApp",                        "sa{sv}a{sv}",  theOperator, methods::setApp},
    Method{deviceInterface,       "Get",                           "a{sv}",        anyone,      methods::getDevice},
    Method{deviceInterface,       "Set",                           "a{ss}a{sv}",   theOperator, methods::setDevice},
    Method{deviceInterface,       "Reset",                         "asa{sv}",      theOperator, methods::resetDevice},
    Method{deviceInterface,       "Networks",                      "a{sv}",        anyone,      methods::networks},
    Method{deviceInterface,       "MarkNetwork",                   "ssa{sv}",      theOperator, methods::markNetwork},
    Method{alarmManagerInterface, "Set",                           "a{sv}a{sv}",   anyone,      methods::setAlarm},
    Method{alarmManagerInterface, "Cancel",                        "sa{sv}",       anyone,      methods::cancelAlarm},
    Method{alarmManagerInterface, "CanScheduleExactAlarms",        "a{sv}",        anyone,      methods::canScheduleExactAlarms},
    Method{alarmManagerInterface, "GetNextAlarmClock",             "a{sv}",        anyone,      methods::getNextAlarmClock},
    Method{alarmManagerInterface, "List",                          "a{sv}",        anyone,      methods::listAlarms},
    Method{appInterface,          "HostReceivers",                 "asa{sv}",      anyone,      methods::hostReceivers},
    Method{appInterface,          "GetStanding",                   "a{sv}",        anyone,      methods::getStanding},
    Method{appInterface,          "WatchNetwork",                  "a{sv}",        anyone,      methods::watchNetwork},
    Method{limitsInterface,       "SetStandbyBucket",              "ssa{sv}",      theOperator, methods::setStandbyBucket},
    Method{limitsInterface,       "GetStandbyBucket",              "sa{sv}",       anyone,      methods::getStandbyBucket},
    Method{limitsInterface,       "PredictBucket",                 "ssa{sv}",      theOperator, methods::predictBucket},
    Method{limitsInterface,       "ReportUsage",                   "ssa{sv}",      theOperator, methods::reportUsage},
    Method{limitsInterface,       "SetBatteryUse",                 "ssa{sv}",      theOperator, methods::setBatteryUse},
    Method{limitsInterface,       "SetDataSaverExempt",            "sba{sv}",      theOperator, methods::setDataSaverExempt},
    Method{limitsInterface,       "TempAllowlist",                 "sxa{sv}",      theOperator, methods::tempAllowlist},
    Method{limitsInterface,       "Push",                          "sbsa{sv}",     theOperator, methods::push},
    Method{limitsInterface,       "Quota",                         "sa{sv}",       anyone,      methods::quota},
    Method{limitsInterface,       "Policy",                        "a{sv}",        anyone,      methods::policy},
    Method{limitsInterface,       "GetDoze",                       "a{sv}",        anyone,      methods::getDoze},
    Method{limitsInterface,       "ListDeviceLimits",              "a{sv}",        anyone,      lists<DeviceLimitView>},
    Method{limitsInterface,       "StepDoze",                      "sa{sv}",       theOperator, methods::stepDoze},
    Method{limitsInterface,       "ForceDoze",                     "sa{sv}",       theOperator, methods::forceDoze},
    Method{peerInterface,         "Ping",                          "",             anyone,      methods::ping},
    Method{peerInterface,         "GetMachineId",                  "",             anyone,      methods::getMachineId},
};
// clang-format on

/// Returns nullptr if there is no such method. A call may leave out the interface.
const Method* findMethod(std::string_view interface, std::string_view member) {
    for (const Method& method : table)
        if (member == method.member && (interface.empty() || interface == method.interface)) return &method;
    return nullptr;
}

Handled introspect(std::string_view path) {
    std::optional<std::string> xml = introspection(path);
    if (!xml) return fail(Errc::ILLEGAL_ARGUMENT, "no object {}; there is {}", path, wire::objectPath);
    return answers([xml = std::move(*xml)](wire::Writer& writer) -> Result<void> {
        writer.string(xml);
        return {};
    });
}

} // namespace

std::span<const Method> everyMethod() { return table; }

Handled dispatch(Request& request, const wire::Message& message) {
    const std::string_view interface = message.interface();
    if (interface == introspectableInterface && message.member() == "Introspect") return introspect(message.path());
    const Method* method = findMethod(interface, message.member());
    if (!method) return fail(Errc::ILLEGAL_ARGUMENT, "no method {}.{}", interface, message.member());
    // Ping is answered at any path.
    if (message.path() != wire::objectPath && std::string_view(method->interface) != peerInterface)
        return fail(Errc::ILLEGAL_ARGUMENT, "no object {}; there is {}", message.path(), wire::objectPath);
    if (message.signature() != method->signature)
        return fail(Errc::ILLEGAL_ARGUMENT, "{}.{} takes ({}), not ({})", method->interface, method->member,
                    method->signature, message.signature());
    if (!request.caller.unknown.empty() && std::string_view(method->interface) != peerInterface)
        return fail(Errc::SECURITY, "nobody can say which app calls: {}", request.caller.unknown);
    if (method->allowed == Allowed::Operator && !request.caller.isOperator)
        return onlyOperator(request.caller, fmt::format("{}.{}", method->interface, method->member));
    return method->handle(request);
}

Handled answers(std::function<Result<void>(wire::Writer&)> write) {
    return std::variant<Answer, Waits>(Answer{std::move(write)});
}

Handled waits(std::function<void(wire::Writer&, const Reply&)> write) {
    return std::variant<Answer, Waits>(Waits{std::move(write)});
}

Handled done() {
    return answers([](wire::Writer&) { return Result<void>(); });
}

Handled waits() {
    return waits([](wire::Writer&, const Reply&) {});
}

Error onlyOperator(const BusCaller& caller, std::string_view what) {
    // architecture.md, who is calling.
    if (caller.app.name == shellPackage)
        return fail(Errc::SECURITY, "only the operator may use {}; a process inside a job may not", what);
    return fail(Errc::SECURITY, "only the operator may use {}; this caller is the app {}", what, caller.app.name);
}

Result<JobKey> readJobKey(Request& request) {
    JobKey key;
    STINT_TRY(request.arguments.read(key.app.name));
    STINT_TRY(request.arguments.read(key.space));
    STINT_TRY(request.arguments.read(key.id.value));
    return key;
}

Result<std::map<std::string, std::string>> readChanges(Request& request) {
    std::map<std::string, std::string> changes;
    STINT_TRY(request.arguments.array("{ss}", [&changes](wire::Reader& entries) {
        return entries.entry("ss", [&changes](wire::Reader& entry) -> Result<void> {
            std::string key = STINT_TRY(entry.string());
            std::string value = STINT_TRY(entry.string());
            if (!changes.emplace(key, std::move(value)).second)
                return fail(Errc::ILLEGAL_ARGUMENT, "changes: {} is given twice", key);
            return {};
        });
    }));
    return changes;
}

Result<void> mayRead(const Request& request, const AppId& app) {
    if (request.caller.isOperator || app == request.caller.app) return {};
    return fail(Errc::SECURITY, "{} may not look at the jobs of {}", request.caller.app.name, app.name);
}

} // namespace stint
