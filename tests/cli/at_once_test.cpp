// The number of a list's downloads that run at once (jobs.md §14.1, pools).
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <doctest/doctest.h>

#include "faces/cli/transfer/orders.hpp"

using namespace stint;
using namespace stint::cli;

TEST_CASE("a long list runs eight at once, and four where the network or the disk is slower for it") { // jobs.md §14.1
    const wire::NetworkRow home{.name = "home", .transport = "wifi", .inUse = true};
    wire::NetworkRow hotspot = home, phone = home, other = home;
    hotspot.metered = true;
    phone.transport = "cellular";
    other.metered = true;
    other.inUse = false;
    std::string made = std::filesystem::temp_directory_path() / "stint-sysfs-XXXXXX";
    const std::filesystem::path sysfs = ::mkdtemp(made.data());
    CHECK(usualAtOnce({home, other}, sysfs, sysfs).most == 8);
    CHECK(usualAtOnce({hotspot}, sysfs, sysfs).because == "the network is metered");
    CHECK(usualAtOnce({phone}, sysfs, sysfs).because == "the network is cellular");
    CHECK(usualAtOnce({hotspot}, sysfs, sysfs).most == fewAtOnce);

    struct stat seen {};
    REQUIRE(::stat(sysfs.c_str(), &seen) == 0);
    const auto device = sysfs / "devices" / "disk" / "partition";
    const auto known = sysfs / "dev" / "block";
    CHECK_FALSE(isOnTurningDisk(sysfs, sysfs)); // the kernel knows no such device
    std::filesystem::create_directories(device);
    std::filesystem::create_directories(known);
    std::filesystem::create_directories(device.parent_path() / "queue");
    std::filesystem::create_directory_symlink(
        device, known / (std::to_string(major(seen.st_dev)) + ":" + std::to_string(minor(seen.st_dev))));
    for (const bool turns : {false, true}) {
        std::ofstream(device.parent_path() / "queue" / "rotational") << turns << '\n';
        CHECK(isOnTurningDisk(sysfs, sysfs) == turns);
    }
    std::filesystem::remove_all(sysfs);
}
