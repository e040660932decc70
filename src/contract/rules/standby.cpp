#include "contract/rules/standby.hpp"

#include <algorithm>
#include <array>

#include "base/result/errors.hpp"
#include "contract/rules/app_state.hpp"
#include "contract/rules/safeguard.hpp"

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

namespace {

std::int64_t dayOf(Duration running) { return std::chrono::floor<std::chrono::days>(running).count(); }

} // namespace

void noteDayOfUse(Usage& usage, Duration running, const Constants& constants) {
    const std::int64_t today = dayOf(running);
    if (usage.daysUsed.empty() || usage.daysUsed.back() < today) usage.daysUsed.push_back(today);
    std::erase_if(usage.daysUsed, [&](std::int64_t day) { return day <= today - constants.bucketFrequencyDays; });
}

std::optional<Bucket> bucketByFrequency(const Usage& usage, Duration running, const Constants& constants) {
    if (constants.bucketPredictor != Constants::predictorFrequency) return std::nullopt;
    const std::int64_t first = dayOf(running) - constants.bucketFrequencyDays + 1; // today counts as one of them
    const auto days = std::ranges::count_if(usage.daysUsed, [&](std::int64_t day) { return day >= first; });
    if (days >= constants.bucketFrequencyWorking) return Bucket::WorkingSet;
    if (days >= constants.bucketFrequencyFrequent) return Bucket::Frequent;
    if (days >= 1) return Bucket::Rare;
    return std::nullopt;
}

// The effects of time, and of predictions, on a bucket (limits.md §2.3, §2.6): all of them come from one function,
// placeAt(), so that nextChange() cannot differ from aged().

namespace {

struct Standing {
    Bucket bucket = Bucket::Never;
    BucketReason reason = BucketReason::Default;

    bool operator==(const Standing&) const = default;
};

/// Calls `look(bucket, elapsed, screenOn)` for each row of limits.md §2.3: both times since the last use must be
/// reached.
template <class Look> void eachTimeout(const Constants& constants, Look look) {
    for (const BucketRow& row : bucketTable) {
        const auto& [elapsed, screenOn] = row.timeout;
        if (elapsed) look(row.bucket, constants.*elapsed, constants.*screenOn);
    }
}

Bucket timedOut(const Usage& usage, UsageTime now, const Constants& constants) {
    if (!usage.used) return Bucket::Never;
    const UsageTime since{now.running - usage.used->running, now.screenOn - usage.used->screenOn};
    Bucket deepest = Bucket::Active;
    eachTimeout(constants, [&](Bucket bucket, Duration elapsed, Duration screenOn) {
        if (since.running >= elapsed && since.screenOn >= screenOn) deepest = bucket;
    });
    return deepest;
}

bool forced(const Usage& usage) {
    return usage.reason == BucketReason::ForcedByUser || usage.reason == BucketReason::ForcedBySystem;
}

bool predictionCounts(const Usage& usage, UsageTime now, const Constants& constants) {
    return usage.prediction && now.running < usage.prediction->at + constants.bucketPredictionTimeout;
}

// limits.md §2.4 rule (c): the best hold that has not run out; Never where there is none.
Bucket heldAt(const Usage& usage, UsageTime now) {
    for (const auto& [bucket, until] : usage.holds)
        if (now.running < until) return bucket;
    return Bucket::Never;
}

// The place that recency, or a prediction that is not late, gives the app when nothing holds it.
Standing unheld(const Usage& usage, UsageTime now, const Constants& constants) {
    const Bucket recency = timedOut(usage, now, constants);
    if (predictionCounts(usage, now, constants)) {
        // limits.md §2.6: "rare" for an app whose time-out rule says restricted.
        const bool restricted = usage.prediction->bucket == Bucket::Rare && recency == Bucket::Restricted;
        if (!restricted) return {usage.prediction->bucket, BucketReason::Predicted};
    }
    // A bucket that stays the same has not timed out.
    if (recency == usage.bucket && usage.reason != BucketReason::Predicted) return {usage.bucket, usage.reason};
    return {recency, BucketReason::Timeout};
}

Standing recomputed(const Usage& usage, UsageTime now, const Constants& constants) {
    const Standing place = unheld(usage, now, constants);
    const Bucket held = heldAt(usage, now);
    return held < place.bucket ? Standing{held, BucketReason::Usage} : place;
}

// limits.md §2.8: a force by the system waits until the user has stayed away long enough.
bool restrictionDue(const Usage& usage, UsageTime now, const Constants& constants) {
    return usage.restrictAsked && (!usage.byUser || now.running >= *usage.byUser + constants.bucketAutoRestrictDelay);
}

// limits.md §2.3: the rule can raise as well as lower. But a bucket that an event gave stays while it is held, and the
// rare bucket that an update led to (§2.2) is no recent use.
bool mayRaise(const Usage& usage, UsageTime now) {
    if (usage.reason == BucketReason::Usage) return heldAt(usage, now) == Bucket::Never;
    return usage.reason != BucketReason::Default;
}

// The place of the app at `now`; aged() and nextChange() both ask for it here, so that they cannot differ.
Standing placeAt(const Usage& usage, UsageTime now, const Constants& constants) {
    if (restrictionDue(usage, now, constants)) return {Bucket::Restricted, BucketReason::ForcedBySystem};
    const Standing current{usage.bucket, usage.reason};
    if (usage.bucket == Bucket::Never || forced(usage)) return current;
    // limits.md §2.3: the rule does not apply to a predicted bucket until the prediction is late.
    if (usage.reason == BucketReason::Predicted && predictionCounts(usage, now, constants)) return current;
    const Standing place = recomputed(usage, now, constants);
    return place.bucket < current.bucket && !mayRaise(usage, now) ? current : place;
}

void put(Usage& usage, Standing place) {
    usage.bucket = place.bucket;
    usage.reason = place.reason;
    if (place.reason != BucketReason::ForcedBySystem) return;
    usage.holds.clear();
    usage.restrictAsked.reset();
}

// limits.md §2.6, and §2.8 which lists no prediction among the ways into restricted.
bool mayPredict(const Usage& usage, Bucket bucket, const App& app) {
    if (bucket < Bucket::Active || bucket > Bucket::Rare) return false;
    if (usage.bucket == Bucket::Never || forced(usage) || leastBucket(app) == Bucket::Exempted) return false;
    return usage.bucket != Bucket::Restricted || bucket < Bucket::Rare;
}

// The built-in predictor's word when the hold of the app's own use has ended (limits.md §2.6); nullopt: the hold has
// not ended, there is no word, or it has spoken since.
std::optional<Bucket> predictionAfterUse(const Usage& usage, UsageTime now, const App& app,
                                         const Constants& constants) {
    const auto hold = usage.holds.find(Bucket::Active);
    if (hold == usage.holds.end() || now.running < hold->second) return std::nullopt;
    if (usage.prediction && usage.prediction->at >= hold->second) return std::nullopt;
    const std::optional<Bucket> bucket = bucketByFrequency(usage, now.running, constants);
    return bucket && mayPredict(usage, *bucket, app) ? bucket : std::nullopt;
}

bool changedAt(const Usage& usage, UsageTime now, const App& app, const Constants& constants) {
    return placeAt(usage, now, constants) != Standing{usage.bucket, usage.reason} ||
           predictionAfterUse(usage, now, app, constants).has_value();
}

} // namespace

Usage predicted(Usage usage, Bucket bucket, UsageTime now, const App& app, const Constants& constants) {
    if (!mayPredict(usage, bucket, app)) return usage;
    usage.prediction = {bucket, now.running};
    put(usage, recomputed(usage, now, constants));
    return usage;
}

Usage aged(Usage usage, UsageTime now, const App& app, const Constants& constants, bool sweep) {
    const std::optional<Bucket> bucket =
        sweep ? bucketByFrequency(usage, now.running, constants) : predictionAfterUse(usage, now, app, constants);
    if (bucket) usage = predicted(std::move(usage), *bucket, now, app, constants);
    const Standing place = placeAt(usage, now, constants);
    if (place != Standing{usage.bucket, usage.reason}) put(usage, place);
    return usage;
}

std::optional<Duration> nextChange(const Usage& usage, UsageTime now, bool screenOn, const App& app,
                                   const Constants& constants) {
    if (changedAt(usage, now, app, constants)) return 0ms;
    // Else the first time-out that takes it deeper is the next change.
    const bool mayDiffer = !usage.holds.empty() || usage.prediction || usage.restrictAsked || forced(usage);
    std::optional<Duration> next;
    const auto consider = [&](Duration later) {
        if (later <= 0ms || (next && later >= *next)) return;
        const UsageTime then{now.running + later, now.screenOn + (screenOn ? later : 0ms)};
        if (!mayDiffer || changedAt(usage, then, app, constants)) next = later;
    };
    if (usage.used)
        eachTimeout(constants, [&](Bucket bucket, Duration elapsed, Duration screenOnFor) {
            if (bucket <= usage.bucket && !usage.prediction) return; // reached already, or it raises
            const Duration running = usage.used->running + elapsed - now.running;
            const Duration screen = usage.used->screenOn + screenOnFor - now.screenOn;
            if (screen <= 0ms || screenOn) consider(std::max(running, screen));
        });
    for (const auto& [bucket, until] : usage.holds)
        consider(until - now.running);
    if (usage.prediction) consider(usage.prediction->at + constants.bucketPredictionTimeout - now.running);
    if (usage.restrictAsked && usage.byUser) consider(*usage.byUser + constants.bucketAutoRestrictDelay - now.running);
    return next;
}

std::optional<Duration> nextSweep(UsageTime now, const Constants& constants) {
    if (constants.bucketPredictor != Constants::predictorFrequency) return std::nullopt;
    return constants.bucketCheckInterval - now.running % constants.bucketCheckInterval;
}

} // namespace stint
