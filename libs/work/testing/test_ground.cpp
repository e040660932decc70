#include "work/testing/test_ground.hpp"

#include <algorithm>

#include <sys/eventfd.h>

#include "base/time/time.hpp"
#include "work/engine/job_of.hpp"

namespace stint::work::testing {

namespace {

/// The same in each test: noon of a day in the year 2000.
constexpr Now start{Instant(std::chrono::hours(1)), WallTime(std::chrono::milliseconds(946'728'000'000))};

bool isConstrained(const JobInfo& job) {
    return job.getRequiredNetwork() || job.isRequireCharging() || job.isRequireBatteryNotLow() ||
           job.isRequireStorageNotLow() || job.isRequireDeviceIdle() || !job.getTriggerContentUris().empty();
}

} // namespace

TestGround::TestGround() : wakeUp_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), now_(start) {}

void TestGround::setConstraintsMet(const UUID& id) {
    {
        const std::scoped_lock lock(mutex_);
        constraintsMet_.insert(id);
    }
    wake();
}

void TestGround::setDelayMet(const UUID& id) {
    {
        const std::scoped_lock lock(mutex_);
        delayMet_.insert(id);
    }
    wake();
}

void TestGround::stopRun(const UUID& id, StopReason reason) {
    const auto stopped = [&]() -> std::optional<std::int32_t> {
        const std::scoped_lock lock(mutex_);
        const auto runs = [&](const auto& one) { return one.second.request == id && one.second.runs; };
        const auto found = std::ranges::find_if(jobs_, runs);
        return found == jobs_.end() ? std::nullopt : std::optional(found->first);
    }();
    if (!stopped) return;
    finish(*stopped, jobsPort_->stopJob(*stopped, reason));
    wake();
}

void TestGround::advance(Duration time) {
    {
        const std::scoped_lock lock(mutex_);
        now_.elapsed += time;
        now_.wall += time;
    }
    wake();
}

Now TestGround::now() {
    const std::scoped_lock lock(mutex_);
    return now_;
}

void TestGround::run(Task, std::function<void()> task) {
    {
        const std::scoped_lock lock(mutex_);
        tasks_.push_back(std::move(task));
    }
    wake();
}

void TestGround::endTasks() {
    Tasks dropped;
    const std::scoped_lock lock(mutex_);
    dropped.swap(tasks_);
    isBusy_ = true; // for good
}

std::optional<std::int32_t> TestGround::nextDue() const {
    for (const auto& [number, job] : jobs_) {
        const bool isMet = !job.isConstrained || constraintsMet_.contains(job.request);
        const bool isTime = job.earliest <= now_.elapsed || delayMet_.contains(job.request);
        if (!job.runs && isMet && isTime) return number;
    }
    return std::nullopt;
}

void TestGround::begin(std::unique_lock<std::mutex>& lock, std::int32_t number) {
    Job& job = jobs_.at(number);
    job.runs = true;
    const UUID request = job.request;
    constraintsMet_.erase(request);
    delayMet_.erase(request);
    lock.unlock();
    const bool goesOn = jobsPort_->startJob(number, request);
    lock.lock();
    if (!goesOn) jobs_.erase(number);
}

void TestGround::wake() {
    ::eventfd_write(wakeUp_.get(), 1);
    std::unique_lock lock(mutex_);
    if (!jobsPort_ || std::exchange(isBusy_, true)) return;
    while (true) {
        if (!tasks_.empty()) {
            runFirst(tasks_, lock);
        } else if (const auto due = nextDue()) {
            begin(lock, *due);
        } else {
            break;
        }
    }
    isBusy_ = false;
}

Result<Ground::Turn> TestGround::dispatch(JobsPort& jobs) {
    eventfd_t count = 0;
    ::eventfd_read(wakeUp_.get(), &count);
    const std::scoped_lock lock(mutex_);
    return Turn{.goesOn = true, .isFirst = std::exchange(jobsPort_, &jobs) == nullptr};
}

Result<bool> TestGround::schedule(const JobInfo& info) {
    const std::scoped_lock lock(mutex_);
    const auto request = UUID::fromString(info.getExtras().getString(requestKey));
    jobs_.insert_or_assign(info.getId().value, Job{request.value_or(UUID()), isConstrained(info),
                                                   now_.elapsed + info.getMinimumLatency().value_or(Duration(0))});
    return true;
}

Result<void> TestGround::cancel(std::int32_t job) {
    const std::scoped_lock lock(mutex_);
    jobs_.erase(job);
    return {};
}

Result<std::vector<Reconcile::Pending>> TestGround::pending() {
    const std::scoped_lock lock(mutex_);
    std::vector<Reconcile::Pending> pending;
    for (const auto& [number, job] : jobs_)
        pending.push_back({number, job.request});
    return pending;
}

void TestGround::finish(std::int32_t number, bool again) {
    const std::scoped_lock lock(mutex_);
    const auto found = jobs_.find(number);
    if (found == jobs_.end()) return;
    found->second.runs = false;
    found->second.earliest = now_.elapsed + WorkRequest::DEFAULT_BACKOFF;
    if (!again) jobs_.erase(found);
}

} // namespace stint::work::testing
