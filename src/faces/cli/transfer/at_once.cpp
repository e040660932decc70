#include "faces/cli/transfer/at_once.hpp"

#include <algorithm>
#include <fstream>

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "contract/model/job.hpp"

namespace stint::cli {
namespace {

// jobs.md §14.1, pools.
constexpr std::int32_t usual = 8;

} // namespace

Result<std::optional<std::int32_t>> atOnceIn(const Arguments& given) {
    const auto text = given.value("at-once");
    if (!text) return std::optional<std::int32_t>();
    const auto number = numberIn<std::int32_t>(*text);
    if (number && *number >= 1 && *number <= mostPoolDepth) return number;
    return fail(Errc::ILLEGAL_ARGUMENT, "--at-once: \"{}\" is not a number from 1 to {}", printable(*text),
                mostPoolDepth);
}

AtOnce usualAtOnce(const std::vector<wire::NetworkRow>& networks, const std::filesystem::path& directory,
                   const std::filesystem::path& sysfs) {
    const auto inUse = std::ranges::find(networks, true, &wire::NetworkRow::inUse);
    if (inUse != networks.end() && inUse->metered) return {fewAtOnce, "the network is metered"};
    if (inUse != networks.end() && inUse->transport == "cellular") return {fewAtOnce, "the network is cellular"};
    if (isOnTurningDisk(directory, sysfs)) return {fewAtOnce, "the disk turns"};
    return {usual, "as usual"};
}

bool isOnTurningDisk(const std::filesystem::path& directory, const std::filesystem::path& sysfs) {
    struct stat seen {};
    if (::stat(directory.c_str(), &seen) != 0) return false;
    const auto device =
        sysfs / "dev" / "block" / (std::to_string(major(seen.st_dev)) + ":" + std::to_string(minor(seen.st_dev)));
    std::error_code unknown;
    // A virtual disk says that it turns, whatever it lies on.
    if (std::filesystem::canonical(device, unknown).native().find("/virtio") != std::string::npos) return false;
    for (const auto& queue : {device / "queue", device / ".." / "queue"}) { // a partition's disk is above it
        std::ifstream file(queue / "rotational");
        if (int turns = 0; file >> turns) return turns != 0;
    }
    return false;
}

} // namespace stint::cli
