#include "base/result/parts.hpp"
#include "work/engine/request.hpp"

namespace stint::work {

struct WorkInfo::Parts {
    Request request;
};

WorkInfo WorkInfoAccess::make(const Request& request) {
    WorkInfo info;
    info.parts_ = std::make_shared<const WorkInfo::Parts>(WorkInfo::Parts{request});
    return info;
}

bool WorkInfoAccess::same(const WorkInfo& a, const WorkInfo& b) {
    return partsOf(a.parts_).request == partsOf(b.parts_).request;
}

std::string_view nameOf(State state) {
    switch (state) {
    case State::ENQUEUED:
        return "ENQUEUED";
    case State::RUNNING:
        return "RUNNING";
    case State::SUCCEEDED:
        return "SUCCEEDED";
    case State::FAILED:
        return "FAILED";
    case State::BLOCKED:
        return "BLOCKED";
    case State::CANCELLED:
        return "CANCELLED";
    }
    return "UNKNOWN";
}

const UUID& WorkInfo::getId() const { return partsOf(parts_).request.spec.id; }
State WorkInfo::getState() const { return partsOf(parts_).request.state; }
const std::string& WorkInfo::getWorkerClassName() const { return partsOf(parts_).request.spec.worker; }
const std::set<std::string>& WorkInfo::getTags() const { return partsOf(parts_).request.spec.tags; }
const Data& WorkInfo::getOutputData() const { return partsOf(parts_).request.output; }
const Data& WorkInfo::getProgress() const { return partsOf(parts_).request.progress; }
std::int32_t WorkInfo::getRunAttemptCount() const { return partsOf(parts_).request.attempts; }
std::int32_t WorkInfo::getGeneration() const { return partsOf(parts_).request.generation; }
const Constraints& WorkInfo::getConstraints() const { return partsOf(parts_).request.spec.constraints; }
Duration WorkInfo::getInitialDelay() const { return partsOf(parts_).request.spec.initialDelay; }

std::optional<WorkInfo::PeriodicityInfo> WorkInfo::getPeriodicityInfo() const {
    const auto& period = partsOf(parts_).request.spec.period;
    if (!period) return std::nullopt;
    return PeriodicityInfo{period->interval, period->flex};
}

std::optional<WallTime> WorkInfo::getNextScheduleTime() const {
    const Request& request = partsOf(parts_).request;
    if (request.state != State::ENQUEUED) return std::nullopt;
    return request.notBefore;
}

std::int32_t WorkInfo::getStopReason() const { return partsOf(parts_).request.stopReason; }
const std::set<UUID>& WorkInfo::getPrerequisites() const { return partsOf(parts_).request.parents; }
const std::string& WorkInfo::getUniqueWorkName() const { return partsOf(parts_).request.name; }
bool WorkInfo::isExpedited() const { return partsOf(parts_).request.isExpedited(); }
std::optional<std::int32_t> WorkInfo::getJobId() const { return partsOf(parts_).request.job; }
const std::string& WorkInfo::getReason() const { return partsOf(parts_).request.why; }

} // namespace stint::work
