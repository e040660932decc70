// An app on the real engine and the real store, before a scheduler and workers that do what a test says. Its process
// may die and begin again.
#pragma once
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time/time.hpp"
#include "work/engine/desk.hpp"
#include "work/engine/job_of.hpp"

namespace stint::work {

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string made = (std::filesystem::temp_directory_path() / "work-XXXXXX").string();
        path = ::mkdtemp(made.data());
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    std::filesystem::path path;
};

/// Outlives the app's processes, as stintd does.
struct FakeScheduler : SchedulerPort {
    std::map<std::int32_t, JobInfo> jobs;
    std::set<std::int32_t> running;
    std::vector<std::pair<std::int32_t, bool>> finished;
    std::set<std::int32_t> watched;
    bool refusesExpedited = false;
    bool refusesTriggers = false; ///< as what can never be right
    bool isAway = false;
    int calls = 0;
    std::function<void()> meanwhile; ///< what happens elsewhere before a job is here

    Result<bool> schedule(const JobInfo& job) override {
        ++calls;
        if (meanwhile) meanwhile();
        if (isAway) return Error{Errc::UNAVAILABLE, "no daemon"};
        if (refusesExpedited && (job.isExpedited() || job.isUserInitiated())) return false;
        if (refusesTriggers && !job.getTriggerContentUris().empty()) return Error{Errc::ILLEGAL_ARGUMENT, "no"};
        jobs.insert_or_assign(job.getId().value, job);
        return true;
    }
    Result<void> cancel(std::int32_t job) override {
        if (isAway) return Error{Errc::UNAVAILABLE, "no daemon"};
        jobs.erase(job);
        running.erase(job);
        return {};
    }
    Result<std::vector<Reconcile::Pending>> pending() override {
        if (isAway) return Error{Errc::UNAVAILABLE, "no daemon"};
        std::vector<Reconcile::Pending> all;
        for (const auto& [number, job] : jobs)
            all.push_back({number, requestOf(job.getExtras())});
        return all;
    }
    void finish(std::int32_t job, bool again) override {
        finished.emplace_back(job, again);
        running.erase(job);
        if (!again) jobs.erase(job);
    }
    void watch(std::int32_t job) override { watched.insert(job); }
};

struct FakeWorkers : WorkersPort {
    std::map<UUID, StartWorker> running;
    std::map<UUID, std::int32_t> stopping; ///< and why
    std::vector<UUID> begun;               ///< in this order
    bool overlapped = false;               ///< a request was begun while a worker was at work on it

    void start(const StartWorker& how, const Request&) override {
        overlapped = overlapped || !running.emplace(how.request, how).second;
        begun.push_back(how.request);
        stopping.erase(how.request);
    }
    void stop(const StopWorker& how) override { stopping[how.request] = how.reason; }
};

struct App {
    TemporaryDirectory directory;
    FakeScheduler scheduler;
    FakeWorkers workers;
    std::vector<std::string> notices;
    Now now{Instant(1h), WallTime(std::chrono::hours(24 * 365 * 50))};
    int limit = 20;
    std::optional<Desk> desk;

    App() { open(); }
    explicit App(int schedulerLimit) : limit(schedulerLimit) { open(); }

    /// A process of the app begins.
    void open() {
        auto store = Store::open(directory.path, directory.path, notices);
        REQUIRE_MESSAGE(store.ok(), (store.ok() ? "" : store.error().message));
        auto opened =
            Desk::open(std::move(*store), {.service = "WorkService", .schedulerLimit = limit}, scheduler, workers);
        REQUIRE_MESSAGE(opened.ok(), (opened.ok() ? "" : opened.error().message));
        desk.emplace(std::move(*opened));
        const auto reconciled = desk->reconcile(now);
        REQUIRE((reconciled.ok() || scheduler.isAway));
        for (auto& notice : desk->takeNotices())
            notices.push_back(notice);
    }
    /// kill -9, at any moment between two turns; its workers and its runs of jobs end with it.
    void die() {
        desk.reset();
        workers.running.clear();
        workers.stopping.clear();
        scheduler.running.clear();
    }
    void dieAndBegin() {
        die();
        open();
    }

    void pass(Duration time) {
        now.elapsed += time;
        now.wall += time;
    }
    Result<Desk::Outcome> tell(const Event& event) { return desk->handle(event, now); }
    const Request* find(const UUID& id) const { return desk->engine().requests().find(id); }
    State state(const UUID& id) const {
        REQUIRE(find(id) != nullptr);
        return find(id)->state;
    }
    std::string error(const Event& event) {
        const auto told = tell(event);
        return told.ok() ? "" : told.error().message;
    }

    std::int32_t jobOf(const UUID& id) const {
        REQUIRE(find(id) != nullptr);
        REQUIRE(find(id)->job.has_value());
        return *find(id)->job;
    }
    /// The scheduler's copy of its job.
    const JobInfo& jobInfoOf(const UUID& id) const { return scheduler.jobs.at(jobOf(id)); }
    /// The scheduler begins its job; whether the run goes on.
    bool begin(const UUID& id) {
        const std::int32_t job = jobOf(id);
        scheduler.running.insert(job);
        const auto started = tell(JobStarted{job, id});
        REQUIRE(started.ok());
        if (!started->goesOn) scheduler.finish(job, false);
        return started->goesOn;
    }
    bool stopJob(const UUID& id, StopReason reason) {
        const std::int32_t job = jobOf(id);
        scheduler.running.erase(job);
        const auto stopped = tell(JobStopped{job, reason});
        REQUIRE(stopped.ok());
        return stopped->goesOn;
    }
    void end(const UUID& id, WorkerEnded::Kind kind, Data output = {}) {
        REQUIRE(workers.running.contains(id));
        const auto run = workers.running.at(id).run;
        workers.running.erase(id);
        workers.stopping.erase(id);
        REQUIRE(tell(WorkerEnded{id, run, kind, std::move(output), {}}).ok());
    }
    void succeed(const UUID& id, Data output = {}) { end(id, WorkerEnded::Kind::Success, std::move(output)); }
    void fail(const UUID& id) { end(id, WorkerEnded::Kind::Failure); }
    void retry(const UUID& id) { end(id, WorkerEnded::Kind::Retry); }
    void run(const UUID& id, Data output = {}) {
        REQUIRE(begin(id));
        succeed(id, std::move(output));
    }
};

/// Another process of the app, which reads of each change.
class Reader {
public:
    explicit Reader(const std::filesystem::path& directory) {
        std::vector<std::string> notices;
        auto opened = Store::open(directory, directory, notices);
        REQUIRE(opened.ok());
        store_.emplace(std::move(*opened));
        read(store_->read());
    }
    /// All that it knows after reading what has changed since the last time; `changes` are as many.
    const Requests& known() {
        read(store_->readChanges());
        return known_;
    }
    std::size_t changes = 0;

private:
    void read(Result<Store::Content> content) {
        REQUIRE(content.ok());
        changes = content->requests.size() + content->gone.size();
        known_.take(std::move(content->requests), content->gone);
    }
    std::optional<Store> store_;
    Requests known_;
};

/// A number's request: the same in each run.
inline UUID numbered(int number) { return *UUID::fromString(fmt::format("00000000-0000-4000-8000-{:012x}", number)); }

inline Spec once(int number, const std::string& worker = "Worker") {
    Spec spec;
    spec.id = numbered(number);
    spec.worker = worker;
    return spec;
}

inline Spec periodic(int number, Duration interval = 1h, std::optional<Duration> flex = {}) {
    Spec spec = once(number);
    spec.period = {interval, flex.value_or(interval)};
    return spec;
}

inline Enqueue enqueue(std::vector<Spec> specs) {
    Enqueue event;
    for (auto& spec : specs)
        event.nodes.push_back({std::move(spec), {}, {}});
    return event;
}

/// Each after the one before it.
inline Enqueue chain(const std::vector<int>& numbers) {
    Enqueue event;
    for (std::size_t i = 0; i < numbers.size(); ++i)
        event.nodes.push_back({once(numbers[i]), i == 0 ? std::set<UUID>() : std::set{numbered(numbers[i - 1])}, {}});
    return event;
}

inline Enqueue unique(std::string name, ExistingWorkPolicy policy, Enqueue event) {
    event.names.push_back({std::move(name), policy});
    for (auto& node : event.nodes)
        node.unique = 0;
    return event;
}

inline Data text(std::string key, std::string value) {
    return *Data::Builder().putString(std::move(key), std::move(value)).build();
}

} // namespace stint::work
