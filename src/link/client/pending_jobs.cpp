// The part of JobScheduler that only reads: which jobs are pending, and why (jobs.md §2.1, §9).
#include "base/result/fail.hpp"
#include "base/result/parts.hpp"
#include "base/result/try.hpp"
#include "link/client/connection_impl.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/views.hpp"
#include "stint/job_scheduler.hpp"

namespace stint {
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

struct PendingJobReasonsInfo::Parts {
    WallTime timestamp;
    std::vector<PendingReason> reasons;
    bool operator==(const Parts&) const = default;
};

PendingJobReasonsInfo::PendingJobReasonsInfo(WallTime timestamp, std::vector<PendingReason> reasons)
    : parts_(std::make_shared<const Parts>(Parts{timestamp, std::move(reasons)})) {}

WallTime PendingJobReasonsInfo::getTimestamp() const { return partsOf(parts_).timestamp; }
const std::vector<PendingReason>& PendingJobReasonsInfo::getPendingJobReasons() const {
    return partsOf(parts_).reasons;
}
bool PendingJobReasonsInfo::operator==(const PendingJobReasonsInfo& other) const {
    return partsOf(parts_) == partsOf(other.parts_);
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
    STINT_TRY(connection_->ask("GetPendingJobReasons", naming(id, wireNamespace()), [&](wire::Reader& reader) {
        return reader.array("i", [&reasons](wire::Reader& element) -> Result<void> {
            // A newer daemon's reason is passed on as its number (jobs.md §12.11).
            const std::int32_t reason = STINT_TRY(element.int32());
            reasons.push_back(static_cast<PendingReason>(reason));
            return {};
        });
    }));
    if (reasons.empty()) reasons.push_back(PENDING_JOB_REASON_UNDEFINED);
    return reasons;
}

Result<PendingReason> JobScheduler::getPendingJobReason(JobId id) {
    const auto reasons = STINT_TRY(getPendingJobReasons(id));
    return reasons.front();
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

} // namespace stint
