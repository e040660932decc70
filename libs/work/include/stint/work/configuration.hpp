// Configuration of an app's work layer: its workers, the place of its file, the number of workers that run at once.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "stint/export.hpp"
#include "stint/result.hpp"
#include "stint/work/worker.hpp"
#include "stint/work/worker_factory.hpp"

namespace stint::work {

/// A worker's exception, as it was thrown.
struct WorkerExceptionInfo {
    std::string workerClassName;
    WorkerParameters workerParameters;
    std::exception_ptr throwable;
};

/// Cheap to copy. May grow (decision 17).
class STINT_API Configuration {
public:
    class Builder;
    using MakeWorker = std::function<std::unique_ptr<ListenableWorker>(WorkerParameters)>;
    /// Makes a request's input of its own, the first, and the outputs of what it follows, in the order in which those
    /// ended.
    using MergeInputs = std::function<Result<Data>(const std::vector<Data>&)>;
    using WorkerExceptionHandler = std::function<void(const WorkerExceptionInfo&)>;

    static constexpr int MIN_SCHEDULER_LIMIT = 20;
    static constexpr int MAX_SCHEDULER_LIMIT = 50;

private:
    friend struct ConfigurationAccess;
    struct Values;
    std::shared_ptr<const Values> values_;
};

class STINT_API Configuration::Builder {
public:
    /// Registers `make`, which makes a worker for each run of a request of this name. Do not change a name later:
    /// stored requests have it.
    Builder& addWorker(std::string workerClassName, MakeWorker make);
    template <class Derived> Builder& addWorker(std::string workerClassName) {
        return addWorker(std::move(workerClassName),
                         [](WorkerParameters params) { return std::make_unique<Derived>(std::move(params)); });
    }
    /// Asks `factory` first for each worker; the names of addWorker() are for those that it does not make.
    Builder& setWorkerFactory(std::shared_ptr<WorkerFactory> factory);
    /// Registers a merger of the app's own, for OneTimeWorkRequest::Builder::setInputMerger(name). An Error of it, or
    /// what it throws, fails the request.
    Builder& addInputMerger(std::string name, MergeInputs merge);
    /// Sets the directory of work.db, one of the app's own, by default $XDG_DATA_HOME/PACKAGE. It is made if missing.
    /// Ended work is noted there, too, else in $XDG_STATE_HOME/PACKAGE, in case work.db is restored from a backup.
    Builder& setDirectory(std::filesystem::path directory);
    /// Names the [[service]] of the manifest that runs the jobs; by default "WorkService".
    Builder& setServiceName(std::string name);
    /// Names the [[service]] with a foreground_type, for setForeground(); by default "WorkForeground".
    Builder& setForegroundServiceName(std::string name);
    /// Sets the most jobs that are at the scheduler at once: 20 to 50, by default 20. The rest waits in the file.
    Builder& setMaxSchedulerLimit(int limit);
    /// Sets the most threads for Workers, which block theirs: of more that are RUNNING, the rest waits for one. By
    /// default as many as jobs may be at the scheduler, so that none waits. Other workers need none of these.
    Builder& setThreads(int threads);
    /// Shows the requests on the session bus, for `stint work` (dbus/org.stint.Work1.xml); by default it does.
    Builder& setPublished(bool published);
    /// Calls `listener` once for each notice that the app's author or user should know of, as that a file was set
    /// aside, or restored from a backup. Called from open() and dispatch(). By default a notice is a line on stderr.
    Builder& setNoticeListener(std::function<void(const std::string&)> listener);

    /// Calls `handler`, in the thread of the worker, with what was thrown as a worker was made, or as it worked. Either
    /// fails the request, and is a notice, with a handler or without.
    Builder& setWorkerInitializationExceptionHandler(WorkerExceptionHandler handler);
    Builder& setWorkerExecutionExceptionHandler(WorkerExceptionHandler handler);

    /// IllegalArgument for a limit out of its range.
    Result<Configuration> build() const;

private:
    Configuration configuration_;
};

} // namespace stint::work
