// Safeguards against looping apps (jobs.md §6.7).
#include <doctest/doctest.h>

#include "contract/rules/kind.hpp"
#include "contract/rules/safeguard.hpp"

using namespace stint;

namespace {

Run runOf(JobClass kind) {
    Run run;
    run.kind = kind;
    run.began = Instant{0s};
    run.guarantee = guaranteedRun(kind, false, {}, std::nullopt, {});
    run.limit = longestRun(kind, false, {});
    return run;
}

void end(App& app, JobClass kind, Instant now, Ending ending = {}, bool free = false) {
    noteEnd(app, runOf(kind), ending, free, now, {});
}

constexpr Ending timeout{STOP_REASON_TIMEOUT, InternalReason::Timeout};

} // namespace

TEST_CASE("three regular runs as long as their guarantee shorten the next") { // §6.7, §11 example 44
    App app;
    for (const Duration ran : {11min, 12min, 13min}) {
        CHECK_FALSE(overTimeouts(app, JobClass::Regular, Instant{ran}, {}));
        end(app, JobClass::Regular, Instant{ran});
    }
    CHECK(overTimeouts(app, JobClass::Regular, Instant{20min}, {}));
    CHECK(longestRun(JobClass::Regular, true, {}) == 10min);
    CHECK_FALSE(overTimeouts(app, JobClass::Regular, Instant{24h + 11min}, {})); // the first is a day old
}

TEST_CASE("a run in free time counts only where it ran into its limit") { // §6.7
    App app;
    for (int n = 0; n < 9; ++n)
        end(app, JobClass::Regular, Instant{11min}, {}, true);
    CHECK_FALSE(overTimeouts(app, JobClass::Regular, Instant{12min}, {}));
    for (int n = 0; n < 3; ++n)
        end(app, JobClass::Regular, Instant{30min}, timeout, true);
    CHECK(overTimeouts(app, JobClass::Regular, Instant{31min}, {}));
}

TEST_CASE("a transfer counts only where it was stopped at its maximum limit") { // §6.7, §11 example 43
    App app;
    end(app, JobClass::UserInitiated, Instant{11h});
    end(app, JobClass::UserInitiated, Instant{7h}, {STOP_REASON_DEVICE_STATE, InternalReason::Timeout}); // made room
    end(app, JobClass::UserInitiated, Instant{7h}, {STOP_REASON_DEVICE_STATE, InternalReason::Timeout});
    CHECK_FALSE(overTimeouts(app, JobClass::UserInitiated, Instant{12h}, {}));
    end(app, JobClass::UserInitiated, Instant{12h}, timeout);
    end(app, JobClass::UserInitiated, Instant{12h}, timeout);
    CHECK(overTimeouts(app, JobClass::UserInitiated, Instant{13h}, {}));
    CHECK(guaranteedRun(JobClass::UserInitiated, true, {}, std::nullopt, {}) == 30min);
}

TEST_CASE("a stop by the verb timeout counts for each class as one at the maximum limit") { // §6.7, §8
    App app;
    for (const JobClass kind : {JobClass::Regular, JobClass::Expedited, JobClass::UserInitiated}) {
        for (int n = 0; n < 5; ++n)
            end(app, kind, Instant{1min}, timeout, true);
        CHECK(overTimeouts(app, kind, Instant{2min}, {}));
        CHECK(overTimeoutsUntil(app, kind, Instant{2min}, {}) == Instant{24h + 1min});
        CHECK_FALSE(overTimeouts(app, kind, Instant{24h + 1min}, {}));
    }
}

TEST_CASE("three silences within six hours, or ten timeouts in a day, make an app buggy") { // §6.7, §11 example 45
    App silent, slow;
    for (int n = 0; n < 3; ++n) {
        CHECK_FALSE(buggy(silent, Instant{1min}, {}));
        end(silent, JobClass::UserInitiated, Instant{1min}, {STOP_REASON_UNDEFINED, InternalReason::Anr});
    }
    CHECK(buggy(silent, Instant{2min}, {}));
    CHECK_FALSE(buggy(silent, Instant{6h + 2min}, {}));
    for (int n = 0; n < 5; ++n) {
        end(slow, JobClass::Regular, Instant{30min}, timeout);
        end(slow, JobClass::Expedited, Instant{10min}, timeout);
    }
    CHECK(buggy(slow, Instant{31min}, {}));
}

TEST_CASE("switched off, nothing is noted") { // §6.7 job.safeguard.enabled
    App app;
    Constants off;
    off.safeguards = false;
    CHECK_FALSE(noteEnd(app, runOf(JobClass::Regular), timeout, false, Instant{30min}, off));
    CHECK(app.memory.timeouts.empty());
}
