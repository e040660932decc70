#include "cli/print/limit_text.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/time.hpp"
#include "cli/print/phrases.hpp"

namespace stint::cli {
namespace {

std::string_view meaningOf(BucketReason reason) {
    switch (reason) {
    case BucketReason::Default:
        return "as it begins, or the lowest it can have";
    case BucketReason::Timeout:
        return "by how long it was not used";
    case BucketReason::Usage:
        return "by use";
    case BucketReason::ForcedByUser:
        return "forced by a person";
    case BucketReason::Predicted:
        return "by prediction";
    case BucketReason::ForcedBySystem:
        return "forced by the system";
    }
    return "unknown";
}

/// People count no milliseconds: to the whole second below, so that nothing is promised that is not there.
std::string seconds(Duration length) {
    return roughDuration(std::chrono::floor<std::chrono::seconds>(std::max(length, Duration{0})));
}

/// A never used app has none (limits.md §2.1).
bool isNone(const QuotaView& quota) { return quota.allowed == Duration{0} && !quota.free; }

} // namespace

std::string leftText(const QuotaView& quota) { return quota.left ? seconds(*quota.left) : "no limit"; }

std::string allowanceText(const QuotaView& quota) {
    if (!quota.left || !quota.allowed) return "no limit";
    std::string text = formatDuration(*quota.allowed);
    if (quota.window) text += fmt::format(" in {}", formatDuration(*quota.window));
    return text;
}

std::string standingText(const QuotaView& quota, WallTime now) {
    if (isNone(quota)) return "none in this bucket";
    if (quota.free) return "free: nothing is counted now";
    if (!quota.returns) return quota.left && *quota.left <= Duration{0} ? "used up" : "in quota";
    return fmt::format("used up, back {}", ahead(*quota.returns, now));
}

std::string quotaText(const QuotaView& quota, WallTime now) {
    if (isNone(quota)) return standingText(quota, now);
    if (!quota.left) return fmt::format("no limit, {} used", seconds(quota.used));
    return fmt::format("{} used of {}, {} left; {}", seconds(quota.used), allowanceText(quota), leftText(quota),
                       standingText(quota, now));
}

std::string bucketText(const AppView& app) {
    return fmt::format("{} ({})", nameOf(app.bucket), meaningOf(app.bucketReason));
}

std::string networkText(const AppView& app) {
    return app.networkAllowed ? "open" : fmt::format("blocked ({})", app.networkBecause);
}

std::string stateText(const AppView& app) { return fmt::format("{}{}", nameOf(app.state), app.pinned ? " (set)" : ""); }

} // namespace stint::cli
