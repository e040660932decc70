// The standby buckets, defined once: a row each, best first, in the order of limits.md §2.1. Names, values, quotas,
// alarms, time-outs and the lists that a person may choose from are read from here.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "contract/model/constants.hpp"

namespace stint {

enum class Bucket : std::uint8_t { Exempted, Active, WorkingSet, Frequent, Rare, Restricted, Never };

/// A bucket's quotas for regular and expedited jobs (limits.md §3, §4). nullptr in each: nothing is allowed.
struct BucketQuota {
    Duration Constants::*allowed = nullptr;
    Duration Constants::*window = nullptr;
    std::int64_t Constants::*maxJobs = nullptr;
    std::int64_t Constants::*maxSessions = nullptr;
    Duration Constants::*expedited = nullptr;

    bool isNothing() const { return allowed == nullptr; }
};

/// A bucket's quota of delivery instants of alarms in a window (limits.md §7.4).
struct BucketAlarms {
    std::int64_t Constants::*quota = nullptr; ///< nullptr: any number
    Duration Constants::*window = &Constants::alarmBucketWindow;
};

/// An app that was not used for both times drops to the bucket (limits.md §2.3). nullptr: time alone never leads here.
struct BucketTimeout {
    Duration Constants::*elapsed = nullptr;
    Duration Constants::*screenOn = nullptr;
};

struct BucketRow {
    Bucket bucket;
    std::int32_t value; ///< Android's number
    std::string_view name;
    BucketQuota quota;
    BucketAlarms alarms;
    BucketTimeout timeout;
};

// clang-format off
inline constexpr auto bucketTable = [] {
    using C = Constants;
    return std::to_array<BucketRow>({
        {Bucket::Exempted, 5, "exempted",
         {&C::quotaAllowedExempted, &C::quotaWindowExempted, &C::quotaMaxJobsExempted, &C::quotaMaxSessionsExempted, &C::ejLimitExempted},
         {}, {}},
        {Bucket::Active, 10, "active",
         {&C::quotaAllowedActive, &C::quotaWindowActive, &C::quotaMaxJobsActive, &C::quotaMaxSessionsActive, &C::ejLimitActive},
         {&C::alarmQuotaActive}, {}},
        {Bucket::WorkingSet, 20, "working_set",
         {&C::quotaAllowedWorking, &C::quotaWindowWorking, &C::quotaMaxJobsWorking, &C::quotaMaxSessionsWorking, &C::ejLimitWorking},
         {&C::alarmQuotaWorking}, {&C::bucketElapsedWorking, &C::bucketScreenWorking}},
        {Bucket::Frequent, 30, "frequent",
         {&C::quotaAllowedFrequent, &C::quotaWindowFrequent, &C::quotaMaxJobsFrequent, &C::quotaMaxSessionsFrequent, &C::ejLimitFrequent},
         {&C::alarmQuotaFrequent}, {&C::bucketElapsedFrequent, &C::bucketScreenFrequent}},
        {Bucket::Rare, 40, "rare",
         {&C::quotaAllowedRare, &C::quotaWindowRare, &C::quotaMaxJobsRare, &C::quotaMaxSessionsRare, &C::ejLimitRare},
         {&C::alarmQuotaRare}, {&C::bucketElapsedRare, &C::bucketScreenRare}},
        {Bucket::Restricted, 45, "restricted",
         {&C::quotaAllowedRestricted, &C::quotaWindowRestricted, &C::quotaMaxJobsRestricted, &C::quotaMaxSessionsRestricted, &C::ejLimitRestricted},
         {&C::alarmQuotaRestricted, &C::alarmRestrictedWindow}, {&C::bucketElapsedRestricted, &C::bucketScreenRestricted}},
        {Bucket::Never, 50, "never", {}, {&C::alarmQuotaNever}, {}},
    });
}();
// clang-format on

constexpr const BucketRow& bucketRow(Bucket bucket) { return bucketTable[static_cast<std::size_t>(bucket)]; }

static_assert(
    [] {
        for (std::size_t n = 0; n < bucketTable.size(); ++n)
            if (bucketTable[n].bucket != static_cast<Bucket>(n)) return false;
        return bucketTable.back().bucket == Bucket::Never;
    }(),
    "each bucket has its row, in their order");

} // namespace stint
