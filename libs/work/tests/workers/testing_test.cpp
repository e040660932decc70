// The tools with which an app tests its workers (jobs.md §10, testing), used as an app uses them.
#include <atomic>
#include <doctest/doctest.h>

#include <thread>

#include "stint/work/coroutine_worker.hpp"
#include "stint/work/testing.hpp"

namespace stint::work::testing {
namespace {

using namespace std::chrono_literals;
using WorkResult = ListenableWorker::Result;

Data text(std::string key, std::string value) {
    return *Data::Builder().putString(std::move(key), std::move(value)).build();
}

struct Greeter : Worker {
    using Worker::Worker;
    Result doWork() override {
        static_cast<void>(setProgress(text("is", "half")));
        return Result::success(text("said", "hello " + getInputData().getString("name")));
    }
};

/// Ends when it is told to, from whichever thread.
struct Patient : ListenableWorker {
    static inline std::optional<Completer> waits;
    static inline std::atomic<bool> begun;
    using ListenableWorker::ListenableWorker;
    void startWork(Completer completer) override {
        waits = std::move(completer);
        begun = true;
        begun.notify_all();
    }
    void onStopped() override { waits->set(Result::success()); }
};

Configuration configuration() {
    return *Configuration::Builder().addWorker<Greeter>("Greeter").addWorker<Patient>("Patient").build();
}

WorkManagerTestInitHelper opened() {
    auto made = WorkManagerTestInitHelper::initializeTestWorkManager(configuration());
    REQUIRE_MESSAGE(made.ok(), (made.ok() ? "" : made.error().message));
    return std::move(*made);
}

struct Bench {
    WorkManagerTestInitHelper helper = opened();
    WorkManager& manager = helper.getWorkManager();
    TestDriver& driver = helper.getTestDriver();

    WorkInfo info(const UUID& id) { return **manager.getWorkInfoById(id); }
    State state(const UUID& id) { return info(id).getState(); }
};

OneTimeWorkRequest::Builder greeter() { return OneTimeWorkRequest::Builder("Greeter"); }

} // namespace

TEST_CASE("a worker alone: its input, its progress and its answer") {
    std::vector<Data> progress;
    const auto worker = TestWorkerBuilder<Greeter>()
                            .setInputData(text("name", "you"))
                            .setRunAttemptCount(2)
                            .setTriggeredContentUris({"/photos/1.jpg"})
                            .setTriggeredContentAuthorities({"file"})
                            .setProgressUpdater([&](Data data) {
                                progress.push_back(std::move(data));
                                return stint::Result<void>();
                            })
                            .build();
    CHECK(worker->getRunAttemptCount() == 2);
    CHECK(worker->getTriggeredContentUris() == std::vector<std::string>{"/photos/1.jpg"});
    CHECK(worker->getTriggeredContentAuthorities() == std::vector<std::string>{"file"});
    CHECK(worker->getNetwork() == std::nullopt);
    CHECK(worker->doWork() == WorkResult::success(text("said", "hello you")));
    CHECK(progress == std::vector{text("is", "half")});
    CHECK(worker->doWork().getOutputData() == text("said", "hello you"));
    CHECK(*startWork(*worker) == WorkResult::success(text("said", "hello you")));
}

TEST_CASE("a worker alone that ends later: waited for, stopped, or too late") {
    const auto worker = TestListenableWorkerBuilder<Patient>().build();
    const auto late = startWork(*worker, 1ms);
    CHECK(late.error().message == "the worker has not ended");
    Patient::begun = false; // before anybody waits for the second start
    std::jthread stopping([&] {
        Patient::begun.wait(false);
        stop(*worker, STOP_REASON_TIMEOUT);
    });
    CHECK(*startWork(*worker) == WorkResult::success());
    CHECK(worker->isStopped());
    CHECK(worker->getStopReason() == static_cast<std::int32_t>(STOP_REASON_TIMEOUT));
}

TEST_CASE("what waits for nothing has run when enqueue returns") {
    Bench bench;
    const auto first = *greeter().setInputData(text("name", "me")).build();
    const auto second = *greeter().build();
    REQUIRE(bench.manager.beginUniqueWork("name", ExistingWorkPolicy::KEEP, first).then(second).enqueue().ok());
    CHECK(bench.state(first.getId()) == State::SUCCEEDED);
    CHECK(bench.info(first.getId()).getOutputData() == text("said", "hello me"));
    CHECK(bench.state(second.getId()) == State::SUCCEEDED);
    CHECK(bench.manager.await(second.getId())->getState() == State::SUCCEEDED);
}

TEST_CASE("constraints and delays are met when the driver says so") {
    Bench bench;
    const auto request =
        *greeter().setConstraints(Constraints::Builder().setRequiresCharging(true).build()).setInitialDelay(1h).build();
    REQUIRE(bench.manager.enqueue(request).ok());
    CHECK(bench.state(request.getId()) == State::ENQUEUED);
    REQUIRE(bench.driver.setAllConstraintsMet(request.getId()).ok());
    CHECK(bench.state(request.getId()) == State::ENQUEUED);
    SUBCASE("by word") { REQUIRE(bench.driver.setInitialDelayMet(request.getId()).ok()); }
    SUBCASE("by the clock") {
        bench.driver.advance(1h - 1ms);
        CHECK(bench.state(request.getId()) == State::ENQUEUED);
        bench.driver.advance(1ms);
    }
    CHECK(bench.state(request.getId()) == State::SUCCEEDED);
    CHECK_FALSE(bench.driver.setAllConstraintsMet(UUID::randomUUID()).ok());
}

TEST_CASE("periodic work runs once for each period that is met, or has passed") {
    Bench bench;
    const auto request = *PeriodicWorkRequest::Builder("Greeter", 24h).build();
    REQUIRE(bench.manager.enqueue(request).ok());
    const auto next = [&] { return *bench.info(request.getId()).getNextScheduleTime(); };
    CHECK(next() == bench.driver.now() + 24h);
    REQUIRE(bench.driver.setPeriodDelayMet(request.getId()).ok());
    CHECK(next() == bench.driver.now() + 24h);
    bench.driver.advance(10h);
    CHECK(next() == bench.driver.now() + 14h);
    bench.driver.advance(14h);
    CHECK(next() == bench.driver.now() + 24h);
    const auto once = *greeter().build();
    REQUIRE(bench.manager.enqueue(once).ok());
    CHECK_FALSE(bench.driver.setPeriodDelayMet(once.getId()).ok());
}

TEST_CASE("a worker that is stopped runs again, and not at once") {
    Bench bench;
    const auto request = *OneTimeWorkRequest::Builder("Patient").build();
    REQUIRE(bench.manager.enqueue(request).ok());
    CHECK(bench.state(request.getId()) == State::RUNNING);
    REQUIRE(bench.driver.stopRunningWorkWithReason(request.getId(), STOP_REASON_QUOTA).ok());
    CHECK(bench.state(request.getId()) == State::ENQUEUED);
    CHECK(bench.info(request.getId()).getStopReason() == static_cast<std::int32_t>(STOP_REASON_QUOTA));
    bench.driver.advance(30s);
    CHECK(bench.state(request.getId()) == State::RUNNING);
    CHECK(bench.info(request.getId()).getRunAttemptCount() == 2);
    std::jthread([] { Patient::waits->set(WorkResult::failure(text("why", "no"))); }).join();
    CHECK(bench.manager.await(request.getId(), 10s)->getOutputData() == text("why", "no"));
}

} // namespace stint::work::testing
