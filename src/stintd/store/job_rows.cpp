#include "stintd/store/job_rows.hpp"

#include <algorithm>
#include <limits>

#include "base/result/try.hpp"
#include "contract/json/checked_json.hpp"
#include "contract/json/job_json.hpp"
#include "contract/rules/work_item.hpp"
#include "stintd/store/app_json.hpp"
#include "stintd/store/row_json.hpp"

namespace stint {

namespace {

constexpr Range anyId{std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
constexpr Range anyItem{0, std::numeric_limits<std::int64_t>::max() / 2}; // the next item has the last id plus one
constexpr Range anyDeliveries{0, anyId.most / 2};                         // each delivery adds one

Result<JobKey> keyFrom(StoredRow& row) {
    JobKey key;
    key.app.name = row.text();
    key.space = row.text();
    // A truncated id would be another job's.
    const std::int64_t id = STINT_TRY(checked(row.integer(), "id", anyId));
    key.id = static_cast<std::int32_t>(id);
    return key;
}

std::int16_t attempts(StoredRow& row) {
    return static_cast<std::int16_t>(std::clamp<std::int64_t>(row.integer(), 0, mostAttempts));
}

} // namespace

Result<void> addJob(StoredRow row, Snapshot& snapshot) {
    StoredJob stored;
    auto& job = stored.job;
    JobDetails past;
    job.key = STINT_TRY(keyFrom(row));
    stored.boot.value = row.text();
    job.info = STINT_TRY(jobInfoFrom(row.text()));
    job.scheduled = row.time<WallTime>();
    job.enqueued = row.time<Instant>();
    job.sequence = static_cast<std::uint64_t>(row.integer());
    job.failures = attempts(row);
    job.systemStops = attempts(row);
    job.notBefore = row.optionalTime<Instant>();
    job.notBeforeWall = row.optionalTime<WallTime>();
    past.cumulative = Duration{row.integer()};
    job.demotedByUser = row.flag();
    job.demotedBySystem = row.flag();
    job.running = row.flag();
    past.label = row.text();
    job.deadline = row.optionalTime<Instant>();
    job.deadlineWall = row.optionalTime<WallTime>();
    past.windowEnd = row.optionalTime<Instant>();
    past.windowEndWall = row.optionalTime<WallTime>();
    past.abandoned = row.small();
    past.lastSuccess = row.time<WallTime>();
    past.lastFailure = row.time<WallTime>();
    job.exemptionLost = row.flag();
    job.awaitsClock = row.flag();
    past.runBegan = row.optionalTime<WallTime>();
    // The last run is only shown: a damaged one must not keep the job from running.
    if (auto run = rowFromText<PastRun>(row.text()); run.ok()) past.lastRun.set(*std::move(run));
    job.held = row.flag();
    if (const std::string terms = row.text(); !terms.empty()) {
        auto read = STINT_TRY(rowFromText<StartTerms>(terms));
        past.terms.set(std::move(read));
    }
    job.details.set(std::move(past));
    snapshot.jobs.push_back(std::move(stored));
    return {};
}

// Work whose job could not be read must not appear in the next job of that id.
Result<void> addWork(StoredRow row, Snapshot& snapshot) {
    const JobKey key = STINT_TRY(keyFrom(row));
    const auto byKey = [](const StoredJob& stored, const JobKey& wanted) { return stored.job.key < wanted; };
    const auto owner = std::lower_bound(snapshot.jobs.begin(), snapshot.jobs.end(), key, byKey);
    if (owner == snapshot.jobs.end() || owner->job.key != key)
        return fail(Errc::ILLEGAL_ARGUMENT, "its job could not be read");
    WorkItem item;
    const std::int64_t number = STINT_TRY(checked(row.integer(), "item", anyItem));
    item.id = static_cast<std::uint64_t>(number);
    item.extras = STINT_TRY(extrasFrom(row.text()));
    item.estimatedDown = row.integer();
    item.estimatedUp = row.integer();
    item.minimumChunk = row.integer();
    const std::int64_t deliveries = STINT_TRY(checked(row.integer(), "deliveries", anyDeliveries));
    item.deliveries = static_cast<std::int32_t>(deliveries);
    if (auto broken = brokenRule(item)) return *std::move(broken);
    owner->job.details.edit().work.push_back(std::move(item));
    return {};
}

Result<void> addContent(StoredRow row, Snapshot& snapshot, const BootId& boot) {
    JobKey key = STINT_TRY(keyFrom(row));
    const bool same = row.text() == boot.value;
    ContentChanges changes;
    const Duration first{STINT_TRY(checked(row.integer(), "first", anyTime))};
    changes.first = Instant{first};
    const Duration ready{STINT_TRY(checked(row.integer(), "ready", anyTime))};
    changes.ready = Instant{ready};
    changes.uris = STINT_TRY(wordsFrom(row.text()));
    if (changes.uris.size() > mostTriggeredUris)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} paths have changed; at most {} are kept", changes.uris.size(),
                    mostTriggeredUris);
    if (same) snapshot.content.insert_or_assign(std::move(key), std::move(changes));
    return {};
}

Result<void> addCompleted(StoredRow row, Snapshot& snapshot) {
    Completed done;
    done.key = STINT_TRY(keyFrom(row));
    done.ended = row.time<WallTime>();
    done.ending.reason = static_cast<StopReason>(row.small());
    done.ending.internal = static_cast<InternalReason>(row.small());
    done.outcome.exitCode = row.small();
    done.outcome.text = row.text();
    done.transferredDown = row.integer();
    done.transferredUp = row.integer();
    done.label = row.text();
    done.scheduled = row.time<WallTime>();
    done.began = row.optionalTime<WallTime>();
    done.kind = jobClassNamed(row.text()).value_or(JobClass::Regular);
    done.url = row.text();
    done.path = row.text();
    done.last = true;
    snapshot.completed.push_back(std::move(done));
    return {};
}

void sortJobs(Snapshot& snapshot) {
    std::sort(snapshot.jobs.begin(), snapshot.jobs.end(),
              [](const StoredJob& a, const StoredJob& b) { return a.job.key < b.job.key; });
}

void sortWork(Snapshot& snapshot) {
    for (auto& [job, boot] : snapshot.jobs) {
        if (job.details->work.empty()) continue;
        JobDetails& more = job.details.edit();
        std::ranges::sort(more.work, {}, &WorkItem::id);
        more.nextWork = more.work.back().id + 1;
    }
}

void sortCompleted(Snapshot& snapshot) {
    std::stable_sort(snapshot.completed.begin(), snapshot.completed.end(),
                     [](const Completed& a, const Completed& b) { return a.key.app < b.key.app; });
}

} // namespace stint
