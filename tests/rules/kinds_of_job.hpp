// A job of each kind that says no more than it must.
#pragma once
#include "stint/job_info.hpp"

namespace stint {

using Builder = JobInfo::Builder;

inline Builder regular() { return {7, "Jobs"}; }
inline Builder expedited() { return regular().setExpedited(true); }
inline Builder transfer() { return regular().setUserInitiated(true).setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY); }

} // namespace stint
