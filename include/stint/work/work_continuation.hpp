// A chain of work that is built before it is enqueued (jobs.md §10): each step begins when all of the step before it
// have succeeded, and is given their outputs.
#pragma once
#include <memory>
#include <vector>

#include "stint/export.hpp"
#include "stint/result.hpp"
#include "stint/work/work_request.hpp"

namespace stint::work {

/// Cheap to copy: copies are the same chain. Several may go on from one.
class STINT_API WorkContinuation {
public:
    WorkContinuation then(OneTimeWorkRequest next) const;
    /// All of `next` follow all of this chain's last step.
    WorkContinuation then(std::vector<OneTimeWorkRequest> next) const;
    /// What follows, by then(), follows all of them.
    static WorkContinuation combine(std::vector<WorkContinuation> chains);

    /// All of it that is not enqueued yet, in one transaction: durable when it returns, or nothing is. Errors:
    /// IllegalArgument for a request that is in it twice (a cycle), or was enqueued before; Storage.
    Result<void> enqueue() const;

private:
    friend class WorkManager;
    struct Node;
    struct Writer;
    explicit WorkContinuation(std::shared_ptr<Node> node) : node_(std::move(node)) {}
    std::shared_ptr<Node> node_;
};

} // namespace stint::work
