#include "contract/rules/work_item.hpp"

#include "base/result/fail.hpp"
#include "contract/rules/extras.hpp"
#include "contract/rules/validation.hpp"

namespace stint {

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
