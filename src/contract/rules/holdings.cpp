#include "contract/rules/holdings.hpp"

#include <iterator>

#include "base/result/fail.hpp"
#include "base/time/time.hpp"
#include "contract/rules/extras.hpp"

namespace stint {
namespace {

/// The cost of each item of work, path and watched URI beside its text: without it, empty ones would be free.
constexpr Bytes eachPart = 256;

} // namespace

Holdings& Holdings::operator+=(const Holdings& other) {
    jobs += other.jobs;
    bytes += other.bytes;
    descriptors += other.descriptors;
    return *this;
}

Holdings& Holdings::operator-=(const Holdings& other) {
    jobs -= other.jobs;
    bytes -= other.bytes;
    descriptors -= other.descriptors;
    return *this;
}

Holdings holdingsOf(const JobInfo& info) {
    Holdings held{.jobs = 1};
    held.bytes =
        std::ssize(info.getService().name) + measure(info.getExtras()).size + measure(info.getTransientExtras()).size;
    for (const auto& watched : info.getTriggerContentUris())
        held.bytes += eachPart + std::ssize(watched.uri);
    for (const auto& tag : info.getDebugTags())
        held.bytes += std::ssize(tag);
    if (info.getTraceTag()) held.bytes += std::ssize(*info.getTraceTag());
    if (const auto& network = info.getRequiredNetwork(); network && network->getNetworkSpecifier())
        held.bytes += std::ssize(*network->getNetworkSpecifier());
    if (!info.getClipData()) return held;
    for (const ClipData::Item& item : info.getClipData()->items) {
        held.bytes += eachPart + std::ssize(item.path);
        if (item.file) ++held.descriptors;
    }
    return held;
}

Holdings holdingsOf(const WorkItem& item) { return {.bytes = eachPart + measure(item.extras).size}; }

Holdings holdingsOf(const Job& job) {
    Holdings held = holdingsOf(job.info);
    for (const WorkItem& item : job.details->work)
        held += holdingsOf(item);
    return held;
}

std::optional<Error> holdingsError(const AppId& app, const Holdings& now, const Holdings& then) {
    if (then.bytes > mostBytesHeld && then.bytes > now.bytes)
        return fail(Errc::LIMIT_EXCEEDED,
                    "the jobs of {} would hold {}, and at most {} are allowed; cancel some, or put what is large into "
                    "files and pass their paths",
                    app.name, formatSize(then.bytes), formatSize(mostBytesHeld));
    if (then.descriptors > mostDescriptorsHeld && then.descriptors > now.descriptors)
        return fail(Errc::LIMIT_EXCEEDED,
                    "the jobs of {} would hold {} open files, and at most {} are allowed; cancel some, or pass paths "
                    "alone",
                    app.name, then.descriptors, mostDescriptorsHeld);
    return std::nullopt;
}

} // namespace stint
