// The apps that need no manifest.
#include <doctest/doctest.h>

#include <fstream>

#include "contract/model/agent.hpp"
#include "spool/directory.hpp"
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

TEST_CASE("fleet.md §1: the fleet's agent is an app where its program is installed") {
    const Directory libexec;
    CHECK(builtInManifests(libexec.path).size() == 2);
    std::ofstream(libexec.path / "stint-agent") << "";
    const auto manifests = builtInManifests(libexec.path);
    REQUIRE(manifests.size() == 3);
    const Manifest& agent = manifests[2];
    CHECK(agent.package.name == agentPackage);
    CHECK(agent.builtIn);
    CHECK(agent.declares(receiveBootCompleted));
    CHECK_FALSE(agent.declares(runUserInitiatedJobs)); // none of its jobs is a person's
    const std::vector<std::string> command{(libexec.path / "stint-agent").string()};
    CHECK(agent.services.at(agentService).command == command);
    CHECK_FALSE(agent.services.at(agentService).processPerJob); // one process for all that it has
    CHECK(agent.receivers.at(agentReceiver).command == command);
}

} // namespace stint
