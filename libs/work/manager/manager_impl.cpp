#include "work/manager/manager_impl.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "base/unix/ends.hpp"

namespace stint::work {

Result<void> WorkManager::Impl::begin() {
    const auto begun = open();
    tellNotices(); // also where the file was set aside, and no other one can be made
    return begun;
}

Result<void> WorkManager::Impl::open() {
    const auto place = ground_->place();
    auto store = STINT_TRY(place ? Store::open(place->directory, place->state, notices_) : Store::inMemory());
    STINT_TRY(ground_->opened());
    const std::scoped_lock lock(mutex_);
    Desk desk =
        STINT_TRY(Desk::open(std::move(store), {.service = parts().service, .schedulerLimit = parts().schedulerLimit},
                             ground_->scheduler(), *this));
    desk_.emplace(std::move(desk));
    STINT_TRY(desk_->reconcile(ground_->now()));
    ground_->noteWaiting(desk_->wasAway());
    return {};
}

/// Does what a turn has left to do. The mutex is free.
void WorkManager::Impl::perform(Pending pending) {
    tellStopped(pending.stopped);
    for (const auto& values : pending.begun)
        ground_->run(Ground::Task::Begins, [this, values] { make(values); });
}

Result<Desk::Outcome> WorkManager::Impl::call(const Event& event) {
    const bool asks = !std::holds_alternative<Progress>(event) && !std::holds_alternative<JobStopped>(event) &&
                      !std::holds_alternative<JobStarted>(event) && !std::holds_alternative<JobWaits>(event);
    const bool visible = asks && ground_->isVisible();
    Pending pending;
    auto outcome = [&] {
        const std::scoped_lock lock(mutex_);
        if (asks) desk_->setVisible(visible);
        auto handled = desk_->handle(event, ground_->now());
        ground_->noteWaiting(desk_->wasAway());
        auto notices = desk_->takeNotices();
        notices_.insert(notices_.end(), notices.begin(), notices.end());
        pending = std::exchange(pending_, {});
        return handled;
    }();
    perform(std::move(pending));
    ground_->wake();
    return outcome;
}

Result<void> WorkManager::Impl::ask(const Event& event) {
    const auto outcome = STINT_TRY(call(event));
    if (outcome.isRefusedForGood())
        return within("the work is kept, but the scheduler does not take its job", *outcome.refused);
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
    STINT_TRY(desk_->refresh(ground_->now()));
    return select(query);
}

std::vector<WorkInfo> WorkManager::Impl::all() {
    auto found = infos({});
    return found.ok() ? std::move(*found) : std::vector<WorkInfo>();
}

Result<std::optional<WallTime>> WorkManager::Impl::lastCancelAll() {
    const std::scoped_lock lock(mutex_);
    STINT_TRY(desk_->refresh(ground_->now()));
    const WallTime last = desk_->engine().counters().lastCancelAll;
    return last == WallTime() ? std::nullopt : std::optional(last);
}

std::shared_ptr<void> WorkManager::Impl::observe(WorkQuery query,
                                                 std::function<void(const std::vector<WorkInfo>&)> listener) {
    auto observer = std::make_shared<Observer>(Observer{std::move(query), std::move(listener), 0, {}});
    {
        const std::scoped_lock lock(mutex_);
        observers_.push_back(observer);
    }
    ground_->wake();
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
        auto more = desk_ ? desk_->takeNotices() : std::vector<std::string>();
        notices.insert(notices.end(), more.begin(), more.end());
    }
    for (const auto& notice : notices)
        parts().notice ? parts().notice(notice) : complain("libstint-work", notice);
}

std::optional<Duration> WorkManager::Impl::timeout() {
    auto longest = ground_->timeout();
    const std::scoped_lock lock(mutex_);
    if (const auto left = untilDue()) longest = longest ? std::min(*longest, *left) : *left;
    return longest;
}

std::optional<Duration> WorkManager::Impl::untilDue() const {
    std::optional<Duration> least;
    if (const auto deadline = desk_->nextDeadline()) least = *deadline - ground_->now().elapsed;
    if (!unkept_.empty()) least = std::min(least.value_or(Duration::max()), unkeptAt_ - steadyNow());
    return least ? std::optional(std::max(*least, Duration(0))) : std::nullopt;
}

/// Does the work that no call brings: reads another process's commits, and meets a deadline.
void WorkManager::Impl::lookAround(const Ground::Turn& turn) {
    const bool visible = ground_->isVisible();
    Pending pending;
    {
        const std::scoped_lock lock(mutex_);
        const Now now = ground_->now();
        desk_->setVisible(visible);
        // A failure here comes again at the next call, which reports it.
        if (turn.othersWrote) static_cast<void>(desk_->refresh(now));
        const auto deadline = desk_->nextDeadline();
        if (turn.isFirst || (deadline && *deadline <= now.elapsed)) {
            static_cast<void>(desk_->meetDeadline(now));
            ground_->noteWaiting(desk_->wasAway());
        }
        pending = std::exchange(pending_, {});
    }
    perform(std::move(pending));
    keepAgain();
}

Result<bool> WorkManager::Impl::dispatch() {
    {
        const std::scoped_lock lock(mutex_);
        STINT_TRY(desk_->store().stillThere());
    }
    const auto turn = STINT_TRY(ground_->dispatch(*this));
    if (turn.othersWrote || turn.isFirst || timeout() == Duration(0)) lookAround(turn);
    const auto version = [this] {
        const std::scoped_lock lock(mutex_);
        return desk_->version();
    }();
    ground_->publish(version);
    tellNotices();
    tellObservers();
    return turn.goesOn;
}

Result<WorkManager> ManagerAccess::open(std::unique_ptr<Ground> ground, const Configuration& configuration) {
    auto impl = std::make_shared<WorkManager::Impl>(std::move(ground), configuration);
    STINT_TRY(impl->begin());
    return WorkManager(std::move(impl));
}

} // namespace stint::work
