#include "cli/transfer/transfer_job.hpp"

#include <array>

#include "base/fail.hpp"
#include "base/try.hpp"

namespace stint::cli {
namespace {

/// The service of org.stint.transfer that moves files.
constexpr const char* transferService = "Transfer";

Result<std::int32_t> networkIn(const Arguments& given) {
    constexpr std::array<std::pair<std::string_view, std::int32_t>, 4> types{
        {{"any", JobInfo::NETWORK_TYPE_ANY},
         {"unmetered", JobInfo::NETWORK_TYPE_UNMETERED},
         {"not_roaming", JobInfo::NETWORK_TYPE_NOT_ROAMING},
         {"cellular", JobInfo::NETWORK_TYPE_CELLULAR}}};
    auto name = given.value("network");
    if (given.has("unmetered") && name && *name != "unmetered")
        return fail(Errc::IllegalArgument, "--unmetered and --network {} contradict each other", *name);
    if (given.has("unmetered")) return JobInfo::NETWORK_TYPE_UNMETERED;
    for (const auto& [word, type] : types)
        if (name == word) return type;
    return JobInfo::NETWORK_TYPE_ANY;
}

} // namespace

Result<Conditions> conditionsIn(const Arguments& given) {
    auto network = STINT_TRY(networkIn(given));
    return Conditions{network, constraintsIn(given)};
}

JobInfo::Builder transferJob(const Conditions& conditions, Manner manner) {
    JobInfo::Builder job(JobId{0}, transferService);
    job.setUserInitiated(manner == Manner::UserInitiated).setPersisted(true).setRequiredNetworkType(conditions.network);
    setConstraints(job, conditions.constraints);
    return job;
}

} // namespace stint::cli
