
#include <algorithm>

#include <fmt/format.h>

#include "contract/android/verb_call.hpp"

namespace stint {
namespace {

using Answer = std::optional<VerbAnswer>;

std::string where(const VerbWords& words) {
    const std::string space = words.space.empty() ? "" : " / namespace " + words.space;
    return fmt::format("package {}{} / user {}", words.package(), space, words.user);
}

// The output of `run` for its reply.
VerbAnswer ran(const VerbWords& words, const Reply& reply) {
    if (!reply.error) return {0, words.has("-f", "--force") ? "Running job [FORCED]\n" : "Running job\n", ""};
    if (reply.error->code == Errc::ILLEGAL_ARGUMENT) return missingJob(words);
    return {verb_code::notReady, "",
            fmt::format("Job {} in {} has functional constraints but --force not specified\n", words.job()->value,
                        where(words))};
}

Answer run(JobCall& call) {
    const bool force = call.words.has("-f", "--force");
    const bool satisfied = call.words.has("-s", "--satisfied");
    if (force && satisfied) return VerbAnswer{verb_code::failed, "", "Cannot specify both --force and --satisfied\n"};
    if (!call.words.job()) return wants("PACKAGE JOB_ID");
    if (!call.installed(AppId{call.words.package()})) return missingPackage(call.words);
    if (!call.job()) return missingJob(call.words);
    const Override how = force ? Override::Full : satisfied ? Override::Sorting : Override::Soft;
    const auto reply =
        call.ask(RunJob{.call = call.call, .key = call.key(), .how = how, .patient = call.call.value != 0});
    if (!reply) return std::nullopt;
    return ran(call.words, *reply);
}

VerbAnswer stopAll(JobCall& call, Ending ending) {
    StopJobs request{.space = call.words.space, .ending = ending};
    if (!call.words.package().empty()) request.app = AppId{call.words.package()};
    request.id = call.words.job();
    std::string out;
    const auto reply = call.ask(request);
    for (const JobKey& key : reply->jobs) {
        const auto view = call.core.job(key, call.now);
        const std::string service = view && view->info ? view->info->getService().name : "";
        out += fmt::format("Stopping job: {} {}\n", textOf(key), service);
    }
    return {0, out.empty() ? "No matching executing jobs found.\n" : out, ""};
}

Answer timeout(JobCall& call) { return stopAll(call, {STOP_REASON_TIMEOUT, InternalReason::Timeout}); }

Answer stop(JobCall& call) {
    const auto number = [&](std::string_view shortName, std::string_view longName, int otherwise) {
        return call.words.number(shortName, longName).value_or(otherwise);
    };
    return stopAll(call, {static_cast<StopReason>(number("-s", "--stop-reason", static_cast<int>(STOP_REASON_USER))),
                          static_cast<InternalReason>(
                              number("-i", "--internal-stop-reason", static_cast<int>(InternalReason::Unknown)))});
}

Answer cancel(JobCall& call) {
    const AppId app{call.words.package()};
    if (app.name.empty()) return wants("PACKAGE [JOB_ID]");
    if (!call.installed(app))
        return VerbAnswer{verb_code::noPackage, "", fmt::format("Package {} not found.\n", app.name)};
    if (!call.words.job()) {
        const std::string out = fmt::format("Canceling all jobs for {} in user {}\n", app.name, call.words.user);
        const auto reply = call.ask(CancelAll{.app = app, .space = std::nullopt, .byOperator = true});
        return VerbAnswer{0, out + (reply->count == 0 ? "No matching jobs found.\n" : ""), ""};
    }
    const std::string out =
        fmt::format("Canceling job {}/#{} in user {}\n", app.name, call.words.job()->value, call.words.user);
    const Cancel request{.app = app, .space = call.words.space, .id = *call.words.job(), .byOperator = true};
    return VerbAnswer{0, out + (call.ask(request)->error ? "No matching job found.\n" : ""), ""};
}

Answer help(JobCall&);

constexpr JobVerb jobVerbs[] = {
    {"run", run, "run [-f | --force] [-s | --satisfied] [-u USER] [-n NAMESPACE] PACKAGE JOB_ID"},
    {"timeout", timeout, "timeout [-u USER] [-n NAMESPACE] [PACKAGE [JOB_ID]]"},
    {"stop", stop, "stop [-s CODE] [-i CODE] [-u USER] [-n NAMESPACE] [PACKAGE [JOB_ID]]"},
    {"cancel", cancel, "cancel [-u USER] [-n NAMESPACE] PACKAGE [JOB_ID]"},
    {"help", help, "help"},
};

std::string helpText() {
    std::string out = "Job scheduler (jobscheduler) commands:\n";
    for (const std::span<const JobVerb> some : {std::span<const JobVerb>(jobVerbs), getters()}) {
        for (const JobVerb& verb : some)
            out += fmt::format("  {}\n", verb.usage);
    }
    return out;
}

Answer help(JobCall&) { return VerbAnswer{0, helpText(), ""}; }

const JobVerb* verbNamed(std::string_view name) {
    for (const std::span<const JobVerb> some : {std::span<const JobVerb>(jobVerbs), getters()}) {
        const auto found = std::ranges::find(some, name, &JobVerb::name);
        if (found != some.end()) return &*found;
    }
    return nullptr;
}

} // namespace

std::optional<Reply> JobCall::ask(const Event& event) { return askCore(core, event, call, now, step); }

bool JobCall::installed(const AppId& app) const {
    return std::ranges::any_of(core.apps(now), [&](const AppView& view) { return view.manifest.package == app; });
}

std::optional<JobView> JobCall::job() const {
    auto view = core.job(key(), now);
    if (!view || view->state == JobView::State::Finished) return std::nullopt;
    return view;
}

VerbAnswer wants(std::string_view what) { return {verb_code::failed, "", fmt::format("Error: expected {}\n", what)}; }

VerbAnswer wrongWord(const std::string& word) {
    return {verb_code::wrongWord, "", fmt::format("Error: unknown option {}\n", word)};
}

VerbAnswer missingPackage(const VerbWords& words) {
    return {verb_code::noPackage, "", fmt::format("Package not found: {} / user {}\n", words.package(), words.user)};
}

VerbAnswer missingJob(const VerbWords& words) {
    return {verb_code::noJob, "", fmt::format("Could not find job {} in {}\n", words.job()->value, where(words))};
}

std::optional<VerbAnswer> runJobVerb(Scheduler& core, std::span<const std::string> words, CallId call, Now now,
                                     Step& step) {
    const JobVerb* verb = verbNamed(words.empty() || asksForHelp(words.front()) ? "help" : words.front());
    if (verb && asksForUsage(words)) return VerbAnswer{0, fmt::format("{}\n", verb->usage), ""};
    auto parsed = VerbWords::parse(words.empty() ? words : words.subspan(1));
    if (!parsed) return VerbAnswer{verb_code::failed, "", parsed.error().message + "\n"};
    // jobs.md §8: an unknown verb prints the help and fails, as Android's does.
    if (!verb) return VerbAnswer{verb_code::failed, helpText(), ""};
    JobCall given{core, *std::move(parsed), call, now, step};
    return verb->act(given);
}

VerbAnswer lateJobAnswer(std::span<const std::string> words, const Reply& reply) {
    const auto parsed = VerbWords::parse(words.empty() ? words : words.subspan(1));
    return parsed ? ran(*parsed, reply) : VerbAnswer{verb_code::failed, "", parsed.error().message + "\n"};
}

} // namespace stint
