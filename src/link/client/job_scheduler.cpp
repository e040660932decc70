#include "stint/job_scheduler.hpp"
#include "base/result/try.hpp"

#include <algorithm>

#include "base/result/fail.hpp"
#include "base/result/parts.hpp"
#include "contract/model/event.hpp"
#include "contract/rules/admission.hpp"
#include "link/client/connection_impl.hpp"
#include "link/client/work_item.hpp"

namespace stint {
namespace {

/// Reads the answer of Schedule and Enqueue: the job's id, or Refused with the reason.
client::BusLink::Read readingId(JobId& id) {
    return [&id](wire::Reader& reader) -> Result<void> {
        const std::int32_t result = STINT_TRY(reader.int32());
        if (result != JobScheduler::RESULT_SUCCESS) return fail(Errc::REFUSED, "no reason is given");
        return reader.read(id.value);
    };
}

/// Android's result in place of the error.
Result<ScheduleResult> numbered(const Result<void>& answered) {
    if (answered) return ScheduleResult(JobScheduler::RESULT_SUCCESS);
    if (answered.error().code != Errc::REFUSED) return answered.error();
    return ScheduleResult(JobScheduler::RESULT_FAILURE, answered.error().message);
}

/// Reads the answer of ScheduleAll: the ids are those that were given.
Result<void> readingResult(wire::Reader& reader) {
    const std::int32_t result = STINT_TRY(reader.int32());
    if (result != JobScheduler::RESULT_SUCCESS) return fail(Errc::REFUSED, "no reason is given");
    return {};
}

void askForReason(wire::DictionaryWriter& options) { options.put("refusalIsError", true); }

client::BusLink::Write scheduling(const JobInfo& job, const std::string& space, bool newId) {
    return [&job, space, newId](wire::Writer& writer) {
        wire::writeJob(writer, job, wire::ClipFiles::Included, wire::Unsaid::LeftOut);
        writer.string(space);
        wire::DictionaryWriter options(writer);
        askForReason(options);
        if (newId) options.put("newId", true);
    };
}

/// A place beyond the wire's range becomes its largest number, which no list has, either.
std::vector<std::int32_t> placesOf(const std::vector<std::size_t>& places) {
    std::vector<std::int32_t> numbers;
    for (const std::size_t place : places)
        numbers.push_back(static_cast<std::int32_t>(std::min<std::size_t>(place, INT32_MAX)));
    return numbers;
}

client::BusLink::Write scheduling(const std::vector<ListedJob>& jobs, const std::string& space) {
    std::vector<JobOfList> list;
    for (const ListedJob& job : jobs)
        list.push_back({job.getJob(), {}, placesOf(job.getAfter()), placesOf(job.getAfterFailure())});
    return [list = std::move(list), space](wire::Writer& writer) {
        wire::writeJobs(writer, list, wire::ClipFiles::Included);
        wire::DictionaryWriter options(writer.string(space));
        askForReason(options);
    };
}

client::BusLink::Write enqueuing(const JobInfo& job, const JobWorkItem& work, const std::string& space) {
    return [&job, &work, space](wire::Writer& writer) {
        wire::writeJob(writer, job, wire::ClipFiles::Included, wire::Unsaid::LeftOut);
        wire::writeWork(writer, JobWorkItemAccess::workOf(work));
        wire::DictionaryWriter options(writer.string(space));
        askForReason(options);
    };
}

} // namespace

struct ScheduleResult::Parts {
    std::string reason;
};

ScheduleResult::ScheduleResult(std::int32_t result, std::string reason) : result_(result) {
    if (!reason.empty()) parts_ = std::make_shared<const Parts>(Parts{std::move(reason)});
}

const std::string& ScheduleResult::getReason() const { return partsOf(parts_).reason; }

struct ListedJob::Parts {
    JobInfo job;
    std::vector<std::size_t> after;
    std::vector<std::size_t> afterFailure;
};

ListedJob::ListedJob(JobInfo job) { ownParts(parts_).job = std::move(job); }

ListedJob& ListedJob::after(std::size_t place) {
    ownParts(parts_).after.push_back(place);
    return *this;
}

ListedJob& ListedJob::afterFailure(std::size_t place) {
    ownParts(parts_).afterFailure.push_back(place);
    return *this;
}

const JobInfo& ListedJob::getJob() const { return partsOf(parts_).job; }
const std::vector<std::size_t>& ListedJob::getAfter() const { return partsOf(parts_).after; }
const std::vector<std::size_t>& ListedJob::getAfterFailure() const { return partsOf(parts_).afterFailure; }

JobScheduler::JobScheduler(Connection& connection) : connection_(connection.impl_) {}

Result<ScheduleResult> JobScheduler::schedule(const JobInfo& job) {
    JobId id;
    return numbered(connection_->call("Schedule", scheduling(job, wireNamespace(), false), readingId(id)));
}

Result<JobId> JobScheduler::scheduleNew(const JobInfo& job) {
    JobId id;
    STINT_TRY(connection_->call("Schedule", scheduling(job, wireNamespace(), true), readingId(id)));
    return id;
}

Result<ScheduleResult> JobScheduler::scheduleAll(const std::vector<ListedJob>& jobs) {
    return numbered(connection_->call("ScheduleAll", scheduling(jobs, wireNamespace()), readingResult));
}

Result<ScheduleResult> JobScheduler::enqueue(const JobInfo& job, const JobWorkItem& work) {
    JobId id;
    return numbered(connection_->call("Enqueue", enqueuing(job, work, wireNamespace()), readingId(id)));
}

Result<void> JobScheduler::cancel(JobId id) {
    return connection_->call(
        "Cancel", [&](wire::Writer& writer) { client::noOptions(writer.int32(id.value).string(wireNamespace())); },
        client::nothing);
}

Result<void> JobScheduler::cancelAll() {
    return connection_->call(
        "CancelAll", [&](wire::Writer& writer) { client::noOptions(writer.string(wireNamespace())); }, client::nothing);
}

Result<void> JobScheduler::cancelInAllNamespaces() {
    return connection_->call("CancelInAllNamespaces", client::noOptions, client::nothing);
}

Result<JobScheduler> JobScheduler::forNamespace(std::string name) const {
    // jobs.md §2.1: empty is an error here; only the first handle is the root's.
    if (name.empty()) return fail(Errc::ILLEGAL_ARGUMENT, "an empty namespace; the root is the first handle's");
    JobScheduler scheduler = *this;
    scheduler.namespace_ = STINT_TRY(trimmedNamespace(name, Constants{}));
    return scheduler;
}

Result<bool> JobScheduler::canRunUserInitiatedJobs() {
    bool can = false;
    STINT_TRY(connection_->ask("CanRunUserInitiatedJobs", client::noOptions,
                               [&can](wire::Reader& reader) { return reader.read(can); }));
    return can;
}

} // namespace stint
