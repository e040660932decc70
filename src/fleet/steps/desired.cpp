#include "fleet/steps/desired.hpp"

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/unix/ends.hpp"
#include "fleet/steps/owned_files.hpp"
#include "fleet/steps/settings.hpp"

namespace stint::fleet {

// Refusals come before anything is done, and the file last, which the disk alone can refuse by then.
Errand::StepEnded makeSo(const Ground& ground, const Desired& desired) {
    if (!desired.policy.empty())
        if (auto refused = policyRefusal(ground.config, desiredPolicyName, desired.policy)) return *std::move(refused);
    if (!desired.settings.empty())
        if (auto set = ground.set(desired.settings); set.code != 0) return set;
    return desired.policy.empty() ? removePolicy(ground.config, desiredPolicyName)
                                  : putPolicy(ground.config, desiredPolicyName, desired.policy);
}

Result<std::string> changedSince(const Ground& ground, const Desired& desired) {
    const auto policy = policyText(ground.config, desiredPolicyName);
    if (policy.value_or("") != desired.policy)
        return fmt::format("{} is {}", desiredPolicyName, policy ? "another one" : "gone");
    if (std::string other = STINT_TRY(overriddenIn(ground.config, desired.policy)); !other.empty()) return other;
    if (desired.settings.empty()) return std::string();
    const auto settings = STINT_TRY(settingsIn(desired.settings, "settings"));
    const auto daemon = STINT_TRY(ground.daemon());
    return changedSetting(daemon.get(), settings);
}

} // namespace stint::fleet
