// A service that notes its callbacks as lines and does what the test hung into it.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "stint/job_service.hpp"

namespace stint {

struct RecordedService : JobService {
    std::vector<std::string> calls;
    JobParameters last;
    std::vector<JobParameters> kept; ///< all of them: a run whose last one went would be abandoned
    std::function<bool(const JobParameters&)> start = [](const JobParameters&) { return true; };
    std::function<bool(const JobParameters&)> stop = [](const JobParameters&) { return true; };

    bool onStartJob(JobParameters params) override {
        note(params, fmt::format("start {}", params.getJobId().value));
        return start(params);
    }
    bool onStopJob(JobParameters params) override {
        note(params, fmt::format("stop {} {}", params.getJobId().value, nameOf(params.getStopReason())));
        return stop(params);
    }
    void onNetworkChanged(JobParameters params) override {
        note(params, fmt::format("network {} {}", params.getJobId().value, params.getNetwork()->interface));
    }

private:
    void note(const JobParameters& params, std::string line) {
        last = params;
        kept.push_back(params);
        calls.push_back(std::move(line));
    }
};

using Lines = std::vector<std::string>;

} // namespace stint
