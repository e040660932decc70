#include "work/manager/configuration.hpp"

#include <algorithm>
#include <thread>

#include "base/result/errors.hpp"
#include "base/result/parts.hpp"

namespace stint::work {

const Configuration::Parts& ConfigurationAccess::parts(const Configuration& configuration) {
    return partsOf(configuration.parts_);
}

using ConfigurationBuilder = Configuration::Builder;

ConfigurationBuilder& ConfigurationBuilder::addWorker(std::string workerClassName, MakeWorker make) {
    ownParts(configuration_.parts_).workers.insert_or_assign(std::move(workerClassName), std::move(make));
    return *this;
}

ConfigurationBuilder& ConfigurationBuilder::setDirectory(std::filesystem::path directory) {
    ownParts(configuration_.parts_).directory = std::move(directory);
    return *this;
}

ConfigurationBuilder& ConfigurationBuilder::setServiceName(std::string name) {
    ownParts(configuration_.parts_).service = std::move(name);
    return *this;
}

ConfigurationBuilder& ConfigurationBuilder::setForegroundServiceName(std::string name) {
    ownParts(configuration_.parts_).foregroundService = std::move(name);
    return *this;
}

ConfigurationBuilder& ConfigurationBuilder::setMaxSchedulerLimit(int limit) {
    ownParts(configuration_.parts_).schedulerLimit = limit;
    return *this;
}

ConfigurationBuilder& ConfigurationBuilder::setThreads(int threads) {
    ownParts(configuration_.parts_).threads = threads;
    return *this;
}

ConfigurationBuilder& ConfigurationBuilder::setPublished(bool published) {
    ownParts(configuration_.parts_).published = published;
    return *this;
}

ConfigurationBuilder& ConfigurationBuilder::setNoticeListener(std::function<void(const std::string&)> told) {
    ownParts(configuration_.parts_).notice = std::move(told);
    return *this;
}

Result<Configuration> ConfigurationBuilder::build() const {
    const auto& parts = partsOf(configuration_.parts_);
    if (parts.schedulerLimit < Configuration::MIN_SCHEDULER_LIMIT ||
        parts.schedulerLimit > Configuration::MAX_SCHEDULER_LIMIT)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} jobs at the scheduler at once: it may be {} to {}",
                    parts.schedulerLimit, Configuration::MIN_SCHEDULER_LIMIT, Configuration::MAX_SCHEDULER_LIMIT);
    if (parts.threads < 1) return fail(Errc::ILLEGAL_ARGUMENT, "{} threads: it may be 1 or more", parts.threads);
    return configuration_;
}

int defaultThreads() { return std::clamp(static_cast<int>(std::thread::hardware_concurrency()) - 1, 2, 4); }

} // namespace stint::work
