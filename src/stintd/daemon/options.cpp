#include "stintd/daemon/options.hpp"

#include <cstdlib>
#include <optional>

#include <CLI/CLI.hpp>

#include "base/unix/ends.hpp"
#include "base/unix/home_directory.hpp"
#include "base/unix/program.hpp"
#include "base/unix/state_directory.hpp"
#include "stintd/apps/manifest_directories.hpp"

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
    app.set_version_flag("--version", "stintd " STINT_VERSION);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error) == 0 ? 0 : ends::usage);
    }
    if (options.apps.empty()) options.apps = appsOf(options.libexec);
    options.policy = {{"/etc/stint/policy.toml", true},
                      {baseDirectory("XDG_CONFIG_HOME", ".config") / "stint/policy.toml", true}};
    for (const auto& file : policies)
        options.policy.push_back({file, false});
    if (const char* fault = std::getenv("STINT_FAULT_COMMIT")) options.faultCommit = fault;
    return options;
}

} // namespace stint
