// Standby buckets (limits.md §2), which limit an app by how much it is used, and the record of that use. The table
// defines the buckets: a row each, best first, in the order of limits.md §2.1. Names, values, quotas, alarms,
// time-outs and the lists that a person may choose from are read from it.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/constants.hpp"
#include "stint/standing.hpp"
#include "stint/units.hpp"

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
    std::int32_t value; ///< Android's number, which apps see by name
    std::string_view name;
    std::string_view standing; ///< in a person's words: "Used daily"
    std::string_view means;    ///< "plenty of background time"
    BucketQuota quota;
    BucketAlarms alarms;
    BucketTimeout timeout;
};

// clang-format off
inline constexpr auto bucketTable = [] {
    using C = Constants;
    return std::to_array<BucketRow>({
        {Bucket::Exempted, StandbyBucket::EXEMPTED, "exempted", "No limits", "limits do not apply to it",
         {&C::quotaAllowedExempted, &C::quotaWindowExempted, &C::quotaMaxJobsExempted, &C::quotaMaxSessionsExempted, &C::ejLimitExempted},
         {}, {}},
        {Bucket::Active, StandbyBucket::ACTIVE, "active", "In use", "the most background time",
         {&C::quotaAllowedActive, &C::quotaWindowActive, &C::quotaMaxJobsActive, &C::quotaMaxSessionsActive, &C::ejLimitActive},
         {&C::alarmQuotaActive}, {}},
        {Bucket::WorkingSet, StandbyBucket::WORKING_SET, "working_set", "Used daily", "plenty of background time",
         {&C::quotaAllowedWorking, &C::quotaWindowWorking, &C::quotaMaxJobsWorking, &C::quotaMaxSessionsWorking, &C::ejLimitWorking},
         {&C::alarmQuotaWorking}, {&C::bucketElapsedWorking, &C::bucketScreenWorking}},
        {Bucket::Frequent, StandbyBucket::FREQUENT, "frequent", "Used often", "some background time",
         {&C::quotaAllowedFrequent, &C::quotaWindowFrequent, &C::quotaMaxJobsFrequent, &C::quotaMaxSessionsFrequent, &C::ejLimitFrequent},
         {&C::alarmQuotaFrequent}, {&C::bucketElapsedFrequent, &C::bucketScreenFrequent}},
        {Bucket::Rare, StandbyBucket::RARE, "rare", "Rarely used", "little background time",
         {&C::quotaAllowedRare, &C::quotaWindowRare, &C::quotaMaxJobsRare, &C::quotaMaxSessionsRare, &C::ejLimitRare},
         {&C::alarmQuotaRare}, {&C::bucketElapsedRare, &C::bucketScreenRare}},
        {Bucket::Restricted, StandbyBucket::RESTRICTED, "restricted", "Restricted", "next to no background time",
         {&C::quotaAllowedRestricted, &C::quotaWindowRestricted, &C::quotaMaxJobsRestricted, &C::quotaMaxSessionsRestricted, &C::ejLimitRestricted},
         {&C::alarmQuotaRestricted, &C::alarmRestrictedWindow}, {&C::bucketElapsedRestricted, &C::bucketScreenRestricted}},
        {Bucket::Never, StandbyBucket::NEVER, "never", "Never opened", "no background time until you open it",
         {}, {&C::alarmQuotaNever}, {}},
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

/// 5, 10, 20, 30, 40, 45, 50.
std::int32_t valueOf(Bucket);
/// The bucket a value from 10 to 50 falls into (limits.md §2.1); nullopt: out of range.
std::optional<Bucket> bucketOfValue(std::int32_t value);
/// "working_set".
std::string_view nameOf(Bucket);
std::optional<Bucket> bucketNamed(std::string_view name);
/// The names of the buckets that somebody can put an app into, joined by `between`: all but exempted, which follows
/// from the user's choice for its battery (limits.md §2.7).
std::string bucketChoices(std::string_view between);

/// Why an app is in its bucket: Android's main reasons and the sub-reasons that Stint knows (limits.md §2.2).
enum class BucketReason : std::uint8_t { Default, Timeout, Usage, ForcedByUser, Predicted, ForcedBySystem };
/// "timeout", "usage", "forced_by_user", …
std::string_view nameOf(BucketReason);
std::optional<BucketReason> bucketReasonNamed(std::string_view name);

/// An entry of an app's usage history (limits.md §2.4, the table's rows that Linux has).
enum class UsageKind : std::uint8_t {
    MovedToForeground,
    MovedToBackground,
    Interaction,       ///< the user clicked its notification, or acted on it otherwise
    SystemInteraction, ///< the system used it on the user's behalf
    NotificationSeen,
    NotificationShown, ///< one that interrupts; raises no bucket, but earns expedited time (§4) and counts for push
                       ///< (§8.5)
    SlicePinned,
    SyncAdapter,
    SyncScheduled, ///< an exempted sync
    SyncStarted,
    UnexemptedSyncScheduled,
    ForegroundServiceStarted,
    SystemUpdate,
};
/// "notification_seen", "interaction", …
std::string_view nameOf(UsageKind);
std::optional<UsageKind> usageKindNamed(std::string_view name);

/// The two clocks that apps age by (limits.md §2.2): both stand still while the machine is off, the second also while
/// the screen is. Durations since the first start.
struct UsageTime {
    Duration running{0};
    Duration screenOn{0};

    bool operator==(const UsageTime&) const = default;
};

/// The state of limits.md §2.2 for one app. Times are of the usage clock's `running`.
struct Usage {
    Bucket bucket = Bucket::Never;
    BucketReason reason = BucketReason::Default;
    /// The version of the app whose misbehaviour forced it into its bucket (limits.md §2.8); nullopt: none did.
    std::optional<std::string> buggy;
    std::optional<UsageTime> used;    ///< last use
    std::optional<Duration> byUser;   ///< last use by the user
    std::map<Bucket, Duration> holds; ///< until then it does not drop below the bucket
    struct Prediction {
        Bucket bucket = Bucket::Never;
        Duration at{0};
        bool operator==(const Prediction&) const = default;
    };
    std::optional<Prediction> prediction;
    std::optional<Duration>
        restrictAsked;             ///< the system's force, which waits until the user has stayed away (limits.md §2.8)
    std::optional<WallTime> since; ///< when it came into its effective bucket (§2.5); nullopt: before that was recorded
    std::vector<std::int64_t> daysUsed; ///< whole days of running time with use by the user, oldest first (§2.6)

    bool operator==(const Usage&) const = default;
};

} // namespace stint
