#include <array>

#include "base/fail.hpp"
#include "base/time.hpp"
#include "cli/download.hpp"
#include "cli/get.hpp"
#include "cli/text.hpp"

namespace stint::cli {
namespace {

/// The service of org.stint.transfer that downloads, and the extras it reads.
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

Result<Wanted> wantedBy(const Arguments& given, const std::filesystem::path& here) {
    Wanted wanted;
    wanted.url = given.words[0];
    STINT_TRY(checkUrl(wanted.url));
    if (given.value("output") == "-" || given.value("output") == "")
        return fail(Errc::IllegalArgument, "-o takes a file or a directory: a transfer that outlives this command has "
                                           "no stdout");
    wanted.target = targetOf(wanted.url, given.value("output"), here);
    if (auto checksum = given.value("checksum")) wanted.checksum = STINT_TRY(parseChecksum(*checksum));
    if (auto size = given.value("size")) {
        auto bytes = parseSize(*size);
        if (!bytes.ok()) return within("--size", bytes.error());
        wanted.size = *bytes;
    }
    wanted.network = STINT_TRY(networkIn(given));
    wanted.overwrite = given.has("force");
    wanted.charging = given.has("charging");
    wanted.batteryNotLow = given.has("battery-not-low");
    wanted.storageNotLow = given.has("storage-not-low");
    return wanted;
}

Result<JobInfo> jobFor(const Wanted& wanted, Manner manner) {
    PersistableBundle extras;
    extras.putString("url", wanted.url)
        .putString("output", wanted.target.native())
        .putString("checksum", wanted.checksum)
        .putString("label", printable(wanted.target.filename().native()))
        .putBoolean("force", wanted.overwrite);
    return JobInfo::Builder(JobId{0}, transferService)
        .setUserInitiated(manner == Manner::UserInitiated)
        .setPersisted(true)
        .setRequiredNetworkType(wanted.network)
        .setEstimatedNetworkBytes(wanted.size)
        .setRequiresCharging(wanted.charging)
        .setRequiresBatteryNotLow(wanted.batteryNotLow)
        .setRequiresStorageNotLow(wanted.storageNotLow)
        .setExtras(std::move(extras))
        .build();
}

} // namespace stint::cli
