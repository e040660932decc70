#include "contract/rules/notice.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/text/number.hpp"
#include "contract/model/app.hpp"
#include "contract/model/notice.hpp"

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

std::string networkWant(const JobInfo& info, const Device& device) {
    const auto& wanted = info.getRequiredNetwork();
    const bool unmetered = wanted && wanted->getCapabilities().contains(NET_CAPABILITY_NOT_METERED);
    const bool metered = device.network && !device.network->has(NET_CAPABILITY_NOT_METERED);
    return unmetered && (metered || !device.network) ? "an unmetered network" : "a network";
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

std::string wantOf(PendingReason reason, const JobInfo& info, const Device& device) {
    switch (reason) {
    case PENDING_JOB_REASON_CONSTRAINT_CHARGING:
        return "mains";
    case PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY:
        return networkWant(info, device);
    case PENDING_JOB_REASON_CONSTRAINT_BATTERY_NOT_LOW:
        return "a fuller battery";
    case PENDING_JOB_REASON_CONSTRAINT_STORAGE_NOT_LOW:
        return "free storage";
    case PENDING_JOB_REASON_CONSTRAINT_DEVICE_IDLE:
        return "a device that nobody uses";
    case PENDING_JOB_REASON_CONSTRAINT_CONTENT_TRIGGER:
        return "a change of what it watches";
    case PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY:
        return "its time";
    case PENDING_JOB_REASON_QUOTA:
        return "its app's quota";
    case PENDING_JOB_REASON_APP_STANDBY:
        return "its app to be used";
    case PENDING_JOB_REASON_BACKGROUND_RESTRICTION:
        return "its app to be allowed in the background";
    case PENDING_JOB_REASON_APP:
        return "its app";
    case PENDING_JOB_REASON_USER:
        return "its app to be opened";
    case PENDING_JOB_REASON_INVALID_JOB_ID:
    case PENDING_JOB_REASON_EXECUTING:
    case PENDING_JOB_REASON_UNDEFINED:
    case PENDING_JOB_REASON_CONSTRAINT_PREFETCH:
    case PENDING_JOB_REASON_DEVICE_STATE:
    case PENDING_JOB_REASON_JOB_SCHEDULER_OPTIMIZATION:
    case PENDING_JOB_REASON_CONSTRAINT_DEADLINE:
        break;
    }
    return "a better moment";
}

bool helpsToRunAnyway(PendingReason reason, const Device& device) {
    return reason != PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY || device.network.has_value();
}

NoticeWords waitingNotice(const std::string& name, const std::string& want, bool mayRun) {
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
