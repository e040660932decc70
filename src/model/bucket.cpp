#include "model/bucket.hpp"

#include "model/names.hpp"

namespace stint {
namespace {

constexpr NameTable<Bucket, 7> buckets{{{Bucket::Exempted, "exempted"},
                                        {Bucket::Active, "active"},
                                        {Bucket::WorkingSet, "working_set"},
                                        {Bucket::Frequent, "frequent"},
                                        {Bucket::Rare, "rare"},
                                        {Bucket::Restricted, "restricted"},
                                        {Bucket::Never, "never"}}};

constexpr NameTable<BucketReason, 6> reasons{{{BucketReason::Default, "default"},
                                              {BucketReason::Timeout, "timeout"},
                                              {BucketReason::Usage, "usage"},
                                              {BucketReason::ForcedByUser, "forced_by_user"},
                                              {BucketReason::Predicted, "predicted"},
                                              {BucketReason::ForcedBySystem, "forced_by_system"}}};

constexpr NameTable<UsageKind, 13> kinds{{{UsageKind::MovedToForeground, "moved_to_foreground"},
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

std::int32_t valueOf(Bucket bucket) {
    switch (bucket) {
    case Bucket::Exempted:
        return 5;
    case Bucket::Active:
        return 10;
    case Bucket::WorkingSet:
        return 20;
    case Bucket::Frequent:
        return 30;
    case Bucket::Rare:
        return 40;
    case Bucket::Restricted:
        return 45;
    case Bucket::Never:
        return 50;
    }
    return 50;
}

std::optional<Bucket> bucketOfValue(std::int32_t value) {
    if (value < valueOf(Bucket::Active) || value > valueOf(Bucket::Never)) return std::nullopt;
    if (value <= valueOf(Bucket::Active)) return Bucket::Active;
    if (value <= valueOf(Bucket::WorkingSet)) return Bucket::WorkingSet;
    if (value <= valueOf(Bucket::Frequent)) return Bucket::Frequent;
    if (value <= valueOf(Bucket::Rare)) return Bucket::Rare;
    if (value < valueOf(Bucket::Never)) return Bucket::Restricted;
    return Bucket::Never;
}

std::string_view nameOf(Bucket bucket) { return nameIn(buckets, bucket); }
std::optional<Bucket> bucketNamed(std::string_view name) { return namedIn(buckets, name); }
std::string_view nameOf(BucketReason reason) { return nameIn(reasons, reason); }
std::optional<BucketReason> bucketReasonNamed(std::string_view name) { return namedIn(reasons, name); }
std::string_view nameOf(UsageKind kind) { return nameIn(kinds, kind); }
std::optional<UsageKind> usageKindNamed(std::string_view name) { return namedIn(kinds, name); }

} // namespace stint
