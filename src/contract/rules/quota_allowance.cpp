#include "contract/rules/quota_allowance.hpp"

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

namespace {

// LINUX: nothing else tells a system's installer from the rest of the system.
bool isSystemInstaller(const App& app) { return app.manifest.system && app.manifest.declares("INSTALL_PACKAGES"); }

std::optional<Duration> dayCapOf(bool unlimited, const Constants& constants) {
    const Duration cap =
        unlimited && fullWindowIsUnlimited(constants) ? constants.android15DailyCap : constants.quotaMaxExecution24h;
    if (cap == Constants::none || cap >= dayWindow) return std::nullopt;
    return cap;
}

} // namespace

Allowance regularAllowance(Bucket bucket, const App& app, const Constants& constants) {
    const BucketQuota& quota = bucketRow(bucket).quota;
    if (quota.isNothing()) return {.allowed = Duration{0}, .window = dayWindow};
    Allowance allowance{.window = inForce(constants, quota.window),
                        .maxJobs = constants.*quota.maxJobs,
                        .maxSessions = constants.*quota.maxSessions};
    Duration allowed = inForce(constants, quota.allowed);
    // limits.md §3.9: clipped to what the window holds.
    if (bucket == Bucket::Exempted && isSystemInstaller(app))
        allowed = std::min(allowed + inForce(constants, &Constants::quotaInstallerExtra), allowance.window);
    // limits.md §3.6: an allowance that fills its window bounds nothing; §1.5 decides what bounds it over a day.
    const bool unlimited = allowed >= allowance.window;
    if (!unlimited) allowance.allowed = allowed;
    allowance.dayCap = dayCapOf(unlimited, constants);
    return allowance;
}

std::optional<Duration> expeditedLimit(Bucket bucket, const App& app, const Constants& constants) {
    const BucketQuota& quota = bucketRow(bucket).quota;
    if (quota.isNothing()) return Duration{0};
    const Duration limit = inForce(constants, quota.expedited);
    if (limit == Constants::none) return std::nullopt;
    if (!isSystemInstaller(app)) return limit;
    return std::min(limit + constants.ejInstallerExtra, std::max(limit, constants.ejWindow));
}

Duration topReward(Duration onTop, const Constants& constants) {
    constexpr Duration leastPiece = 1s;
    if (onTop <= Duration{0}) return Duration{0};
    const Duration chunk = inForce(constants, &Constants::ejTopChunk);
    const auto chunks = onTop / chunk + (onTop % chunk >= leastPiece ? 1 : 0);
    return chunks * constants.ejRewardTop;
}

Duration interactionReward(const Constants& constants) { return inForce(constants, &Constants::ejRewardInteraction); }

} // namespace stint
