// Effects of time and predictions on an app's bucket (limits.md §2.3, §2.4 rule (c), §2.6).
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "contract/rules/standby.hpp"
#include "rules/usage.hpp"

using namespace stint;

namespace {

Constants withPredictor() {
    Constants c;
    c.bucketPredictor = Constants::predictorFrequency;
    return c;
}

Usage predict(const Usage& usage, Bucket bucket, Duration now) {
    return predicted(usage, bucket, litFor(now), plain, constants);
}

} // namespace

TEST_CASE("an unused app sinks at each row's instant, not before") { // limits.md §2.3; example 85
    struct Row {
        Duration since;
        Bucket before, bucket;
    };
    using enum Bucket;
    // The screen on ten minutes in every hour.
    const auto sixth = [](Duration running) { return UsageTime{running, running / 6}; };
    Usage usage = use(unused(), UsageKind::Interaction, sixth(0h));
    for (const Row& r : {Row{12h, Active, WorkingSet}, Row{24h, WorkingSet, Frequent}, Row{48h, Frequent, Rare},
                         Row{192h, Rare, Restricted}}) {
        CHECK(age(usage, sixth(r.since - 1ms)).bucket == r.before);
        usage = age(usage, sixth(r.since));
        CHECK(usage.bucket == r.bucket);
        CHECK(usage.reason == BucketReason::Timeout);
    }
    CHECK_FALSE(nextChange(usage, sixth(192h), true, plain, constants));
}

TEST_CASE(
    "both columns must be reached: with the screen off an app stays in working_set") { // limits.md §2.3; example 86
    const Usage usage = age(usedAtStart(), UsageTime{12h, 0h});
    CHECK(usage.bucket == Bucket::WorkingSet);
    CHECK(age(usage, UsageTime{1000h, 0h}).bucket == Bucket::WorkingSet);
    CHECK_FALSE(nextChange(usage, UsageTime{12h, 0h}, false, plain, constants));
    // At 47:00 the screen goes on: frequent an hour after, rare two hours after.
    CHECK(nextChange(usage, UsageTime{47h, 0h}, true, plain, constants) == 1h);
    CHECK(nextChange(age(usage, UsageTime{48h, 1h}), UsageTime{48h, 1h}, true, plain, constants) == 1h);
    CHECK(age(usage, UsageTime{49h, 2h}).bucket == Bucket::Rare);
}

TEST_CASE("never used stays never") { // limits.md §2.3
    CHECK(age(unused(), 1000h) == unused());
    CHECK_FALSE(nextChange(unused(), litFor(0h), true, plain, constants));
}

TEST_CASE("a notification seen lifts for twelve hours, then the last use counts again") { // limits.md §2.4; example 87
    Usage usage = use(age(usedAtStart(), 100h), UsageKind::NotificationSeen, 100h);
    CHECK(nextChange(usage, litFor(100h), true, plain, constants) == 12h);
    CHECK(age(usage, 112h - 1ms) == usage);
    CHECK(age(usage, 112h).bucket == Bucket::Rare);
    CHECK(age(usage, 112h).reason == BucketReason::Timeout);
}

TEST_CASE("of several holds the best rules until it expires, then the next") { // limits.md §2.4 rule (c)
    Usage usage = use(age(usedAtStart(), 100h), UsageKind::NotificationSeen, 100h);
    usage = use(usage, UsageKind::SystemInteraction, 101h);
    CHECK(usage.bucket == Bucket::Active);
    usage = age(usage, 101h + 10min);
    CHECK(usage.bucket == Bucket::WorkingSet);
    CHECK(usage.reason == BucketReason::Usage);
    CHECK(nextChange(usage, litFor(101h + 10min), true, plain, constants) == 112h - 101h - 10min);
}

TEST_CASE("a hold keeps an app from the time-out rule") { // limits.md §2.4 rule (c)
    const Usage usage = use(age(usedAtStart(), 20h), UsageKind::NotificationSeen, 20h);
    CHECK(age(usage, 31h).bucket == Bucket::WorkingSet);
    CHECK(age(usage, 32h).bucket == Bucket::Frequent);
}

TEST_CASE("an app that was never used is never again when the hold of its foreground service ends") { // example 91
    const Usage usage = use(unused(), UsageKind::ForegroundServiceStarted, 0h);
    CHECK(age(usage, 30min - 1ms).bucket == Bucket::Active);
    CHECK(nextChange(usage, litFor(0h), false, plain, constants) == 30min);
    CHECK(age(usage, 30min).bucket == Bucket::Never);
}

TEST_CASE("an app that came down by an event on a forced bucket finds its place when the hold ends") { // limits.md §2.3
    Usage usage = forcedByUser(usedAtStart(), Bucket::Rare, plain);
    usage = use(usage, UsageKind::SlicePinned, 1h);
    CHECK(age(usage, 3h - 1ms).bucket == Bucket::WorkingSet);
    CHECK(age(usage, 3h).bucket == Bucket::Active); // used three hours ago: it can raise as well as lower
}

TEST_CASE("a prediction counts until it is twelve hours old, then the time-out rule applies again") { // limits.md §2.6
    Usage usage = predict(age(usedAtStart(), 2h), Bucket::Frequent, 2h);
    CHECK(usage.bucket == Bucket::Frequent);
    CHECK(usage.reason == BucketReason::Predicted);
    CHECK(nextChange(usage, litFor(2h), true, plain, constants) == 12h);
    CHECK(age(usage, 14h - 1ms) == usage);
    CHECK(age(usage, 14h).bucket == Bucket::WorkingSet);
    CHECK(age(usage, 14h).reason == BucketReason::Timeout);
}

TEST_CASE("a prediction waits behind a hold, and comes when that ends") { // limits.md §2.6
    const Usage usage = predict(usedAtStart(), Bucket::Rare, 1min);
    CHECK(usage.bucket == Bucket::Active);
    CHECK(usage.reason == BucketReason::Usage);
    CHECK(nextChange(usage, litFor(1min), false, plain, constants) == 4min);
    CHECK(age(usage, 5min).bucket == Bucket::Rare);
    CHECK(age(usage, 5min).reason == BucketReason::Predicted);
    const Usage better = predict(use(age(usedAtStart(), 60h), UsageKind::NotificationSeen, 60h), Bucket::Active, 61h);
    CHECK(better.bucket == Bucket::Active);
}

TEST_CASE("the rules ignore predictions that they have no use for") { // limits.md §2.6
    using enum Bucket;
    const Usage active = age(usedAtStart(), 1h);
    const Usage restricted = age(usedAtStart(), 192h);
    CHECK(predict(unused(), Active, 1h) == unused());
    for (const Bucket bucket : {Never, Restricted, Exempted})
        CHECK(predict(active, bucket, 1h) == active);
    const Usage bySystem = forcedBySystem(active, litFor(2h), false, plain, constants);
    CHECK(predict(bySystem, Active, 3h) == bySystem);
    const Usage byUser = forcedByUser(active, Rare, plain);
    CHECK(predict(byUser, Active, 3h) == byUser);
    CHECK(predict(restricted, Rare, 192h) == restricted);
    CHECK(predict(restricted, Frequent, 192h).bucket == Frequent);
    App exempted;
    exempted.memory.batteryUse = BatteryUse::Unrestricted;
    CHECK(predicted(active, Rare, litFor(1h), exempted, constants) == active);
}

TEST_CASE("\"rare\" for an app whose time-out rule says restricted is restricted by time") { // limits.md §2.6
    const Usage predictedOften = predict(age(usedAtStart(), 191h), Bucket::Frequent, 191h);
    const Usage usage = predict(age(predictedOften, 193h), Bucket::Rare, 193h);
    CHECK(usage.bucket == Bucket::Restricted);
    CHECK(usage.reason == BucketReason::Timeout);
    CHECK(use(usage, UsageKind::NotificationSeen, 194h).bucket == Bucket::WorkingSet);
}

TEST_CASE("the built-in predictor counts the days of use among the last fourteen") { // limits.md §2.6
    struct Row {
        int days;
        std::optional<Bucket> bucket;
    };
    const Constants c = withPredictor();
    // clang-format off
    for (const Row& r : {Row{0,  std::nullopt},
                         Row{1,  Bucket::Rare},
                         Row{3,  Bucket::Rare},
                         Row{4,  Bucket::Frequent},
                         Row{9,  Bucket::Frequent},
                         Row{10, Bucket::WorkingSet},
                         Row{14, Bucket::WorkingSet}}) {
        // clang-format on
        CAPTURE(r.days);
        Usage usage;
        for (int day = 0; day < r.days; ++day) {
            noteDayOfUse(usage, 24h * day + 1h, c);
            noteDayOfUse(usage, 24h * day + 5h, c); // twice a day is one day
        }
        CHECK(bucketByFrequency(usage, 24h * 13 + 23h, c) == r.bucket);
        CHECK_FALSE(bucketByFrequency(usage, 24h * 13 + 23h, constants)); // not chosen
    }
    Usage once;
    noteDayOfUse(once, 0h, c);
    CHECK(bucketByFrequency(once, 24h * 14 - 1ms, c) == Bucket::Rare);
    CHECK_FALSE(bucketByFrequency(once, 24h * 14, c));
    noteDayOfUse(once, 24h * 14, c);
    CHECK(once.daysUsed == std::vector<std::int64_t>{14});
}

TEST_CASE("the built-in predictor speaks when use ends its hold and at each sweep, so that it is never late") { // §2.6
    const Constants c = withPredictor();
    Usage usage = usedAtStart();
    CHECK(nextChange(usage, litFor(0h), true, plain, c) == 5min);
    usage = aged(usage, litFor(5min), plain, c, false);
    CHECK(usage.bucket == Bucket::Rare); // used on one day
    CHECK(usage.reason == BucketReason::Predicted);
    CHECK(nextSweep(litFor(5min), c) == 3h - 5min);
    CHECK(nextSweep(litFor(3h), c) == 3h);
    usage = aged(usage, litFor(3h), plain, c, true);
    CHECK(usage.prediction->at == 3h);
    CHECK(nextChange(usage, litFor(3h), true, plain, c) == 12h);
}

TEST_CASE(
    "the built-in predictor says nothing of an app that the user does not use, and is off unless chosen") { // §2.6
    const Usage usage = use(unused(), UsageKind::MovedToBackground, 0h);
    CHECK_FALSE(aged(usage, litFor(3h), plain, withPredictor(), true).prediction);
    CHECK_FALSE(aged(usedAtStart(), litFor(3h), plain, constants, true).prediction);
    CHECK_FALSE(nextSweep(litFor(0h), constants));
}

namespace {

// A life of an app, drawn: what happens to it, and how long nothing does in between.
struct Life {
    Usage usage;
    UsageTime now;
    App app;
    Constants constants;
};

Life drawnApp() {
    Life life;
    life.constants.bucketPredictor = *rc::gen::inRange<std::int64_t>(0, 2);
    life.app.manifest.system = *rc::gen::weightedElement<bool>({{9, false}, {1, true}});
    life.usage = *rc::gen::element(unused(), usedAtStart());
    return life;
}

Duration drawnWait() {
    return *rc::gen::element(Duration{0}, Duration{1min}, Duration{7min}, Duration{1h}, Duration{3h}, Duration{13h},
                             Duration{60h}, Duration{200h}) +
           Duration{*rc::gen::inRange(0, 2)};
}

UsageTime later(UsageTime now, Duration wait, bool screenOn) {
    return {now.running + wait, now.screenOn + (screenOn ? wait : Duration{0})};
}

void happenTo(Life& life) {
    const auto bucket = static_cast<Bucket>(*rc::gen::inRange(0, 7));
    switch (*rc::gen::inRange(0, 10)) {
    case 0:
        life.usage = forcedByUser(life.usage, bucket, life.app);
        return;
    case 1:
        life.usage = forcedBySystem(life.usage, life.now, *rc::gen::arbitrary<bool>(), life.app, life.constants);
        return;
    case 2:
        life.usage = predicted(life.usage, bucket, life.now, life.app, life.constants);
        return;
    case 3:
        life.usage = afterInstall(life.usage, "2");
        return;
    case 4:
        life.usage = aged(life.usage, life.now, life.app, life.constants, true);
        return;
    default:
        break;
    }
    const Bucket before = life.usage.bucket;
    const auto kind = static_cast<UsageKind>(*rc::gen::inRange(0, 13));
    life.usage = afterUse(life.usage, kind, life.now, life.app, *rc::gen::arbitrary<bool>(), life.constants);
    RC_ASSERT(life.usage.bucket <= before); // limits.md §2.4 rule (a)
}

// Goes on for `wait`, from one foretold change to the next, and looks in between.
void goOn(Life& life, Duration wait, bool screenOn) {
    const auto ageAt = [&](UsageTime then) { return aged(life.usage, then, life.app, life.constants, false); };
    for (int changes = 0;; ++changes) {
        RC_ASSERT(changes < 20);
        const auto next = nextChange(life.usage, life.now, screenOn, life.app, life.constants);
        const Duration quiet = next ? std::min(*next, wait) : wait;
        if (quiet > 0ms) {
            const Duration within{*rc::gen::inRange<std::int64_t>(0, quiet.count())};
            RC_ASSERT(ageAt(later(life.now, within, screenOn)) == life.usage);
            RC_ASSERT(ageAt(later(life.now, quiet - 1ms, screenOn)) == life.usage);
        }
        life.now = later(life.now, quiet, screenOn);
        wait -= quiet;
        if (!next || *next > quiet) return;
        const Usage changed = ageAt(life.now);
        RC_ASSERT(!(changed == life.usage));
        RC_ASSERT(ageAt(life.now) == changed);
        life.usage = changed;
    }
}

} // namespace

TEST_CASE("an event never lowers a bucket, and nothing changes but when it was foretold") { // limits.md §2.3, §2.4
    CHECK(rc::check([] {
        Life life = drawnApp();
        for (int step = 0; step < 12; ++step) {
            happenTo(life);
            goOn(life, drawnWait(), *rc::gen::arbitrary<bool>());
        }
    }));
}
