// Policies: what was set can be written as it is set, and sets the same.
#include "contract/policy/policy.hpp"
#include "fuzz/fuzz.hpp"

using namespace stint;

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string text = fuzz::Input(bytes, size).rest();
    const auto policy = applyPolicy({}, text, "p.toml");
    if (!policy) {
        fuzz::must(policy.error().message.starts_with("p.toml:"), "an error names its file");
        return 0;
    }
    Constants again;
    for (const auto& [key, origin] : policy->origins) {
        const ConstantRow& row = **constantRow(key);
        fuzz::must(setConstant(again, key, constantText(policy->constants, row)).ok(), "a constant's text sets it");
    }
    fuzz::must(again == policy->constants, "and sets it to what it was");
    return 0;
}
