// JobScheduler1, as apps call it: scheduling, cancelling and looking up jobs (jobs.md §2).
#include <limits>

#include "base/fail.hpp"
#include "bus/request.hpp"
#include "wire/codec.hpp"
#include "wire/names.hpp"
#include "wire/views.hpp"

namespace stint::methods {
namespace {

using wire::DictionaryReader;
using wire::UnknownKeys;
using wire::Writer;

/// "as": whose jobs the operator means. Empty: the caller's own.
struct Options {
    std::string as;
    bool newId = false;
    std::optional<std::int32_t> after;
};

Result<Options> readOptions(Request& request) {
    Options options;
    DictionaryReader dictionary("options", UnknownKeys::Ignore);
    dictionary.take("as", options.as).take("newId", options.newId).take("after", options.after);
    STINT_TRY(dictionary.read(request.arguments));
    return options;
}

/// Whose jobs are cancelled. As another app, it is the operator's act (jobs.md §8, cancel).
struct Whose {
    AppId app;
    bool byOperator = false;
};

Result<Whose> whose(const Request& request, const Options& options) {
    if (options.as.empty()) return Whose{request.caller.app, false};
    if (!request.caller.isOperator) return onlyOperator(request.caller, "the option \"as\"");
    return Whose{AppId{options.as}, true};
}

/// Jobs may be scheduled for the built-in apps alone: any other decides for itself what it wants done.
Result<Whose> whoseToSchedule(const Request& request, const Options& options) {
    const Whose named = STINT_TRY(whose(request, options));
    if (!named.byOperator || named.app.name == transferPackage || named.app.name == shellPackage) return named;
    return fail(Errc::Security, "nobody may schedule jobs as {}; \"as\" takes {} and {}", named.app.name,
                transferPackage, shellPackage);
}

std::vector<JobInfoPtr> trackedIn(BusOwner& owner, const AppId& app, const std::string& space,
                                  std::optional<std::int32_t> after, std::size_t most) {
    constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
    std::vector<JobInfoPtr> jobs;
    const JobKey first{app, space, JobId(least)};
    // "Later than" cannot say "from the least id on".
    if (!after)
        if (const auto view = owner.job(first); view && view->info) jobs.push_back(view->info);
    for (const JobView& view : owner.jobs(app, JobKey{app, space, JobId(after.value_or(least))}, most - jobs.size())) {
        if (view.key.space != space) break; // jobs come in the order of their keys
        if (view.info) jobs.push_back(view.info);
    }
    return jobs;
}

void writeJobs(Writer& writer, const std::vector<JobInfoPtr>& jobs) {
    writer.openArray("a{sv}");
    for (const JobInfoPtr& job : jobs)
        wire::writeJob(writer, *job, wire::ClipFiles::LeftOut);
    writer.close();
}

} // namespace

Handled schedule(Request& request) {
    JobInfo job = STINT_TRY(wire::readJob(request.arguments));
    std::string space = STINT_TRY(request.arguments.string());
    const Options options = STINT_TRY(readOptions(request));
    const Whose named = STINT_TRY(whoseToSchedule(request, options));
    request.owner.arrived(Schedule{.call = request.call,
                                   .app = named.app,
                                   .space = std::move(space),
                                   .info = std::make_shared<const JobInfo>(std::move(job)),
                                   .newId = options.newId,
                                   .callerVisible = request.owner.visibleNow(request.from),
                                   .onBehalf = named.byOperator});
    return waits([](Writer& writer, const Reply& reply) { writer.int32(reply.result).int32(reply.id.value); });
}

Handled cancel(Request& request) {
    const std::int32_t id = STINT_TRY(request.arguments.int32());
    std::string space = STINT_TRY(request.arguments.string());
    const Whose named = STINT_TRY(whose(request, STINT_TRY(readOptions(request))));
    request.owner.arrived(Cancel{request.call, named.app, std::move(space), JobId(id), named.byOperator});
    return waits();
}

Handled cancelAll(Request& request) {
    std::string space = STINT_TRY(request.arguments.string());
    const Whose named = STINT_TRY(whose(request, STINT_TRY(readOptions(request))));
    request.owner.arrived(CancelAll{request.call, named.app, std::move(space), named.byOperator});
    return waits();
}

Handled cancelInAllNamespaces(Request& request) {
    const Whose named = STINT_TRY(whose(request, STINT_TRY(readOptions(request))));
    request.owner.arrived(CancelAll{request.call, named.app, std::nullopt, named.byOperator});
    return waits();
}

Handled getPendingJob(Request& request) {
    const std::int32_t id = STINT_TRY(request.arguments.int32());
    const std::string space = STINT_TRY(request.arguments.string());
    const JobKey key{request.caller.app, space, JobId(id)};
    return answers([&owner = request.owner, key](Writer& writer) -> Result<void> {
        std::vector<JobInfoPtr> jobs;
        if (const auto view = owner.job(key); view && view->info) jobs.push_back(view->info);
        writeJobs(writer, jobs);
        return {};
    });
}

Handled getAllPendingJobs(Request& request) {
    const std::string space = STINT_TRY(request.arguments.string());
    const Options options = STINT_TRY(readOptions(request));
    return answers([&owner = request.owner, app = request.caller.app, space,
                    after = options.after](Writer& writer) -> Result<void> {
        std::vector<JobInfoPtr> jobs = trackedIn(owner, app, space, after, wire::mostListed + 1);
        const bool more = jobs.size() > wire::mostListed;
        if (more) jobs.resize(wire::mostListed);
        writeJobs(writer, jobs);
        writer.boolean(more);
        return {};
    });
}

Handled canRunUserInitiatedJobs(Request& request) {
    return answers([&owner = request.owner, app = request.caller.app](Writer& writer) -> Result<void> {
        writer.boolean(owner.canRunUserInitiatedJobs(app));
        return {};
    });
}

} // namespace stint::methods
