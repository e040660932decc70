#include "stint/job_scheduler.hpp"
#include "base/try.hpp"

#include "base/fail.hpp"
#include "client/connection_impl.hpp"
#include "client/work_item.hpp"
#include "rules/admission.hpp"

namespace stint {
namespace {

/// What Schedule answers.
struct Scheduled {
    std::int32_t result = JobScheduler::RESULT_FAILURE;
    JobId id;

    client::BusLink::Read reading() {
        return [this](wire::Reader& reader) -> Result<void> {
            STINT_TRY(reader.read(result));
            return reader.read(id.value);
        };
    }
};

client::BusLink::Write scheduling(const JobInfo& job, const std::string& space, bool newId) {
    return [&job, space, newId](wire::Writer& writer) {
        wire::writeJob(writer, job, wire::ClipFiles::Included);
        writer.string(space);
        wire::DictionaryWriter options(writer);
        if (newId) options.put("newId", true);
    };
}

client::BusLink::Write enqueuing(const JobInfo& job, const JobWorkItem& work, const std::string& space) {
    return [&job, &work, space](wire::Writer& writer) {
        wire::writeJob(writer, job, wire::ClipFiles::Included);
        wire::writeWork(writer, JobWorkItemAccess::workOf(work));
        const wire::DictionaryWriter options(writer.string(space));
    };
}

} // namespace

JobScheduler::JobScheduler(Connection& connection) : connection_(connection.impl_) {}

Result<std::int32_t> JobScheduler::schedule(const JobInfo& job) {
    Scheduled scheduled;
    STINT_TRY(connection_->call("Schedule", scheduling(job, wireNamespace(), false), scheduled.reading()));
    return scheduled.result;
}

Result<std::optional<JobId>> JobScheduler::scheduleNew(const JobInfo& job) {
    Scheduled scheduled;
    STINT_TRY(connection_->call("Schedule", scheduling(job, wireNamespace(), true), scheduled.reading()));
    if (scheduled.result != RESULT_SUCCESS) return std::optional<JobId>();
    return std::optional(scheduled.id);
}

Result<std::int32_t> JobScheduler::enqueue(const JobInfo& job, const JobWorkItem& work) {
    Scheduled scheduled;
    STINT_TRY(connection_->call("Enqueue", enqueuing(job, work, wireNamespace()), scheduled.reading()));
    return scheduled.result;
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
    STINT_TRY(connection_->call("CanRunUserInitiatedJobs", client::noOptions,
                                [&can](wire::Reader& reader) { return reader.read(can); }));
    return can;
}

} // namespace stint
