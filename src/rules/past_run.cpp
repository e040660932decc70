#include "rules/past_run.hpp"

#include <utility>

#include <fmt/core.h>

#include "base/cut.hpp"
#include "base/url_text.hpp"

namespace stint {
namespace {

std::string_view stopMeaning(StopReason reason) {
    switch (reason) {
    case StopReason::Undefined:
        return "its process died";
    case StopReason::CancelledByApp:
        return "cancelled";
    case StopReason::User:
        return "stopped by the user";
    case StopReason::Timeout:
    case StopReason::TimeoutAbandoned:
        return "stopped at its time limit";
    case StopReason::Preempt:
        return "stopped for a job of its app that the user sees";
    case StopReason::DeviceState:
        return "stopped because the device could not go on with it";
    case StopReason::ConstraintBatteryNotLow:
        return "stopped because the battery was low";
    case StopReason::ConstraintCharging:
        return "stopped because the device no longer charged";
    case StopReason::ConstraintConnectivity:
        return "stopped because its network was gone";
    case StopReason::ConstraintDeviceIdle:
        return "stopped because the device was in use";
    case StopReason::ConstraintStorageNotLow:
        return "stopped because storage was low";
    case StopReason::Quota:
        return "stopped because its app had used up its time";
    case StopReason::BackgroundRestriction:
        return "stopped because its app may not run in the background";
    case StopReason::AppStandby:
        return "stopped because its app is used too rarely";
    case StopReason::SystemProcessing:
        return "stopped because the clock was set";
    case StopReason::EstimatedAppLaunchTimeChanged:
        return "stopped because its app is not about to be used";
    }
    return "stopped";
}

/// At most so much of it is kept.
constexpr std::size_t longestKept = 2048;

std::string extra(const Job& job, std::string_view key) {
    std::string text = job.info->getExtras().getString(key);
    cut(text, longestKept);
    return text;
}

} // namespace

bool succeeded(const PastRun& run) {
    return run.ending.internal == InternalReason::SuccessfulFinish && run.outcome.exitCode == 0;
}

std::string endingText(const PastRun& run) {
    if (!run.outcome.text.empty()) return run.outcome.text;
    if (run.ending.internal == InternalReason::Anr) return "its app did not answer in time";
    if (run.ending.internal != InternalReason::SuccessfulFinish)
        return fmt::format("{} ({})", stopMeaning(run.ending.reason), nameOf(run.ending.reason));
    return run.outcome.exitCode == 0 ? "done" : fmt::format("failed with exit code {}", run.outcome.exitCode);
}

Completed completedBy(const Job& job, PastRun run) {
    Completed completed;
    static_cast<PastRun&>(completed) = std::move(run);
    completed.key = job.key;
    completed.label = job.details->label;
    completed.url = withoutSecrets(extra(job, "url"));
    completed.path = extra(job, "output");
    if (completed.path.empty()) completed.path = extra(job, "source");
    return completed;
}

} // namespace stint
