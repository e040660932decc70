#include <algorithm>

#include "base/result/errors.hpp"
#include "base/result/values.hpp"
#include "contract/model/event.hpp"
#include "contract/rules/admission.hpp"
#include "link/client/connection.hpp"
#include "link/client/run.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/views.hpp"
#include "stint/job_scheduler.hpp"

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
        wire::writeJob(writer, job, wire::ClipFiles::Included, wire::Absent::LeftOut);
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
        wire::writeJob(writer, job, wire::ClipFiles::Included, wire::Absent::LeftOut);
        wire::writeWork(writer, JobWorkItemAccess::workOf(work));
        wire::DictionaryWriter options(writer.string(space));
        askForReason(options);
    };
}

} // namespace

struct ScheduleResult::Values {
    std::string reason;
};

ScheduleResult::ScheduleResult(std::int32_t result, std::string reason) : result_(result) {
    if (!reason.empty()) values_ = std::make_shared<const Values>(Values{std::move(reason)});
}

const std::string& ScheduleResult::getReason() const { return valuesOf(values_).reason; }

struct ListedJob::Values {
    JobInfo job;
    std::vector<std::size_t> after;
    std::vector<std::size_t> afterFailure;
};

ListedJob::ListedJob(JobInfo job) { ownValues(values_).job = std::move(job); }

ListedJob& ListedJob::after(std::size_t place) {
    ownValues(values_).after.push_back(place);
    return *this;
}

ListedJob& ListedJob::afterFailure(std::size_t place) {
    ownValues(values_).afterFailure.push_back(place);
    return *this;
}

const JobInfo& ListedJob::getJob() const { return valuesOf(values_).job; }
const std::vector<std::size_t>& ListedJob::getAfter() const { return valuesOf(values_).after; }
const std::vector<std::size_t>& ListedJob::getAfterFailure() const { return valuesOf(values_).afterFailure; }

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

// The part of JobScheduler that only reads: which jobs are pending, and why (jobs.md §2.1, §9).

namespace {

/// Writes the key of a job in a handle's namespace.
client::BusLink::Write naming(JobId id, const std::string& space) {
    return [id, space](wire::Writer& writer) {
        const wire::DictionaryWriter options(writer.int32(id.value).string(space));
    };
}

Result<void> readJobs(wire::Reader& reader, std::vector<JobInfo>& jobs) {
    return reader.array("a{sv}", [&jobs](wire::Reader& item) -> Result<void> {
        JobInfo job = STINT_TRY(wire::readJob(item));
        jobs.push_back(std::move(job));
        return {};
    });
}

struct Spaced {
    std::string space;
    JobInfo job;
};

Result<void> readSpaced(wire::Reader& reader, std::vector<Spaced>& jobs) {
    return reader.array("(sa{sv})", [&jobs](wire::Reader& items) {
        return items.structure("sa{sv}", [&jobs](wire::Reader& fields) -> Result<void> {
            std::string space = STINT_TRY(fields.string());
            JobInfo job = STINT_TRY(wire::readJob(fields));
            jobs.push_back({std::move(space), std::move(job)});
            return {};
        });
    });
}

} // namespace

struct PendingJobReasonsInfo::Values {
    WallTime timestamp;
    std::vector<PendingReason> reasons;
    bool operator==(const Values&) const = default;
};

PendingJobReasonsInfo::PendingJobReasonsInfo(WallTime timestamp, std::vector<PendingReason> reasons)
    : values_(std::make_shared<const Values>(Values{timestamp, std::move(reasons)})) {}

WallTime PendingJobReasonsInfo::getTimestamp() const { return valuesOf(values_).timestamp; }
const std::vector<PendingReason>& PendingJobReasonsInfo::getPendingJobReasons() const {
    return valuesOf(values_).reasons;
}
bool PendingJobReasonsInfo::operator==(const PendingJobReasonsInfo& other) const {
    return valuesOf(values_) == valuesOf(other.values_);
}

Result<std::optional<JobInfo>> JobScheduler::getPendingJob(JobId id) {
    std::vector<JobInfo> jobs;
    STINT_TRY(connection_->ask("GetPendingJob", naming(id, wireNamespace()),
                               [&](wire::Reader& reader) { return readJobs(reader, jobs); }));
    if (jobs.empty()) return std::optional<JobInfo>();
    return std::optional(std::move(jobs.front()));
}

Result<std::vector<JobInfo>> JobScheduler::getAllPendingJobs() {
    std::vector<JobInfo> jobs;
    for (bool more = true; more;) {
        const std::size_t before = jobs.size();
        STINT_TRY(connection_->ask(
            "GetAllPendingJobs",
            [&](wire::Writer& writer) {
                wire::DictionaryWriter options(writer.string(wireNamespace()));
                if (!jobs.empty()) options.put("after", jobs.back().getId().value);
            },
            [&](wire::Reader& reader) -> Result<void> {
                STINT_TRY(readJobs(reader, jobs));
                return reader.read(more);
            }));
        // A daemon that says "more" with an empty page would be asked for ever.
        more = more && jobs.size() > before;
    }
    return jobs;
}

Result<std::map<std::string, std::vector<JobInfo>>> JobScheduler::getPendingJobsInAllNamespaces() {
    std::vector<Spaced> jobs;
    for (bool more = true; more;) {
        const std::size_t before = jobs.size();
        STINT_TRY(connection_->ask(
            "GetPendingJobsInAllNamespaces",
            [&](wire::Writer& writer) {
                wire::DictionaryWriter options(writer);
                if (jobs.empty()) return;
                options.put("afterNamespace", jobs.back().space);
                options.put("afterId", jobs.back().job.getId().value);
            },
            [&](wire::Reader& reader) -> Result<void> {
                STINT_TRY(readSpaced(reader, jobs));
                return reader.read(more);
            }));
        more = more && jobs.size() > before;
    }
    std::map<std::string, std::vector<JobInfo>> bySpace;
    for (Spaced& spaced : jobs)
        bySpace[spaced.space].push_back(std::move(spaced.job));
    return bySpace;
}

Result<std::vector<PendingReason>> JobScheduler::getPendingJobReasons(JobId id) {
    std::vector<PendingReason> reasons;
    STINT_TRY(connection_->ask("GetPendingJobReasons", naming(id, wireNamespace()),
                               [&reasons](wire::Reader& reader) -> Result<void> {
                                   reasons = STINT_TRY(client::readReasons(reader));
                                   return {};
                               }));
    return reasons;
}

Result<PendingReason> JobScheduler::getPendingJobReason(JobId id) {
    const auto reasons = STINT_TRY(getPendingJobReasons(id));
    return reasons.front();
}

Result<void> JobScheduler::onPendingJobReasons(JobId id,
                                               std::function<void(const std::vector<PendingReason>&)> callback) {
    return connection_->watchReasons({wireNamespace(), id.value}, std::move(callback));
}

Result<std::vector<PendingJobReasonsInfo>> JobScheduler::getPendingJobReasonsHistory(JobId id) {
    std::vector<HistoryEntry> entries;
    STINT_TRY(connection_->ask("GetPendingJobReasonsHistory", naming(id, wireNamespace()),
                               [&](wire::Reader& reader) -> Result<void> {
                                   entries = STINT_TRY(wire::readRows<HistoryEntry>(reader));
                                   return {};
                               }));
    std::vector<PendingJobReasonsInfo> history;
    for (HistoryEntry& entry : entries)
        history.emplace_back(entry.when, std::move(entry.reasons));
    return history;
}

// The reasons that are told as they change.

Result<void> Connection::Impl::watchReasons(const client::JobName& job, ReasonsCallback callback) {
    const Hold hold(*this);
    if (!callback) {
        reasonsCallbacks_.erase(job);
        return {};
    }
    reasonsCallbacks_[job] = std::make_shared<const ReasonsCallback>(std::move(callback));
    auto asked = reach();
    if (asked.ok()) asked = askForReasons(job);
    if (asked.ok()) return asked;
    // The next daemon is asked once it is there, as all that it has to know of this app.
    if (asked.error().code == Errc::UNAVAILABLE && !started_) return {};
    reasonsCallbacks_.erase(job);
    return asked;
}

/// The reasons come by signals alone, so that none is older than the answer.
Result<void> Connection::Impl::askForReasons(const client::JobName& job) {
    if (!link_) return fail(Errc::UNAVAILABLE, "stintd is gone");
    auto done = link_->call("WatchPendingJobReasons", naming(JobId(job.second), job.first), client::nothing);
    noticeLoss();
    return done;
}

/// A new daemon is asked for each; one that knows no such question never tells any.
Result<void> Connection::Impl::askForAllReasons() {
    for (auto it = reasonsCallbacks_.begin(); it != reasonsCallbacks_.end();) {
        const auto asked = askForReasons(it->first);
        if (!asked.ok() && asked.error().code == Errc::UNAVAILABLE) return asked;
        it = asked.ok() ? std::next(it) : reasonsCallbacks_.erase(it);
    }
    return {};
}

void Connection::Impl::deliver(const client::ReasonsNews& news, Hold& hold) {
    const auto found = reasonsCallbacks_.find(news.job);
    if (found == reasonsCallbacks_.end()) return;
    const auto callback = found->second;
    if (news.reasons.front() == PENDING_JOB_REASON_INVALID_JOB_ID) reasonsCallbacks_.erase(found);
    hold.outside([&] { (*callback)(news.reasons); });
}

} // namespace stint
