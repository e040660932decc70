// The content of a Configuration.
#pragma once
#include <map>

#include "stint/work/configuration.hpp"

namespace stint::work {

int defaultThreads();

struct Configuration::Values {
    std::map<std::string, MakeWorker> workers;
    std::filesystem::path directory; ///< empty: $XDG_DATA_HOME/PACKAGE
    std::string service = "WorkService";
    std::string foregroundService = "WorkForeground";
    int schedulerLimit = MIN_SCHEDULER_LIMIT;
    int threads = defaultThreads();
    bool published = true;
    std::function<void(const std::string&)> notice;
};

struct ConfigurationAccess {
    static const Configuration::Values& values(const Configuration& configuration);
};

} // namespace stint::work
