#include "contract/rules/notice.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/text/number.hpp"
#include "contract/model/app.hpp"
#include "contract/model/notice.hpp"
#include "contract/model/reasons.hpp"

namespace stint {
namespace {

Notification noticeOf(const std::string& title, const std::string& text) {
    return Notification::Builder("default")
        .setSmallIcon(std::string(taskManagerEntry))
        .setContentTitle(title)
        .setContentText(text)
        .build();
}

Notification::Action action(std::string_view key, const char* label) { return {std::string(key), label}; }

bool offers(const Notification& shown, std::string_view key) {
    return std::ranges::any_of(shown.getActions(), [&](const auto& action) { return action.key == key; });
}

bool lacksUnmetered(const JobInfo& info, const Device& device) {
    const auto& wanted = info.getRequiredNetwork();
    const bool unmetered = wanted && wanted->getCapabilities().contains(NET_CAPABILITY_NOT_METERED);
    return unmetered && !(device.network && device.network->has(NET_CAPABILITY_NOT_METERED));
}

} // namespace

bool isAsked(const Job& job) {
    const std::string_view app = job.key.app.name;
    return job.info.isUserInitiated() || app == transferPackage || app == shellPackage;
}

Actions actionsOfRun(const Notification& shown) {
    Actions actions;
    // The library's own pair (jobs.md §5.1) has a Later of its own.
    if (!offers(shown, "later")) actions.push_back(action(press::later, "Later"));
    actions.push_back(action(press::why, "Why"));
    return actions;
}

std::string_view wantOf(std::string_view ofRow, PendingReason reason, const JobInfo& info, const Device& device) {
    if (!ofRow.empty()) return ofRow;
    const bool unmetered = reason == PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY && lacksUnmetered(info, device);
    return unmetered ? "an unmetered network" : wantOf(reason);
}

bool helpsToRunAnyway(PendingReason reason, const Device& device) {
    return reason != PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY || device.network.has_value();
}

NoticeWords waitingNotice(const std::string& name, std::string_view want, bool mayRun) {
    NoticeWords words{noticeOf(name, fmt::format("waits for {}", want)), {}};
    if (mayRun) words.actions.push_back(action(press::runAnyway, "Run anyway"));
    words.actions.push_back(action(press::cancel, "Cancel"));
    words.actions.push_back(action(press::why, "Why"));
    return words;
}

NoticeWords pausedNotice(const std::string& name) {
    return {noticeOf(name, "paused"),
            {action(press::resume, "Resume"), action(press::cancel, "Cancel"), action(press::why, "Why")}};
}

Notification survivorsNotice(const std::string& name, std::uint32_t left) {
    return noticeOf(fmt::format("{} does not stop", name),
                    fmt::format("{} of it {} there after its Stop: {} for the kernel, or a disk, and {} then",
                                counted(left, "process", "processes"), left == 1 ? "is" : "are",
                                left == 1 ? "it waits" : "they wait", left == 1 ? "dies" : "die"));
}

NoticeWords digestNotice(const std::map<std::string, int>& wants) {
    std::vector<std::pair<std::string, int>> most(wants.begin(), wants.end());
    std::ranges::stable_sort(most, std::ranges::greater(), &std::pair<std::string, int>::second);
    int all = 0;
    std::string text;
    for (const auto& [want, count] : most) {
        all += count;
        text += fmt::format("{}{} for {}", text.empty() ? "" : ", ", count, want);
    }
    return {noticeOf(fmt::format("{} waited today", counted(all, "job", "jobs")), text), {action(press::open, "Open")}};
}

} // namespace stint
