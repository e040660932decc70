// How workers are made and what their ends are (jobs.md §10, workers), by a manager on a test's ground.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <type_traits>

#include "stint/work/coroutine_worker.hpp"
#include "stint/work/testing.hpp"

namespace stint::work::testing {
namespace {

using namespace std::chrono_literals;
using WorkResult = ListenableWorker::Result;

Data said(std::string value) { return *Data::Builder().putString("said", std::move(value)).build(); }

/// An app under test, and what its manager has told.
struct App {
    std::vector<std::string> notices;
    std::vector<std::string> thrown;
    std::optional<WorkManagerTestInitHelper> helper;

    explicit App(Configuration::Builder builder) {
        builder.setNoticeListener([this](const std::string& notice) { notices.push_back(notice); });
        const auto keep = [this](std::string_view when) {
            return [this, when = std::string(when)](const WorkerExceptionInfo& info) {
                try {
                    std::rethrow_exception(info.throwable);
                } catch (const std::exception& what) {
                    thrown.push_back(when + " " + info.workerClassName + ": " + what.what());
                }
            };
        };
        builder.setWorkerInitializationExceptionHandler(keep("made"));
        builder.setWorkerExecutionExceptionHandler(keep("worked"));
        auto made = WorkManagerTestInitHelper::initializeTestWorkManager(*builder.build());
        REQUIRE_MESSAGE(made.ok(), (made.ok() ? "" : made.error().message));
        helper.emplace(std::move(*made));
    }
    WorkManager& manager() { return helper->getWorkManager(); }
    WorkInfo run(const OneTimeWorkRequest& request) {
        REQUIRE(manager().enqueue(request).ok());
        REQUIRE(manager().dispatch().ok());
        return **manager().getWorkInfoById(request.getId());
    }
    WorkInfo run(const std::string& worker) { return run(*OneTimeWorkRequest::Builder(worker).build()); }
    bool isTold(const std::string& what) const {
        return std::any_of(notices.begin(), notices.end(),
                           [&](const auto& notice) { return notice.find(what) != std::string::npos; });
    }
};

struct Done : Worker {
    using Worker::Worker;
    Result doWork() override { return Result::success(said(getInputData().getString("said", "done"))); }
};

struct Thrower : Worker {
    using Worker::Worker;
    Result doWork() override { throw std::runtime_error("no way"); }
};

/// Whoever awaits it goes on when another thread says so.
struct Gate {
    std::coroutine_handle<> waits;
    void open() {
        std::jthread([this] { std::exchange(waits, nullptr).resume(); }).join();
    }
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> coroutine) { waits = coroutine; }
    void await_resume() const noexcept {}
};

Task<int> answerAfter(Gate& gate) {
    co_await gate;
    co_return 42;
}

struct Coroutine : CoroutineWorker {
    static inline Gate gate;
    static inline int alive = 0;
    explicit Coroutine(WorkerParameters params) : CoroutineWorker(std::move(params)) { ++alive; }
    ~Coroutine() override { --alive; }
    Task<Result> doWork() override {
        const int answer = co_await answerAfter(gate);
        if (isStopped()) co_return Result::retry();
        if (getInputData().hasKey("throws")) throw std::runtime_error("out of a coroutine");
        co_return Result::success(said(std::to_string(answer)));
    }
};

struct Forgetful : ListenableWorker {
    using ListenableWorker::ListenableWorker;
    void startWork(Completer) override {}
};

/// Answers twice.
struct Hasty : ListenableWorker {
    static inline std::vector<bool> taken;
    using ListenableWorker::ListenableWorker;
    void startWork(Completer completer) override {
        taken = {completer.set(Result::success(said("first"))), completer.set(Result::failure()),
                 completer.setException(std::make_exception_ptr(std::runtime_error("late")))};
    }
};

struct Unmade : Done {
    explicit Unmade(WorkerParameters params) : Done(std::move(params)) { throw std::runtime_error("not today"); }
};

/// Ends when it is told to.
struct Waiting : ListenableWorker {
    static inline std::optional<Completer> waits;
    using ListenableWorker::ListenableWorker;
    void startWork(Completer completer) override { waits = std::move(completer); }
};

struct Stubborn : Waiting {
    using Waiting::Waiting;
    void onStopped() override { throw std::runtime_error("I go on"); }
};

/// Makes workers of one name, with what they are to say.
struct OneName : WorkerFactory {
    explicit OneName(std::string name) : name_(std::move(name)) {}
    std::unique_ptr<ListenableWorker> createWorker(const std::string& worker, WorkerParameters params) override {
        if (worker != name_) return nullptr;
        struct Named : Worker {
            Named(WorkerParameters params, std::string name) : Worker(std::move(params)), name_(std::move(name)) {}
            Result doWork() override { return Result::success(said(name_)); }
            std::string name_;
        };
        return std::make_unique<Named>(std::move(params), name_);
    }
    std::string name_;
};

} // namespace

TEST_CASE("a coroutine ends when it returns, in whichever thread it goes on") {
    App app(Configuration::Builder().addWorker<Coroutine>("Coroutine"));
    CHECK(app.run("Coroutine").getState() == State::RUNNING);
    const auto id = (*app.manager().getWorkInfos({})).front().getId();
    Coroutine::gate.open();
    CHECK((**app.manager().getWorkInfoById(id)).getOutputData() == said("42"));
}

TEST_CASE("a coroutine that is stopped is no longer RUNNING, and is not begun again before it returns") {
    App app(Configuration::Builder().addWorker<Coroutine>("Coroutine"));
    const auto request = *OneTimeWorkRequest::Builder("Coroutine").build();
    CHECK(app.run(request).getState() == State::RUNNING);
    TestDriver& driver = app.helper->getTestDriver();
    REQUIRE(driver.stopRunningWorkWithReason(request.getId(), STOP_REASON_TIMEOUT).ok());
    const auto info = [&] { return **app.manager().getWorkInfoById(request.getId()); };
    CHECK(info().getState() == State::ENQUEUED);
    driver.advance(1h);
    CHECK(info().getRunAttemptCount() == 1);
    Coroutine::gate.open();
    CHECK(info().getState() == State::RUNNING);
    CHECK(info().getRunAttemptCount() == 2);
    Coroutine::gate.open();
    CHECK(info().getOutputData() == said("42"));
}

TEST_CASE("a coroutine that outlives its manager keeps its worker, and can no longer say anything") {
    {
        App app(Configuration::Builder().addWorker<Coroutine>("Coroutine"));
        CHECK(app.run("Coroutine").getState() == State::RUNNING);
        CHECK(Coroutine::alive == 1);
    }
    CHECK(Coroutine::alive == 1);
    Coroutine::gate.open();
    CHECK(Coroutine::alive == 0);
}

TEST_CASE("what is thrown fails the request, is told, and is given to the app as it was") {
    App app(Configuration::Builder().addWorker<Thrower>("Thrower").addWorker<Unmade>("Unmade").addWorker<Coroutine>(
        "Coroutine"));
    CHECK(app.run("Thrower").getReason() == "the worker threw: no way");
    CHECK(app.run("Unmade").getReason() == "the worker threw: not today");
    CHECK(app.isTold("the worker threw: no way"));
    const auto request = *OneTimeWorkRequest::Builder("Coroutine")
                              .setInputData(*Data::Builder().putBoolean("throws", true).build())
                              .build();
    app.run(request);
    Coroutine::gate.open();
    CHECK((**app.manager().getWorkInfoById(request.getId())).getState() == State::FAILED);
    CHECK(app.thrown == std::vector<std::string>{"worked Thrower: no way", "made Unmade: not today",
                                                 "worked Coroutine: out of a coroutine"});
}

TEST_CASE("a worker that lets go of its completer has failed; the first answer counts") {
    App app(Configuration::Builder().addWorker<Forgetful>("Forgetful").addWorker<Hasty>("Hasty"));
    const auto info = app.run("Forgetful");
    CHECK(info.getState() == State::FAILED);
    CHECK(info.getReason() == "the worker let go of its completer without a result");
    CHECK(app.run("Hasty").getOutputData() == said("first"));
    CHECK(Hasty::taken == std::vector{true, false, false});
    CHECK(app.thrown.empty());
}

TEST_CASE("what a worker throws as it is stopped is told, and its run ends when it does") { // jobs.md §10, workers
    App app(Configuration::Builder().addWorker<Stubborn>("Stubborn").addWorker<Done>("Done"));
    const auto request = *OneTimeWorkRequest::Builder("Stubborn").build();
    CHECK(app.run(request).getState() == State::RUNNING);
    REQUIRE(app.manager().cancelWorkById(request.getId()).ok());
    CHECK(app.run("Done").getState() == State::SUCCEEDED);
    CHECK(app.thrown == std::vector<std::string>{"worked Stubborn: I go on"});
    CHECK(app.isTold("the worker threw as it was stopped: I go on"));
    Stubborn::waits->set(WorkResult::success());
    CHECK((**app.manager().getWorkInfoById(request.getId())).getState() == State::CANCELLED);
    Stubborn::waits.reset();
}

TEST_CASE("a manager ends when the calls of its workers have") { // jobs.md §10, workers
    for (int round = 0; round < 50; ++round) {
        std::atomic<bool> inside = false;
        std::atomic<bool> isOver = false;
        std::atomic<int> late = 0;
        std::jthread thread;
        {
            auto builder = Configuration::Builder().addWorker<Waiting>("Waiting");
            const auto request = *OneTimeWorkRequest::Builder("Waiting").build();
            auto helper = WorkManagerTestInitHelper::initializeTestWorkManager(
                *builder
                     .setWorkerExecutionExceptionHandler([&](const WorkerExceptionInfo&) {
                         inside = true;
                         inside.notify_one();
                         for (int turn = 0; turn < 1'000; ++turn)
                             std::this_thread::yield();
                         late += isOver ? 1 : 0;
                     })
                     .setNoticeListener([](const std::string&) {})
                     .build());
            REQUIRE(helper->getWorkManager().enqueue(request).ok());
            thread = std::jthread(
                [] { Waiting::waits->setException(std::make_exception_ptr(std::runtime_error("no way"))); });
            inside.wait(false);
        }
        isOver = true;
        thread.join();
        CHECK(late == 0);
        Waiting::waits.reset();
    }
}

TEST_CASE("no value of the public headers is without what it needs") {
    static_assert(!std::is_default_constructible_v<WorkerParameters>);
    static_assert(!std::is_default_constructible_v<ListenableWorker::Completer>);
    static_assert(!std::is_default_constructible_v<OneTimeWorkRequest>);
    static_assert(!std::is_default_constructible_v<WorkContinuation>);
    CHECK(WorkInfo().getTags().empty());
    CHECK(Data().isEmpty());
    CHECK(Constraints().getContentUriTriggers().empty());
    App app(Configuration::Builder().addWorker<Done>("Done"));
    auto request = *OneTimeWorkRequest::Builder("Done").build();
    REQUIRE(app.manager().enqueue(std::move(request)).ok());
    CHECK(app.manager().await(request.getId())->getState() == State::SUCCEEDED); // it was copied
}

TEST_CASE("a step of nothing is none, and a chain begins with something") { // jobs.md §10, chains
    App app(Configuration::Builder().addWorker<Done>("Done"));
    WorkManager& manager = app.manager();
    const auto done = [](const std::string& with) {
        return *OneTimeWorkRequest::Builder("Done").setInputData(said(with)).build();
    };
    const auto last = *OneTimeWorkRequest::Builder("Done").build();
    REQUIRE(
        manager.beginWith({done("a"), done("b")}).then(std::vector<OneTimeWorkRequest>()).then(last).enqueue().ok());
    CHECK((**manager.getWorkInfoById(last.getId())).getOutputData() == said("b")); // and no array
    const std::vector<OneTimeWorkRequest> none;
    for (const auto& refused :
         {manager.enqueue(none), manager.beginWith(none).enqueue(), manager.beginWith(none).then(last).enqueue(),
          manager.enqueueUniqueWork("name", ExistingWorkPolicy::REPLACE, none),
          WorkContinuation::combine({}).then(last).enqueue()}) {
        REQUIRE_FALSE(refused.ok());
        CHECK(refused.error().code == Errc::ILLEGAL_ARGUMENT);
    }
}

TEST_CASE("factories are asked first, in turn; a name that nobody makes fails, and others go on") {
    const auto factories = std::make_shared<DelegatingWorkerFactory>();
    factories->addFactory(std::make_shared<OneName>("first"));
    factories->addFactory(std::make_shared<OneName>("second"));
    App app(Configuration::Builder().setWorkerFactory(factories).addWorker<Done>("Done").addWorker<Done>("second"));
    CHECK(app.run("first").getOutputData() == said("first"));
    CHECK(app.run("second").getOutputData() == said("second"));
    CHECK(app.run("Done").getOutputData() == said("done"));
    CHECK(app.run("third").getReason() == "no worker is registered under the name \"third\" (any more)");
}

TEST_CASE("a merger of the app's makes the input, or fails the request") { // jobs.md §10, chains
    App app(Configuration::Builder()
                .addWorker<Done>("Done")
                .addInputMerger("Joined",
                                [](const std::vector<Data>& inputs) {
                                    std::string all;
                                    for (const auto& input : inputs)
                                        all += input.getString("said", "-");
                                    return Result<Data>(said(all));
                                })
                .addInputMerger("Refusing",
                                [](const std::vector<Data>&) -> Result<Data> {
                                    return Error{Errc::ILLEGAL_ARGUMENT, "these do not go together"};
                                })
                .addInputMerger("Throwing", [](const std::vector<Data>&) -> Result<Data> {
                    throw std::runtime_error("not these");
                }));
    const auto follow = [&](const std::string& merger) {
        const auto first = *OneTimeWorkRequest::Builder("Done").setInputData(said("a")).build();
        const auto last = *OneTimeWorkRequest::Builder("Done").setInputMerger(merger).build();
        REQUIRE(app.manager().beginWith(first).then(last).enqueue().ok());
        return **app.manager().getWorkInfoById(last.getId());
    };
    CHECK(follow("Joined").getOutputData() == said("-a"));
    CHECK(follow("Refusing").getReason() == "these do not go together");
    CHECK(follow("Throwing").getReason() == "the worker threw: not these");
    CHECK(follow("None").getReason() == "no input merger is registered under the name \"None\" (any more)");
    CHECK(app.run("Done").getState() == State::SUCCEEDED);
}

TEST_CASE("the time of the last cancelAllWork is there") { // jobs.md §10, cancel
    App app(Configuration::Builder().addWorker<Done>("Done"));
    CHECK(*app.manager().getLastCancelAllTime() == std::nullopt);
    app.helper->getTestDriver().advance(1h);
    REQUIRE(app.manager().cancelAllWork().ok());
    CHECK(*app.manager().getLastCancelAllTime() == app.helper->getTestDriver().now());
}

TEST_CASE("the builder of periodic work sets its next run, and clears it") { // jobs.md §10
    App app(Configuration::Builder().addWorker<Done>("Done"));
    const auto daily = [](auto... set) {
        PeriodicWorkRequest::Builder builder("Done", 24h);
        (set(builder), ...);
        return *builder.build();
    };
    WorkManager& manager = app.manager();
    const auto next = [&] { return *(*manager.getWorkInfosForUniqueWork("daily")).front().getNextScheduleTime(); };
    const WallTime now = app.helper->getTestDriver().now();
    const auto enqueue = [&](const PeriodicWorkRequest& request) {
        REQUIRE(manager.enqueueUniquePeriodicWork("daily", ExistingPeriodicWorkPolicy::UPDATE, request).ok());
    };
    enqueue(daily());
    enqueue(daily([&](auto& builder) { builder.setNextScheduleTimeOverride(now + 3h); }));
    CHECK(next() == now + 3h);
    enqueue(daily([&](auto& builder) { builder.clearNextScheduleTimeOverride(); }));
    CHECK(next() == now + 24h);
    const auto far = PeriodicWorkRequest::Builder("Done", 24h).setNextScheduleTimeOverride(WallTime::max()).build();
    CHECK(far.error().message == "work of \"Done\": its next run is out of range");
}

} // namespace stint::work::testing
