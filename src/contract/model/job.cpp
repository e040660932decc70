#include "contract/model/job.hpp"

#include <fmt/core.h>

#include "contract/model/names.hpp"

namespace stint {

// scenario.md, values: behind a namespace the id follows a '#'.
std::string textOf(const JobKey& key) {
    if (key.space.empty()) return fmt::format("{}/{}", key.app.name, key.id.value);
    return fmt::format("{}/{}#{}", key.app.name, key.space, key.id.value);
}

namespace {

constexpr NameTable<JobClass, 3> classNames{
    {{JobClass::Regular, "regular"}, {JobClass::Expedited, "expedited"}, {JobClass::UserInitiated, "user_initiated"}}};

constexpr NameTable<RunState, 4> runStateNames{{{RunState::Binding, "binding"},
                                                {RunState::Starting, "starting"},
                                                {RunState::Executing, "executing"},
                                                {RunState::Stopping, "stopping"}}};

constexpr NameTable<GuardElse, 3> guardElseNames{
    {{GuardElse::Freeze, "freeze"}, {GuardElse::Stop, "stop"}, {GuardElse::Offline, "offline"}}};

constexpr NameTable<MoveTo, 4> moveToNames{
    {{MoveTo::Top, "top"}, {MoveTo::Up, "up"}, {MoveTo::Down, "down"}, {MoveTo::Bottom, "bottom"}}};

} // namespace

std::string_view nameOf(GuardElse otherwise) { return nameIn(guardElseNames, otherwise); }
std::optional<GuardElse> guardElseNamed(std::string_view name) { return namedIn(guardElseNames, name); }

std::string_view nameOf(MoveTo to) { return nameIn(moveToNames, to); }
std::optional<MoveTo> moveToNamed(std::string_view name) { return namedIn(moveToNames, name); }

std::string_view nameOf(JobClass kind) { return nameIn(classNames, kind); }
std::optional<JobClass> jobClassNamed(std::string_view name) { return namedIn(classNames, name); }

JobClass requestedKind(const JobInfo& info) {
    if (info.isUserInitiated()) return JobClass::UserInitiated;
    return info.isExpedited() ? JobClass::Expedited : JobClass::Regular;
}

std::string_view nameOf(WorkType type) {
    switch (type) {
    case WorkType::Top:
        return "top";
    case WorkType::ForegroundService:
        return "fgs";
    case WorkType::UserInitiated:
        return "ui";
    case WorkType::Expedited:
        return "ej";
    case WorkType::Background:
        return "bg";
    }
    return "";
}

std::string_view nameOf(RunState state) { return nameIn(runStateNames, state); }
std::optional<RunState> runStateNamed(std::string_view name) { return namedIn(runStateNames, name); }

// jobs.md §4.6, the words that dumps print.
std::string_view nameOf(InternalReason reason) {
    switch (reason) {
    case InternalReason::Canceled:
        return "canceled";
    case InternalReason::Constraints:
        return "constraints";
    case InternalReason::Preempt:
        return "preempt";
    case InternalReason::Timeout:
        return "timeout";
    case InternalReason::DeviceIdle:
        return "device_idle";
    case InternalReason::Thermal:
        return "thermal";
    case InternalReason::RestrictedBucket:
        return "restricted_bucket";
    case InternalReason::Uninstall:
        return "uninstall";
    case InternalReason::DataCleared:
        return "data_cleared";
    case InternalReason::RtcUpdated:
        return "rtc_updated";
    case InternalReason::SuccessfulFinish:
        return "successful_finish";
    case InternalReason::UserUiStop:
        return "user_ui_stop";
    case InternalReason::Anr:
        return "anr";
    case InternalReason::TimeoutAbandoned:
        return "timeout_abandoned";
    case InternalReason::Held:
        return "held";
    case InternalReason::Asleep:
        return "asleep";
    case InternalReason::Guarded:
        return "guarded";
    case InternalReason::Unknown:
        return "unknown";
    }
    return "unknown";
}

} // namespace stint
