// WorkContinuation: a chain of work that is built before it is enqueued (jobs.md §10). Each step begins when all
// requests of the step before it have succeeded, and is given their outputs.
#pragma once
#include <memory>
#include <vector>

#include "stint/export.hpp"
#include "stint/result.hpp"
#include "stint/work/work_info.hpp"
#include "stint/work/work_request.hpp"

namespace stint::work {

/// Cheap to copy: copies are the same chain. Several chains may continue one.
class STINT_API WorkContinuation {
public:
    // Without a move: what was moved from would be no chain.
    WorkContinuation(const WorkContinuation&) = default;
    WorkContinuation& operator=(const WorkContinuation&) = default;
    ~WorkContinuation() = default;

    WorkContinuation then(OneTimeWorkRequest next) const;
    /// Adds a step: all of `next` follow all of this chain's last step.
    WorkContinuation then(std::vector<OneTimeWorkRequest> next) const;
    /// Joins chains: a step that then() adds follows all of them, and gets their outputs as arrays.
    static WorkContinuation combine(std::vector<WorkContinuation> chains);

    /// Enqueues every request of it that is not enqueued yet, in one transaction: all are durable when it returns, or
    /// none. Errors: IllegalArgument for a request that is in it twice (a cycle); Storage.
    Result<void> enqueue() const;
    /// The requests of it that are in the file, in the order in which they were enqueued. Errors: Storage.
    Result<std::vector<WorkInfo>> getWorkInfos() const;

private:
    friend class WorkManager;
    struct Node;
    struct Writer;
    explicit WorkContinuation(std::shared_ptr<Node> node) : node_(std::move(node)) {}
    std::shared_ptr<Node> node_; ///< never null
};

} // namespace stint::work
