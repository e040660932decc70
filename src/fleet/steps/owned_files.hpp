// The files that a step puts where the owner's stintd reads them (fleet.md §4.4, §6.4): a policy beside the owner's
// own, below which it counts; an app's manifest, whose programs are the owner's to allow; and the owner's own budget
// for a fleet. Each is there whole, or what was there before.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "fleet/steps/doing.hpp"
#include "fleet/trust/trust.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

/// The largest file of a step that is no `get`.
inline constexpr Bytes largestContent = 1'048'576;

/// "fleet-CAMPAIGN-02.toml": a later campaign's, and a later step's, counts before an earlier one's.
std::string policyName(std::string_view campaign, std::uint32_t step);
/// That of a desired state (§4.3), which counts before those of campaigns.
inline constexpr const char* desiredPolicyName = "fleet-desired.toml";
/// `config` is stint's in XDG_CONFIG_HOME. Why the policy cannot be put there; nullopt: it can.
std::optional<Errand::StepEnded> policyRefusal(const std::filesystem::path& config, const std::string& name,
                                               std::string_view text);
Errand::StepEnded putPolicy(const std::filesystem::path& config, const std::string& name, std::string_view text);
/// The owner's bytes a month on metered networks (§6.4), as a budget of the agent's that counts before all that a fleet
/// has put there; empty: any.
Result<void> putBudget(const std::filesystem::path& config, std::string_view bytes);
/// It may not be there.
Errand::StepEnded removePolicy(const std::filesystem::path& config, const std::string& name);
/// All that a fleet has put there, and the owner's budget.
Result<void> removePolicies(const std::filesystem::path& config);
/// The first thing of that policy's, which is there, that another file of this device's has otherwise, with what counts
/// in its place and by which file; empty: there is none.
Result<std::string> overriddenIn(const std::filesystem::path& config, std::string_view text);
/// nullopt: there is none of ours.
std::optional<std::string> policyText(const std::filesystem::path& config, const std::string& name);
/// `apps` has the owner's manifests.
Errand::StepEnded putApp(const std::filesystem::path& apps, std::string_view text, const Owner& owner);

} // namespace stint::fleet
