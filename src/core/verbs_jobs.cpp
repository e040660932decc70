// `cmd jobscheduler` (jobs.md §8).
#include <algorithm>

#include <fmt/format.h>

#include "core/verb_call.hpp"
#include "core/verb_words.hpp"

namespace stint {
namespace {

// jobs.md §8, the codes of JobSchedulerShellCommand.
constexpr int noPackage = -1000;
constexpr int noJob = -1001;
constexpr int notReady = -1002;

/// One verb on its way, with its words taken apart.
struct JobCall : VerbCall {
    VerbWords parsed;

    /// The tracked job that the words name; nullopt: there is none.
    std::optional<JobView> job() const {
        const auto view = core.job(key(), now);
        if (!view || view->state == JobView::State::Finished) return std::nullopt;
        return view;
    }
    JobKey key() const { return {AppId{parsed.package()}, parsed.space, parsed.job().value_or(JobId{})}; }
    std::string where() const {
        const std::string space = parsed.space.empty() ? "" : " / namespace " + parsed.space;
        return fmt::format("package {}{} / user {}", parsed.package(), space, parsed.user);
    }
    VerbAnswer missingPackage() const {
        return {noPackage, "", fmt::format("Package not found: {} / user {}\n", parsed.package(), parsed.user)};
    }
    VerbAnswer missingJob() const {
        return {noJob, "", fmt::format("Could not find job {} in {}\n", parsed.job()->value, where())};
    }
};

VerbAnswer wants(std::string_view what) { return {verbFailed, "", fmt::format("Error: expected {}\n", what)}; }

VerbAnswer run(JobCall& call) {
    const bool force = call.parsed.has("-f", "--force");
    const bool satisfied = call.parsed.has("-s", "--satisfied");
    if (force && satisfied) return {verbFailed, "", "Cannot specify both --force and --satisfied\n"};
    if (!call.parsed.job()) return wants("PACKAGE JOB_ID");
    if (!call.app(call.parsed.package())) return call.missingPackage();
    if (!call.job()) return call.missingJob();
    const Override how = force ? Override::Full : satisfied ? Override::Sorting : Override::Soft;
    if (call.ask(RunJob{.key = call.key(), .how = how}).error) {
        return {notReady, "",
                fmt::format("Job {} in {} has functional constraints but --force not specified\n",
                            call.parsed.job()->value, call.where())};
    }
    return {0, force ? "Running job [FORCED]\n" : "Running job\n", ""};
}

VerbAnswer stopAll(JobCall& call, Ending ending) {
    StopJobs request{.space = call.parsed.space, .ending = ending};
    if (!call.parsed.package().empty()) request.app = AppId{call.parsed.package()};
    request.id = call.parsed.job();
    std::string out;
    for (const JobKey& key : call.ask(request).jobs) {
        const auto view = call.core.job(key, call.now);
        const std::string service = view && view->info ? view->info->getService().name : "";
        out += fmt::format("Stopping job: {} {}\n", textOf(key), service);
    }
    return {0, out.empty() ? "No matching executing jobs found.\n" : out, ""};
}

VerbAnswer timeout(JobCall& call) { return stopAll(call, {StopReason::Timeout, InternalReason::Timeout}); }

VerbAnswer stop(JobCall& call) {
    const auto number = [&](std::string_view shortName, std::string_view longName, int otherwise) {
        return call.parsed.number(shortName, longName).value_or(otherwise);
    };
    return stopAll(call, {static_cast<StopReason>(number("-s", "--stop-reason", static_cast<int>(StopReason::User))),
                          static_cast<InternalReason>(
                              number("-i", "--internal-stop-reason", static_cast<int>(InternalReason::Unknown)))});
}

VerbAnswer cancel(JobCall& call) {
    const AppId app{call.parsed.package()};
    if (app.name.empty()) return wants("PACKAGE [JOB_ID]");
    if (!call.app(app.name)) return {noPackage, "", fmt::format("Package {} not found.\n", app.name)};
    if (!call.parsed.job()) {
        const std::string out = fmt::format("Canceling all jobs for {} in user {}\n", app.name, call.parsed.user);
        const Reply reply = call.ask(CancelAll{.app = app, .space = std::nullopt, .byOperator = true});
        return {0, out + (reply.count == 0 ? "No matching jobs found.\n" : ""), ""};
    }
    const std::string out =
        fmt::format("Canceling job {}/#{} in user {}\n", app.name, call.parsed.job()->value, call.parsed.user);
    const Cancel request{.app = app, .space = call.parsed.space, .id = *call.parsed.job(), .byOperator = true};
    return {0, out + (call.ask(request).error ? "No matching job found.\n" : ""), ""};
}

bool ready(const JobView& view) {
    return view.state == JobView::State::Pending && view.reasons == std::vector{PendingReason::DeviceState};
}

bool noComponent(JobCall& call) {
    const auto blockers = call.core.explain(call.key(), call.now);
    return std::ranges::any_of(blockers, [](const Blocker& blocker) { return blocker.gate == "app"; });
}

VerbAnswer jobState(JobCall& call) {
    if (!call.parsed.job()) return wants("PACKAGE JOB_ID");
    const auto view = call.job();
    if (!view) {
        return {noJob, fmt::format("unknown({}/jid{})\n", call.parsed.package(), call.parsed.job()->value), ""};
    }
    std::string words;
    const auto add = [&](bool holds, std::string_view word) {
        if (holds) words += (words.empty() ? "" : " ") + std::string(word);
    };
    add(ready(*view), "pending");
    add(view->state == JobView::State::Running, "active");
    add(noComponent(call), "no-component");
    add(ready(*view) || view->state == JobView::State::Running, "ready");
    return {0, (words.empty() ? "waiting" : words) + "\n", ""};
}

VerbAnswer bytes(JobCall& call, Bytes JobView::*field) {
    if (!call.parsed.job()) return wants("PACKAGE JOB_ID");
    const auto view = call.job();
    if (!view) return call.missingJob();
    return {0, fmt::format("{}\n\n", *view.*field), ""};
}

VerbAnswer estimatedDown(JobCall& call) { return bytes(call, &JobView::estimatedDown); }
VerbAnswer estimatedUp(JobCall& call) { return bytes(call, &JobView::estimatedUp); }
VerbAnswer transferredDown(JobCall& call) { return bytes(call, &JobView::transferredDown); }
VerbAnswer transferredUp(JobCall& call) { return bytes(call, &JobView::transferredUp); }

VerbAnswer batteryNotLow(JobCall& call) { return {0, call.core.deviceState().batteryLow ? "false\n" : "true\n", ""}; }

VerbAnswer storageNotLow(JobCall& call) { return {0, call.core.deviceState().storageLow ? "false\n" : "true\n", ""}; }

VerbAnswer charging(JobCall& call) { return {0, call.core.deviceState().charging ? "true\n" : "false\n", ""}; }

VerbAnswer resetScheduleQuota(JobCall& call) {
    call.ask(ResetScheduleQuota{});
    return {};
}

VerbAnswer heartbeat(JobCall&) { return {verbFailed, "Heartbeat command is no longer supported\n", ""}; }

constexpr Verb<JobCall> verbs[] = {
    {"run", run, "run [-f | --force] [-s | --satisfied] [-u USER] [-n NAMESPACE] PACKAGE JOB_ID"},
    {"timeout", timeout, "timeout [-u USER] [-n NAMESPACE] [PACKAGE [JOB_ID]]"},
    {"stop", stop, "stop [-s CODE] [-i CODE] [-u USER] [-n NAMESPACE] [PACKAGE [JOB_ID]]"},
    {"cancel", cancel, "cancel [-u USER] [-n NAMESPACE] PACKAGE [JOB_ID]"},
    {"get-job-state", jobState, "get-job-state [-u USER] [-n NAMESPACE] PACKAGE JOB_ID"},
    {"get-estimated-download-bytes", estimatedDown, "get-estimated-download-bytes PACKAGE JOB_ID"},
    {"get-estimated-upload-bytes", estimatedUp, "get-estimated-upload-bytes PACKAGE JOB_ID"},
    {"get-transferred-download-bytes", transferredDown, "get-transferred-download-bytes PACKAGE JOB_ID"},
    {"get-transferred-upload-bytes", transferredUp, "get-transferred-upload-bytes PACKAGE JOB_ID"},
    {"get-battery-charging", charging, "get-battery-charging"},
    {"get-battery-not-low", batteryNotLow, "get-battery-not-low"},
    {"get-storage-not-low", storageNotLow, "get-storage-not-low"},
    {"reset-schedule-quota", resetScheduleQuota, "reset-schedule-quota"},
    {"heartbeat", heartbeat, ""},
};

} // namespace

VerbAnswer runJobVerb(VerbCall& call) {
    const std::span<const std::string> words(call.words);
    auto parsed = VerbWords::parse(words.empty() ? words : words.subspan(1));
    if (!parsed) return {verbFailed, "", parsed.error().message + "\n"};
    JobCall asked{call, *std::move(parsed)};
    return runOneOf<JobCall>(verbs, "Job scheduler (jobscheduler) commands", asked);
}

} // namespace stint
