#include "core/verbs.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <ranges>

#include <fmt/format.h>

#include "core/verb_words.hpp"

namespace stint {
namespace {

// jobs.md §8, the codes of JobSchedulerShellCommand.
constexpr int failed = -1;
constexpr int noPackage = -1000;
constexpr int noJob = -1001;
constexpr int notReady = -1002;

/// One verb on its way: what it was given, and what comes of it.
struct Call {
    Scheduler& core;
    VerbWords words;
    Now now;
    Step& step;

    /// Hands an event to the core and answers its reply.
    Reply ask(const Event& event) {
        Step one = core.handle(event, now);
        Reply answer;
        for (const Effect& effect : one.effects) {
            if (const auto* reply = std::get_if<Reply>(&effect)) answer = *reply;
        }
        std::ranges::move(one.records, std::back_inserter(step.records));
        std::ranges::move(one.effects, std::back_inserter(step.effects));
        return answer;
    }
    bool installed(const AppId& app) const {
        return std::ranges::any_of(core.apps(now), [&](const AppView& view) { return view.manifest.package == app; });
    }
    /// The tracked job that the words name; nullopt: there is none.
    std::optional<JobView> job() const {
        const auto view = core.job(key(), now);
        if (!view || view->state == JobView::State::Finished) return std::nullopt;
        return view;
    }
    JobKey key() const { return {AppId{words.package()}, words.space, words.job().value_or(JobId{})}; }
    std::string where() const {
        const std::string space = words.space.empty() ? "" : " / namespace " + words.space;
        return fmt::format("package {}{} / user {}", words.package(), space, words.user);
    }
    VerbAnswer missingPackage() const {
        return {noPackage, "", fmt::format("Package not found: {} / user {}\n", words.package(), words.user)};
    }
    VerbAnswer missingJob() const {
        return {noJob, "", fmt::format("Could not find job {} in {}\n", words.job()->value, where())};
    }
};

VerbAnswer wants(std::string_view what) { return {failed, "", fmt::format("Error: expected {}\n", what)}; }

VerbAnswer run(Call& call) {
    const bool force = call.words.has("-f", "--force");
    const bool satisfied = call.words.has("-s", "--satisfied");
    if (force && satisfied) return {failed, "", "Cannot specify both --force and --satisfied\n"};
    if (!call.words.job()) return wants("PACKAGE JOB_ID");
    if (!call.installed(AppId{call.words.package()})) return call.missingPackage();
    if (!call.job()) return call.missingJob();
    const Override how = force ? Override::Full : satisfied ? Override::Sorting : Override::Soft;
    if (call.ask(RunJob{.key = call.key(), .how = how}).error) {
        return {notReady, "",
                fmt::format("Job {} in {} has functional constraints but --force not specified\n",
                            call.words.job()->value, call.where())};
    }
    return {0, force ? "Running job [FORCED]\n" : "Running job\n", ""};
}

VerbAnswer stopAll(Call& call, Ending ending) {
    StopJobs request{.space = call.words.space, .ending = ending};
    if (!call.words.package().empty()) request.app = AppId{call.words.package()};
    request.id = call.words.job();
    std::string out;
    for (const JobKey& key : call.ask(request).jobs) {
        const auto view = call.core.job(key, call.now);
        const std::string service = view && view->info ? view->info->getService().name : "";
        out += fmt::format("Stopping job: {} {}\n", textOf(key), service);
    }
    return {0, out.empty() ? "No matching executing jobs found.\n" : out, ""};
}

VerbAnswer timeout(Call& call) { return stopAll(call, {StopReason::Timeout, InternalReason::Timeout}); }

VerbAnswer stop(Call& call) {
    const auto number = [&](std::string_view shortName, std::string_view longName, int otherwise) {
        return call.words.number(shortName, longName).value_or(otherwise);
    };
    return stopAll(call, {static_cast<StopReason>(number("-s", "--stop-reason", static_cast<int>(StopReason::User))),
                          static_cast<InternalReason>(
                              number("-i", "--internal-stop-reason", static_cast<int>(InternalReason::Unknown)))});
}

VerbAnswer cancel(Call& call) {
    const AppId app{call.words.package()};
    if (app.name.empty()) return wants("PACKAGE [JOB_ID]");
    if (!call.installed(app)) return {noPackage, "", fmt::format("Package {} not found.\n", app.name)};
    if (!call.words.job()) {
        const std::string out = fmt::format("Canceling all jobs for {} in user {}\n", app.name, call.words.user);
        const Reply reply = call.ask(CancelAll{.app = app, .space = std::nullopt, .byOperator = true});
        return {0, out + (reply.count == 0 ? "No matching jobs found.\n" : ""), ""};
    }
    const std::string out =
        fmt::format("Canceling job {}/#{} in user {}\n", app.name, call.words.job()->value, call.words.user);
    const Cancel request{.app = app, .space = call.words.space, .id = *call.words.job(), .byOperator = true};
    return {0, out + (call.ask(request).error ? "No matching job found.\n" : ""), ""};
}

bool ready(const JobView& view) {
    return view.state == JobView::State::Pending && view.reasons == std::vector{PendingReason::DeviceState};
}

bool noComponent(Call& call) {
    const auto blockers = call.core.explain(call.key(), call.now);
    return std::ranges::any_of(blockers, [](const Blocker& blocker) { return blocker.gate == "app"; });
}

VerbAnswer jobState(Call& call) {
    if (!call.words.job()) return wants("PACKAGE JOB_ID");
    const auto view = call.job();
    if (!view) {
        return {noJob, fmt::format("unknown({}/jid{})\n", call.words.package(), call.words.job()->value), ""};
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

VerbAnswer bytes(Call& call, Bytes JobView::*field) {
    if (!call.words.job()) return wants("PACKAGE JOB_ID");
    const auto view = call.job();
    if (!view) return call.missingJob();
    return {0, fmt::format("{}\n\n", *view.*field), ""};
}

VerbAnswer estimatedDown(Call& call) { return bytes(call, &JobView::estimatedDown); }
VerbAnswer estimatedUp(Call& call) { return bytes(call, &JobView::estimatedUp); }
VerbAnswer transferredDown(Call& call) { return bytes(call, &JobView::transferredDown); }
VerbAnswer transferredUp(Call& call) { return bytes(call, &JobView::transferredUp); }

VerbAnswer batteryNotLow(Call& call) { return {0, call.core.deviceState().batteryLow ? "false\n" : "true\n", ""}; }

VerbAnswer storageNotLow(Call& call) { return {0, call.core.deviceState().storageLow ? "false\n" : "true\n", ""}; }

VerbAnswer charging(Call& call) { return {0, call.core.device().charging ? "true\n" : "false\n", ""}; }

VerbAnswer resetScheduleQuota(Call& call) {
    call.ask(ResetScheduleQuota{});
    return {};
}

VerbAnswer heartbeat(Call&) { return {failed, "Heartbeat command is no longer supported\n", ""}; }

VerbAnswer help(Call&);

struct Verb {
    std::string_view name;
    VerbAnswer (*act)(Call&);
    std::string_view usage;
};

constexpr Verb verbs[] = {
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
    {"help", help, "help"},
};

VerbAnswer help(Call&) {
    std::string out = "Job scheduler (jobscheduler) commands:\n";
    for (const Verb& verb : verbs) {
        if (!verb.usage.empty()) out += fmt::format("  {}\n", verb.usage);
    }
    return {0, out, ""};
}

} // namespace

VerbAnswer runVerb(Scheduler& core, std::span<const std::string> words, Now now, Step& step) {
    auto parsed = VerbWords::parse(words.empty() ? words : words.subspan(1));
    if (!parsed) return {failed, "", parsed.error().message + "\n"};
    Call call{core, *std::move(parsed), now, step};
    const auto verb = std::ranges::find(verbs, words.empty() ? "help" : std::string_view(words.front()), &Verb::name);
    return verb == std::end(verbs) ? help(call) : verb->act(call);
}

} // namespace stint
