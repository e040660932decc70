// WorkerFactory: makes the workers of an app (jobs.md §10), where a function for each name is not enough.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "stint/export.hpp"
#include "stint/work/worker.hpp"

namespace stint::work {

class STINT_API WorkerFactory {
public:
    virtual ~WorkerFactory();
    /// Makes the worker of a run; null: it makes none of this name. Called from several threads at once. What it throws
    /// fails the request.
    virtual std::unique_ptr<ListenableWorker> createWorker(const std::string& workerClassName,
                                                           WorkerParameters params) = 0;
};

/// Asks factories in turn, until one makes a worker.
class STINT_API DelegatingWorkerFactory : public WorkerFactory {
public:
    /// Before the Configuration that has this one is built.
    void addFactory(std::shared_ptr<WorkerFactory> factory);
    std::unique_ptr<ListenableWorker> createWorker(const std::string& workerClassName,
                                                   WorkerParameters params) override;

private:
    std::vector<std::shared_ptr<WorkerFactory>> factories_;
};

} // namespace stint::work
