#include "faces/taskmanager/options.hpp"

#include <cstdlib>

#include <CLI/CLI.hpp>

namespace stint::taskmanager {
namespace {

constexpr int wrongWords = 64;

std::string noLength(const std::string& text) {
    const auto length = parseDuration(text);
    if (text == "never" || (length.ok() && *length > Duration{0})) return {};
    return "it must be a length of time, as in 5min, or never";
}

} // namespace

Options parseOptions(int count, char** words) {
    Options options;
    std::string idle = "5min", root;
    CLI::App app{"stint-taskmanager: serves the Task Manager's page on this machine; `stint ui` starts it"};
    app.add_option("--port", options.port, "at this port of 127.0.0.1, in place of one that is free");
    app.add_option("--idle", idle, "ends when nobody has looked for so long, or never")
        ->capture_default_str()
        ->check(noLength);
    app.add_option("--web-root", root, "serves the page's files from this directory, for whoever works on them")
        ->check(CLI::ExistingDirectory);
    app.set_version_flag("--version", "stint-taskmanager " STINT_VERSION);
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error) == 0 ? 0 : wrongWords);
    }
    options.idle = idle == "never" ? std::nullopt : std::optional(parseDuration(idle).value());
    if (!root.empty()) options.webRoot = root;
    return options;
}

} // namespace stint::taskmanager
