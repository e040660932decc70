// JobScheduler1's methods by which apps look up their own jobs (jobs.md §2.1), and why those wait (§9).
#include <limits>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "link/wire/codec.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/names.hpp"
#include "link/wire/views.hpp"
#include "stintd/bus/request.hpp"

namespace stint::methods {
namespace {

using wire::DictionaryReader;
using wire::UnknownKeys;
using wire::Writer;

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
std::optional<JobView> tracked(BusOwner& owner, const JobKey& key) {
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

/// jobs.md §9.1: {-2} for an unknown job, {-1} for a running one.
std::vector<PendingReason> reasonsOf(const std::optional<JobView>& view) {
    if (!view) return {PENDING_JOB_REASON_INVALID_JOB_ID};
    if (view->state == JobView::State::Running) return {PENDING_JOB_REASON_EXECUTING};
    return view->reasons;
}

} // namespace

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
        writer.openArray("i");
        for (const PendingReason reason : reasonsOf(tracked(owner, key)))
            writer.int32(static_cast<std::int32_t>(reason));
        writer.close();
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

} // namespace stint::methods
