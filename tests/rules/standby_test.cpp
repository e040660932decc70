// Effects of an event, a person, the system and an update on an app's bucket (limits.md §2.2, §2.4, §2.5, §2.7,
// §2.8).
#include "contract/rules/standby.hpp"

#include <doctest/doctest.h>

#include "rules/usage.hpp"

using namespace stint;

namespace {

App withUsage(Usage usage) {
    App app;
    app.memory.usage = std::move(usage);
    return app;
}

App systemApp() {
    App app;
    app.manifest.system = true;
    return app;
}

Usage inBucket(Bucket bucket, BucketReason reason) {
    Usage usage;
    usage.bucket = bucket;
    usage.reason = reason;
    return usage;
}

Usage restrict(const Usage& usage, Duration now, bool buggy = false) {
    return forcedBySystem(usage, litFor(now), buggy, plain, constants);
}

constexpr Duration used0 = 0h; // the app was last used then

} // namespace

TEST_CASE("each event raises to its bucket and holds it as long as its row says") { // limits.md §2.4
    struct Row {
        UsageKind kind;
        bool dozing;
        Bucket before, raised;
        Duration hold;
        bool use, byUser;
    };
    using enum UsageKind;
    using enum Bucket;
    const Constants& c = constants;
    // clang-format off
    for (const Row& r : {
        Row{MovedToForeground,        false, Rare,  Active,     c.bucketHoldStrongUsage,         true,  true},
        Row{Interaction,              false, Rare,  Active,     c.bucketHoldStrongUsage,         true,  true},
        Row{MovedToBackground,        false, Rare,  Active,     c.bucketHoldStrongUsage,         true,  false},
        Row{SystemInteraction,        false, Rare,  Active,     c.bucketHoldSystemInteraction,   false, false},
        Row{NotificationSeen,         false, Rare,  WorkingSet, c.bucketHoldNotificationSeen,    false, false},
        Row{SlicePinned,              false, Rare,  WorkingSet, c.bucketHoldSlicePinned,         false, false},
        Row{SyncAdapter,              false, Rare,  WorkingSet, c.bucketHoldSyncAdapter,         false, false},
        Row{SyncScheduled,            false, Rare,  Active,     c.bucketHoldExemptedSync,        false, false},
        Row{SyncScheduled,            true,  Rare,  WorkingSet, c.bucketHoldExemptedSyncDozing,  false, false},
        Row{SyncStarted,              false, Rare,  Active,     c.bucketHoldExemptedSyncStart,   false, false},
        Row{UnexemptedSyncScheduled,  false, Never, WorkingSet, c.bucketHoldUnexemptedSync,      false, false},
        Row{ForegroundServiceStarted, false, Never, Active,     c.bucketHoldInitialFgs,          false, false},
        Row{SystemUpdate,             false, Rare,  Active,     c.bucketHoldSystemUpdate,        false, false}}) {
        // clang-format on
        CAPTURE(nameOf(r.kind));
        const Usage before = inBucket(r.before, BucketReason::Timeout);
        const Usage after = afterUse(before, r.kind, litFor(100h), systemApp(), r.dozing, constants);
        CHECK(after.bucket == r.raised);
        CHECK(after.reason == BucketReason::Usage);
        CHECK(after.holds == std::map<Bucket, Duration>{{r.raised, 100h + r.hold}});
        CHECK(after.used.has_value() == r.use);
        CHECK(after.byUser.has_value() == r.byUser);
    }
}

TEST_CASE("an event that is not for this app says nothing") { // limits.md §2.4
    const Usage rare = inBucket(Bucket::Rare, BucketReason::Timeout);
    for (UsageKind kind : {UsageKind::ForegroundServiceStarted, UsageKind::UnexemptedSyncScheduled, // only in never
                           UsageKind::SyncAdapter, UsageKind::SystemUpdate,                         // only system apps
                           UsageKind::NotificationShown}) {
        CAPTURE(nameOf(kind));
        CHECK(use(rare, kind, 100h) == rare);
    }
}

TEST_CASE("a weaker event leaves bucket and reason, but holds") { // limits.md §2.4 rule (a)
    const Usage active = inBucket(Bucket::Active, BucketReason::Predicted);
    const Usage after = use(active, UsageKind::NotificationSeen, 1h);
    CHECK(after.bucket == Bucket::Active);
    CHECK(after.reason == BucketReason::Predicted);
    CHECK(after.holds.at(Bucket::WorkingSet) == 13h);
    CHECK(use(active, UsageKind::SystemInteraction, 1h).reason == BucketReason::Usage); // as good is good enough
}

TEST_CASE("a later, shorter hold does not shorten an older one") { // limits.md §2.4 rule (b)
    Usage usage = use(unused(), UsageKind::SystemInteraction, 1h);
    usage = use(usage, UsageKind::Interaction, 1h + 1min);
    CHECK(usage.holds.at(Bucket::Active) == 1h + 10min);
}

TEST_CASE("a restriction that was forced ends with use by the user alone") { // limits.md §2.4 rule (d); example 89
    for (BucketReason reason : {BucketReason::ForcedBySystem, BucketReason::ForcedByUser}) {
        const Usage restricted = inBucket(Bucket::Restricted, reason);
        for (const UsageKind kind : {UsageKind::NotificationSeen, UsageKind::SystemInteraction,
                                     UsageKind::SyncScheduled, UsageKind::MovedToBackground}) {
            const Usage after = use(restricted, kind, 10h);
            CHECK(after.bucket == Bucket::Restricted);
            CHECK(after.reason == reason);
            CHECK(after.holds.empty());
        }
        for (const UsageKind kind : {UsageKind::Interaction, UsageKind::MovedToForeground})
            CHECK(use(restricted, kind, 10h).bucket == Bucket::Active);
    }
}

TEST_CASE("a restriction by time alone ends with any promotion") { // limits.md §2.4 rule (d), §2.8
    const Usage restricted = inBucket(Bucket::Restricted, BucketReason::Timeout);
    CHECK(use(restricted, UsageKind::NotificationSeen, 200h).bucket == Bucket::WorkingSet);
}

TEST_CASE("a new app is never, a built-in one starts active and never sinks below working_set") { // limits.md §2.2
    CHECK(bucketOf(withUsage(unused())) == Bucket::Never);
    CHECK(reasonOf(withUsage(unused())) == BucketReason::Default);
    App builtIn;
    builtIn.manifest.builtIn = true;
    builtIn.memory.usage = firstUsage(builtIn.manifest, litFor(1h));
    CHECK(bucketOf(builtIn) == Bucket::Active);
    builtIn.memory.usage = age(builtIn.memory.usage, 1000h);
    CHECK(builtIn.memory.usage.bucket == Bucket::Restricted);
    CHECK(bucketOf(builtIn) == Bucket::WorkingSet);
    CHECK(firstUsage(plain.manifest, litFor(1h)) == unused());
}

TEST_CASE("no app drops below its least bucket") { // limits.md §2.5
    App app = withUsage(inBucket(Bucket::Rare, BucketReason::Timeout));
    CHECK(bucketOf(app) == Bucket::Rare);
    CHECK(reasonOf(app) == BucketReason::Timeout);
    app.manifest.permissions = {std::string(useExactAlarm)};
    CHECK(bucketOf(app) == Bucket::WorkingSet);
    CHECK(reasonOf(app) == BucketReason::Default);
    app.manifest.system = true;
    CHECK(bucketOf(app) == Bucket::Exempted);
}

TEST_CASE("an app that is un-restricted does not age, and falls to its place when that ends") { // limits.md §2.5
    App app = withUsage(usedAtStart());
    app.memory.batteryUse = BatteryUse::Unrestricted;
    app.memory.usage = aged(app.memory.usage, litFor(60h), app, constants, false);
    CHECK(bucketOf(app) == Bucket::Exempted);
    app.memory.batteryUse = BatteryUse::Optimized;
    CHECK(bucketOf(app) == Bucket::Rare);
}

TEST_CASE("a bucket that a person forced stays until a usage event") { // limits.md §2.7; example 90
    Usage usage = forcedByUser(use(usedAtStart(), UsageKind::NotificationSeen, 1h), Bucket::Rare, plain);
    CHECK(usage.holds.empty());
    CHECK(age(usage, 240h) == usage);
    CHECK(predicted(usage, Bucket::Active, litFor(240h), plain, constants) == usage);
    usage = use(usage, UsageKind::Interaction, 240h);
    CHECK(usage.bucket == Bucket::Active);
    CHECK(usage.reason == BucketReason::Usage);
}

TEST_CASE("a force is clamped to the least bucket and does not reach an exempted app") { // limits.md §2.7
    App clock = withUsage(usedAtStart());
    clock.manifest.permissions = {std::string(useExactAlarm)};
    clock.memory.usage = forcedByUser(clock.memory.usage, Bucket::Rare, clock);
    CHECK(bucketOf(clock) == Bucket::WorkingSet);
    App exempted = clock;
    exempted.memory.batteryUse = BatteryUse::Unrestricted;
    CHECK(forcedByUser(usedAtStart(), Bucket::Rare, exempted) == usedAtStart());
    CHECK(forcedBySystem(usedAtStart(), litFor(10h), true, exempted, constants) == usedAtStart());
    const Usage pinned = forcedByUser(usedAtStart(), Bucket::Exempted, plain);
    CHECK(use(pinned, UsageKind::Interaction, 1h).bucket == Bucket::Exempted);
    CHECK(forcedByUser(pinned, Bucket::Rare, plain).bucket == Bucket::Rare);
}

TEST_CASE("the system restricts at once an app the user has left for the delay, or never used") { // limits.md §2.8
    for (const Usage& usage : {age(usedAtStart(), 1h), use(unused(), UsageKind::NotificationSeen, used0)}) {
        const Usage after = restrict(usage, 1h);
        CHECK(after.bucket == Bucket::Restricted);
        CHECK(after.reason == BucketReason::ForcedBySystem);
        CHECK(after.holds.empty());
    }
    CHECK(restrict(unused(), 1h) == unused());
}

TEST_CASE("the system's force waits until the user has stayed away for an hour") { // limits.md §2.8; example 88
    const Usage asked = restrict(usedAtStart(), 30min);
    CHECK(asked.bucket == Bucket::Active);
    CHECK(nextChange(asked, litFor(30min), true, plain, constants) == 30min);
    CHECK(age(asked, 1h - 1ms).bucket == Bucket::Active);
    CHECK(age(asked, 1h).bucket == Bucket::Restricted);
    CHECK(age(asked, 1h).reason == BucketReason::ForcedBySystem);
    CHECK_FALSE(age(asked, 1h).restrictAsked);
    CHECK(age(use(asked, UsageKind::NotificationSeen, 45min), 1h).bucket == Bucket::Restricted);
}

TEST_CASE("use by the user after the attempt makes it void") { // limits.md §2.8; example 88
    const Usage opened = use(restrict(usedAtStart(), 30min, true), UsageKind::MovedToForeground, 45min);
    CHECK_FALSE(opened.restrictAsked);
    CHECK_FALSE(opened.buggy);
    CHECK(age(opened, 10h).bucket == Bucket::Active);
}

TEST_CASE("a force by the system reaches a bucket that a person forced, but a person's later word wins") { // §2.7, §2.8
    const Usage pinned = forcedByUser(usedAtStart(), Bucket::Frequent, plain);
    CHECK(age(restrict(pinned, 30min), 1h).bucket == Bucket::Restricted);
    const Usage pinnedAgain = forcedByUser(restrict(pinned, 30min), Bucket::Active, plain);
    CHECK(age(pinnedAgain, 5h).bucket == Bucket::Active);
    const Usage restricted = forcedByUser(usedAtStart(), Bucket::Restricted, plain);
    CHECK(restrict(restricted, 10h, true) == restricted);
}

TEST_CASE("an update lifts an app that is restricted only as buggy, to rare") { // limits.md §2.2, §2.8
    const Usage buggy = restrict(usedAtStart(), 2h, true);
    CHECK(afterInstall(buggy, plain.manifest.version) == buggy);
    CHECK(afterInstall(buggy, "2").bucket == Bucket::Rare);
    CHECK(age(afterInstall(buggy, "2"), 3h).bucket == Bucket::Rare); // recent use does not raise it
    CHECK(use(afterInstall(buggy, "2"), UsageKind::Interaction, 3h).bucket == Bucket::Active);
    const Usage both = restrict(buggy, 3h, false);
    for (const Usage& usage : {both, restrict(both, 4h, true), restrict(usedAtStart(), 2h, false),
                               inBucket(Bucket::Restricted, BucketReason::Timeout), usedAtStart(),
                               forcedByUser(buggy, Bucket::Restricted, plain)})
        CHECK(afterInstall(usage, "2") == usage);
    const Usage asked = afterInstall(restrict(usedAtStart(), 30min, true), "2"); // before it is restricted
    CHECK(age(asked, 5h).bucket == Bucket::Restricted);
    CHECK(afterInstall(age(asked, 5h), "2").bucket == Bucket::Restricted);
    CHECK(afterInstall(age(asked, 5h), "3").bucket == Bucket::Rare);
}

TEST_CASE("a buggy app has no better bucket for its jobs than working_set while it is in the background") { // jobs §6.7
    App app = withUsage(restrict(usedAtStart(), 30min, true));
    const Instant now{1h};
    CHECK(bucketOf(app) == Bucket::Active);
    CHECK(bucketForJobs(app, now, constants) == Bucket::WorkingSet);
    app.visible = true;
    CHECK(bucketForJobs(app, now, constants) == Bucket::Active);
    app.visible = false;
    app.memory.batteryUse = BatteryUse::Unrestricted;
    CHECK(bucketForJobs(app, now, constants) == Bucket::Exempted);

    App silent = withUsage(usedAtStart());
    CHECK(bucketForJobs(silent, now, constants) == Bucket::Active);
    silent.memory.silences = {now, now, now};
    CHECK(bucketForJobs(silent, now, constants) == Bucket::WorkingSet);
}

TEST_CASE("a bucket moved by these rules knows by which") { // limits.md §2.2
    CHECK(unused().reason == BucketReason::Default);
    CHECK(age(usedAtStart(), 12h).reason == BucketReason::Timeout);
    CHECK(usedAtStart().reason == BucketReason::Usage);
    CHECK(forcedByUser(usedAtStart(), Bucket::Rare, plain).reason == BucketReason::ForcedByUser);
    CHECK(predicted(age(usedAtStart(), 12h), Bucket::Rare, litFor(12h), plain, constants).reason ==
          BucketReason::Predicted);
    CHECK(restrict(usedAtStart(), 2h).reason == BucketReason::ForcedBySystem);
}
