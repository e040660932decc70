#include "faces/views/limit_text.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/time/time.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {
namespace {

std::string_view bucketMeaning(BucketReason reason) {
    switch (reason) {
    case BucketReason::Default:
        return "the default, or the lowest it can have";
    case BucketReason::Timeout:
        return "not used for some time";
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

/// A length without milliseconds: rounded down, so that it does not promise more than there is.
std::string floorSeconds(Duration length) {
    return roughDuration(std::chrono::floor<std::chrono::seconds>(std::max(length, Duration{0})));
}

/// True for an app that was never used: it has no quota (limits.md §2.1).
bool isNone(const QuotaView& quota) { return quota.allowed == Duration{0} && !quota.free; }

std::string machineText(std::string_view name, const std::string& state, const std::optional<WallTime>& until,
                        WallTime now) {
    std::string text = fmt::format("{} {}", name, upper(state));
    if (until) text += fmt::format(", left {} at the latest", ahead(*until, now));
    return text;
}

} // namespace

std::string leftText(const QuotaView& quota) { return quota.left ? floorSeconds(*quota.left) : "no limit"; }

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
    if (!quota.left) return fmt::format("no limit, {} used", floorSeconds(quota.used));
    return fmt::format("{} used of {}, {} left; {}", floorSeconds(quota.used), allowanceText(quota), leftText(quota),
                       standingText(quota, now));
}

std::string bucketText(const AppView& app) {
    return fmt::format("{} ({})", nameOf(app.bucket), bucketMeaning(app.bucketReason));
}

bool isLimited(const AppView& app) { return app.manifest.builtIn || !app.manifest.file.empty(); }

std::array<std::string, 4> standingOf(const AppView& app) {
    if (!isLimited(app)) return {"-", "-", "-", "-"};
    return {stateText(app), std::string(nameOf(app.bucket)), networkText(app), leftText(app.quota)};
}

std::string noteOf(const AppView& app) {
    if (!isLimited(app)) return "no manifest: Stint limits nothing of it";
    // jobs.md §12.3: the crash guard stopped it.
    if (app.bad) return "crashed too often: its jobs wait until it is started";
    if (app.batteryUse == BatteryUse::Restricted) return "battery restricted: its jobs wait until it is opened";
    if (app.batteryUse == BatteryUse::Unrestricted) return "battery unrestricted";
    return app.manifest.builtIn ? "built in" : "";
}

std::string allotmentText(const AllotmentView& allotment, WallTime now) {
    const std::string window = formatDuration(allotment.window);
    if (allotment.allowed < 0) return fmt::format("no limit, {} in {}", allotment.used, window);
    if (allotment.allowed == 0) return "none in this bucket";
    std::string text = fmt::format("{} used of {} in {}", allotment.used, allotment.allowed, window);
    if (allotment.returns) text += fmt::format("; one is back {}", ahead(*allotment.returns, now));
    return text;
}

std::string shownText(const MessagesView& messages) {
    if (messages.delivered == 0) return messages.notJudged.empty() ? "-" : "not judged";
    std::string text = fmt::format("{} of {}", messages.shown, messages.delivered);
    if (messages.unjudged > 0) text += fmt::format(", {} not judged", messages.unjudged);
    if (messages.until) text += fmt::format(", downgraded until {}", clockText(*messages.until));
    if (messages.unjudged == 0 && !messages.notJudged.empty()) text += ", not judged now";
    return text;
}

std::string messagesText(const MessagesView& messages) {
    std::string text = fmt::format("{} of high priority, {} of them shown", messages.delivered, messages.shown);
    if (messages.unjudged > 0) text += fmt::format(", {} not judged", messages.unjudged);
    if (messages.downgraded) text += "; they count as normal ones";
    if (messages.until) text += fmt::format(" until {}", clockText(*messages.until));
    if (!messages.notJudged.empty()) text += fmt::format("; what comes now is not judged: {}", messages.notJudged);
    if (messages.waiting > 0) text += fmt::format("; {} wait", messages.waiting);
    return text;
}

std::string networkText(const AppView& app) {
    return app.networkAllowed ? "open" : fmt::format("blocked ({})", app.networkBecause);
}

std::string stateText(const AppView& app) { return fmt::format("{}{}", nameOf(app.state), app.pinned ? " (set)" : ""); }

std::string upper(std::string_view state) {
    std::string text = printable(state);
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; });
    return text;
}

std::string dozeText(const wire::DozeView& doze, WallTime now) {
    if (!doze.force.empty())
        return fmt::format("Doze: held at {} until it is let go; deep {}, light {}", printable(doze.force),
                           upper(doze.deep), upper(doze.light));
    std::string text = fmt::format("Doze: {}; {}", machineText("deep", doze.deep, doze.deepUntil, now),
                                   machineText("light", doze.light, doze.lightUntil, now));
    if (doze.nextAlarmClock) text += fmt::format("; the next alarm clock rings {}", ahead(*doze.nextAlarmClock, now));
    return text;
}

std::string powerText(const wire::DozeView& doze, WallTime now) {
    if (doze.charging && doze.plugged) return "Power: plugged in, and counts as charging: quotas are lifted";
    if (doze.charging) return "Power: counts as charging though it is not plugged in: quotas are lifted";
    if (!doze.plugged) return "Power: not plugged in: quotas count";
    std::string text = "Power: plugged in, but does not count as charging: quotas count";
    if (doze.chargingAt) text += fmt::format("; it counts {} where the level holds", ahead(*doze.chargingAt, now));
    return text;
}

AlarmWall wallOf(const AlarmView& view) { return {wallAt(view.alarm, view.earliest), wallAt(view.alarm, view.latest)}; }

std::string alarmKindText(const Alarm& alarm) {
    return fmt::format("{}{}", nameOf(alarm.kind), alarm.wakeup ? "" : ", no wake-up");
}

std::string timeText(WallTime when, WallTime now) { return when > now ? ahead(when, now) : ago(when, now); }

std::string goesOffText(const AlarmView& view, WallTime now) {
    const auto [earliest, latest] = wallOf(view);
    if (!earliest && !latest) return "when that is lifted";
    if (!earliest || !latest || *latest <= *earliest || *latest <= now)
        return timeText(latest.value_or(earliest.value_or(now)), now);
    return fmt::format("{} to {}", *earliest > now ? ahead(*earliest, now) : "now", ahead(*latest, now));
}

} // namespace stint::cli
