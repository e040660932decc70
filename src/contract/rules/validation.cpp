#include "contract/rules/validation.hpp"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <vector>

#include "base/result/errors.hpp"
#include "base/time/time.hpp"
#include "contract/model/job_info.hpp"
#include "contract/rules/holdings.hpp"

namespace stint {

std::span<const JobField* const> carriesTable() {
    static const std::vector<const JobField*> table = [] {
        std::vector<const JobField*> listed;
        for (const JobField& row : jobFields)
            if (row.listed) listed.push_back(&row);
        std::ranges::sort(listed, {}, &JobField::method);
        return listed;
    }();
    return table;
}

namespace {

using Broken = std::optional<Error>;

template <class... Args> Error broken(fmt::format_string<Args...> format, Args&&... args) {
    return fail(Errc::ILLEGAL_ARGUMENT, format, std::forward<Args>(args)...);
}

// jobs.md §1: a null service component is an error, and so is a slash in its names, which would part them elsewhere.
Broken serviceRule(const JobInfo& job) {
    const auto& [package, name] = job.getService();
    if (name.empty()) return broken("service: a job needs the name of a service that the app's manifest declares");
    for (const std::string& part : {package, name})
        if (part.find('/') != std::string::npos)
            return broken("service: \"{}\" has a slash, which no name of a package or a service has", part);
    return std::nullopt;
}

// V1: an explicit back-off and device idle.
Broken idleIsNotTriedAgain(const JobInfo& job) {
    if (!job.hasExplicitBackoff() || !job.isRequireDeviceIdle()) return std::nullopt;
    return broken("V1: a job that waits for an idle device has no back-off of its own; leave setBackoffCriteria or "
                  "setRequiresDeviceIdle out");
}

// V2: any byte estimate or chunk size > 0 without a network requirement.
Broken bytesNeedNetwork(const JobInfo& job) {
    if (job.getRequiredNetwork()) return std::nullopt;
    Bytes most = std::max({job.getEstimatedNetworkDownloadBytes(), job.getEstimatedNetworkUploadBytes(),
                           job.getMinimumNetworkChunkBytes()});
    if (most <= 0) return std::nullopt;
    return broken("V2: network bytes are set ({}) but no network is required; call setRequiredNetwork or "
                  "setRequiredNetworkType, or leave the bytes out",
                  most);
}

// V3: a byte estimate that is neither -1 nor >= 0 (checked only when there is a network requirement).
Broken estimatesAreSizes(const JobInfo& job) {
    if (!job.getRequiredNetwork()) return std::nullopt;
    for (Bytes estimate : {job.getEstimatedNetworkDownloadBytes(), job.getEstimatedNetworkUploadBytes()})
        if (estimate < NETWORK_BYTES_UNKNOWN)
            return broken("V3: an estimate of {} network bytes; use 0 or more, or -1 where it is unknown", estimate);
    return std::nullopt;
}

// V4: minimum chunk > known estimate; or chunk not -1 and <= 0.
Broken chunkFits(const JobInfo& job) {
    Bytes chunk = job.getMinimumNetworkChunkBytes();
    if (chunk == NETWORK_BYTES_UNKNOWN) return std::nullopt;
    if (chunk <= 0)
        return broken("V4: a minimum network chunk of {} bytes; use a number above 0, or -1 where it is unknown",
                      chunk);
    auto estimate = knownEstimate(job.getEstimatedNetworkDownloadBytes(), job.getEstimatedNetworkUploadBytes());
    if (!estimate || chunk <= *estimate) return std::nullopt;
    return broken("V4: the minimum network chunk ({} bytes) is more than the estimated payload ({} bytes); make the "
                  "chunk smaller, or leave the estimate unknown",
                  chunk, *estimate);
}

// V5: a negative delay; a negative deadline.
Broken timesArePositive(const JobInfo& job) {
    if (job.getMinimumLatency().value_or(0ms) < 0ms)
        return broken("V5: a minimum latency of {} ms; use 0 or more", job.getMinimumLatency()->count());
    if (job.getOverrideDeadline().value_or(0ms) < 0ms)
        return broken("V5: an override deadline of {} ms; use 0 or more", job.getOverrideDeadline()->count());
    return std::nullopt;
}

// V6: periodic with a non-zero deadline; with a non-zero delay; with content triggers.
Broken periodicHasItsWindow(const JobInfo& job) {
    if (!job.isPeriodic()) return std::nullopt;
    if (job.getOverrideDeadline().value_or(0ms) > 0ms)
        return broken("V6: a periodic job has no deadline of its own; leave setOverrideDeadline out");
    if (job.getMinimumLatency().value_or(0ms) > 0ms)
        return broken("V6: a periodic job has no latency of its own; leave setMinimumLatency out");
    if (!job.getTriggerContentUris().empty())
        return broken("V6: a periodic job cannot wait for content; leave addTriggerContentUri out");
    return std::nullopt;
}

// V7: prefetch with a non-zero deadline.
Broken prefetchHasNoDeadline(const JobInfo& job) {
    if (!job.isPrefetch() || job.getOverrideDeadline().value_or(0ms) == 0ms) return std::nullopt;
    return broken("V7: a prefetch job has no deadline; leave setOverrideDeadline out");
}

// V8: persisted with a network specifier, content triggers, transient extras or clip data.
Broken persistedHoldsNothingLive(const JobInfo& job) {
    if (!job.isPersisted()) return std::nullopt;
    if (!job.getTriggerContentUris().empty())
        return broken("V8: a persisted job cannot wait for content; leave addTriggerContentUri out");
    if (!job.getTransientExtras().isEmpty())
        return broken("V8: transient extras do not outlive a boot; use setExtras, or do not persist the job");
    if (job.getRequiredNetwork() && job.getRequiredNetwork()->getNetworkSpecifier())
        return broken("V8: a persisted job may not name one network (\"{}\"); leave setNetworkSpecifier out, or do not "
                      "persist the job",
                      *job.getRequiredNetwork()->getNetworkSpecifier());
    if (job.getClipData())
        return broken("V8: a persisted job may not have clip data, which does not outlive a boot; leave setClipData "
                      "out, or do not persist the job");
    return std::nullopt;
}

// V9: priority MAX on a job that is neither expedited nor user-initiated; HIGH on a prefetch or a periodic one; unknown
// number.
Broken priorityIsItsOwn(const JobInfo& job) {
    std::int32_t priority = job.getPriority();
    if (priority == JobInfo::PRIORITY_MAX && !job.isUserInitiated() && !job.isExpedited())
        return broken("V9: only an expedited or a user-initiated job has priority MAX; use HIGH or less");
    if (priority == JobInfo::PRIORITY_HIGH && job.isPrefetch())
        return broken("V9: a prefetch job has at most priority DEFAULT");
    if (priority == JobInfo::PRIORITY_HIGH && job.isPeriodic())
        return broken("V9: a periodic job has at most priority DEFAULT");
    switch (priority) {
    case JobInfo::PRIORITY_MIN:
    case JobInfo::PRIORITY_LOW:
    case JobInfo::PRIORITY_DEFAULT:
    case JobInfo::PRIORITY_HIGH:
    case JobInfo::PRIORITY_MAX:
        return std::nullopt;
    default:
        return broken("V9: {} is not a priority; use MIN 100, LOW 200, DEFAULT 300, HIGH 400 or MAX 500", priority);
    }
}

bool hasFunctionalConstraint(const JobInfo& job) {
    return std::ranges::any_of(jobFields, [&](const JobField& row) { return row.functional && isSet(row, job); });
}

// V10: too narrow a window to find the functional constraints in.
Broken windowIsWide(const JobInfo& job, Duration narrowest) {
    const auto deadline = job.getOverrideDeadline();
    if (job.isPeriodic() || !deadline || !hasFunctionalConstraint(job)) return std::nullopt;
    const Duration window = *deadline - job.getMinimumLatency().value_or(0ms);
    if (window >= narrowest) return std::nullopt;
    return broken("V10: {} between latency and deadline are too few for a job with constraints; leave at least {}",
                  formatDuration(std::max(window, 0ms)), formatDuration(narrowest));
}

// jobs.md §1.5: the table lists what this kind of job may carry; anything else breaks `rule`.
Broken carriesOnlyItsOwn(const JobInfo& job, std::string_view rule, std::string_view kind, bool JobField::*may) {
    for (const JobField* row : carriesTable())
        if (!(row->*may) && isSet(*row, job))
            return broken("{}: {} job may not have {}; leave it out", rule, kind, row->method);
    return std::nullopt;
}

// V11: what an expedited job may not be.
Broken expeditedIsShort(const JobInfo& job) {
    if (!job.isExpedited()) return std::nullopt;
    if (job.isUserInitiated()) return broken("V11: a job is expedited or user-initiated, not both");
    if (job.getPriority() != JobInfo::PRIORITY_MAX && job.getPriority() != JobInfo::PRIORITY_HIGH)
        return broken("V11: an expedited job has priority MAX or HIGH, not {}", job.getPriority());
    return carriesOnlyItsOwn(job, "V11", "an expedited", &JobField::expedited);
}

// V12: what a user-initiated job may not be.
Broken userInitiatedIsATransfer(const JobInfo& job) {
    if (!job.isUserInitiated()) return std::nullopt;
    if (Broken error = carriesOnlyItsOwn(job, "V12", "a user-initiated", &JobField::userInitiated)) return error;
    if (job.getPriority() != JobInfo::PRIORITY_MAX)
        return broken("V12: a user-initiated job has priority MAX, not {}; leave setPriority out", job.getPriority());
    if (!job.getRequiredNetwork())
        return broken("V12: a user-initiated job needs a network requirement; call setRequiredNetwork or "
                      "setRequiredNetworkType");
    return std::nullopt;
}

Broken tagIsWell(std::string_view what, const std::string& tag) {
    if (tag.empty()) return broken("V13: an empty {} tag; name it, or leave it out", what);
    if (tag.size() > JobInfo::MAX_TAG_LENGTH)
        return broken("V13: a {} tag of {} characters; at most {} are possible", what, tag.size(),
                      JobInfo::MAX_TAG_LENGTH);
    return std::nullopt;
}

// V13: more than 32 debug tags; a bad debug or trace tag.
Broken tagsAreWell(const JobInfo& job) {
    if (job.getDebugTags().size() > JobInfo::MAX_DEBUG_TAGS)
        return broken("V13: {} debug tags; at most {} are possible", job.getDebugTags().size(),
                      JobInfo::MAX_DEBUG_TAGS);
    for (const auto& tag : job.getDebugTags())
        if (Broken error = tagIsWell("debug", tag)) return error;
    if (!job.getTraceTag()) return std::nullopt;
    constexpr std::string_view forbidden("|\n\0", 3);
    if (job.getTraceTag()->find_first_of(forbidden) != std::string::npos)
        return broken("V13: a trace tag may not have '|', a newline or NUL in it");
    return tagIsWell("trace", *job.getTraceTag());
}

Broken backoffIsKnown(const JobInfo& job) {
    if (job.getBackoffPolicy() == JobInfo::BACKOFF_POLICY_LINEAR ||
        job.getBackoffPolicy() == JobInfo::BACKOFF_POLICY_EXPONENTIAL)
        return std::nullopt;
    return broken("back-off: {} is not a policy; use LINEAR 0 or EXPONENTIAL 1", job.getBackoffPolicy());
}

Broken extrasAreSmall(const JobInfo& job) {
    const Measure extras = measure(job.getExtras());
    const Measure transient = measure(job.getTransientExtras());
    return tooLarge({std::max(extras.depth, transient.depth), extras.size + transient.size});
}

using JobRule = Broken(const JobInfo&);

Broken firstBroken(const JobInfo& job, std::initializer_list<JobRule*> rules) {
    for (JobRule* rule : rules)
        if (Broken error = rule(job)) return error;
    return std::nullopt;
}

} // namespace

std::optional<Error> brokenRule(const JobInfo& job, const Constants& constants) {
    // jobs.md §1.2: checked in this order; the first failing rule names the error. The values of §1.1 that no V rule
    // covers come after them, but for the service, without which there is no job.
    if (Broken error = firstBroken(job, {serviceRule, idleIsNotTriedAgain, bytesNeedNetwork, estimatesAreSizes,
                                         chunkFits, timesArePositive, periodicHasItsWindow, prefetchHasNoDeadline,
                                         persistedHoldsNothingLive, priorityIsItsOwn}))
        return error;
    if (Broken error = windowIsWide(job, constants.minTimeWindow)) return error;
    return firstBroken(job, {expeditedIsShort, userInitiatedIsATransfer, tagsAreWell, backoffIsKnown, extrasAreSmall});
}

// JobInfo's build() is declared in include/stint and defined here: only this room knows the rules.
Result<JobInfo> JobInfo::Builder::build() const {
    JobInfo info = STINT_TRY(JobInfoAccess::documented(*this));
    if (Broken error = brokenRule(info, Constants{})) return *std::move(error);
    return info;
}

std::optional<Bytes> knownEstimate(Bytes down, Bytes up) {
    if (down < 0 && up < 0) return std::nullopt;
    Bytes sum = 0;
    if (__builtin_add_overflow(std::max<Bytes>(down, 0), std::max<Bytes>(up, 0), &sum))
        return std::numeric_limits<Bytes>::max();
    return sum;
}

std::optional<Error> brokenRule(const WorkItem& item) {
    // The rules of a job's own sizes (jobs.md §1.2, V3 and V4).
    if (item.estimatedDown < NETWORK_BYTES_UNKNOWN || item.estimatedUp < NETWORK_BYTES_UNKNOWN)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "a work item of {} bytes down and {} up; each is at least 0, or -1 where it is unknown",
                    item.estimatedDown, item.estimatedUp);
    if (item.minimumChunk != NETWORK_BYTES_UNKNOWN && item.minimumChunk <= 0)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "a minimum network chunk of {} bytes; use a number above 0, or -1 where it is unknown",
                    item.minimumChunk);
    const std::optional<Bytes> estimate = knownEstimate(item.estimatedDown, item.estimatedUp);
    if (estimate && item.minimumChunk > *estimate)
        return fail(Errc::ILLEGAL_ARGUMENT, "a minimum network chunk of {} bytes in a work item of {}",
                    item.minimumChunk, *estimate);
    return tooLarge(measure(item.extras));
}

} // namespace stint
