#include "cli/transfer/transfer_job.hpp"

#include <array>

#include "base/fail.hpp"

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
    return Conditions{network, given.has("charging"), given.has("battery-not-low"), given.has("storage-not-low")};
}

JobInfo::Builder transferJob(const Conditions& conditions, Manner manner) {
    return JobInfo::Builder(JobId{0}, transferService)
        .setUserInitiated(manner == Manner::UserInitiated)
        .setPersisted(true)
        .setRequiredNetworkType(conditions.network)
        .setRequiresCharging(conditions.charging)
        .setRequiresBatteryNotLow(conditions.batteryNotLow)
        .setRequiresStorageNotLow(conditions.storageNotLow);
}

} // namespace stint::cli
