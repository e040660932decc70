// JobScheduler1's methods that apps call: scheduling and cancelling jobs (jobs.md §2), looking up their own jobs
// (§2.1), and why those wait (§9).
#include <algorithm>
#include <array>
#include <limits>

#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "contract/model/agent.hpp"
#include "link/wire/codec.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/names.hpp"
#include "link/wire/views.hpp"
#include "stintd/bus/methods.hpp"
#include "stintd/bus/outgoing.hpp"

namespace stint::methods {
namespace {

using wire::DictionaryReader;
using wire::jobSchedulerInterface;
using wire::UnknownKeys;
using wire::Writer;

/// The options of a call. `as`: the app that the operator means; empty: the caller's own.
struct Options {
    std::string as;
    bool newId = false;
    bool refusalIsError = false;
    StartTerms terms;
};

Result<Options> readOptions(Request& request) {
    Options options;
    DictionaryReader dictionary("options", UnknownKeys::Ignore);
    dictionary.take("as", options.as).take("newId", options.newId).take("refusalIsError", options.refusalIsError);
    dictionary.take("terms", "a{sv}", [&options](wire::Reader& value) -> Result<void> {
        options.terms = STINT_TRY(wire::readRow<StartTerms>(value));
        return {};
    });
    STINT_TRY(dictionary.read(request.arguments));
    return options;
}

/// The app whose jobs are meant. Cancelling another app's jobs counts as the operator's cancel (jobs.md §8, cancel).
struct Whose {
    AppId app;
    bool byOperator = false;
};

Result<Whose> whose(const Request& request, const Options& options) {
    if (options.as.empty()) return Whose{request.caller.app, false};
    if (!request.caller.isOperator) return onlyOperator(request.caller, "the option \"as\"");
    return Whose{AppId{options.as}, true};
}

/// Jobs may be scheduled on behalf of the built-in apps only: any other app schedules its own. A guard has an app of
/// its own, which has no other jobs (jobs.md §14.5).
Result<Whose> whoseToSchedule(const Request& request, const Options& options) {
    const Whose named = STINT_TRY(whose(request, options));
    const bool isGuard = !options.terms.guard.empty();
    if (isGuard && !isGuardPackage(named.app.name))
        return fail(Errc::ILLEGAL_ARGUMENT, "a guard has an app of its own, {}NAME, and is none of {}", guardPackages,
                    named.app.name);
    if (named.byOperator && isGuard) return named;
    constexpr std::array<std::string_view, 3> peoples{transferPackage, shellPackage, agentPackage};
    if (!named.byOperator || std::ranges::find(peoples, std::string_view(named.app.name)) != peoples.end())
        return named;
    return fail(Errc::SECURITY, "nobody may schedule jobs as {}; \"as\" takes {}", named.app.name,
                fmt::join(peoples, ", "));
}

/// Jobs hold at most half of the daemon's descriptors: the rest is for its callers.
Result<void> checkDescriptors(const Request& request, const JobInfo& job) {
    if (!job.getClipData()) return {};
    for (const ClipData::Item& item : job.getClipData()->items)
        if (item.file && item.file->descriptor() >= request.caps.descriptors / 2)
            return fail(Errc::LIMIT_EXCEEDED,
                        "the jobs of all apps hold {} open files, which is half of what the daemon may have open; pass "
                        "paths alone, or let some of them end",
                        request.caps.descriptors / 2);
    return {};
}

/// Checks a job before the core does: whose word it is, the process that hosts it, and the descriptors that it holds
/// open.
template <class Scheduling> Result<void> checkJob(const Request& request, const Scheduling& event, const JobInfo& job) {
    // fleet.md §1. A new number may be any; a command of a campaign's would tell people what it likes of the others.
    const bool mayBePersons = event.newId || isPersonsWord(job.getId()) || !request.caller.isAgent;
    if (event.app.name == agentPackage && !event.onBehalf && mayBePersons)
        return onlyOperator(request.caller, fmt::format("that job of {}", agentPackage));
    if (auto refusal = request.owner.hosting().stranger(event.app, job.getService().name))
        return Error{Errc::ILLEGAL_ARGUMENT, *std::move(refusal)};
    return checkDescriptors(request, job);
}

/// Reads the arguments that Schedule, Enqueue and ScheduleAll have in common: the namespace, the options, and the app.
template <class Scheduling> Result<Options> readTerms(Request& request, Scheduling& event) {
    event.call = request.call;
    event.space = STINT_TRY(request.arguments.string());
    Options options = STINT_TRY(readOptions(request));
    Whose named = STINT_TRY(whoseToSchedule(request, options));
    event.app = std::move(named.app);
    event.newId = options.newId;
    event.callerVisible = request.owner.presence().visibleNow(request.from);
    event.onBehalf = named.byOperator;
    return options;
}

Handled scheduled(Request& request, Schedule event) {
    Options options = STINT_TRY(readTerms(request, event));
    STINT_TRY(checkJob(request, event, event.info));
    event.terms = std::move(options.terms);
    request.owner.arrived(std::move(event));
    const auto write = [](Writer& writer, const Reply& reply) {
        writer.int32(reply.error ? 0 : 1).int32(reply.id.value);
    };
    return std::variant<Answer, Waits>(Waits{write, !options.refusalIsError});
}

Handled schedule(Request& request) {
    Schedule event;
    event.info = STINT_TRY(wire::readJob(request.arguments));
    return scheduled(request, std::move(event));
}

Handled enqueue(Request& request) {
    Schedule event;
    event.info = STINT_TRY(wire::readJob(request.arguments));
    event.work = STINT_TRY(wire::readWork(request.arguments));
    event.work->id = 0; // an id that the caller gave does not count
    event.work->deliveries = 0;
    event.work->active = false;
    return scheduled(request, std::move(event));
}

Handled scheduleAll(Request& request) {
    ScheduleAll event;
    event.jobs = STINT_TRY(wire::readJobs(request.arguments));
    request.counts = std::max(1, static_cast<int>(event.jobs.size()));
    const Options options = STINT_TRY(readTerms(request, event));
    for (std::size_t place = 0; place < event.jobs.size(); ++place)
        if (auto may = checkJob(request, event, event.jobs[place].info); !may)
            return within(fmt::format("job {} of the list", place), std::move(may).error());
    request.owner.arrived(std::move(event));
    const auto write = [](Writer& writer, const Reply& reply) {
        writer.int32(reply.error ? 0 : 1).openArray("i");
        for (const JobId id : reply.ids)
            writer.int32(id.value);
        writer.close();
    };
    return std::variant<Answer, Waits>(Waits{write, !options.refusalIsError});
}

/// A person has cancelled a campaign's job, which has a namespace of its own: the fleet's server is to hear it, so the
/// agent's own job begins (fleet.md §4.2).
Result<void> tellAgent(const Request& request) {
    JobInfo work = STINT_TRY(JobInfo::Builder(agentWorkJob, agentService)
                                 .setPersisted(true)
                                 .setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY)
                                 .build());
    request.owner.arrived(Schedule{.call = 0,
                                   .app = AppId{std::string(agentPackage)},
                                   .space = {},
                                   .info = std::move(work),
                                   .onBehalf = true,
                                   .terms = {}});
    return {};
}

Handled cancel(Request& request) {
    const std::int32_t id = STINT_TRY(request.arguments.int32());
    std::string space = STINT_TRY(request.arguments.string());
    const auto options = STINT_TRY(readOptions(request));
    const Whose named = STINT_TRY(whose(request, options));
    const bool isCampaign = named.byOperator && named.app.name == agentPackage && !space.empty();
    request.owner.arrived(Cancel{request.call, named.app, std::move(space), JobId(id), named.byOperator});
    if (isCampaign) STINT_TRY(tellAgent(request));
    return waits();
}

Handled cancelAll(Request& request) {
    std::string space = STINT_TRY(request.arguments.string());
    const auto options = STINT_TRY(readOptions(request));
    const Whose named = STINT_TRY(whose(request, options));
    request.owner.arrived(CancelAll{request.call, named.app, std::move(space), named.byOperator});
    return waits();
}

Handled cancelInAllNamespaces(Request& request) {
    const auto options = STINT_TRY(readOptions(request));
    const Whose named = STINT_TRY(whose(request, options));
    request.owner.arrived(CancelAll{request.call, named.app, std::nullopt, named.byOperator});
    return waits();
}

/// The place where the next page of a list begins.
struct PendingPage {
    std::optional<std::int32_t> after;
    std::string afterNamespace;
    std::optional<std::int32_t> afterId;
};

Result<PendingPage> readPendingPage(Request& request) {
    PendingPage page;
    DictionaryReader dictionary("options", UnknownKeys::Ignore);
    dictionary.take("after", page.after).take("afterNamespace", page.afterNamespace).take("afterId", page.afterId);
    STINT_TRY(dictionary.read(request.arguments));
    return page;
}

Result<JobKey> readOwnKey(Request& request) {
    const std::int32_t id = STINT_TRY(request.arguments.int32());
    std::string space = STINT_TRY(request.arguments.string());
    return JobKey{request.caller.app, std::move(space), JobId(id)};
}

/// Returns a job that waits or runs; one that has ended is not pending (jobs.md §2.1).
std::optional<JobView> tracked(const BusOwner& owner, const JobKey& key) {
    std::optional<JobView> view = owner.core().job(key, owner.now());
    return view && view->info ? view : std::nullopt;
}

std::vector<JobInfo> trackedIn(BusOwner& owner, const AppId& app, const std::string& space,
                               std::optional<std::int32_t> after, std::size_t most) {
    constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
    std::vector<JobInfo> jobs;
    const JobKey first{app, space, JobId(least)};
    // "Later than" cannot include the least id, so that job is asked for by itself.
    if (!after)
        if (const auto view = tracked(owner, first)) jobs.push_back(*view->info);
    for (const JobView& view :
         owner.core().jobs(app, JobKey{app, space, JobId(after.value_or(least))}, most - jobs.size(), owner.now())) {
        if (view.key.space != space) break; // jobs come in the order of their keys
        if (view.info) jobs.push_back(*view.info);
    }
    return jobs;
}

void writePending(Writer& writer, const JobInfo& job) { wire::writeJob(writer, job, wire::ClipFiles::LeftOut); }

Handled getPendingJob(Request& request) {
    const JobKey key = STINT_TRY(readOwnKey(request));
    return answers([&owner = request.owner, key](Writer& writer) -> Result<void> {
        std::vector<JobInfo> jobs;
        if (const auto view = tracked(owner, key)) jobs.push_back(*view->info);
        wire::writeList(writer, jobs, writePending);
        return {};
    });
}

Handled getAllPendingJobs(Request& request) {
    const std::string space = STINT_TRY(request.arguments.string());
    const PendingPage page = STINT_TRY(readPendingPage(request));
    return answers(
        [&owner = request.owner, app = request.caller.app, space, after = page.after](Writer& writer) -> Result<void> {
            const auto jobs = trackedIn(owner, app, space, after, wire::mostListed + 1);
            wire::writePage(writer, "a{sv}", jobs, writePending);
            return {};
        });
}

Handled canRunUserInitiatedJobs(Request& request) {
    return answers([&owner = request.owner, app = request.caller.app](Writer& writer) -> Result<void> {
        writer.boolean(owner.core().canRunUserInitiatedJobs(app));
        return {};
    });
}

Handled getPendingJobsInAllNamespaces(Request& request) {
    const PendingPage page = STINT_TRY(readPendingPage(request));
    return answers([&owner = request.owner, app = request.caller.app, page](Writer& writer) -> Result<void> {
        std::optional<JobKey> after;
        if (page.afterId) after = JobKey{app, page.afterNamespace, JobId(*page.afterId)};
        const auto jobs = owner.core().jobs(app, after, wire::mostListed + 1, owner.now());
        wire::writePage(writer, "(sa{sv})", jobs, [](Writer& into, const JobView& view) {
            into.openStruct("sa{sv}").string(view.key.space);
            writePending(into, *view.info);
            into.close();
        });
        return {};
    });
}

Handled getPendingJobReasons(Request& request) {
    const JobKey key = STINT_TRY(readOwnKey(request));
    return answers([&owner = request.owner, key](Writer& writer) -> Result<void> {
        writeReasons(writer, pendingReasons(owner, key));
        return {};
    });
}

Handled watchPendingJobReasons(Request& request) {
    const JobKey key = STINT_TRY(readOwnKey(request));
    return answers([&watches = request.watches, from = request.from, key](Writer&) -> Result<void> {
        watches.addReasons(from, key);
        return {};
    });
}

Handled getPendingJobReasonsHistory(Request& request) {
    const JobKey key = STINT_TRY(readOwnKey(request));
    return answers([&owner = request.owner, key](Writer& writer) -> Result<void> {
        if (!tracked(owner, key)) return fail(Errc::ILLEGAL_ARGUMENT, "no job {}", textOf(key));
        wire::writeRows(writer, owner.core().history(key));
        return {};
    });
}

} // namespace

std::span<const Method> jobMethods() {
    using enum Allowed;
    // clang-format off
    static constexpr Method rows[] = {
        {jobSchedulerInterface, "Schedule",                      "a{sv}sa{sv}",         Anyone, schedule},
        {jobSchedulerInterface, "Enqueue",                       "a{sv}a{sv}sa{sv}",    Anyone, enqueue},
        {jobSchedulerInterface, "ScheduleAll",                   "a(a{sv}a{sv})sa{sv}", Anyone, scheduleAll},
        {jobSchedulerInterface, "Cancel",                        "isa{sv}",             Anyone, cancel},
        {jobSchedulerInterface, "CancelAll",                     "sa{sv}",              Anyone, cancelAll},
        {jobSchedulerInterface, "CancelInAllNamespaces",         "a{sv}",               Anyone, cancelInAllNamespaces},
        {jobSchedulerInterface, "GetPendingJob",                 "isa{sv}",             Anyone, getPendingJob},
        {jobSchedulerInterface, "GetAllPendingJobs",             "sa{sv}",              Anyone, getAllPendingJobs},
        {jobSchedulerInterface, "GetPendingJobsInAllNamespaces", "a{sv}",               Anyone, getPendingJobsInAllNamespaces},
        {jobSchedulerInterface, "GetPendingJobReasons",          "isa{sv}",             Anyone, getPendingJobReasons},
        {jobSchedulerInterface, "GetPendingJobReasonsHistory",   "isa{sv}",             Anyone, getPendingJobReasonsHistory},
        {jobSchedulerInterface, "WatchPendingJobReasons",        "isa{sv}",             Anyone, watchPendingJobReasons},
        {jobSchedulerInterface, "CanRunUserInitiatedJobs",       "a{sv}",               Anyone, canRunUserInitiatedJobs},
    };
    // clang-format on
    return rows;
}

} // namespace stint::methods

namespace stint {

std::vector<PendingReason> pendingReasons(const BusOwner& owner, const JobKey& key) {
    const auto view = methods::tracked(owner, key);
    if (!view) return {PENDING_JOB_REASON_INVALID_JOB_ID};
    if (view->state == JobView::State::Running) return {PENDING_JOB_REASON_EXECUTING};
    return view->reasons;
}

} // namespace stint
