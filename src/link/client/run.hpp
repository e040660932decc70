// The runs that go on in this process, as the library knows them (jobs.md §4.1, §4.2).
#pragma once
#include <algorithm>
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "link/client/throttle.hpp"
#include "link/wire/codec.hpp"
#include "stint/job_parameters.hpp"

namespace stint {

class JobService;

namespace client {

/// Each daemon counts its runs from the start: a late word on a run of the last one must not hit one of the next.
struct RunKey {
    std::uint64_t connection = 0;
    std::uint64_t run = 0;
    auto operator<=>(const RunKey&) const = default;
};

/// What jobFinished() was called with.
struct Finish {
    bool wantsReschedule = false;
    Outcome outcome;
};

struct RunHandle;

/// What is said of the bytes of a run, or of one item of its work (jobs.md §4.7).
struct Reports {
    Throttle estimated;
    Throttle transferred;

    /// When one of them has something to send; max: neither.
    Instant dueAt() const {
        return std::min(estimated.dueAt().value_or(Instant::max()), transferred.dueAt().value_or(Instant::max()));
    }
};

struct Run {
    enum class State {
        Starting,  ///< onStartJob has not returned, or its answer is not sent
        Executing, ///< it answered true
        Stopping,  ///< onStopJob has not returned
    };

    JobService* service = nullptr;
    JobParameters params;            ///< without a handle: what the library holds keeps no run from being abandoned
    std::weak_ptr<RunHandle> handle; ///< of the copies that the app holds
    bool abandoned = false;          ///< it held none any more, and the daemon was told
    std::set<std::uint64_t> working; ///< items that were dequeued and not completed
    State state = State::Starting;
    /// Said before onStartJob had answered; the daemon is told after the answer, the order it knows (jobs.md §4.2).
    std::optional<Finish> finish;
    Reports reports;
    std::map<std::uint64_t, Reports> items; ///< of items that were spoken of and are not completed
};

using Runs = std::map<RunKey, Run>;

} // namespace client

/// The way into a JobParameters, which an app can only read.
struct JobParametersAccess {
    static JobParameters make(client::RunKey key, wire::RunParameters from);
    static client::RunKey keyOf(const JobParameters& params);
    static JobParameters withHandle(JobParameters params, std::shared_ptr<client::RunHandle> handle) {
        params.handle_ = std::move(handle);
        return params;
    }
    // Those that the app holds stay as they are.
    static void setNetwork(JobParameters& params, Network network);
    static void setStopReason(JobParameters& params, StopReason reason);
};

} // namespace stint
