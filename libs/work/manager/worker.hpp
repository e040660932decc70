// One run of a worker, shared by its thread and the manager.
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

struct WorkerAccess {
    using Values = WorkerParameters::Values;
    static WorkerParameters params(std::shared_ptr<Values> values) {
        WorkerParameters made;
        made.values_ = std::move(values);
        return made;
    }
    static WorkerEnded ended(const Values& values, Worker::Result result) {
        const auto kind = result.kind_ == Worker::Result::Kind::Success   ? WorkerEnded::Kind::Success
                          : result.kind_ == Worker::Result::Kind::Failure ? WorkerEnded::Kind::Failure
                                                                          : WorkerEnded::Kind::Retry;
        return {values.id, values.run, kind, std::move(result.output_), {}};
    }
};

} // namespace stint::work
