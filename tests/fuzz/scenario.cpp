// Scenarios, up to where they would be played (scenario.md).
#include "sim/scenario/scenario.hpp"
#include "fuzz/fuzz.hpp"

using namespace stint;

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string text = fuzz::Input(bytes, size).rest();
    const auto scenario = sim::readScenario(text, "x.yaml");
    if (!scenario) fuzz::must(scenario.error().message.starts_with("x.yaml:"), "an error names its place");
    return 0;
}
