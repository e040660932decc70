#include "faces/cli/transfer/transfer_job.hpp"

#include "base/result/try.hpp"

namespace stint::cli {
namespace {

/// The service of org.stint.transfer that moves files.
constexpr const char* transferService = "Transfer";

} // namespace

Result<Conditions> conditionsIn(const Arguments& given) {
    auto network = STINT_TRY(networkIn(given, JobInfo::NETWORK_TYPE_ANY));
    return Conditions{network, constraintsIn(given)};
}

JobInfo::Builder transferJob(const Conditions& conditions, Manner manner) {
    JobInfo::Builder job(JobId{0}, transferService);
    job.setUserInitiated(manner == Manner::UserInitiated).setPersisted(true).setRequiredNetworkType(conditions.network);
    setConstraints(job, conditions.constraints);
    return job;
}

} // namespace stint::cli
