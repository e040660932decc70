#include "work/manager/work_manager.hpp"

#include <algorithm>
#include <climits>
#include <map>

#include <poll.h>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "base/unix/ends.hpp"
#include "stint/work/work_manager.hpp"
#include "work/manager/libstint_ground.hpp"
#include "work/manager/manager_impl.hpp"

namespace stint::work {

WorkContinuation WorkContinuation::then(OneTimeWorkRequest next) const { return then(std::vector{std::move(next)}); }

WorkContinuation WorkContinuation::then(std::vector<OneTimeWorkRequest> next) const {
    if (next.empty()) return *this;
    return WorkContinuation(
        std::make_shared<Node>(Node{node_->manager, std::move(next), {node_}, node_->unique, false}));
}

WorkContinuation WorkContinuation::combine(std::vector<WorkContinuation> chains) {
    auto joined = std::make_shared<Node>();
    for (const auto& chain : chains) {
        joined->manager = chain.node_->manager;
        joined->before.push_back(chain.node_);
    }
    return WorkContinuation(std::move(joined));
}

namespace {

Error managerIsGone() { return fail(Errc::ILLEGAL_STATE, "the WorkManager of this chain is gone"); }

} // namespace

/// Writes the chain as one event: each step after those that it follows.
struct WorkContinuation::Writer {
    Enqueue event;
    std::map<const Enqueue::Unique*, std::size_t> names;
    std::vector<Node*> written; ///< in that order

    /// Adds each step after those before it; by a list of its own, because a chain may be longer than the stack is
    /// deep.
    void collect(Node* last) {
        std::set<Node*> seen;
        std::vector<std::pair<Node*, std::size_t>> open{{last, 0}};
        while (!open.empty()) {
            auto& [node, nth] = open.back();
            if (node->enqueued || (nth == 0 && seen.contains(node))) {
                open.pop_back();
            } else if (nth < node->before.size()) {
                Node* const next = node->before[nth++].get();
                if (!seen.contains(next)) open.emplace_back(next, 0);
            } else {
                if (seen.insert(node).second) written.push_back(node);
                open.pop_back();
            }
        }
    }

    static void idsOf(const Node& node, std::set<UUID>& ids) {
        for (const auto& request : node.requests)
            ids.insert(request.getId());
        if (!node.requests.empty()) return;
        for (const auto& before : node.before)
            idsOf(*before, ids); // this step only joins others
    }

    void write(const Node& node) {
        std::set<UUID> parents;
        for (const auto& before : node.before)
            idsOf(*before, parents);
        std::optional<std::size_t> unique;
        if (node.unique) {
            const auto [name, fresh] = names.try_emplace(node.unique.get(), event.names.size());
            if (fresh) event.names.push_back(*node.unique);
            unique = name->second;
        }
        const bool joins = std::ranges::any_of(node.before, [](const auto& one) { return one->requests.empty(); });
        for (const auto& request : node.requests)
            event.nodes.push_back({WorkRequestAccess::spec(request), parents, unique, joins});
    }
};

Result<void> WorkContinuation::enqueue() const {
    Writer writer;
    writer.collect(node_.get());
    if (std::ranges::any_of(writer.written, [](Node* node) { return node->requests.empty() && node->before.empty(); }))
        return fail(Errc::ILLEGAL_ARGUMENT, "a chain begins with one request at least");
    const auto manager = node_->manager.lock();
    if (!manager) return managerIsGone();
    for (const Node* node : writer.written)
        writer.write(*node);
    auto asked = manager->ask(writer.event);
    const bool kept = asked.ok() || asked.error().message.starts_with("the work is kept");
    if (kept)
        for (Node* node : writer.written)
            node->enqueued = true;
    return asked;
}

Result<std::vector<WorkInfo>> WorkContinuation::getWorkInfos() const {
    const auto manager = node_->manager.lock();
    if (!manager) return managerIsGone();
    std::set<UUID> ids;
    std::set<const Node*> seen{node_.get()};
    std::vector<const Node*> open{node_.get()};
    while (!open.empty()) {
        const Node& node = *open.back();
        open.pop_back();
        for (const auto& request : node.requests)
            ids.insert(request.getId());
        for (const auto& before : node.before)
            if (seen.insert(before.get()).second) open.push_back(before.get());
    }
    if (ids.empty()) return std::vector<WorkInfo>(); // no ids are a query for all
    return manager->infos(WorkQuery::fromIds(std::move(ids)));
}

namespace {

void waitFor(int fd, std::optional<Duration> longest) {
    pollfd ready{fd, POLLIN, 0};
    ::poll(&ready, 1, pollTimeout(longest));
}

std::vector<Enqueue::Node> nodesOf(const std::vector<OneTimeWorkRequest>& requests) {
    std::vector<Enqueue::Node> nodes;
    for (const auto& request : requests)
        nodes.push_back({WorkRequestAccess::spec(request), {}, {}});
    return nodes;
}

} // namespace

WorkManager::WorkManager(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
WorkManager::WorkManager(WorkManager&&) noexcept = default;

WorkManager& WorkManager::operator=(WorkManager&& other) noexcept {
    if (impl_) impl_->shutDown();
    impl_ = std::move(other.impl_);
    return *this;
}

WorkManager::~WorkManager() {
    if (impl_) impl_->shutDown();
}

Result<WorkManager> WorkManager::open(Connection& connection, const Configuration& configuration) {
    auto ground = STINT_TRY(LibstintGround::open(connection, configuration));
    return ManagerAccess::open(std::move(ground), configuration);
}

int WorkManager::fd() const { return impl_->fd(); }
std::optional<Duration> WorkManager::timeout() const { return impl_->timeout(); }
Result<bool> WorkManager::dispatch() { return impl_->dispatch(); }

int WorkManager::run(WorkManager& manager) {
    while (true) {
        waitFor(manager.fd(), manager.timeout());
        const auto goesOn = manager.dispatch();
        if (!goesOn.ok()) return ends::unavailable;
        if (!*goesOn) return 0;
    }
}

Result<void> WorkManager::enqueue(OneTimeWorkRequest request) { return enqueue(std::vector{std::move(request)}); }

Result<void> WorkManager::enqueue(std::vector<OneTimeWorkRequest> requests) {
    if (requests.empty()) return fail(Errc::ILLEGAL_ARGUMENT, "an empty list of requests");
    return impl_->ask(Enqueue{{}, nodesOf(requests)});
}

Result<void> WorkManager::enqueue(PeriodicWorkRequest request) {
    return impl_->ask(Enqueue{{}, {{WorkRequestAccess::spec(request), {}, {}}}});
}

Result<void> WorkManager::enqueueUniqueWork(std::string name, ExistingWorkPolicy policy, OneTimeWorkRequest request) {
    return beginUniqueWork(std::move(name), policy, std::move(request)).enqueue();
}

Result<void> WorkManager::enqueueUniqueWork(std::string name, ExistingWorkPolicy policy,
                                            std::vector<OneTimeWorkRequest> requests) {
    return beginUniqueWork(std::move(name), policy, std::move(requests)).enqueue();
}

Result<void> WorkManager::enqueueUniquePeriodicWork(std::string name, ExistingPeriodicWorkPolicy policy,
                                                    PeriodicWorkRequest request) {
    return impl_->ask(EnqueuePeriodic{WorkRequestAccess::spec(request), std::move(name), policy});
}

WorkContinuation WorkManager::beginWith(OneTimeWorkRequest request) {
    return beginWith(std::vector{std::move(request)});
}

WorkContinuation WorkManager::beginWith(std::vector<OneTimeWorkRequest> requests) {
    return WorkContinuation(
        std::make_shared<WorkContinuation::Node>(WorkContinuation::Node{impl_, std::move(requests), {}, {}, false}));
}

WorkContinuation WorkManager::beginUniqueWork(std::string name, ExistingWorkPolicy policy, OneTimeWorkRequest request) {
    return beginUniqueWork(std::move(name), policy, std::vector{std::move(request)});
}

WorkContinuation WorkManager::beginUniqueWork(std::string name, ExistingWorkPolicy policy,
                                              std::vector<OneTimeWorkRequest> requests) {
    auto unique = std::make_shared<const Enqueue::Unique>(Enqueue::Unique{std::move(name), policy});
    return WorkContinuation(std::make_shared<WorkContinuation::Node>(
        WorkContinuation::Node{impl_, std::move(requests), {}, std::move(unique), false}));
}

Result<UpdateResult> WorkManager::updateWork(OneTimeWorkRequest request) {
    const auto answer = STINT_TRY(impl_->call(Update{WorkRequestAccess::spec(request)}));
    return answer.updated;
}

Result<UpdateResult> WorkManager::updateWork(PeriodicWorkRequest request) {
    const auto answer = STINT_TRY(impl_->call(Update{WorkRequestAccess::spec(request)}));
    return answer.updated;
}

namespace {

constexpr std::string_view cancelKey = "stint.work.cancel:"; // then the request's id

} // namespace

Notification::Action WorkManager::createCancelAction(UUID id, std::string label) {
    return {std::string(cancelKey) + id.toString(), std::move(label)};
}

void WorkManager::Impl::pressed(const std::string& key) {
    if (!key.starts_with(cancelKey)) return;
    const auto id = UUID::fromString(std::string_view(key).substr(cancelKey.size()));
    if (!id) return;
    const auto answer = ask(Cancel{*id});
    if (answer.ok()) return;
    const std::scoped_lock lock(mutex_);
    notices_.push_back(fmt::format("work {}: it could not be cancelled: {}", id->toString(), answer.error().message));
}

Result<void> WorkManager::cancelWorkById(UUID id) { return impl_->ask(Cancel{id}); }
Result<void> WorkManager::cancelAllWorkByTag(const std::string& tag) { return impl_->ask(Cancel{Cancel::Tag{tag}}); }
Result<void> WorkManager::cancelUniqueWork(const std::string& name) { return impl_->ask(Cancel{Cancel::Name{name}}); }
Result<void> WorkManager::cancelAllWork() { return impl_->ask(Cancel{Cancel::All{}}); }
Result<std::optional<WallTime>> WorkManager::getLastCancelAllTime() { return impl_->lastCancelAll(); }
Result<void> WorkManager::pruneWork() { return impl_->ask(Prune{}); }

Result<std::optional<WorkInfo>> WorkManager::getWorkInfoById(UUID id) {
    auto found = STINT_TRY(impl_->infos(WorkQuery::fromIds({id})));
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

Result<std::vector<WorkInfo>> WorkManager::getWorkInfosByTag(const std::string& tag) {
    return impl_->infos(WorkQuery::fromTags({tag}));
}

Result<std::vector<WorkInfo>> WorkManager::getWorkInfosForUniqueWork(const std::string& name) {
    return impl_->infos(WorkQuery::fromUniqueWorkNames({name}));
}

Result<std::vector<WorkInfo>> WorkManager::getWorkInfos(const WorkQuery& query) { return impl_->infos(query); }

WorkManager::Observation WorkManager::observe(WorkQuery query,
                                              std::function<void(const std::vector<WorkInfo>&)> listener) {
    return Observation(impl_->observe(std::move(query), std::move(listener)));
}

Result<WorkInfo> WorkManager::await(UUID id, std::optional<Duration> longest) {
    const Duration begun = steadyNow();
    while (true) {
        const auto info = STINT_TRY(getWorkInfoById(id));
        if (!info) return fail(Errc::ILLEGAL_ARGUMENT, "no work of id {}", id.toString());
        if (isFinished(info->getState())) {
            static_cast<void>(dispatch()); // its observers learn of it, too
            return *info;
        }
        auto wait = timeout();
        if (longest) {
            const Duration left = begun + *longest - steadyNow();
            if (left <= Duration(0))
                return fail(Errc::ILLEGAL_STATE, "work {} is {} still", id.toString(), nameOf(info->getState()));
            wait = wait ? std::min(*wait, left) : left;
        }
        waitFor(fd(), wait);
        if (!STINT_TRY(dispatch())) return fail(Errc::UNAVAILABLE, "stintd has let go of this process");
    }
}

} // namespace stint::work
