#include "work/engine/spec.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "base/time/time.hpp"
#include "work/engine/constraints.hpp"

namespace stint::work {

namespace {

bool requiresNetwork(const Constraints& constraints) {
    return constraints.getRequiredNetworkType() != NetworkType::NOT_REQUIRED ||
           constraints.getRequiredNetworkRequest().has_value();
}

/// The first term that expedited work may not have (jobs.md V11); empty: none.
std::string_view tooMuchForExpedited(const Spec& spec) {
    if (spec.initialDelay > Duration(0)) return "an initial delay";
    for (const ConstraintFlag& flag : constraintFlags)
        if (!flag.expedited && (spec.constraints.*flag.get)()) return flag.name;
    if (!spec.constraints.getContentUriTriggers().empty()) return "a content trigger";
    if (spec.period) return "a period";
    if (spec.userInitiated) return "a person's wish: it is user-initiated";
    return {};
}

/// The first term that user-initiated work may not have (jobs.md V12); empty: none.
std::string_view tooMuchForUserInitiated(const Spec& spec) {
    if (spec.initialDelay > Duration(0)) return "an initial delay";
    for (const ConstraintFlag& flag : constraintFlags)
        if (!flag.userInitiated && (spec.constraints.*flag.get)()) return flag.name;
    if (!spec.constraints.getContentUriTriggers().empty()) return "a content trigger";
    return {};
}

/// A choice that the library does not know, as of a number that was cast, or of a damaged file.
std::string choiceThatIsNone(const Spec& spec) {
    const auto isNone = [](auto choice, auto last) { return choice < decltype(last)() || choice > last; };
    const auto none = [](auto choice, std::string_view what) {
        return fmt::format("{} is no {}", static_cast<std::int32_t>(choice), what);
    };
    if (isNone(spec.backoffPolicy, BackoffPolicy::LINEAR)) return none(spec.backoffPolicy, "back-off policy");
    if (isNone(spec.merger, InputMerger::ARRAY_CREATING)) return none(spec.merger, "input merger");
    if (spec.expedited && isNone(*spec.expedited, OutOfQuotaPolicy::DROP_WORK_REQUEST))
        return none(*spec.expedited, "out-of-quota policy");
    const NetworkType network = spec.constraints.getRequiredNetworkType();
    return isNone(network, NetworkType::TEMPORARILY_UNMETERED) ? none(network, "network type") : std::string();
}

struct Times {
    Duration initialDelay;
    Duration backoffDelay;
    Duration keepResults;
    std::optional<Period> period;
    bool operator==(const Times&) const = default;
};

Times timesOf(const Spec& spec) { return {spec.initialDelay, spec.backoffDelay, spec.keepResults, spec.period}; }

// jobs.md §10: times that are too small are raised. Times that are too long for the arithmetic are lowered.
Times inRange(Times times) {
    constexpr Duration shortestKept = std::chrono::hours(24);
    times.initialDelay = std::min(times.initialDelay, longestWait);
    times.backoffDelay = std::clamp(times.backoffDelay, WorkRequest::MIN_BACKOFF, WorkRequest::MAX_BACKOFF);
    times.keepResults = std::clamp(times.keepResults, shortestKept, longestWait);
    if (!times.period) return times;
    auto& [interval, flex] = *times.period;
    const bool isWhole = flex == interval;
    interval = std::clamp<Duration>(interval, PeriodicWorkRequest::MIN_PERIODIC_INTERVAL, longestWait);
    flex = isWhole ? interval : std::clamp<Duration>(flex, PeriodicWorkRequest::MIN_PERIODIC_FLEX, interval);
    return times;
}

Spec made(std::string worker) {
    Spec spec;
    spec.worker = std::move(worker);
    spec.tags.insert(spec.worker);
    return spec;
}

} // namespace

void bringIntoRange(Spec& spec) {
    auto [initialDelay, backoffDelay, keepResults, period] = inRange(timesOf(spec));
    spec.initialDelay = initialDelay;
    spec.backoffDelay = backoffDelay;
    spec.keepResults = keepResults;
    spec.period = period;
}

Result<void> check(const Spec& spec) {
    const auto refuse = [&spec](std::string_view why) {
        return fail(Errc::ILLEGAL_ARGUMENT, "work of \"{}\": {}", spec.worker, why);
    };
    if (const auto none = choiceThatIsNone(spec); !none.empty()) return refuse(none);
    if (spec.worker.empty()) return fail(Errc::ILLEGAL_ARGUMENT, "a work request without a worker's name");
    if (spec.initialDelay < Duration(0)) return refuse("the initial delay is negative");
    if (inRange(timesOf(spec)) != timesOf(spec)) return refuse("one of its times is out of range");
    if (spec.nextScheduleTime && !spec.period) return refuse("it is done once, and has no next period");
    if (const auto next = spec.nextScheduleTime ? spec.nextScheduleTime->override : std::nullopt)
        if (std::chrono::abs(next->time_since_epoch()) > longestWait) return refuse("its next run is out of range");
    if (spec.constraints.requiresDeviceIdle() && spec.explicitBackoff)
        return refuse("it requires device idle, and may not have back-off criteria as well");
    if (spec.expedited)
        if (const auto what = tooMuchForExpedited(spec); !what.empty())
            return refuse(
                fmt::format("expedited work may require the network and storage not low, and no more, not {}", what));
    if (spec.userInitiated) {
        if (!requiresNetwork(spec.constraints)) return refuse("user-initiated work requires a network");
        if (const auto what = tooMuchForUserInitiated(spec); !what.empty())
            return refuse(fmt::format("user-initiated work begins at once, and may not have {}", what));
    }
    for (const auto& trigger : spec.constraints.getContentUriTriggers())
        if (trigger.uri.empty()) return refuse("a content trigger without a path");
    return {};
}

const UUID& WorkRequest::getId() const { return spec_->id; }
const std::string& WorkRequest::getWorkerClassName() const { return spec_->worker; }
const std::set<std::string>& WorkRequest::getTags() const { return spec_->tags; }

template <class Self> WorkRequestBuilder<Self>::WorkRequestBuilder(std::string workerClassName)
    : spec_(std::make_unique<Spec>(made(std::move(workerClassName)))) {}
template <class Self> WorkRequestBuilder<Self>::WorkRequestBuilder(const WorkRequestBuilder& other)
    : spec_(std::make_unique<Spec>(*other.spec_)) {}
template <class Self> WorkRequestBuilder<Self>& WorkRequestBuilder<Self>::operator=(const WorkRequestBuilder& other) {
    *spec_ = *other.spec_;
    return *this;
}
template <class Self> WorkRequestBuilder<Self>::~WorkRequestBuilder() = default;

template <class Self> Self& WorkRequestBuilder<Self>::setId(UUID id) {
    spec_->id = id;
    return static_cast<Self&>(*this);
}

template <class Self> Self& WorkRequestBuilder<Self>::setInputData(Data input) {
    spec_->input = std::move(input);
    return static_cast<Self&>(*this);
}

template <class Self> Self& WorkRequestBuilder<Self>::addTag(std::string tag) {
    spec_->tags.insert(std::move(tag));
    return static_cast<Self&>(*this);
}

template <class Self> Self& WorkRequestBuilder<Self>::setConstraints(Constraints constraints) {
    spec_->constraints = std::move(constraints);
    return static_cast<Self&>(*this);
}

template <class Self> Self& WorkRequestBuilder<Self>::setBackoffCriteria(BackoffPolicy policy, Duration delay) {
    spec_->backoffPolicy = policy;
    spec_->backoffDelay = delay;
    spec_->explicitBackoff = true;
    return static_cast<Self&>(*this);
}

template <class Self> Self& WorkRequestBuilder<Self>::setInitialDelay(Duration delay) {
    spec_->initialDelay = delay;
    return static_cast<Self&>(*this);
}

template <class Self> Self& WorkRequestBuilder<Self>::keepResultsForAtLeast(Duration duration) {
    spec_->keepResults = duration;
    return static_cast<Self&>(*this);
}

template <class Self> Result<std::shared_ptr<const Spec>> WorkRequestBuilder<Self>::checked() const {
    auto kept = std::make_shared<Spec>(*spec_);
    bringIntoRange(*kept);
    STINT_TRY(check(*kept));
    if (kept->id == UUID()) kept->id = UUID::randomUUID();
    return std::shared_ptr<const Spec>(std::move(kept));
}

template class WorkRequestBuilder<OneTimeWorkRequest::Builder>;
template class WorkRequestBuilder<PeriodicWorkRequest::Builder>;

using OneTimeBuilder = OneTimeWorkRequest::Builder;
using PeriodicBuilder = PeriodicWorkRequest::Builder;

OneTimeBuilder::Builder(std::string workerClassName) : WorkRequestBuilder(std::move(workerClassName)) {}

OneTimeBuilder& OneTimeBuilder::setExpedited(OutOfQuotaPolicy policy) {
    spec_->expedited = policy;
    return *this;
}

OneTimeBuilder& OneTimeBuilder::setUserInitiated(bool userInitiated) {
    spec_->userInitiated = userInitiated;
    return *this;
}

OneTimeBuilder& OneTimeBuilder::setInputMerger(InputMerger merger) {
    spec_->merger = merger;
    spec_->ownMerger.clear();
    return *this;
}

OneTimeBuilder& OneTimeBuilder::setInputMerger(std::string name) {
    spec_->ownMerger = std::move(name);
    return *this;
}

Result<OneTimeWorkRequest> OneTimeBuilder::build() const {
    auto spec = STINT_TRY(checked());
    return OneTimeWorkRequest(std::move(spec));
}

PeriodicBuilder::Builder(std::string workerClassName, Duration repeatInterval)
    : Builder(std::move(workerClassName), repeatInterval, repeatInterval) {}

PeriodicBuilder::Builder(std::string workerClassName, Duration repeatInterval, Duration flex)
    : WorkRequestBuilder(std::move(workerClassName)) {
    spec_->period = {repeatInterval, flex};
}

PeriodicBuilder& PeriodicBuilder::setNextScheduleTimeOverride(WallTime next) {
    spec_->nextScheduleTime = NextScheduleTime{next};
    return *this;
}

PeriodicBuilder& PeriodicBuilder::clearNextScheduleTimeOverride() {
    spec_->nextScheduleTime = NextScheduleTime{};
    return *this;
}

Result<PeriodicWorkRequest> PeriodicBuilder::build() const {
    auto spec = STINT_TRY(checked());
    return PeriodicWorkRequest(std::move(spec));
}

} // namespace stint::work
