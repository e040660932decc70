// The verbs that read, and those that fake or reset something for a test (jobs.md §8).
#include <algorithm>

#include <fmt/format.h>

#include "contract/android/verb_call.hpp"

namespace stint {
namespace {

using Answer = std::optional<VerbAnswer>;

// True if only a slot is missing: such jobs are Android's pending queue.
bool ready(const JobView& view) {
    return view.state == JobView::State::Pending && view.reasons == std::vector{PENDING_JOB_REASON_DEVICE_STATE};
}

bool noComponent(JobCall& call) {
    const auto blockers = call.core.explain(call.key(), call.now);
    return std::ranges::any_of(blockers,
                               [](const Blocker& blocker) { return blocker.reason == PENDING_JOB_REASON_APP; });
}

VerbAnswer unknownJob(const VerbWords& words) {
    return {verb_code::noJob, fmt::format("unknown({}/jid{})\n", words.package(), words.job()->value), ""};
}

Answer jobState(JobCall& call) {
    if (!call.words.job()) return wants("PACKAGE JOB_ID");
    const auto view = call.job();
    if (!view) return unknownJob(call.words);
    std::string words;
    const auto add = [&](bool holds, std::string_view word) {
        if (holds) words += (words.empty() ? "" : " ") + std::string(word);
    };
    add(ready(*view), "pending");
    add(view->state == JobView::State::Running, "active");
    add(noComponent(call), "no-component");
    add(ready(*view) || view->state == JobView::State::Running, "ready");
    return VerbAnswer{0, (words.empty() ? "waiting" : words) + "\n", ""};
}

// The tag as on Android: "*job*/", the namespace between at signs, and the service.
Answer wakelockTag(JobCall& call) {
    if (!call.words.job()) return wants("PACKAGE JOB_ID");
    const auto view = call.job();
    if (!view || !view->info) return unknownJob(call.words);
    const std::string space = view->key.space.empty() ? "" : fmt::format("@{}@", view->key.space);
    return VerbAnswer{0, fmt::format("*job*/{}{}/{}\n", space, view->key.app.name, view->info->getService().name), ""};
}

Answer bytes(JobCall& call, Bytes JobView::*field) {
    if (!call.words.job()) return wants("PACKAGE JOB_ID");
    const auto view = call.job();
    if (!view) return missingJob(call.words);
    return VerbAnswer{0, fmt::format("{}\n\n", *view.*field), ""};
}

Answer estimatedDown(JobCall& call) { return bytes(call, &JobView::estimatedDown); }
Answer estimatedUp(JobCall& call) { return bytes(call, &JobView::estimatedUp); }
Answer transferredDown(JobCall& call) { return bytes(call, &JobView::transferredDown); }
Answer transferredUp(JobCall& call) { return bytes(call, &JobView::transferredUp); }

VerbAnswer printed(bool holds) { return {0, holds ? "true\n" : "false\n", ""}; }
VerbAnswer printed(std::uint64_t number) { return {0, fmt::format("{}\n", number), ""}; }

Answer batteryNotLow(JobCall& call) { return printed(!call.core.deviceState().batteryLow); }
Answer storageNotLow(JobCall& call) { return printed(!call.core.deviceState().storageLow); }
Answer charging(JobCall& call) { return printed(call.core.deviceState().charging); }
Answer batterySequence(JobCall& call) { return printed(call.core.overview(0, call.now).batterySequence); }
Answer storageSequence(JobCall& call) { return printed(call.core.overview(0, call.now).storageSequence); }

// For a verb that takes one of two words, true if it is the first; nullopt: it is neither.
std::optional<bool> isFirst(const JobCall& call, std::string_view first, std::string_view second) {
    if (call.words.package() == first) return true;
    if (call.words.package() == second) return false;
    return std::nullopt;
}

Answer monitorBattery(JobCall& call) {
    const auto on = isFirst(call, "on", "off");
    if (!on) return wrongWord(call.words.package());
    call.ask(MonitorBattery{.on = *on});
    return VerbAnswer{0, fmt::format("Battery monitoring {}\n", *on ? "enabled" : "disabled"), ""};
}

Answer triggerDockState(JobCall& call) {
    const auto idle = isFirst(call, "idle", "active");
    if (!idle) return wrongWord(call.words.package());
    call.ask(DockFaked{.idle = *idle});
    return VerbAnswer{};
}

Answer configValue(JobCall& call) {
    if (call.words.package().empty()) return wants("KEY");
    const auto row = constantRow(call.words.package());
    // A key that nobody set has no value, as on Android.
    const std::string value = row ? constantText(call.core.constants(), **row) : "null";
    return VerbAnswer{0, value + "\n", ""};
}

Answer resetExecutionQuota(JobCall& call) {
    if (call.words.package().empty()) return wants("PACKAGE");
    const auto reply = call.ask(ResetExecutionQuota{.app = AppId{call.words.package()}});
    return reply->error ? missingPackage(call.words) : VerbAnswer{};
}

Answer resetScheduleQuota(JobCall& call) {
    call.ask(ResetScheduleQuota{});
    return VerbAnswer{};
}

constexpr JobVerb getterVerbs[] = {
    {"get-job-state", jobState, "get-job-state [-u USER] [-n NAMESPACE] PACKAGE JOB_ID"},
    {"get-estimated-download-bytes", estimatedDown,
     "get-estimated-download-bytes [-u USER] [-n NAMESPACE] PACKAGE JOB_ID"},
    {"get-estimated-upload-bytes", estimatedUp, "get-estimated-upload-bytes [-u USER] [-n NAMESPACE] PACKAGE JOB_ID"},
    {"get-transferred-download-bytes", transferredDown,
     "get-transferred-download-bytes [-u USER] [-n NAMESPACE] PACKAGE JOB_ID"},
    {"get-transferred-upload-bytes", transferredUp,
     "get-transferred-upload-bytes [-u USER] [-n NAMESPACE] PACKAGE JOB_ID"},
    {"get-job-wakelock-tag", wakelockTag, "get-job-wakelock-tag [-u USER] [-n NAMESPACE] PACKAGE JOB_ID"},
    {"monitor-battery", monitorBattery, "monitor-battery on|off"},
    {"get-battery-seq", batterySequence, "get-battery-seq"},
    {"get-battery-charging", charging, "get-battery-charging"},
    {"get-battery-not-low", batteryNotLow, "get-battery-not-low"},
    {"get-storage-seq", storageSequence, "get-storage-seq"},
    {"get-storage-not-low", storageNotLow, "get-storage-not-low"},
    {"trigger-dock-state", triggerDockState, "trigger-dock-state idle|active"},
    {"get-config-value", configValue, "get-config-value KEY"},
    {"reset-execution-quota", resetExecutionQuota, "reset-execution-quota [-u USER] PACKAGE"},
    {"reset-schedule-quota", resetScheduleQuota, "reset-schedule-quota"},
};

} // namespace

std::span<const JobVerb> getters() { return getterVerbs; }

} // namespace stint
