#include "contract/rules/standby.hpp"

#include <algorithm>

#include "contract/rules/app_state.hpp"
#include "contract/rules/safeguard.hpp"
#include "contract/rules/standby_frequency.hpp"

namespace stint {
namespace {

/// A row of limits.md §2.4.
struct Promotion {
    Bucket bucket;
    Duration hold;
    bool use = false;    ///< updates "last used"
    bool byUser = false; ///< and "last used by user"
};

// limits.md §2.4; nullopt: the event says nothing about this app.
std::optional<Promotion> promotionBy(UsageKind kind, Bucket before, const App& app, bool dozing, const Constants& c) {
    const bool neverUsed = before == Bucket::Never;
    const bool system = app.manifest.system || app.manifest.builtIn;
    switch (kind) {
    case UsageKind::MovedToForeground:
    case UsageKind::Interaction:
        return Promotion{Bucket::Active, c.bucketHoldStrongUsage, true, true};
    case UsageKind::MovedToBackground:
        return Promotion{Bucket::Active, c.bucketHoldStrongUsage, true};
    case UsageKind::SystemInteraction:
        return Promotion{Bucket::Active, c.bucketHoldSystemInteraction};
    case UsageKind::NotificationSeen:
        return Promotion{Bucket::WorkingSet, c.bucketHoldNotificationSeen};
    case UsageKind::NotificationShown:
        return std::nullopt;
    case UsageKind::SlicePinned:
        return Promotion{Bucket::WorkingSet, c.bucketHoldSlicePinned};
    case UsageKind::SyncAdapter:
        if (!system) return std::nullopt;
        return Promotion{Bucket::WorkingSet, c.bucketHoldSyncAdapter};
    case UsageKind::SyncScheduled:
        if (dozing) return Promotion{Bucket::WorkingSet, c.bucketHoldExemptedSyncDozing};
        return Promotion{Bucket::Active, c.bucketHoldExemptedSync};
    case UsageKind::SyncStarted:
        return Promotion{Bucket::Active, c.bucketHoldExemptedSyncStart};
    case UsageKind::UnexemptedSyncScheduled:
        if (!neverUsed) return std::nullopt;
        return Promotion{Bucket::WorkingSet, c.bucketHoldUnexemptedSync};
    case UsageKind::ForegroundServiceStarted:
        if (!neverUsed) return std::nullopt;
        return Promotion{Bucket::Active, c.bucketHoldInitialFgs};
    case UsageKind::SystemUpdate:
        if (!system) return std::nullopt;
        return Promotion{Bucket::Active, c.bucketHoldSystemUpdate};
    }
    return std::nullopt;
}

void noteUseByUser(Usage& usage, Duration running, const Constants& constants) {
    usage.byUser = running;
    usage.buggy.reset();
    usage.restrictAsked.reset(); // limits.md §2.8: void if the user uses the app after the attempt
    noteDayOfUse(usage, running, constants);
}

// limits.md §2.4 rule (d).
bool sticky(const Usage& usage) { return usage.bucket == Bucket::Restricted && usage.reason != BucketReason::Timeout; }

// limits.md §2.4 rule (b). Holds that have run out are dropped.
void hold(Usage& usage, const Promotion& promotion, Duration running) {
    std::erase_if(usage.holds, [&](const auto& held) { return held.second <= running; });
    Duration& until = usage.holds[promotion.bucket];
    until = std::max(until, running + promotion.hold);
}

} // namespace

Bucket leastBucket(const App& app) {
    if (powerAllowlisted(app)) return Bucket::Exempted;
    if (app.manifest.builtIn || holds(app, useExactAlarm)) return Bucket::WorkingSet;
    return Bucket::Never;
}

Bucket bucketOf(const App& app) {
    const Bucket bucket = app.memory.usage.bucket;
    // No other least bucket would be better; and permissions are words, which take long to compare.
    if (bucket <= Bucket::WorkingSet) return powerAllowlisted(app) ? Bucket::Exempted : bucket;
    return std::min(bucket, leastBucket(app));
}

BucketReason reasonOf(const App& app) {
    return leastBucket(app) < app.memory.usage.bucket ? BucketReason::Default : app.memory.usage.reason;
}

std::string_view endOfStay(const App& app) {
    const Usage& usage = app.memory.usage;
    if (!sticky(usage) || leastBucket(app) < usage.bucket) return "it is used";
    return usage.buggy ? endOfMisbehaving : "a person uses it";
}

bool isIdle(Bucket bucket, bool charging) { return bucket >= Bucket::Rare && !charging; }

Bucket bucketForJobs(const App& app, Instant now, const Constants& constants) {
    const Bucket bucket = bucketOf(app);
    if (bucket != Bucket::Active || isActive(app, now, constants)) return bucket;
    return misbehaves(app, now, constants) ? Bucket::WorkingSet : bucket;
}

Usage unused() { return {}; }

Usage firstUsage(const Manifest& manifest, UsageTime now) {
    Usage usage;
    if (!manifest.builtIn) return usage;
    usage.bucket = Bucket::Active;
    usage.used = now;
    return usage;
}

Usage afterUse(Usage usage, UsageKind kind, UsageTime now, const App& app, bool dozing, const Constants& constants) {
    const std::optional<Promotion> promotion = promotionBy(kind, usage.bucket, app, dozing, constants);
    if (!promotion) return usage;
    if (promotion->use) usage.used = now;
    if (promotion->byUser) noteUseByUser(usage, now.running, constants);
    if (sticky(usage) && !promotion->byUser) return usage;
    hold(usage, *promotion, now.running);
    if (promotion->bucket > usage.bucket) return usage; // limits.md §2.4 rule (a)
    usage.bucket = promotion->bucket;
    usage.reason = BucketReason::Usage;
    return usage;
}

Usage forcedByUser(Usage usage, Bucket bucket, const App& app) {
    if (leastBucket(app) == Bucket::Exempted) return usage;
    usage.bucket = bucket;
    usage.reason = BucketReason::ForcedByUser;
    usage.buggy.reset();
    usage.holds.clear();
    usage.restrictAsked.reset(); // PROPOSAL: a later word of a person ends what the system waits to do
    return usage;
}

Usage forcedBySystem(Usage usage, UsageTime now, bool buggy, const App& app, const Constants& constants) {
    if (std::min(usage.bucket, leastBucket(app)) == Bucket::Exempted) return usage;
    if (usage.bucket == Bucket::Never) return usage; // PROPOSAL: restricted would be more than it has
    const bool restricted = sticky(usage);
    if (restricted && usage.reason == BucketReason::ForcedByUser) return usage;
    const bool alone = usage.buggy || !(restricted || usage.restrictAsked); // the sole sub-reason, or none
    usage.buggy = buggy && alone ? std::optional(app.manifest.version) : std::nullopt;
    if (restricted) return usage;
    usage.restrictAsked = now.running;
    return aged(std::move(usage), now, app, constants, false);
}

Usage afterInstall(Usage usage, const std::string& version) {
    if (!usage.buggy || *usage.buggy == version) return usage;
    if (usage.bucket != Bucket::Restricted || usage.reason != BucketReason::ForcedBySystem) {
        usage.buggy = version; // not restricted yet, and none that a later version would lift
        return usage;
    }
    usage.bucket = Bucket::Rare;
    usage.reason = BucketReason::Default;
    usage.buggy.reset();
    return usage;
}

std::int32_t androidReason(const Usage& usage) {
    constexpr std::int32_t mainStep = 0x100, flagBuggy = 4;
    const std::int32_t main = mainStep * (static_cast<std::int32_t>(usage.reason) + 1);
    return usage.reason == BucketReason::ForcedBySystem && usage.buggy ? main | flagBuggy : main;
}

} // namespace stint
