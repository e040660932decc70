#include "rules/validation.hpp"

#include <algorithm>
#include <limits>

#include "base/fail.hpp"

namespace stint {

namespace {

using Broken = std::optional<Error>;

template <class... Args> Error broken(fmt::format_string<Args...> format, Args&&... args) {
    return fail(Errc::IllegalArgument, format, std::forward<Args>(args)...);
}

// jobs.md §1: a null service component is an error.
Broken serviceRule(const JobInfo& job) {
    if (job.getService().name.empty())
        return broken("service: a job needs the name of a service that the app's manifest declares");
    return std::nullopt;
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
        if (estimate < unknownBytes)
            return broken("V3: an estimate of {} network bytes; use 0 or more, or -1 where it is unknown", estimate);
    return std::nullopt;
}

// §1.1: up and down together, an unknown part counted as 0; nullopt where both are unknown.
std::optional<Bytes> knownEstimate(const JobInfo& job) {
    Bytes down = job.getEstimatedNetworkDownloadBytes();
    Bytes up = job.getEstimatedNetworkUploadBytes();
    if (down < 0 && up < 0) return std::nullopt;
    Bytes sum = 0;
    if (__builtin_add_overflow(std::max<Bytes>(down, 0), std::max<Bytes>(up, 0), &sum))
        return std::numeric_limits<Bytes>::max();
    return sum;
}

// V4: minimum chunk > known estimate; or chunk not -1 and <= 0.
Broken chunkFits(const JobInfo& job) {
    Bytes chunk = job.getMinimumNetworkChunkBytes();
    if (chunk == unknownBytes) return std::nullopt;
    if (chunk <= 0)
        return broken("V4: a minimum network chunk of {} bytes; use a number above 0, or -1 where it is unknown",
                      chunk);
    auto estimate = knownEstimate(job);
    if (!estimate || chunk <= *estimate) return std::nullopt;
    return broken("V4: the minimum network chunk ({} bytes) is more than the estimated payload ({} bytes); make the "
                  "chunk smaller, or leave the estimate unknown",
                  chunk, *estimate);
}

// V8: persisted with a network specifier or clip data.
Broken persistedHoldsNothingLive(const JobInfo& job) {
    if (!job.isPersisted()) return std::nullopt;
    if (job.getRequiredNetwork() && job.getRequiredNetwork()->getNetworkSpecifier())
        return broken("V8: a persisted job may not name one network (\"{}\"); leave setNetworkSpecifier out, or do not "
                      "persist the job",
                      *job.getRequiredNetwork()->getNetworkSpecifier());
    if (job.getClipData())
        return broken("V8: a persisted job may not have clip data, which does not outlive a boot; leave setClipData "
                      "out, or do not persist the job");
    return std::nullopt;
}

// V9: priority MAX on a job that is neither expedited nor user-initiated; unknown number.
Broken priorityIsItsOwn(const JobInfo& job) {
    std::int32_t priority = job.getPriority();
    if (priority == JobInfo::PRIORITY_MAX && !job.isUserInitiated())
        return broken("V9: only a user-initiated job has priority MAX; use HIGH or less");
    switch (priority) {
    case JobInfo::PRIORITY_MIN:
    case JobInfo::PRIORITY_LOW:
    case JobInfo::PRIORITY_DEFAULT:
    case JobInfo::PRIORITY_HIGH:
    case JobInfo::PRIORITY_MAX:
        return std::nullopt;
    default:
        return broken("V9: {} is no priority; use MIN 100, LOW 200, DEFAULT 300, HIGH 400 or MAX 500", priority);
    }
}

// V12: user-initiated with priority other than MAX; with no network requirement.
Broken userInitiatedIsATransfer(const JobInfo& job) {
    if (!job.isUserInitiated()) return std::nullopt;
    if (job.getPriority() != JobInfo::PRIORITY_MAX)
        return broken("V12: a user-initiated job has priority MAX, not {}; leave setPriority out", job.getPriority());
    if (!job.getRequiredNetwork())
        return broken("V12: a user-initiated job needs a network requirement; call setRequiredNetwork or "
                      "setRequiredNetworkType");
    return std::nullopt;
}

Broken backoffIsKnown(const JobInfo& job) {
    if (job.getBackoffPolicy() == JobInfo::BACKOFF_POLICY_LINEAR ||
        job.getBackoffPolicy() == JobInfo::BACKOFF_POLICY_EXPONENTIAL)
        return std::nullopt;
    return broken("back-off: {} is no policy; use LINEAR 0 or EXPONENTIAL 1", job.getBackoffPolicy());
}

struct Measure {
    int depth = 0;
    Bytes size = 0;
};

Bytes sizeOf(const std::string& text) { return static_cast<Bytes>(text.size()); }
template <class T> Bytes sizeOf(const T&) { return sizeof(T); }

Measure measure(const PersistableBundle& bundle);

struct ValueMeasure {
    Measure operator()(const PersistableBundle& nested) const {
        Measure inner = measure(nested);
        return {inner.depth + 1, inner.size};
    }
    Measure operator()(const std::vector<bool>& values) const { return {0, static_cast<Bytes>(values.size())}; }
    template <class T> Measure operator()(const std::vector<T>& values) const {
        Bytes size = 0;
        for (const T& value : values)
            size += sizeOf(value);
        return {0, size};
    }
    template <class T> Measure operator()(const T& value) const { return {0, sizeOf(value)}; }
};

Measure measure(const PersistableBundle& bundle) {
    Measure whole;
    for (const auto& [key, value] : bundle.entries()) {
        Measure part = std::visit(ValueMeasure{}, value.held);
        whole.depth = std::max(whole.depth, part.depth);
        whole.size += sizeOf(key) + part.size;
    }
    return whole;
}

// jobs.md §12.9: nested maps at most 10 deep; design.md, wire: 64 KiB.
Broken extrasAreSmall(const JobInfo& job) {
    Measure extras = measure(job.getExtras());
    if (extras.depth > PersistableBundle::DEEPEST)
        return broken("extras: maps are nested {} deep; at most {} are possible (jobs.md §12.9)", extras.depth,
                      PersistableBundle::DEEPEST);
    if (extras.size > PersistableBundle::LARGEST)
        return broken("extras: {} bytes; at most {} are possible: put what is larger into a file and pass its path",
                      extras.size, PersistableBundle::LARGEST);
    return std::nullopt;
}

} // namespace

std::optional<Error> brokenRule(const JobInfo& job) {
    // jobs.md §1.2: checked in this order; the first failing rule names the error. The values of §1.1 that no V rule
    // covers come after them, but for the service, without which there is no job.
    for (auto rule : {serviceRule, bytesNeedNetwork, estimatesAreSizes, chunkFits, persistedHoldsNothingLive,
                      priorityIsItsOwn, userInitiatedIsATransfer, backoffIsKnown, extrasAreSmall})
        if (Broken error = rule(job)) return error;
    return std::nullopt;
}

// Declared among the words, defined here: it is this room that knows the rules.
Result<JobInfo> JobInfo::Builder::build() const {
    if (misuse_) return *misuse_;
    if (Broken error = brokenRule(info_)) return *std::move(error);
    return info_;
}

} // namespace stint
