// The handle that all copies of a run's JobParameters in the app share. It ends with the last of them: from then on
// the app cannot finish the run any more (jobs.md §4.2, abandoned).
#pragma once
#include <memory>
#include <optional>

#include "link/client/run.hpp"
#include "stint/connection.hpp"
#include "stint/job_work_item.hpp"

namespace stint::client {

/// The handle that all copies of a run's JobParameters in the app share. It ends with the last of them: from then on
/// the app cannot finish the run any more (jobs.md §4.2, abandoned).
struct RunHandle {
    RunHandle(std::weak_ptr<Connection::Impl> where, RunKey which) : connection(std::move(where)), key(which) {}
    /// May run in any thread, at any time, also while that very connection is locked: it only notes the loss there.
    ~RunHandle();
    RunHandle(const RunHandle&) = delete;
    RunHandle& operator=(const RunHandle&) = delete;

    Result<std::optional<JobWorkItem>> dequeueWork() const;
    Result<void> completeWork(const JobWorkItem& item) const;

    const std::weak_ptr<Connection::Impl> connection;
    const RunKey key;
};

} // namespace stint::client
