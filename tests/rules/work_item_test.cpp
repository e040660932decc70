// The rules for a work item, in the app and in the daemon alike (jobs.md §2.5).
#include "contract/rules/validation.hpp"

#include <doctest/doctest.h>
#include <limits>
#include <utility>

#include "contract/rules/kind.hpp"

using namespace stint;

namespace {

constexpr Bytes largestSize = std::numeric_limits<Bytes>::max();

std::string refusalOf(const WorkItem& item) {
    const auto broken = brokenRule(item);
    if (!broken) return "";
    CHECK(broken->code == Errc::ILLEGAL_ARGUMENT);
    return broken->message;
}

std::pair<Bytes, Bytes> bytesOf(const Job& job) {
    const Payload payload = payloadOf(job);
    return {payload.down, payload.up};
}

} // namespace

TEST_CASE("a work item's chunk is no larger than its estimate") { // jobs.md §1.2 V4, §2.5
    CHECK(refusalOf({}).empty());
    CHECK(refusalOf({.minimumChunk = 5}).empty()); // its size is unknown
    CHECK(refusalOf({.estimatedDown = 2, .estimatedUp = 3, .minimumChunk = 5}).empty());
    CHECK(refusalOf({.estimatedUp = 3, .minimumChunk = 5}) == "a minimum network chunk of 5 bytes in a work item of 3");
    CHECK(refusalOf({.minimumChunk = 0}) ==
          "a minimum network chunk of 0 bytes; use a number above 0, or -1 where it is unknown");
    CHECK(refusalOf({.estimatedDown = -2}) ==
          "a work item of -2 bytes down and -1 up; each is at least 0, or -1 where it is unknown");
}

TEST_CASE("a job's bytes are those of its items, too, and its chunk is the smallest that is known") { // jobs.md §2.5
    Job job{.info = *JobInfo::Builder(1, "Jobs").setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY).build()};
    CHECK(bytesOf(job) == std::pair(NETWORK_BYTES_UNKNOWN, NETWORK_BYTES_UNKNOWN));
    CHECK(chunkOf(job) == NETWORK_BYTES_UNKNOWN);
    job.details.edit().work = {{.estimatedDown = 5, .minimumChunk = 4}, {.estimatedUp = 7}};
    CHECK(bytesOf(job) == std::pair(Bytes{5}, Bytes{7}));
    CHECK(chunkOf(job) == 4);
    job.info = *JobInfo::Builder(1, "Jobs")
                    .setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY)
                    .setEstimatedNetworkBytes(20, 30)
                    .setMinimumNetworkChunkBytes(3)
                    .build();
    CHECK(bytesOf(job) == std::pair(Bytes{25}, Bytes{37}));
    CHECK(chunkOf(job) == 3);
    job.details.edit().work.push_back({.minimumChunk = 2});
    CHECK(chunkOf(job) == 2);
}

TEST_CASE("estimates whose sum is no number any more are as large as can be") { // jobs.md §1.1
    CHECK(refusalOf({.estimatedDown = largestSize, .estimatedUp = largestSize}).empty());
    CHECK(
        refusalOf({.estimatedDown = Bytes{1} << 62, .estimatedUp = largestSize, .minimumChunk = largestSize}).empty());
}
