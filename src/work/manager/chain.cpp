#include "work/manager/chain.hpp"

#include <map>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "work/manager/manager_impl.hpp"

namespace stint::work {

WorkContinuation WorkContinuation::then(OneTimeWorkRequest next) const { return then(std::vector{std::move(next)}); }

WorkContinuation WorkContinuation::then(std::vector<OneTimeWorkRequest> next) const {
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
        for (const auto& request : node.requests)
            event.nodes.push_back({WorkRequestAccess::spec(request), parents, unique});
    }
};

Result<void> WorkContinuation::enqueue() const {
    const auto manager = node_->manager.lock();
    if (!manager) return fail(Errc::ILLEGAL_STATE, "the WorkManager of this chain is gone");
    Writer writer;
    writer.collect(node_.get());
    for (const Node* node : writer.written)
        writer.write(*node);
    auto asked = manager->ask(writer.event);
    const bool kept = asked.ok() || asked.error().message.starts_with("the work is kept");
    if (kept)
        for (Node* node : writer.written)
            node->enqueued = true;
    return asked;
}

} // namespace stint::work
