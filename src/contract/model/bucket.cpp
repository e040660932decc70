#include "contract/model/bucket.hpp"

#include <algorithm>

#include "contract/model/names.hpp"

namespace stint {
namespace {

constexpr NameTable<BucketReason, 6> reasons{{{BucketReason::Default, "default"},
                                              {BucketReason::Timeout, "timeout"},
                                              {BucketReason::Usage, "usage"},
                                              {BucketReason::ForcedByUser, "forced_by_user"},
                                              {BucketReason::Predicted, "predicted"},
                                              {BucketReason::ForcedBySystem, "forced_by_system"}}};

constexpr NameTable<UsageKind, 13> usageKinds{{{UsageKind::MovedToForeground, "moved_to_foreground"},
                                               {UsageKind::MovedToBackground, "moved_to_background"},
                                               {UsageKind::Interaction, "interaction"},
                                               {UsageKind::SystemInteraction, "system_interaction"},
                                               {UsageKind::NotificationSeen, "notification_seen"},
                                               {UsageKind::NotificationShown, "notification_shown"},
                                               {UsageKind::SlicePinned, "slice_pinned"},
                                               {UsageKind::SyncAdapter, "sync_adapter"},
                                               {UsageKind::SyncScheduled, "sync"},
                                               {UsageKind::SyncStarted, "sync_started"},
                                               {UsageKind::UnexemptedSyncScheduled, "unexempted_sync"},
                                               {UsageKind::ForegroundServiceStarted, "foreground_service_started"},
                                               {UsageKind::SystemUpdate, "system_update"}}};

} // namespace

std::int32_t valueOf(Bucket bucket) { return bucketRow(bucket).value; }

std::optional<Bucket> bucketOfValue(std::int32_t value) {
    if (value < valueOf(Bucket::Active) || value > valueOf(Bucket::Never)) return std::nullopt;
    if (value == valueOf(Bucket::Never)) return Bucket::Never;
    // A value between two buckets belongs to the worse one, unless that is never.
    Bucket found = Bucket::Active;
    for (const BucketRow& row : bucketTable)
        if (row.bucket != Bucket::Never && valueOf(found) < value) found = std::max(found, row.bucket);
    return found;
}

std::string_view nameOf(Bucket bucket) { return bucketRow(bucket).name; }

std::optional<Bucket> bucketNamed(std::string_view name) {
    const auto found = std::ranges::find(bucketTable, name, &BucketRow::name);
    return found == bucketTable.end() ? std::nullopt : std::optional(found->bucket);
}

std::string bucketChoices(std::string_view between) {
    std::string choices;
    for (const BucketRow& row : bucketTable)
        if (row.bucket != Bucket::Exempted) choices.append(choices.empty() ? "" : between).append(row.name);
    return choices;
}

std::string_view nameOf(BucketReason reason) { return nameIn(reasons, reason); }
std::optional<BucketReason> bucketReasonNamed(std::string_view name) { return namedIn(reasons, name); }
std::string_view nameOf(UsageKind kind) { return nameIn(usageKinds, kind); }
std::optional<UsageKind> usageKindNamed(std::string_view name) { return namedIn(usageKinds, name); }

} // namespace stint
