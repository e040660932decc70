#include "contract/rules/holdings.hpp"

#include <algorithm>
#include <iterator>

#include "base/result/errors.hpp"
#include "base/time/time.hpp"

namespace stint {

namespace {

Bytes sizeOf(const std::string& text) { return static_cast<Bytes>(text.size()); }
template <class T> Bytes sizeOf(const T&) { return sizeof(T); }

struct ValueMeasure {
    Measure operator()(const PersistableBundle& nested) const {
        const Measure inner = measure(nested);
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

} // namespace

Measure measure(const PersistableBundle& bundle) {
    Measure whole;
    for (const auto& [key, value] : bundle.entries()) {
        const Measure part = std::visit(ValueMeasure{}, value.held);
        whole.depth = std::max(whole.depth, part.depth);
        whole.size += sizeOf(key) + part.size;
    }
    return whole;
}

std::optional<Error> tooLarge(Measure extras) {
    if (extras.depth > PersistableBundle::DEEPEST)
        return fail(Errc::ILLEGAL_ARGUMENT, "extras: maps are nested {} deep; at most {} are possible (jobs.md §12.9)",
                    extras.depth, PersistableBundle::DEEPEST);
    if (extras.size > PersistableBundle::LARGEST)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "extras: {} bytes; at most {} are possible: put what is larger into a file and pass its path",
                    extras.size, PersistableBundle::LARGEST);
    return std::nullopt;
}

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
