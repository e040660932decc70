#include "scripted_service.hpp"

#include <cstdlib>
#include <unistd.h>

#include "arguments.hpp"
#include "journal.hpp"

namespace testapp {
namespace {

std::string extra(const stint::JobParameters& params, std::string_view key, std::string otherwise) {
    return params.getExtras().getString(key, std::move(otherwise));
}

long long number(const stint::JobParameters& params, std::string_view key, long long otherwise) {
    return Arguments::number(extra(params, key, std::to_string(otherwise)));
}

std::string networkOf(const stint::JobParameters& params) {
    if (!params.getNetwork()) return "none";
    std::string transports;
    for (const auto transport : params.getNetwork()->transports)
        transports += (transports.empty() ? "" : "+") + std::string(nameOf(transport));
    return transports.empty() ? "unknown" : transports;
}

} // namespace

bool ScriptedService::onStartJob(stint::JobParameters params) {
    say(params,
        "start user-initiated=" + std::to_string(params.isUserInitiatedJob()) + " network=" + networkOf(params));
    const std::string notify = extra(params, "notify", "now");
    if (notify != "never" && notify != "late") post(params, notify);
    const bool goesOn = perform(extra(params, "start", "true"));
    if (goesOn)
        workers_[params.getRun()] = std::jthread([this, params](std::stop_token stopped) { work(stopped, params); });
    return goesOn;
}

bool ScriptedService::onStopJob(stint::JobParameters params) {
    say(params, "stop reason=" + std::string(nameOf(params.getStopReason())));
    const bool again = perform(extra(params, "stop", "true"));
    workers_.erase(params.getRun()); // asks it to stop, and joins it
    say(params, "stopped answer=" + std::to_string(again));
    return again;
}

void ScriptedService::onNetworkChanged(stint::JobParameters params) {
    say(params, "network-changed network=" + networkOf(params));
}

void ScriptedService::notificationAction(stint::JobParameters params, std::string_view key) {
    say(params, "action key=" + std::string(key));
    JobService::notificationAction(params, key);
}

bool ScriptedService::perform(const std::string& how) {
    if (how == "crash") std::abort();
    while (how == "hang")
        ::pause();
    return how == "true";
}

void ScriptedService::work(std::stop_token stopped, const stint::JobParameters& params) {
    long long time = number(params, "work", 0);
    if (extra(params, "notify", "now") == "late") {
        const long long late = number(params, "late", 1000);
        if (!wait(stopped, stint::Duration(late))) return;
        post(params, "now");
        if (time >= 0) time = std::max(time - late, 0LL);
    }
    const auto forEver = std::chrono::hours(24 * 365);
    if (!wait(stopped, time < 0 ? forEver : stint::Duration(time))) return;

    const stint::Bytes bytes = number(params, "bytes", 0);
    if (bytes > 0) updateTransferredNetworkBytes(params, bytes, 0);
    const std::string end = extra(params, "end", "done");
    if (end == "none") return;
    if (end == "crash") std::abort();
    say(params, "finish " + end);
    jobFinished(params, end == "reschedule", {static_cast<int>(number(params, "code", 0)), end});
}

void ScriptedService::post(const stint::JobParameters& params, const std::string& how) {
    stint::Notification::Builder builder(how == "bad-channel" ? "no-such-channel" : "default");
    if (how != "no-icon") builder.setSmallIcon("document-save");
    builder.setContentTitle("Job " + std::to_string(params.getJobId().value)).addAction("stop", "Stop");
    const auto policy = extra(params, "policy", "remove") == "remove" ? stint::JOB_END_NOTIFICATION_POLICY_REMOVE
                                                                      : stint::JOB_END_NOTIFICATION_POLICY_DETACH;
    const auto posted = setNotification(params, params.getJobId().value, builder.build(), policy);
    say(params, posted.ok() ? "notified" : "not-notified " + posted.error().message);
}

bool ScriptedService::wait(std::stop_token stopped, stint::Duration time) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stopped, time, [] { return false; });
    return !stopped.stop_requested();
}

void ScriptedService::say(const stint::JobParameters& params, const std::string& what) {
    const std::string job = params.getJobNamespace() ? *params.getJobNamespace() + "#" : "";
    note(extra(params, "log", log_), job + std::to_string(params.getJobId().value) + " " + what);
}

} // namespace testapp
