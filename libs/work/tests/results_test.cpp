// A request's life: durable, run, retried, stopped, periodic (jobs.md §10).
#include "app.hpp"
#include "work/engine/job_of.hpp"

namespace stint::work {

TEST_CASE("a request is in the file when enqueue has returned, and survives the process") { // jobs.md §10
    App app;
    Spec spec = once(1, "Upload");
    spec.input = text("what", "a\xff");
    spec.tags = {"tag", "\xff"};
    spec.constraints = Constraints::Builder()
                           .setRequiredNetworkType(NetworkType::UNMETERED)
                           .setRequiresCharging(true)
                           .addContentUriTrigger("/tmp/\xff", true)
                           .setTriggerContentMaxDelay(1min)
                           .build();
    spec.keepResults = 48h;
    REQUIRE(app.tell(enqueue({spec})).ok());
    const Request before = *app.find(numbered(1));
    app.dieAndBegin();
    CHECK(*app.find(numbered(1)) == before);
    CHECK(app.find(numbered(1))->spec == spec);
}

TEST_CASE("each request that may run is backed by one job, expedited work by an expedited one") { // jobs.md §10
    App app;
    Spec fast = once(2);
    fast.expedited = OutOfQuotaPolicy::DROP_WORK_REQUEST;
    auto both = chain({1, 3});
    both.nodes.push_back({fast, {}, {}});
    REQUIRE(app.tell(both).ok());
    CHECK(app.scheduler.jobs.size() == 2); // the blocked one has none
    CHECK(!app.jobInfoOf(numbered(1)).isExpedited());
    CHECK(app.jobInfoOf(numbered(2)).isExpedited());
    CHECK(!app.find(numbered(3))->job);
}

TEST_CASE("success ends it with its output, and its job with it") { // jobs.md §10, results
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    REQUIRE(app.begin(numbered(1)));
    CHECK(app.state(numbered(1)) == State::RUNNING);
    CHECK(app.find(numbered(1))->attempts == 1);
    app.succeed(numbered(1), text("out", "x"));
    CHECK(app.state(numbered(1)) == State::SUCCEEDED);
    CHECK(app.find(numbered(1))->output.getString("out") == "x");
    CHECK(app.scheduler.jobs.empty());
    CHECK(app.scheduler.finished.back().second == false);
}

TEST_CASE("failure ends it with its output, too") { // jobs.md §10, results
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    REQUIRE(app.begin(numbered(1)));
    app.end(numbered(1), WorkerEnded::Kind::Failure, text("why", "gone"));
    CHECK(app.state(numbered(1)) == State::FAILED);
    CHECK(app.find(numbered(1))->output.getString("why") == "gone");
}

TEST_CASE("retry waits for its back-off, in a job of its own, and counts") { // jobs.md §10, results; §6.2
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    for (const Duration wait : {30s, 60s, 120s, 240s}) {
        REQUIRE(app.begin(numbered(1)));
        const auto former = app.jobOf(numbered(1));
        app.retry(numbered(1));
        CHECK(app.state(numbered(1)) == State::ENQUEUED);
        CHECK(app.jobOf(numbered(1)) != former);
        CHECK(app.jobInfoOf(numbered(1)).getMinimumLatency() == wait);
        CHECK(app.find(numbered(1))->notBefore == app.now.wall + wait);
        app.pass(wait);
    }
    CHECK(app.find(numbered(1))->attempts == 4);
}

TEST_CASE("a back-off grows by its policy up to five hours") { // jobs.md §6.2
    Spec spec = once(1);
    spec.backoffDelay = 10min;
    CHECK(backoff(spec, 1) == 10min);
    CHECK(backoff(spec, 3) == 40min);
    CHECK(backoff(spec, 6) == 5h);
    CHECK(backoff(spec, 1'000'000) == 5h);
    spec.backoffPolicy = BackoffPolicy::LINEAR;
    CHECK(backoff(spec, 3) == 30min);
    CHECK(backoff(spec, 31) == 5h);
}

TEST_CASE("a stopped worker's result is ignored, and it is retried by its job") { // jobs.md §10, results
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    REQUIRE(app.begin(numbered(1)));
    const auto job = app.jobOf(numbered(1));
    CHECK(app.stopJob(numbered(1), STOP_REASON_CONSTRAINT_CHARGING)); // as if onStopJob answered true
    CHECK(app.workers.stopping.at(numbered(1)) == 6);
    CHECK(app.state(numbered(1)) == State::ENQUEUED);
    CHECK(app.find(numbered(1))->stopReason == 6);
    app.succeed(numbered(1), text("out", "late"));
    CHECK(app.state(numbered(1)) == State::ENQUEUED);
    CHECK(app.find(numbered(1))->output.isEmpty());
    CHECK(app.jobOf(numbered(1)) == job); // the scheduler has it, with its own back-off
    REQUIRE(app.begin(numbered(1)));
    CHECK(app.find(numbered(1))->stopReason == WorkInfo::STOP_REASON_NOT_STOPPED);
}

TEST_CASE("while a stopped worker has not returned, the request is not begun again") { // jobs.md §10
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    REQUIRE(app.begin(numbered(1)));
    app.stopJob(numbered(1), STOP_REASON_PREEMPT);
    REQUIRE(app.begin(numbered(1))); // its job begins again
    CHECK(app.workers.begun.size() == 1);
    app.fail(numbered(1)); // late, of the first run
    CHECK(app.workers.begun.size() == 2);
    CHECK(app.state(numbered(1)) == State::RUNNING);
    app.succeed(numbered(1));
    CHECK(app.state(numbered(1)) == State::SUCCEEDED);
    CHECK(!app.workers.overlapped);
}

TEST_CASE("progress is there while it runs, after a stop until the next run, and gone at the end") { // §10, data
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    REQUIRE(app.begin(numbered(1)));
    const auto run = app.workers.running.at(numbered(1)).run;
    REQUIRE(app.tell(Progress{numbered(1), run, text("done", "half")}).ok());
    CHECK(app.find(numbered(1))->progress.getString("done") == "half");
    app.stopJob(numbered(1), STOP_REASON_DEVICE_STATE);
    CHECK(app.tell(Progress{numbered(1), run, {}}).error().code == Errc::ILLEGAL_STATE);
    app.dieAndBegin();
    CHECK(app.find(numbered(1))->progress.getString("done") == "half");
    REQUIRE(app.begin(numbered(1)));
    CHECK(app.find(numbered(1))->progress.isEmpty());
    const auto next = app.workers.running.at(numbered(1)).run;
    REQUIRE(app.tell(Progress{numbered(1), next, text("done", "all")}).ok());
    app.succeed(numbered(1));
    CHECK(app.find(numbered(1))->progress.isEmpty());
    CHECK(app.tell(Progress{numbered(1), next, {}}).error().code == Errc::ILLEGAL_STATE);
}

TEST_CASE("an initial delay is the first job's latency") { // jobs.md §10, initial delay
    App app;
    Spec later = once(1);
    later.initialDelay = 10min;
    REQUIRE(app.tell(enqueue({later})).ok());
    CHECK(app.jobInfoOf(numbered(1)).getMinimumLatency() == 10min);
    CHECK(app.find(numbered(1))->notBefore == app.now.wall + 10min);
}

TEST_CASE("periodic work goes from ENQUEUED to RUNNING and back, whatever its worker says") { // jobs.md §10
    App app;
    REQUIRE(app.tell(enqueue({periodic(1, 1h)})).ok());
    CHECK(!app.jobInfoOf(numbered(1)).getMinimumLatency()); // its first window is open
    app.pass(10min);
    app.run(numbered(1));
    CHECK(app.state(numbered(1)) == State::ENQUEUED);
    CHECK(app.find(numbered(1))->notBefore == app.now.wall + 1h);
    CHECK(app.find(numbered(1))->attempts == 0); // reset after a success
    app.pass(10h);                               // late by nine periods, it runs once
    REQUIRE(app.begin(numbered(1)));
    app.pass(5min);
    app.fail(numbered(1));
    CHECK(app.state(numbered(1)) == State::ENQUEUED);
    CHECK(app.find(numbered(1))->notBefore == app.now.wall + 1h);
    app.dieAndBegin();
    CHECK(app.jobInfoOf(numbered(1)).getMinimumLatency() == Duration(1h));
}

TEST_CASE("a periodic retry keeps its attempts, and its period ends with its success") { // jobs.md §10
    App app;
    REQUIRE(app.tell(enqueue({periodic(1, 24h)})).ok());
    REQUIRE(app.begin(numbered(1)));
    app.retry(numbered(1));
    CHECK(app.find(numbered(1))->notBefore == app.now.wall + 30s);
    CHECK(app.find(numbered(1))->attempts == 1);
    app.pass(30s);
    app.run(numbered(1));
    CHECK(app.find(numbered(1))->notBefore == app.now.wall + 24h);
}

TEST_CASE("the first run of periodic work waits for its delay, and for its flex at the end of the period") {
    App app; // jobs.md §10, initial delay
    Spec late = periodic(1, 24h, 2h);
    late.initialDelay = 1h;
    REQUIRE(app.tell(enqueue({late})).ok());
    CHECK(app.find(numbered(1))->notBefore == app.now.wall + 1h + 22h);
    app.pass(23h);
    app.run(numbered(1));
    CHECK(app.find(numbered(1))->notBefore == app.now.wall + 24h); // an interval after its end, from then on
}

TEST_CASE("expedited work out of quota runs as regular work, or is cancelled, as its policy says") { // jobs.md §10
    App app;
    app.scheduler.refusesExpedited = true;
    Spec runs = once(1);
    runs.expedited = OutOfQuotaPolicy::RUN_AS_NON_EXPEDITED_WORK_REQUEST;
    Spec dropped = once(2);
    dropped.expedited = OutOfQuotaPolicy::DROP_WORK_REQUEST;
    REQUIRE(app.tell(enqueue({runs, dropped})).ok());
    CHECK(app.state(numbered(1)) == State::ENQUEUED);
    CHECK(!app.jobInfoOf(numbered(1)).isExpedited());
    CHECK(app.state(numbered(2)) == State::CANCELLED);
    CHECK(app.find(numbered(2))->why == "the app has no time left for expedited work");
    CHECK(app.scheduler.jobs.size() == 1);
    CHECK(!app.desk->engine().nextDeadline()); // nothing is to be tried again
}

TEST_CASE("a worker in the foreground goes on when its job must stop, but not against the user") { // jobs.md §10
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    REQUIRE(app.begin(numbered(1)));
    const auto run = app.workers.running.at(numbered(1)).run;
    REQUIRE(app.tell(Foregrounded{numbered(1), run}).ok());
    CHECK(app.stopJob(numbered(1), STOP_REASON_TIMEOUT));
    CHECK(app.workers.stopping.empty());
    CHECK(app.state(numbered(1)) == State::RUNNING);
    REQUIRE(app.begin(numbered(1))); // its job begins again, and finds it at work
    CHECK(app.workers.begun.size() == 1);
    app.stopJob(numbered(1), STOP_REASON_USER);
    CHECK(app.workers.stopping.contains(numbered(1)));
}

TEST_CASE("a worker in the foreground stops when a constraint is lost, not for its time or quota") { // jobs.md §10
    const std::pair<StopReason, bool> reasons[] = {
        {STOP_REASON_CONSTRAINT_BATTERY_NOT_LOW, true},
        {STOP_REASON_CONSTRAINT_CHARGING, true},
        {STOP_REASON_CONSTRAINT_CONNECTIVITY, true},
        {STOP_REASON_CONSTRAINT_DEVICE_IDLE, true},
        {STOP_REASON_CONSTRAINT_STORAGE_NOT_LOW, true},
        {STOP_REASON_TIMEOUT, false},
        {STOP_REASON_QUOTA, false},
        {STOP_REASON_PREEMPT, false},
    };
    for (const auto& [reason, stops] : reasons) {
        CAPTURE(static_cast<int>(reason));
        App app;
        REQUIRE(app.tell(enqueue({once(1)})).ok());
        REQUIRE(app.begin(numbered(1)));
        REQUIRE(app.tell(Foregrounded{numbered(1), app.workers.running.at(numbered(1)).run}).ok());
        CHECK(app.stopJob(numbered(1), reason));
        CHECK(app.workers.stopping.contains(numbered(1)) == stops);
        CHECK(app.state(numbered(1)) == (stops ? State::ENQUEUED : State::RUNNING));
    }
}

TEST_CASE("a worker that has outlasted its job stops when what that waits for is a constraint") { // jobs.md §10, §9.1
    const std::pair<PendingReason, StopReason> constraints[] = {
        {PENDING_JOB_REASON_CONSTRAINT_BATTERY_NOT_LOW, STOP_REASON_CONSTRAINT_BATTERY_NOT_LOW},
        {PENDING_JOB_REASON_CONSTRAINT_CHARGING, STOP_REASON_CONSTRAINT_CHARGING},
        {PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY, STOP_REASON_CONSTRAINT_CONNECTIVITY},
        {PENDING_JOB_REASON_CONSTRAINT_DEVICE_IDLE, STOP_REASON_CONSTRAINT_DEVICE_IDLE},
        {PENDING_JOB_REASON_CONSTRAINT_STORAGE_NOT_LOW, STOP_REASON_CONSTRAINT_STORAGE_NOT_LOW},
    };
    for (const auto& [waits, stops] : constraints) {
        CAPTURE(static_cast<int>(waits));
        App app;
        REQUIRE(app.tell(enqueue({once(1), once(2)})).ok());
        REQUIRE(app.begin(numbered(1)));
        REQUIRE(app.tell(Foregrounded{numbered(1), app.workers.running.at(numbered(1)).run}).ok());
        const std::int32_t job = app.jobOf(numbered(1));
        REQUIRE(app.stopJob(numbered(1), STOP_REASON_QUOTA));
        CHECK(app.scheduler.watched == std::set{job});
        REQUIRE(app.tell(JobWaits{job, {PENDING_JOB_REASON_EXECUTING}}).ok()); // it is stopping
        REQUIRE(
            app.tell(JobWaits{job, {PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY, PENDING_JOB_REASON_QUOTA}}).ok());
        REQUIRE(app.tell(JobWaits{app.jobOf(numbered(2)), {waits}}).ok()); // another's
        CHECK(app.workers.stopping.empty());
        app.pass(5min);
        REQUIRE(app.tell(JobWaits{job, {waits, PENDING_JOB_REASON_QUOTA}}).ok());
        CHECK(app.workers.stopping == std::map{std::pair(numbered(1), static_cast<std::int32_t>(stops))});
        CHECK(app.state(numbered(1)) == State::ENQUEUED);
        CHECK(app.find(numbered(1))->stopReason == static_cast<std::int32_t>(stops));
        REQUIRE(app.tell(JobWaits{job, {waits}}).ok()); // once is enough
        app.succeed(numbered(1));                       // its result is ignored
        CHECK(app.state(numbered(1)) == State::ENQUEUED);
        CHECK(app.jobOf(numbered(1)) == job); // which begins it again
        REQUIRE(app.begin(numbered(1)));
        CHECK(app.find(numbered(1))->attempts == 2);
    }
}

TEST_CASE("what a job waits for stops nobody whom it has taken over again, nor whom an update gave other terms") {
    App app; // jobs.md §10
    REQUIRE(app.tell(enqueue({once(1), once(2)})).ok());
    std::int32_t jobs[2];
    for (const int number : {1, 2}) {
        REQUIRE(app.begin(numbered(number)));
        REQUIRE(app.tell(Foregrounded{numbered(number), app.workers.running.at(numbered(number)).run}).ok());
        jobs[number - 1] = app.jobOf(numbered(number));
        REQUIRE(app.stopJob(numbered(number), STOP_REASON_TIMEOUT));
    }
    REQUIRE(app.begin(numbered(1)));
    Spec updated = once(2);
    updated.constraints = Constraints::Builder().setRequiresCharging(true).build();
    REQUIRE(app.tell(Update{updated}).ok());
    for (const std::int32_t job : {jobs[0], jobs[1], app.jobOf(numbered(2))})
        REQUIRE(app.tell(JobWaits{job, {PENDING_JOB_REASON_CONSTRAINT_CHARGING}}).ok());
    CHECK(app.workers.stopping.empty());
    REQUIRE(app.begin(numbered(2))); // the job of the new terms
    REQUIRE(app.stopJob(numbered(2), STOP_REASON_QUOTA));
    CHECK(app.workers.stopping.empty());
    REQUIRE(app.tell(JobWaits{app.jobOf(numbered(2)), {PENDING_JOB_REASON_CONSTRAINT_CHARGING}}).ok());
    CHECK(app.workers.stopping.contains(numbered(2)));
}

TEST_CASE("while the app is visible, what requires nothing begins at once, with its job behind it") { // jobs.md §10
    App app;
    app.desk->setVisible(true);
    Spec needs = once(2);
    needs.constraints = Constraints::Builder().setRequiresCharging(true).build();
    REQUIRE(app.tell(enqueue({once(1), needs})).ok());
    CHECK(app.workers.running.contains(numbered(1)));
    CHECK(!app.workers.running.contains(numbered(2)));
    CHECK(app.scheduler.jobs.size() == 2);
    // The hand-over in the middle: its job begins, and finds it at work.
    app.desk->setVisible(false);
    REQUIRE(app.begin(numbered(1)));
    CHECK(app.workers.begun.size() == 1);
    app.succeed(numbered(1));
    CHECK(app.scheduler.finished.size() == 1);
    CHECK(app.scheduler.jobs.size() == 1);
}

TEST_CASE("what ran in a visible process that was killed is begun again by the job behind it") { // jobs.md §10
    App app;
    app.desk->setVisible(true);
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    app.dieAndBegin();
    CHECK(app.state(numbered(1)) == State::ENQUEUED);
    CHECK(app.find(numbered(1))->stopReason == WorkInfo::STOP_REASON_UNKNOWN);
    app.run(numbered(1));
    CHECK(app.workers.begun.size() == 2);
    CHECK(app.state(numbered(1)) == State::SUCCEEDED);
}

TEST_CASE("an update while a period runs begins the next one a new interval after this one's end") { // jobs.md §10
    for (const Duration interval : {Duration(6h), Duration(48h)}) {
        for (const bool retried : {false, true}) {
            App app;
            REQUIRE(app.tell(EnqueuePeriodic{periodic(1, 24h), "daily", ExistingPeriodicWorkPolicy::KEEP}).ok());
            app.run(numbered(1));
            app.pass(24h);
            REQUIRE(app.begin(numbered(1)));
            if (retried) app.retry(numbered(1));
            REQUIRE(app.tell(EnqueuePeriodic{periodic(2, interval), "daily", ExistingPeriodicWorkPolicy::UPDATE}).ok());
            if (retried) REQUIRE(app.begin(numbered(1)));
            app.pass(1min);
            app.succeed(numbered(1));
            CHECK(app.find(numbered(1))->notBefore == app.now.wall + interval);
        }
    }
}

TEST_CASE("a clock that is set back makes periodic work wait no longer, and keeps nothing from being handed over") {
    App app; // jobs.md §10
    REQUIRE(app.tell(enqueue({periodic(1, 24h)})).ok());
    app.now.wall -= std::chrono::hours(24 * 365);
    app.run(numbered(1));
    CHECK(app.find(numbered(1))->notBefore == app.now.wall + 24h);
    app.scheduler.isAway = true;
    REQUIRE(app.tell(enqueue({once(2)})).ok());
    app.scheduler.isAway = false;
    app.now.wall -= std::chrono::hours(24 * 365);
    app.now.elapsed += 10s;
    REQUIRE(app.tell(Look{}).ok());
    CHECK(app.scheduler.jobs.size() == 2);
}

TEST_CASE("in a visible process, too, what its job's stop cut off waits for its job") { // jobs.md §10, §6.2
    App app;
    app.desk->setVisible(true);
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    REQUIRE(app.begin(numbered(1))); // its job joins it
    CHECK(app.stopJob(numbered(1), STOP_REASON_USER));
    app.retry(numbered(1));
    REQUIRE(app.tell(Look{}).ok());
    CHECK(app.workers.begun.size() == 1);
    app.run(numbered(1));
    CHECK(app.state(numbered(1)) == State::SUCCEEDED);
}

namespace {

Update updateOf(Spec spec, std::optional<NextScheduleTime> next) {
    spec.nextScheduleTime = next;
    return {std::move(spec)};
}

} // namespace

TEST_CASE("a time that is set for the next run holds once, instead of the one that the terms give") { // jobs.md §10
    App app;
    REQUIRE(app.tell(enqueue({periodic(1, 24h)})).ok());
    app.run(numbered(1));
    const WallTime ended = app.now.wall;
    REQUIRE(app.tell(updateOf(periodic(1, 24h), NextScheduleTime{ended + 2h})).ok());
    CHECK(app.find(numbered(1))->notBefore == ended + 2h);
    CHECK(app.jobInfoOf(numbered(1)).getMinimumLatency() == Duration(2h));
    SUBCASE("an update that says nothing of it leaves it, one that clears it takes it back") {
        REQUIRE(app.tell(Update{periodic(1, 48h)}).ok());
        CHECK(app.find(numbered(1))->notBefore == ended + 2h);
        app.dieAndBegin();
        CHECK(app.find(numbered(1))->notBefore == ended + 2h);
        REQUIRE(app.tell(updateOf(periodic(1, 48h), NextScheduleTime{})).ok());
        CHECK(app.find(numbered(1))->notBefore == ended + 48h);
    }
    SUBCASE("no run begins within 15 minutes of the end of the one before") {
        REQUIRE(app.tell(updateOf(periodic(1, 24h), NextScheduleTime{ended - 1h})).ok());
        CHECK(app.find(numbered(1))->notBefore == ended + 15min);
    }
    SUBCASE("the run after it waits an interval again, or a back-off") {
        app.pass(2h);
        REQUIRE(app.begin(numbered(1)));
        SUBCASE("") {
            app.succeed(numbered(1));
            CHECK(app.find(numbered(1))->notBefore == app.now.wall + 24h);
        }
        SUBCASE("") {
            app.retry(numbered(1));
            CHECK(app.find(numbered(1))->notBefore == app.now.wall + 30s);
        }
        SUBCASE("stopped, it may run at once") {
            CHECK(app.stopJob(numbered(1), STOP_REASON_TIMEOUT));
            CHECK(app.find(numbered(1))->notBefore <= app.now.wall);
        }
    }
    SUBCASE("set while it runs, it is for the run after that") {
        app.pass(2h);
        REQUIRE(app.begin(numbered(1)));
        REQUIRE(app.tell(updateOf(periodic(1, 24h), NextScheduleTime{ended + 5h})).ok());
        app.succeed(numbered(1));
        CHECK(app.find(numbered(1))->notBefore == ended + 5h);
    }
    SUBCASE("of a time that the clock has left far behind, it is no wait without end") {
        app.now.wall -= std::chrono::hours(24 * 365 * 20);
        CHECK(latency(*app.find(numbered(1)), app.now.wall) == Duration(std::chrono::hours(24 * 365 * 20) + 2h));
    }
}

TEST_CASE("the first run of periodic work may be set, too; that of one-time work may not") { // jobs.md §10
    App app;
    Spec spec = periodic(1, 24h, 1h);
    spec.nextScheduleTime = NextScheduleTime{app.now.wall + 5min};
    REQUIRE(app.tell(enqueue({spec})).ok());
    CHECK(app.find(numbered(1))->notBefore == app.now.wall + 5min);
    Spec other = once(2);
    other.nextScheduleTime = NextScheduleTime{app.now.wall + 5min};
    CHECK(app.error(enqueue({other})) == "work of \"Worker\": it is done once, and has no next period");
}

TEST_CASE("a merger of the app's gets the request's own input, and the outputs as they ended") { // jobs.md §10, chains
    App app;
    Enqueue event = enqueue({once(1), once(2)});
    Spec last = once(3);
    last.ownMerger = "Longest";
    last.input = text("own", "in");
    event.nodes.push_back({last, {numbered(1), numbered(2)}, {}});
    REQUIRE(app.tell(event).ok());
    app.run(numbered(2), text("a", "second"));
    app.run(numbered(1), text("a", "first"));
    app.dieAndBegin();
    REQUIRE(app.begin(numbered(3)));
    CHECK(app.workers.running.at(numbered(3)).inputs ==
          std::vector{text("own", "in"), text("a", "second"), text("a", "first")});
}

} // namespace stint::work
