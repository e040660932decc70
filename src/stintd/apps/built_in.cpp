// The two apps that are built in (architecture.md, running a job), as manifests like those of files.
#include "stintd/apps/registry.hpp"

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

void addService(Manifest& manifest, Service service) {
    service.permission = bindJobService;
    manifest.services.emplace(service.name, service);
}

} // namespace

Manifest guardManifest(const AppId& app, const std::filesystem::path& libexec) {
    const std::string name = app.name.str().substr(guardPackages.size());
    Manifest guard = builtIn(app.name, name, "utilities-terminal");
    addService(guard, {.name = "Command", .command = {(libexec / "stint-shell").string()}, .processPerJob = true});
    return guard;
}

std::vector<Manifest> builtInManifests(const std::filesystem::path& libexec) {
    Manifest transfer = builtIn(transferPackage, "Transfers", "folder-download");
    addService(transfer, {.name = "Transfer", .command = {(libexec / "stint-transfer").string()}});
    transfer.channels.push_back({"transfers", "Transfers", "low"});

    // Each job has a process of its own: a command is kept in the cgroup of the process that runs it, and takes its
    // classes of CPU and I/O, which must not be another job's.
    Manifest shell = builtIn(shellPackage, "Shell", "utilities-terminal");
    addService(shell, {.name = "Command", .command = {(libexec / "stint-shell").string()}, .processPerJob = true});
    shell.channels.push_back({"commands", "Commands", "low"});
    return {transfer, shell};
}

} // namespace stint
