// The runs of this process, as the library knows them (jobs.md §4.1, §4.2).
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

/// Each daemon counts its runs from the start: a late report on a run of the last daemon must not hit a run of the
/// next.
struct RunKey {
    std::uint64_t connection = 0;
    std::uint64_t run = 0;
    auto operator<=>(const RunKey&) const = default;
};

/// The arguments of jobFinished().
struct Finish {
    bool wantsReschedule = false;
    Outcome outcome;
};

struct RunHandle;

/// The reports of bytes of a run, or of one item of its work (jobs.md §4.7).
struct Reports {
    Throttle estimated;
    Throttle transferred;

    /// The time at which one of them has something to send; max: neither.
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
    JobParameters params;            ///< without a handle: the library's copy keeps no run from being abandoned
    std::weak_ptr<RunHandle> handle; ///< shared by the copies that the app holds
    bool abandoned = false;          ///< the app held no copy any more, and the daemon knows
    std::set<std::uint64_t> working; ///< items that were dequeued and not completed
    State state = State::Starting;
    /// Called before onStartJob had answered; sent after the answer, the order that the daemon knows (jobs.md §4.2).
    std::optional<Finish> finish;
    Reports reports;
    std::map<std::uint64_t, Reports> items; ///< of items with reports that are not completed
};

using Runs = std::map<RunKey, Run>;

} // namespace client

/// Builds a JobParameters, which an app can only read.
struct JobParametersAccess {
    static JobParameters make(client::RunKey key, wire::RunParameters from);
    static client::RunKey keyOf(const JobParameters& params);
    static JobParameters withHandle(JobParameters params, std::shared_ptr<client::RunHandle> handle) {
        params.handle_ = std::move(handle);
        return params;
    }
    // Copies that the app already holds stay as they are.
    static void setNetwork(JobParameters& params, Network network);
    static void setStopReason(JobParameters& params, StopReason reason);
};

} // namespace stint
