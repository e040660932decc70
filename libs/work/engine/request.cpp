#include "work/engine/request.hpp"

#include <sys/random.h>

#include "base/result/errors.hpp"
#include "base/result/values.hpp"
#include "base/text/number.hpp"
#include "stint/work/uuid.hpp"
#include "stint/work/work_query.hpp"

namespace stint::work {

struct WorkInfo::Values {
    Request request;
};

WorkInfo WorkInfoAccess::make(const Request& request) {
    WorkInfo info;
    info.values_ = std::make_shared<const WorkInfo::Values>(WorkInfo::Values{request});
    return info;
}

bool WorkInfoAccess::same(const WorkInfo& a, const WorkInfo& b) {
    return valuesOf(a.values_).request == valuesOf(b.values_).request;
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

const UUID& WorkInfo::getId() const { return valuesOf(values_).request.spec.id; }
State WorkInfo::getState() const { return valuesOf(values_).request.state; }
const std::string& WorkInfo::getWorkerClassName() const { return valuesOf(values_).request.spec.worker; }
const std::set<std::string>& WorkInfo::getTags() const { return valuesOf(values_).request.spec.tags; }
const Data& WorkInfo::getOutputData() const { return valuesOf(values_).request.output; }
const Data& WorkInfo::getProgress() const { return valuesOf(values_).request.progress; }
std::int32_t WorkInfo::getRunAttemptCount() const { return valuesOf(values_).request.attempts; }
std::int32_t WorkInfo::getGeneration() const { return valuesOf(values_).request.generation; }
const Constraints& WorkInfo::getConstraints() const { return valuesOf(values_).request.spec.constraints; }
Duration WorkInfo::getInitialDelay() const { return valuesOf(values_).request.spec.initialDelay; }

std::optional<WorkInfo::PeriodicityInfo> WorkInfo::getPeriodicityInfo() const {
    const auto& period = valuesOf(values_).request.spec.period;
    if (!period) return std::nullopt;
    return PeriodicityInfo{period->interval, period->flex};
}

std::optional<WallTime> WorkInfo::getNextScheduleTime() const {
    const Request& request = valuesOf(values_).request;
    if (request.state != State::ENQUEUED) return std::nullopt;
    return request.notBefore;
}

std::int32_t WorkInfo::getStopReason() const { return valuesOf(values_).request.stopReason; }
const std::set<UUID>& WorkInfo::getPrerequisites() const { return valuesOf(values_).request.parents; }
const std::string& WorkInfo::getUniqueWorkName() const { return valuesOf(values_).request.name; }
bool WorkInfo::isExpedited() const { return valuesOf(values_).request.isExpedited(); }
std::optional<std::int32_t> WorkInfo::getJobId() const { return valuesOf(values_).request.job; }
const std::string& WorkInfo::getReason() const { return valuesOf(values_).request.why; }

WorkQuery WorkQuery::fromIds(std::set<UUID> ids) { return {.ids = std::move(ids)}; }
WorkQuery WorkQuery::fromUniqueWorkNames(std::set<std::string> names) { return {.uniqueWorkNames = std::move(names)}; }
WorkQuery WorkQuery::fromTags(std::set<std::string> tags) { return {.tags = std::move(tags)}; }
WorkQuery WorkQuery::fromStates(std::set<State> states) { return {.states = std::move(states)}; }

namespace {
constexpr std::string_view uuidShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
}

UUID UUID::randomUUID() {
    UUID made;
    STINT_CHECK(::getrandom(made.bytes_.data(), made.bytes_.size(), 0) == std::ssize(made.bytes_));
    made.bytes_[6] = static_cast<std::uint8_t>((made.bytes_[6] & 0x0f) | 0x40); // RFC 9562: version 4, this variant
    made.bytes_[8] = static_cast<std::uint8_t>((made.bytes_[8] & 0x3f) | 0x80);
    return made;
}

std::optional<UUID> UUID::fromString(std::string_view text) {
    if (text.size() != uuidShape.size()) return std::nullopt;
    UUID read;
    std::size_t byte = 0;
    for (std::size_t i = 0; i < text.size();) {
        if (uuidShape[i] == '-') {
            if (text[i++] != '-') return std::nullopt;
            continue;
        }
        const std::string_view pair = text.substr(i, 2);
        if (pair.find_first_not_of("0123456789abcdef") != std::string_view::npos) return std::nullopt;
        read.bytes_[byte++] = *numberIn<std::uint8_t>(pair, 16);
        i += 2;
    }
    return read;
}

std::string UUID::toString() const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text(uuidShape);
    std::size_t at = 0;
    for (const std::uint8_t byte : bytes_) {
        if (text[at] == '-') ++at;
        text[at++] = digits[byte >> 4];
        text[at++] = digits[byte & 0x0f];
    }
    return text;
}

} // namespace stint::work
