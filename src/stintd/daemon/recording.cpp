// `stint record` (scenario.md, Recordings): when a recording begins, and anew.
#include "base/result/fail.hpp"
#include "stintd/daemon/daemon.hpp"
#include "stintd/daemon/log.hpp"

namespace stint {

// A core's whole state is in the store at one moment only: before it begins. So a recording begins with another core,
// as after a failed commit: running jobs are stopped, and run again.
Result<void> Daemon::record(CallId call, bool on) {
    if (degraded_) return *degraded_;
    if (!on) {
        core_->tell(nullptr);
        recorder_.end();
        server_->reply(Reply{.call = call});
        return {};
    }
    if (recorder_.wanted() && recorder_.trouble().empty())
        return fail(Errc::REFUSED, "a recording goes on: stint record stop FILE.yaml keeps it, and "
                                   "stint record stop --forget throws it away");
    STINT_TRY(recorder_.want());
    recordFrom_ = call;
    return {};
}

void Daemon::recordAnew() {
    const bool again = recorder_.isFull() && hosts_->idle();
    if (degraded_ || (!recordFrom_ && !again)) return;
    const auto call = std::exchange(recordFrom_, std::nullopt);
    tryAgain(UnderWay::End);
    if (call)
        server_->reply(Reply{.call = *call,
                             .error = recorder_.trouble().empty()
                                          ? std::nullopt
                                          : std::optional(Error{Errc::STORAGE, recorder_.trouble()})});
    server_->failAll(Error{Errc::ILLEGAL_STATE, "a recording begins, and the daemon with it anew: ask again"});
}

// An error of a recording never stops the daemon.
void Daemon::keepSnapshot() {
    if (!recorder_.wanted()) return;
    if (auto kept = recorder_.keep(*store_); !kept) logWarning("nothing is recorded: " + kept.error().message);
}

void Daemon::beginRecording(Scheduler& core, const record::Beginning& beginning, const Step& restored) {
    if (!recorder_.wanted() || !recorder_.trouble().empty()) return;
    if (auto begun = recorder_.begin(beginning, policy_.constants, restored); !begun)
        return logWarning("nothing is recorded: " + begun.error().message);
    core.tell(&recorder_);
}

std::vector<wire::RecordingRow> Daemon::recordings() {
    if (!recorder_.wanted()) return {};
    return {{.scenario = recorder_.scenarioFile(),
             .snapshot = recorder_.storeFile(),
             .since = recorder_.since(),
             .bytes = recorder_.size(),
             .trouble = recorder_.trouble()}};
}

} // namespace stint
