// The two apps that are built in (design.md, running a job), as manifests like any other's.
#include "apps/registry.hpp"

namespace stint {
namespace {

Manifest builtIn(std::string_view package, std::string label, std::string icon) {
    Manifest manifest;
    manifest.package = AppId{std::string(package)};
    manifest.label = std::move(label);
    manifest.icon = std::move(icon);
    manifest.permissions = {std::string(runUserInitiatedJobs), std::string(receiveBootCompleted)};
    manifest.builtIn = true;
    return manifest;
}

} // namespace

std::vector<Manifest> builtInManifests(const std::filesystem::path& libexec) {
    Manifest transfer = builtIn(transferPackage, "Transfers", "folder-download");
    Service service;
    service.name = "Transfer";
    service.command = {(libexec / "stint-transfer").string()};
    service.permission = bindJobService;
    transfer.services.emplace(service.name, service);
    transfer.channels.push_back({"transfers", "Transfers", "low"});

    Manifest shell = builtIn(shellPackage, "Shell", "utilities-terminal");
    return {transfer, shell};
}

} // namespace stint
