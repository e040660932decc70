// One run of a worker, shared by its threads and the manager.
#pragma once
#include <atomic>
#include <functional>

#include "stint/work/worker.hpp"
#include "work/engine/events.hpp"

namespace stint::work {

struct WorkerParameters::Values {
    UUID id;
    RunNumber run = 0;
    std::string worker;
    std::string ownMerger;
    std::vector<Data> inputs; ///< what `input` is made of by a merger of the app's
    Data input;
    std::set<std::string> tags;
    std::int32_t attempts = 0; ///< before this run
    std::int32_t generation = 0;
    std::vector<std::string> uris;
    std::vector<std::string> authorities;
    std::optional<Network> network;

    std::stop_source stop;
    std::atomic<std::int32_t> stopReason = WorkInfo::STOP_REASON_NOT_STOPPED;
    std::function<stint::Result<void>(Data)> setProgress;
    std::function<stint::Result<void>(const ForegroundInfo&)> setForeground;
};

struct ListenableWorker::Completer::State {
    /// Gets the result, or the exception; neither: the last completer is gone.
    using End = std::function<void(std::optional<Result>, std::exception_ptr)>;
    explicit State(End then) : end(std::move(then)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { finish(std::nullopt, nullptr); }
    bool finish(std::optional<Result> result, std::exception_ptr thrown) {
        if (isSet.exchange(true)) return false;
        End ends = std::move(end); // it holds the worker, which may hold a completer
        ends(std::move(result), std::move(thrown));
        return true;
    }
    std::atomic<bool> isSet = false;
    End end;
};

struct WorkerAccess {
    using Values = WorkerParameters::Values;
    static WorkerParameters params(std::shared_ptr<Values> values) {
        WorkerParameters made;
        made.values_ = std::move(values);
        return made;
    }
    static ListenableWorker::Completer completer(ListenableWorker::Completer::State::End end) {
        ListenableWorker::Completer made;
        made.state_ = std::make_shared<ListenableWorker::Completer::State>(std::move(end));
        return made;
    }
    static void stop(ListenableWorker& worker, std::int32_t reason) {
        Values& values = *worker.params_.values_;
        values.stopReason = reason;
        if (values.stop.request_stop()) worker.onStopped();
    }
    static WorkerEnded ended(const Values& values, ListenableWorker::Result result, std::string why) {
        using Kind = ListenableWorker::Result::Kind;
        const auto kind = result.kind_ == Kind::Success   ? WorkerEnded::Kind::Success
                          : result.kind_ == Kind::Failure ? WorkerEnded::Kind::Failure
                                                          : WorkerEnded::Kind::Retry;
        return {values.id, values.run, kind, std::move(result.output_), std::move(why)};
    }
};

} // namespace stint::work
