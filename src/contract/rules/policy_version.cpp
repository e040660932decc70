#include "contract/rules/policy_version.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

namespace stint {
namespace {

// limits.md §1.5: the rows for which Android 15 has another number.
std::optional<Duration> android15(Duration Constants::*key) {
    static const std::vector<ConstantRow> others = [] {
        std::vector<ConstantRow> found;
        std::ranges::copy_if(constantRows(), std::back_inserter(found),
                             [](const ConstantRow& row) { return row.android15.has_value(); });
        return found;
    }();
    const auto row = std::ranges::find(others, decltype(ConstantRow::field){key}, &ConstantRow::field);
    return row == others.end() ? std::nullopt : row->android15;
}

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
    // limits.md §1.5: a key of its own says whether Android 15's active bucket had a limit.
    if (key == &Constants::ejLimitActive) return constants.android15ActiveEjLimit;
    return android15(key).value_or(set);
}

} // namespace stint
