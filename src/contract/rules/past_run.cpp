#include "contract/rules/past_run.hpp"

#include <utility>

#include <fmt/core.h>

#include "base/text/cut.hpp"
#include "base/text/url_text.hpp"

namespace stint {
namespace {

std::string_view stopMeaning(StopReason reason) {
    switch (reason) {
    case STOP_REASON_UNDEFINED:
        return "its process died";
    case STOP_REASON_CANCELLED_BY_APP:
        return "cancelled";
    case STOP_REASON_USER:
        return "stopped by the user";
    case STOP_REASON_TIMEOUT:
    case STOP_REASON_TIMEOUT_ABANDONED:
        return "stopped at its time limit";
    case STOP_REASON_PREEMPT:
        return "stopped for a job of its app that the user sees";
    case STOP_REASON_DEVICE_STATE:
        return "stopped because the device could not go on with it";
    case STOP_REASON_CONSTRAINT_BATTERY_NOT_LOW:
        return "stopped because the battery was low";
    case STOP_REASON_CONSTRAINT_CHARGING:
        return "stopped because the device no longer charged";
    case STOP_REASON_CONSTRAINT_CONNECTIVITY:
        return "stopped because its network was gone";
    case STOP_REASON_CONSTRAINT_DEVICE_IDLE:
        return "stopped because the device was in use";
    case STOP_REASON_CONSTRAINT_STORAGE_NOT_LOW:
        return "stopped because storage was low";
    case STOP_REASON_QUOTA:
        return "stopped because its app had used up its time";
    case STOP_REASON_BACKGROUND_RESTRICTION:
        return "stopped because its app may not run in the background";
    case STOP_REASON_APP_STANDBY:
        return "stopped because its app is used too rarely";
    case STOP_REASON_SYSTEM_PROCESSING:
        return "stopped because the clock was set";
    case STOP_REASON_ESTIMATED_APP_LAUNCH_TIME_CHANGED:
        return "stopped because its app is not about to be used";
    }
    return "stopped";
}

/// At most so much of it is kept.
constexpr std::size_t longestKept = 2048;

std::string extra(const Job& job, std::string_view key) {
    std::string text = job.info.getExtras().getString(key);
    cut(text, longestKept);
    return text;
}

} // namespace

bool succeeded(const PastRun& run) {
    return run.ending.internal == InternalReason::SuccessfulFinish && run.outcome.exitCode == 0;
}

std::int32_t timeoutsAfter(std::int32_t before, const Ending& ending) {
    if (ending.internal == InternalReason::SuccessfulFinish) return 0;
    const bool timeUp = ending.reason == STOP_REASON_TIMEOUT || ending.reason == STOP_REASON_TIMEOUT_ABANDONED ||
                        ending.reason == STOP_REASON_QUOTA;
    return timeUp ? before + 1 : before;
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
