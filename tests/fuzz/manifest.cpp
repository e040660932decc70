// Manifests of apps (jobs.md §12.1).
#include "fuzz/fuzz.hpp"
#include "stintd/apps/registry.hpp"

using namespace stint;

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string text = fuzz::Input(bytes, size).rest();
    const auto manifest = parseManifest(text, "/a/com.example.mail.toml");
    if (!manifest) {
        fuzz::must(manifest.error().message.starts_with("/a/com.example.mail.toml:"), "an error names its place");
        return 0;
    }
    fuzz::must(manifest->package == AppId{"com.example.mail"}, "a manifest is of the app that its file names");
    for (const auto& [name, service] : manifest->services)
        fuzz::must(name == service.name && !service.command.empty(), "a service has a name and a command");
    warningsAbout(*manifest);
    return 0;
}
