// A job that a person has the fleet's agent do on this device (fleet.md §1), for the verbs that are such a job.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "contract/model/view.hpp"
#include "faces/screen/terminal.hpp"
#include "stint/job_info.hpp"
#include "stint/result.hpp"

namespace stint::fleetctl {

/// It is followed to its end, which is the verb's. `space`: its namespace; `what`: what cannot be done where it fails.
int followed(const Result<JobInfo>& job, const std::string& space, std::string_view what, const cli::Screen& screen,
             const std::function<int(const JobView&)>& succeeded);

} // namespace stint::fleetctl
