#include "contract/rules/policy_version.hpp"

#include <algorithm>
#include <array>

namespace stint {
namespace {

struct LegacyNumber {
    Duration Constants::*key;
    Duration number;
};

// clang-format off
constexpr std::array legacyNumbers{ // limits.md §1.5, §11 "legacy (android15)"
    LegacyNumber{&Constants::quotaAllowedExempted, 10min},
    LegacyNumber{&Constants::quotaWindowExempted,  10min},
    LegacyNumber{&Constants::quotaAllowedActive,   10min},
    LegacyNumber{&Constants::quotaWindowActive,    10min},
    LegacyNumber{&Constants::quotaWindowWorking,   2h},
    LegacyNumber{&Constants::quotaWindowFrequent,  8h},
    LegacyNumber{&Constants::quotaInstallerExtra,  10min}, // §3.9
    LegacyNumber{&Constants::ejLimitExempted,      Constants::none},
    LegacyNumber{&Constants::ejLimitActive,        Constants::none},
    LegacyNumber{&Constants::ejLimitWorking,       30min},
    LegacyNumber{&Constants::ejTopChunk,           30s},
    LegacyNumber{&Constants::ejRewardInteraction,  15s},
};
// clang-format on

constexpr Constants defaults{};

bool isAndroid15(const Constants& constants) { return constants.policyVersion == Constants::android15; }

bool hasLegacyNumbers(const Constants& constants) { return isAndroid15(constants) || constants.legacyQuotaConstants; }

} // namespace

bool serviceJobsFree(const App& app, const Constants& constants) {
    return isAndroid15(constants) || constants.legacyFgsJobsFree || app.manifest.legacyFgsJobsFree;
}

bool topStartedJobsFree(const App& app, const Constants& constants) {
    return isAndroid15(constants) || constants.legacyTopStartedJobsFree || app.manifest.legacyTopStartedJobsFree;
}

bool fullWindowIsUnlimited(const Constants& constants) { return hasLegacyNumbers(constants); }

Duration inForce(const Constants& constants, Duration Constants::*key) {
    const Duration set = constants.*key;
    if (!hasLegacyNumbers(constants) || set != defaults.*key) return set;
    const auto* legacy = std::ranges::find(legacyNumbers, key, &LegacyNumber::key);
    if (legacy == legacyNumbers.end()) return set;
    // limits.md §1.5: whether the active bucket had a limit of its own is a key.
    return key == &Constants::ejLimitActive ? constants.android15ActiveEjLimit : legacy->number;
}

} // namespace stint
