// The apps that need no manifest.
#include <doctest/doctest.h>

#include "stintd/apps/registry.hpp"

namespace stint {

TEST_CASE("the built-in apps may do what their manifests say") { // architecture.md, running a job
    std::vector<Manifest> manifests = builtInManifests("/usr/libexec/stint");
    REQUIRE(manifests.size() == 2);
    const Manifest& transfer = manifests[0];
    CHECK(transfer.package.name == transferPackage);
    CHECK(transfer.builtIn);
    CHECK(transfer.label == "Transfers");
    CHECK(transfer.declares(runUserInitiatedJobs));
    CHECK(transfer.declares(receiveBootCompleted));
    const Service& service = transfer.services.at("Transfer");
    CHECK(service.command == std::vector<std::string>{"/usr/libexec/stint/stint-transfer"});
    CHECK(service.permission == bindJobService);
    CHECK(transfer.channels.at(0).id == "transfers");
    CHECK(manifests[1].package.name == shellPackage);
    CHECK(manifests[1].label == "Shell");
    const Service& command = manifests[1].services.at("Command");
    CHECK(command.command == std::vector<std::string>{"/usr/libexec/stint/stint-shell"});
    CHECK(command.permission == bindJobService);
    CHECK(command.processPerJob); // what a command leaves behind dies with its own process, and with no other's
    CHECK_FALSE(service.processPerJob);
}

} // namespace stint
