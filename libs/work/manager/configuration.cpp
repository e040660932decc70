#include "work/manager/configuration.hpp"

#include "base/result/errors.hpp"
#include "base/result/values.hpp"

namespace stint::work {

const Configuration::Values& ConfigurationAccess::values(const Configuration& configuration) {
    return valuesOf(configuration.values_);
}

using ConfigurationBuilder = Configuration::Builder;

ConfigurationBuilder& ConfigurationBuilder::addWorker(std::string workerClassName, MakeWorker make) {
    ownValues(configuration_.values_).workers.insert_or_assign(std::move(workerClassName), std::move(make));
    return *this;
}

ConfigurationBuilder& ConfigurationBuilder::setWorkerFactory(std::shared_ptr<WorkerFactory> factory) {
    ownValues(configuration_.values_).factory = std::move(factory);
    return *this;
}

ConfigurationBuilder& ConfigurationBuilder::addInputMerger(std::string name, MergeInputs merge) {
    ownValues(configuration_.values_).mergers.insert_or_assign(std::move(name), std::move(merge));
    return *this;
}

ConfigurationBuilder& ConfigurationBuilder::setWorkerInitializationExceptionHandler(WorkerExceptionHandler handler) {
    ownValues(configuration_.values_).notMade = std::move(handler);
    return *this;
}

ConfigurationBuilder& ConfigurationBuilder::setWorkerExecutionExceptionHandler(WorkerExceptionHandler handler) {
    ownValues(configuration_.values_).hasThrown = std::move(handler);
    return *this;
}

ConfigurationBuilder& ConfigurationBuilder::setDirectory(std::filesystem::path directory) {
    ownValues(configuration_.values_).directory = std::move(directory);
    return *this;
}

ConfigurationBuilder& ConfigurationBuilder::setServiceName(std::string name) {
    ownValues(configuration_.values_).service = std::move(name);
    return *this;
}

ConfigurationBuilder& ConfigurationBuilder::setForegroundServiceName(std::string name) {
    ownValues(configuration_.values_).foregroundService = std::move(name);
    return *this;
}

ConfigurationBuilder& ConfigurationBuilder::setMaxSchedulerLimit(int limit) {
    ownValues(configuration_.values_).schedulerLimit = limit;
    return *this;
}

ConfigurationBuilder& ConfigurationBuilder::setThreads(int threads) {
    ownValues(configuration_.values_).threads = threads;
    return *this;
}

ConfigurationBuilder& ConfigurationBuilder::setPublished(bool published) {
    ownValues(configuration_.values_).published = published;
    return *this;
}

ConfigurationBuilder& ConfigurationBuilder::setNoticeListener(std::function<void(const std::string&)> listener) {
    ownValues(configuration_.values_).notice = std::move(listener);
    return *this;
}

Result<Configuration> ConfigurationBuilder::build() const {
    const auto& values = valuesOf(configuration_.values_);
    if (values.schedulerLimit < Configuration::MIN_SCHEDULER_LIMIT ||
        values.schedulerLimit > Configuration::MAX_SCHEDULER_LIMIT)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} jobs at the scheduler at once: it may be {} to {}",
                    values.schedulerLimit, Configuration::MIN_SCHEDULER_LIMIT, Configuration::MAX_SCHEDULER_LIMIT);
    if (values.threads && *values.threads < 1)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} threads: it may be 1 or more", *values.threads);
    return configuration_;
}

} // namespace stint::work
