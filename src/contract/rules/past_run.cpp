#include "contract/rules/past_run.hpp"

#include <utility>

#include <fmt/core.h>

#include "base/text/cut.hpp"
#include "base/text/url_text.hpp"
#include "contract/model/reasons.hpp"

namespace stint {
namespace {

/// The bytes of an extra that are kept at most.
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
        return fmt::format("{} ({})", meaningOf(run.ending.reason), nameOf(run.ending.reason));
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
