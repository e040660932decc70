#include "stintd/apps/stranger.hpp"

#include <fmt/format.h>

namespace stint {

std::string howToStart(const Registry& registry, std::string_view kind, std::string_view component) {
    std::string declared, typed;
    for (const Manifest& manifest : registry.all()) {
        const std::string name(component);
        const bool declares = kind == "service" ? manifest.services.contains(name) : manifest.receivers.contains(name);
        if (manifest.builtIn || !declares) continue;
        const std::string_view comma = declared.empty() ? "" : ", ";
        declared += fmt::format("{}{}", comma, manifest.package.name);
        typed += fmt::format("{}stint start {}", comma, manifest.package.name);
    }
    if (!declared.empty())
        return fmt::format("this program was not started as an app, and no manifest has it as its executable; the {} "
                           "\"{}\" is one of {}: start it with: {}",
                           kind, component, declared, typed);
    std::string told = fmt::format(
        "this program is no app's: no manifest declares a {} \"{}\". Write {}/PACKAGE.toml, with package = "
        "\"PACKAGE\", "
        "command = [\"PROGRAM\"], and a [[{}]] with name = \"{}\"{} and a command; then start it with: stint start "
        "PACKAGE",
        kind, component, registry.ownDirectory().string(), kind, component,
        kind == "service" ? fmt::format(", permission = \"{}\"", bindJobService) : "");
    if (!registry.errors().empty()) told += fmt::format(". A manifest is wrong: {}", *registry.errors().begin());
    return told;
}

} // namespace stint
