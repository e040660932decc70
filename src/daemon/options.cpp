#include "daemon/options.hpp"

#include <cstdlib>

#include <CLI/CLI.hpp>

namespace stint {
namespace {

namespace fs = std::filesystem;

constexpr int usageError = 64;

fs::path home() {
    const char* home = std::getenv("HOME");
    return home && *home ? home : "/";
}

fs::path xdg(const char* variable, const fs::path& otherwise) {
    const char* value = std::getenv(variable);
    return value && *value == '/' ? fs::path(value) : home() / otherwise;
}

// Beside stintd in a build tree, else in libexec of the prefix it is installed in.
fs::path helpers() {
    std::error_code ignored;
    fs::path here = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    if (fs::exists(here / "stint-exec", ignored)) return here;
    return here.parent_path() / "libexec" / "stint";
}

} // namespace

DaemonOptions parseOptions(int argc, char** argv) {
    DaemonOptions options{.store = xdg("XDG_STATE_HOME", ".local/state") / "stint", .libexec = helpers()};
    std::vector<std::string> policies;
    CLI::App app{"stintd: the contract between apps that work in the background and the device they work on"};
    app.add_option("--policy", policies, "TOML file of constants over the system's and the user's own (repeatable)");
    app.add_option("--store", options.store, "directory of the store")->capture_default_str();
    app.add_option("--apps", options.apps, "directory of manifests, in place of the usual two (repeatable)");
    app.set_version_flag("--version", "stintd " STINT_VERSION);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error) == 0 ? 0 : usageError);
    }
    if (options.apps.empty()) {
        options.apps = {xdg("XDG_DATA_HOME", ".local/share") / "stint" / "apps", "/usr/share/stint/apps"};
    }
    options.policy = {{"/etc/stint/policy.toml", true},
                      {xdg("XDG_CONFIG_HOME", ".config") / "stint/policy.toml", true}};
    for (const auto& file : policies)
        options.policy.push_back({file, false});
    if (const char* fault = std::getenv("STINT_FAULT_COMMIT")) options.faultCommit = fault;
    return options;
}

} // namespace stint
