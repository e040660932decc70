// Policy files are read again while the daemon runs (limits.md §1.5, architecture.md, store): a changed file is in
// force at once. A wrong one is refused whole and reported, and the previous policy stays.

#include <algorithm>
#include <cstdlib>
#include <optional>

#include <CLI/CLI.hpp>

#include "base/result/errors.hpp"
#include "base/unix/ends.hpp"
#include "base/unix/paths.hpp"
#include "base/version/version.hpp"
#include "stintd/apps/registry.hpp"
#include "stintd/daemon/daemon.hpp"
#include "stintd/daemon/log.hpp"
#include "stintd/daemon/resources.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;

/// The directory of manifests that were installed with this program; none if it lies in a build tree, among its
/// helpers.
std::optional<fs::path> installedApps(const fs::path& libexec) {
    const fs::path here = ownDirectory();
    if (libexec == here) return std::nullopt;
    return (here / STINT_MANIFESTS).lexically_normal();
}

std::vector<fs::path> appsOf(const fs::path& libexec) {
    const char* dataDirs = std::getenv("XDG_DATA_DIRS");
    return manifestDirectories(baseDirectory("XDG_DATA_HOME", ".local/share"), installedApps(libexec),
                               dataDirs ? dataDirs : "");
}

} // namespace

DaemonOptions parseOptions(int argc, char** argv) {
    DaemonOptions options{.store = stateDirectory(), .libexec = libexecDirectory()};
    std::vector<std::string> policies;
    CLI::App app{"stintd: the contract between apps that work in the background and the device they work on"};
    app.add_option("--policy", policies, "TOML file of constants over the system's and the user's own (repeatable)");
    app.add_option("--store", options.store, "directory of the store")->capture_default_str();
    app.add_option("--apps", options.apps, "directory of manifests, in place of the usual ones (repeatable)");
    app.add_flag("--stored", options.stored, "print what waits in the store, and end: nothing is started or changed");
    app.set_version_flag("--version", fmt::format("stintd {}", ownBuild().version));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error) == 0 ? 0 : ends::usage);
    }
    if (options.apps.empty()) options.apps = appsOf(options.libexec);
    options.policy = usualPolicy(baseDirectory("XDG_CONFIG_HOME", ".config") / "stint");
    for (const auto& file : policies)
        options.policy.push_back({.path = file});
    if (const char* fault = std::getenv("STINT_FAULT_COMMIT")) options.faultCommit = fault;
    return options;
}

namespace {

std::vector<std::filesystem::path> directoriesOf(const std::vector<PolicyFile>& files) {
    std::vector<std::filesystem::path> directories;
    for (const PolicyFile& file : files) {
        auto directory = std::filesystem::absolute(file.path).lexically_normal();
        if (!file.isDirectory) directory = directory.parent_path();
        if (std::ranges::find(directories, directory) == directories.end()) directories.push_back(std::move(directory));
    }
    return directories;
}

void warnOf(const std::vector<std::string>& passedOver) {
    for (const std::string& line : passedOver)
        logWarning("policy: " + line);
}

} // namespace

Result<void> Daemon::watchPolicy() {
    policyWatch_ = std::make_unique<DirectoryWatch>(
        directoriesOf(options_.policy), [this] { readPolicy(); }, "");
    STINT_TRY(policyWatch_->start(loop_.get(), logWarning));
    warnOf(policy_.passedOver);
    readPolicy(); // a file may have changed between main()'s look and the watch
    return {};
}

void Daemon::readPolicy() {
    auto read = readPolicyFiles(options_.policy);
    if (!read) {
        if (read.error().message != policyError_) logWarning("policy refused: " + read.error().message);
        policyError_ = read.error().message;
        return;
    }
    policyError_.clear();
    setSlots(*read);
    if (*read == policy_) return;
    if (read->passedOver != policy_.passedOver) warnOf(read->passedOver);
    const bool changed = read->constants != policy_.constants, networks = read->networks != policy_.networks;
    policy_ = *std::move(read);
    watched_.reset();                                     // the limit of directories may have changed
    if (networks) deviceSource_.follow(policy_.networks); // the turn that follows reads the device
    if (changed || networks) logInfo("policy changed");
    if (!changed) return;
    processes_->limitBackground(backgroundLimitsBy(policy_.constants));
    arrived_.emplace_back(PolicyChanged{.call = {}, .constants = policy_.constants});
}

} // namespace stint
