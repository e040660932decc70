// JobScheduler1's methods that schedule and cancel jobs, which apps call (jobs.md §2).
#include <algorithm>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "link/wire/codec.hpp"
#include "link/wire/fields.hpp"
#include "stintd/bus/request.hpp"

namespace stint::methods {
namespace {

using wire::DictionaryReader;
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
    if (!named.byOperator || named.app.name == transferPackage || named.app.name == shellPackage) return named;
    return fail(Errc::SECURITY, "nobody may schedule jobs as {}; \"as\" takes {} and {}", named.app.name,
                transferPackage, shellPackage);
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

/// Checks a job before the core does: the process that hosts it, and the descriptors that it holds open.
Result<void> checkJob(const Request& request, const AppId& app, const JobInfo& job) {
    if (auto told = request.owner.hosting().stranger(app, job.getService().name))
        return Error{Errc::ILLEGAL_ARGUMENT, *std::move(told)};
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
    STINT_TRY(checkJob(request, event.app, event.info));
    event.terms = std::move(options.terms);
    request.owner.arrived(std::move(event));
    const auto write = [](Writer& writer, const Reply& reply) {
        writer.int32(reply.error ? 0 : 1).int32(reply.id.value);
    };
    return std::variant<Answer, Waits>(Waits{write, !options.refusalIsError});
}

} // namespace

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
        if (auto may = checkJob(request, event.app, event.jobs[place].info); !may)
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

Handled cancel(Request& request) {
    const std::int32_t id = STINT_TRY(request.arguments.int32());
    std::string space = STINT_TRY(request.arguments.string());
    const auto options = STINT_TRY(readOptions(request));
    const Whose named = STINT_TRY(whose(request, options));
    request.owner.arrived(Cancel{request.call, named.app, std::move(space), JobId(id), named.byOperator});
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

} // namespace stint::methods
