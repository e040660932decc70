#include "work/manager/manager_impl.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "base/unix/ends.hpp"
#include "base/unix/paths.hpp"
#include "base/unix/waiting_work.hpp"
#include "stint/standing.hpp"
#include "work/engine/job_of.hpp"

namespace stint::work {

namespace {

Now presentTime() { return {bootNow(), wallNow()}; }

} // namespace

WorkManager::Impl::Impl(Connection& connection, Configuration configuration, JobScheduler scheduler, Wakes wakes)
    : connection_(connection), configuration_(std::move(configuration)), scheduler_(std::move(scheduler), *this),
      wakes_(std::move(wakes)), pool_(ConfigurationAccess::values(configuration_).threads) {}

Result<std::shared_ptr<WorkManager::Impl>> WorkManager::Impl::open(Connection& connection,
                                                                   const Configuration& configuration) {
    auto scheduler = STINT_TRY(JobScheduler(connection).forNamespace(jobNamespace));
    auto wakes = STINT_TRY(Wakes::open(connection.fd()));
    auto impl = std::make_shared<Impl>(connection, configuration, std::move(scheduler), std::move(wakes));
    STINT_TRY(impl->begin());
    return impl;
}

// The service is offered only when the loop begins: jobs begin in a process that stays.
Result<void> WorkManager::Impl::begin() {
    const auto& parts = ConfigurationAccess::values(configuration_);
    package_ = STINT_TRY(connection_.package());
    auto directory = parts.directory;
    auto state = parts.directory;
    if (directory.empty()) {
        directory = baseDirectory("XDG_DATA_HOME", ".local/share") / package_;
        state = baseDirectory("XDG_STATE_HOME", ".local/state") / package_;
    }
    auto store = STINT_TRY(Store::open(directory, state, notices_));
    STINT_TRY(wakes_.watchFile(directory));
    {
        const std::scoped_lock lock(mutex_);
        Desk desk = STINT_TRY(Desk::open(
            std::move(store), {.service = parts.service, .schedulerLimit = parts.schedulerLimit}, scheduler_, *this));
        desk_.emplace(std::move(desk));
    }
    {
        const std::scoped_lock lock(mutex_);
        STINT_TRY(desk_->reconcile(presentTime()));
        waits_ = waitingWorkOf(package_).has_value();
        noteWaiting();
    }
    tellNotices();
    return {};
}

// Where no note can be written, the work waits for the app's next start, as what a sandboxed app notes does.
void WorkManager::Impl::noteWaiting() {
    if (desk_->wasAway() == waits_) return;
    waits_ = desk_->wasAway();
    if (waits_)
        (void)noteWaitingWork(package_, ConfigurationAccess::values(configuration_).service);
    else
        forgetWaitingWork(package_);
}

/// False where that cannot be known, and before the app's loop runs: a process that only enqueues may end at any
/// time.
bool WorkManager::Impl::isVisible() {
    if (!dispatches_) return false;
    const auto importance = connection_.getMyImportance();
    return importance.ok() && *importance <= Importance::VISIBLE && *importance != Importance::FOREGROUND_SERVICE;
}

Result<Desk::Outcome> WorkManager::Impl::call(const Event& event) {
    const bool asks = !std::holds_alternative<Progress>(event) && !std::holds_alternative<JobStopped>(event) &&
                      !std::holds_alternative<JobStarted>(event);
    const bool visible = asks && isVisible();
    std::vector<Running> stopped;
    auto outcome = [&] {
        const std::scoped_lock lock(mutex_);
        if (asks) desk_->setVisible(visible);
        auto handled = desk_->handle(event, presentTime());
        noteWaiting();
        auto notices = desk_->takeNotices();
        notices_.insert(notices_.end(), notices.begin(), notices.end());
        stopped.swap(toStop_);
        return handled;
    }();
    tellStopped(std::move(stopped));
    wakes_.wake();
    return outcome;
}

Result<void> WorkManager::Impl::ask(const Event& event) {
    const auto outcome = STINT_TRY(call(event));
    const bool forGood =
        outcome.refused && (outcome.refused->code == Errc::SECURITY || outcome.refused->code == Errc::ILLEGAL_ARGUMENT);
    if (forGood) return within("the work is kept, but the scheduler does not take its job", *outcome.refused);
    return {};
}

std::vector<WorkInfo> WorkManager::Impl::select(const WorkQuery& query) const {
    const Requests& requests = desk_->engine().requests();
    std::vector<const Request*> found;
    const auto offer = [&](const Request& request) {
        const bool tagged =
            query.tags.empty() || std::any_of(query.tags.begin(), query.tags.end(),
                                              [&](const auto& tag) { return request.spec.tags.contains(tag); });
        const bool named = query.uniqueWorkNames.empty() || query.uniqueWorkNames.contains(request.name);
        const bool inState = query.states.empty() || query.states.contains(request.state);
        if (tagged && named && inState) found.push_back(&request);
    };
    if (!query.ids.empty()) {
        for (const UUID& id : query.ids)
            if (const Request* request = requests.find(id)) offer(*request);
    } else if (!query.uniqueWorkNames.empty()) {
        for (const auto& name : query.uniqueWorkNames)
            for (const UUID& id : requests.named(name))
                offer(*requests.find(id));
    } else {
        for (const auto& [id, request] : requests.all())
            offer(request);
    }
    std::sort(found.begin(), found.end(), [](auto* a, auto* b) { return a->sequence < b->sequence; });
    std::vector<WorkInfo> infos;
    for (const Request* request : found)
        infos.push_back(WorkInfoAccess::make(*request));
    return infos;
}

Result<std::vector<WorkInfo>> WorkManager::Impl::infos(const WorkQuery& query) {
    const std::scoped_lock lock(mutex_);
    STINT_TRY(desk_->refresh(presentTime()));
    return select(query);
}

std::shared_ptr<void> WorkManager::Impl::observe(WorkQuery query,
                                                 std::function<void(const std::vector<WorkInfo>&)> listener) {
    auto observer = std::make_shared<Observer>(Observer{std::move(query), std::move(listener), 0, {}});
    {
        const std::scoped_lock lock(mutex_);
        observers_.push_back(observer);
    }
    wakes_.wake();
    return observer;
}

void WorkManager::Impl::tellObservers() {
    std::vector<std::shared_ptr<Observer>> due;
    {
        const std::scoped_lock lock(mutex_);
        observers_.remove_if([](const auto& observer) { return observer.expired(); });
        const std::uint64_t version = desk_->version() + 1;
        for (const auto& weak : observers_) {
            auto observer = weak.lock();
            if (!observer || observer->version == version) continue;
            auto infos = select(observer->query);
            const bool same = observer->version != 0 && std::equal(infos.begin(), infos.end(), observer->last.begin(),
                                                                   observer->last.end(), WorkInfoAccess::same);
            observer->version = version;
            if (same) continue;
            observer->last = std::move(infos);
            due.push_back(std::move(observer));
        }
    }
    for (const auto& observer : due)
        observer->listener(observer->last);
}

void WorkManager::Impl::tellNotices() {
    std::vector<std::string> notices;
    {
        const std::scoped_lock lock(mutex_);
        notices.swap(notices_);
        auto more = desk_->takeNotices();
        notices.insert(notices.end(), more.begin(), more.end());
    }
    const auto& listener = ConfigurationAccess::values(configuration_).notice;
    for (const auto& notice : notices)
        listener ? listener(notice) : complain("libstint-work", notice);
}

std::optional<Duration> WorkManager::Impl::timeout() {
    if (!dispatches_) return Duration(0); // the service is hosted by the first dispatch()
    const std::scoped_lock lock(mutex_);
    auto longest = connection_.timeout();
    if (const auto bus = publisher_ ? publisher_->timeout() : std::nullopt)
        longest = longest ? std::min(*longest, *bus) : bus;
    if (const auto left = untilDue()) longest = longest ? std::min(*longest, *left) : *left;
    return longest;
}

std::optional<Duration> WorkManager::Impl::untilDue() const {
    std::optional<Duration> least;
    if (const auto deadline = desk_->engine().nextDeadline()) least = *deadline - bootNow();
    if (!unkept_.empty()) least = std::min(least.value_or(Duration::max()), unkeptAt_ - steadyNow());
    return least ? std::optional(std::max(*least, Duration(0))) : std::nullopt;
}

/// Does the work that no call brings: reads another process's commits, and meets a deadline.
void WorkManager::Impl::lookAround(bool othersWrote, bool first) {
    const bool visible = isVisible();
    std::vector<Running> stopped;
    {
        const std::scoped_lock lock(mutex_);
        const Now now = presentTime();
        desk_->setVisible(visible);
        // A failure here comes again at the next call, which reports it.
        if (othersWrote) static_cast<void>(desk_->refresh(now));
        const auto deadline = desk_->engine().nextDeadline();
        if (first || (deadline && *deadline <= now.elapsed)) {
            if (!desk_->wasAway() || !desk_->reconcile(now).ok()) static_cast<void>(desk_->handle(Look{}, now));
            noteWaiting();
        }
        stopped.swap(toStop_);
    }
    tellStopped(std::move(stopped));
    keepAgain();
}

/// The loop has begun: from here on jobs may run in this process, and its requests are shown.
Result<void> WorkManager::Impl::firstTurn() {
    const auto& parts = ConfigurationAccess::values(configuration_);
    STINT_TRY(connection_.host(parts.service, *this));
    if (!parts.published) return {};
    publisher_.emplace(package_, [this] {
        auto all = infos({});
        return all.ok() ? std::move(*all) : std::vector<WorkInfo>();
    });
    return {};
}

void WorkManager::Impl::publish() {
    if (!publisher_) return;
    const auto version = [this] {
        const std::scoped_lock lock(mutex_);
        return desk_->version();
    }();
    if (std::exchange(published_, version) != version) publisher_->changed();
    publisher_->dispatch();
    wakes_.follow(publisher_->fd(), publisher_->events());
}

Result<bool> WorkManager::Impl::dispatch() {
    const bool othersWrote = wakes_.drain();
    const bool first = !dispatches_.exchange(true);
    if (first) STINT_TRY(firstTurn());
    const bool goesOn = STINT_TRY(connection_.dispatch());
    const bool due = timeout() == Duration(0);
    if (othersWrote || due || first) lookAround(othersWrote, first);
    publish();
    tellNotices();
    tellObservers();
    return goesOn;
}

} // namespace stint::work
