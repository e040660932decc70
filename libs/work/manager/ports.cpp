#include "work/manager/ports.hpp"

#include <cerrno>
#include <cstring>

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/result/errors.hpp"
#include "base/unix/inotify.hpp"
#include "work/engine/job_of.hpp"

namespace stint::work {

void Pool::run(std::function<void()> task) {
    const std::scoped_lock lock(mutex_);
    if (over_) return;
    tasks_.push_back(std::move(task));
    if (free_ < tasks_.size() && threads_.size() < most_) threads_.emplace_back([this] { serve(); });
    STINT_CHECK(threads_.size() <= most_);
    STINT_CHECK(!threads_.empty()); // or nobody would run it
    wakes_.notify_one();
}

void Pool::serve() {
    std::unique_lock lock(mutex_);
    while (true) {
        ++free_;
        wakes_.wait(lock, [this] { return over_ || !tasks_.empty(); });
        STINT_CHECK(free_ > 0);
        --free_;
        if (over_) return;
        STINT_CHECK(!tasks_.empty());
        runFirst(tasks_, lock);
    }
}

void Pool::end() {
    std::vector<std::thread> threads;
    {
        const std::scoped_lock lock(mutex_);
        over_ = true;
        threads.swap(threads_);
    }
    wakes_.notify_all();
    for (auto& thread : threads)
        thread.join();
}

namespace {

Error systemError(std::string_view what) { return fail(Errc::SYSTEM, "{}: {}", what, std::strerror(errno)); }

Result<void> addTo(const Fd& epoll, int fd) {
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &wanted) != 0) return systemError("epoll");
    return {};
}

} // namespace

Result<Wakes> Wakes::open(int connection) {
    Wakes wakes;
    wakes.epoll_ = Fd(::epoll_create1(EPOLL_CLOEXEC));
    wakes.wakeUp_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    wakes.inotify_ = openInotify();
    if (!wakes.epoll_ || !wakes.wakeUp_ || !wakes.inotify_) return systemError("a descriptor");
    for (const int fd : {connection, wakes.wakeUp_.get(), wakes.inotify_.get()})
        STINT_TRY(addTo(wakes.epoll_, fd));
    return wakes;
}

// Watches for the touch that a commit ends with (work/engine/sessions.hpp).
Result<void> Wakes::watchFile(const std::filesystem::path& directory) {
    if (::inotify_add_watch(inotify_.get(), directory.c_str(), IN_ATTRIB | IN_ONLYDIR) < 0)
        return systemError(directory.string());
    return {};
}

void Wakes::follow(int other, short events) {
    if (other == other_ && events == events_) return;
    epoll_event wanted{};
    wanted.events = static_cast<std::uint32_t>(events); // EPOLLIN and EPOLLOUT are poll's numbers
    if (other != other_ && other_ >= 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, other_, nullptr);
    if (other >= 0) ::epoll_ctl(epoll_.get(), other == other_ ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, other, &wanted);
    other_ = other;
    events_ = events;
}

void Wakes::wake() const { ::eventfd_write(wakeUp_.get(), 1); }

bool Wakes::drain() const {
    eventfd_t count = 0;
    ::eventfd_read(wakeUp_.get(), &count);
    return dropEvents(inotify_);
}

Result<bool> LibstintScheduler::schedule(const JobInfo& job) {
    const auto answer = STINT_TRY(scheduler_.schedule(job));
    return answer == JobScheduler::RESULT_SUCCESS;
}

Result<void> LibstintScheduler::cancel(std::int32_t job) { return scheduler_.cancel(JobId(job)); }

Result<std::vector<Reconcile::Pending>> LibstintScheduler::pending() {
    std::vector<Reconcile::Pending> pending;
    for (const JobInfo& job : STINT_TRY(scheduler_.getAllPendingJobs()))
        pending.push_back({job.getId().value, requestOf(job.getExtras())});
    return pending;
}

void LibstintScheduler::begin(const JobParameters& params) {
    const std::scoped_lock lock(mutex_);
    runs_.insert_or_assign(params.getJobId().value, params);
}

void LibstintScheduler::forget(std::int32_t job) {
    const std::scoped_lock lock(mutex_);
    runs_.erase(job);
}

std::optional<JobParameters> LibstintScheduler::paramsOf(std::int32_t job) const {
    const std::scoped_lock lock(mutex_);
    const auto found = runs_.find(job);
    return found == runs_.end() ? std::nullopt : std::optional(found->second);
}

void LibstintScheduler::finish(std::int32_t job, bool again) {
    const auto params = paramsOf(job);
    forget(job);
    if (params) service_->jobFinished(*params, again);
}

// Without an answer the worker goes on until its job runs again.
void LibstintScheduler::watch(std::int32_t job) {
    static_cast<void>(scheduler_.onPendingJobReasons(
        JobId(job), [waits = waits_, job](const auto& reasons) { waits(job, reasons); }));
}

} // namespace stint::work
