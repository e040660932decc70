// The content of a Configuration.
#pragma once
#include <map>
#include <optional>

#include "stint/work/configuration.hpp"

namespace stint::work {

struct Configuration::Values {
    std::map<std::string, MakeWorker> workers;
    std::shared_ptr<WorkerFactory> factory;
    std::map<std::string, MergeInputs> mergers;
    WorkerExceptionHandler notMade;
    WorkerExceptionHandler hasThrown;
    std::filesystem::path directory; ///< empty: $XDG_DATA_HOME/PACKAGE
    std::string service = "WorkService";
    std::string foregroundService = "WorkForeground";
    int schedulerLimit = MIN_SCHEDULER_LIMIT;
    std::optional<int> threads; ///< none: as many as `schedulerLimit`
    bool published = true;
    std::function<void(const std::string&)> notice;
};

struct ConfigurationAccess {
    using Values = Configuration::Values;
    static const Values& values(const Configuration& configuration);
};

} // namespace stint::work
