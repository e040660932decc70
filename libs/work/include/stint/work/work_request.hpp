// Work requests: work that is done once, or again and again (jobs.md §10). They are immutable; build() checks them.
// Work is kept in the app's own file from enqueue() on, and outlives processes, daemons and reboots.
#pragma once
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "stint/export.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"
#include "stint/work/constraints.hpp"
#include "stint/work/data.hpp"
#include "stint/work/policies.hpp"
#include "stint/work/uuid.hpp"

namespace stint::work {

struct Spec; ///< the library's form of a request

/// Cheap to copy. May grow (decision 17).
class STINT_API WorkRequest {
public:
    static constexpr Duration MIN_BACKOFF = std::chrono::seconds(10);
    static constexpr Duration DEFAULT_BACKOFF = std::chrono::seconds(30);
    static constexpr Duration MAX_BACKOFF = std::chrono::hours(5);

    // Without a move: what was moved from would have no terms.
    WorkRequest(const WorkRequest&) = default;
    WorkRequest& operator=(const WorkRequest&) = default;
    ~WorkRequest() = default;

    const UUID& getId() const;
    /// The name under which the worker was registered (Configuration::Builder::addWorker).
    const std::string& getWorkerClassName() const;
    /// The tags that the app gave, and the worker's name.
    const std::set<std::string>& getTags() const;

protected:
    friend struct WorkRequestAccess;
    explicit WorkRequest(std::shared_ptr<const Spec> spec) : spec_(std::move(spec)) {}
    std::shared_ptr<const Spec> spec_; ///< never null
};

/// The functions of both builders; Self is the builder.
template <class Self> class STINT_API WorkRequestBuilder {
public:
    WorkRequestBuilder(const WorkRequestBuilder&);
    WorkRequestBuilder& operator=(const WorkRequestBuilder&);
    ~WorkRequestBuilder();

    /// Sets the id in place of a random one.
    Self& setId(UUID id);
    Self& setInputData(Data input);
    Self& addTag(std::string tag);
    Self& setConstraints(Constraints constraints);
    /// Sets the wait before the first retry, which is brought into the range of 10 s to 5 h; not with device idle.
    Self& setBackoffCriteria(BackoffPolicy policy, Duration delay);
    /// Sets the shortest wait before the work runs, for periodic work only before its first run; not for expedited
    /// work.
    Self& setInitialDelay(Duration delay);
    /// Sets how long the request is kept after its end; a day at least.
    Self& keepResultsForAtLeast(Duration duration);

protected:
    explicit WorkRequestBuilder(std::string workerClassName);
    /// A copy with an id, or an Error with the first rule that it breaks.
    Result<std::shared_ptr<const Spec>> checked() const;
    std::unique_ptr<Spec> spec_; ///< never null
};

class STINT_API OneTimeWorkRequest : public WorkRequest {
public:
    class Builder;

private:
    explicit OneTimeWorkRequest(std::shared_ptr<const Spec> spec) : WorkRequest(std::move(spec)) {}
};

/// Work that is done once in each period until it is cancelled; neither chained nor expedited.
class STINT_API PeriodicWorkRequest : public WorkRequest {
public:
    class Builder;
    static constexpr Duration MIN_PERIODIC_INTERVAL = std::chrono::minutes(15);
    static constexpr Duration MIN_PERIODIC_FLEX = std::chrono::minutes(5);

private:
    explicit PeriodicWorkRequest(std::shared_ptr<const Spec> spec) : WorkRequest(std::move(spec)) {}
};

extern template class WorkRequestBuilder<OneTimeWorkRequest::Builder>;
extern template class WorkRequestBuilder<PeriodicWorkRequest::Builder>;

class STINT_API OneTimeWorkRequest::Builder : public WorkRequestBuilder<OneTimeWorkRequest::Builder> {
public:
    /// `workerClassName`: the name under which the worker was registered.
    explicit Builder(std::string workerClassName);

    /// Marks short, important work that starts at once. Its only constraints may be a network and storage not low.
    Builder& setExpedited(OutOfQuotaPolicy policy);
    /// Marks a long transfer that a person asked for: backed by a user-initiated job if the app is visible, else by a
    /// regular one (ours). Its worker owes a notification, setForeground(), within 10 s of its start. Needs a network.
    Builder& setUserInitiated(bool userInitiated);
    Builder& setInputMerger(InputMerger merger);
    /// Names a merger of the app's own (Configuration::Builder::addInputMerger). Do not change a name later.
    Builder& setInputMerger(std::string name);

    /// IllegalArgument names the values that do not go together.
    Result<OneTimeWorkRequest> build() const;
};

class STINT_API PeriodicWorkRequest::Builder : public WorkRequestBuilder<PeriodicWorkRequest::Builder> {
public:
    /// Runs, and again an interval after the end of each run. An interval of less than 15 min is raised to that.
    Builder(std::string workerClassName, Duration repeatInterval);
    /// The same, but the first run waits for the last `flex` of the first interval. A flex of less than 5 min is raised
    /// to that, more than the interval is lowered to it.
    Builder(std::string workerClassName, Duration repeatInterval, Duration flex);

    /// Sets the time of the next run, once, in place of the one that its terms give; but no run begins within 15 min
    /// of the end of the one before. Set for a request that is there, by updateWork() and UPDATE, it holds until a run
    /// that begins from then on has ended; an update that sets and clears nothing leaves it as it is.
    Builder& setNextScheduleTimeOverride(WallTime next);
    /// Takes back the time that an earlier request of this id has set.
    Builder& clearNextScheduleTimeOverride();

    Result<PeriodicWorkRequest> build() const;
};

} // namespace stint::work
