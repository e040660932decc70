// Everything that can happen to the core. A request carries the call that waits for its Reply.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/app.hpp"
#include "model/device.hpp"
#include "model/job.hpp"

namespace stint {

/// A call that waits for an answer; 0 where nobody does.
struct CallId {
    std::uint64_t value = 0;
    auto operator<=>(const CallId&) const = default;
};

// What apps ask.

struct Schedule {
    CallId call;
    AppId app; ///< whose job it will be
    std::string space;
    JobInfoPtr info; ///< already built, so already validated (jobs.md §1.2)
    bool newId = false;
    bool callerVisible = false; ///< the calling process is in the foreground of its terminal, at this call
    bool onBehalf = false;      ///< the operator schedules for a built-in app: only callerVisible counts for admission
};
struct Cancel {
    CallId call;
    AppId app;
    std::string space;
    JobId id;
    bool byOperator = false; ///< the shell's `cancel`: 13/canceled, and an unknown job is an error
};
struct CancelAll {
    CallId call;
    AppId app;
    std::optional<std::string> space; ///< nullopt: every namespace
    bool byOperator = false;
};
struct JobFinished {
    AppId app; ///< of the process that says it
    RunId run;
    bool reschedule = false;
    Outcome outcome;
};
struct NotificationSet {
    CallId call;
    AppId app;
    RunId run;
    std::int32_t id = 0;
    Notification notification;
    JobEndNotificationPolicy endPolicy = JobEndNotificationPolicy::Detach;
};
struct BytesUpdated {
    AppId app;
    RunId run;
    bool estimate = false; ///< the estimated payload; else what was transferred
    Bytes down = unknownBytes;
    Bytes up = unknownBytes;
};

// What edges see of an app's processes.

struct Connected {
    RunId run;
}; ///< the service is there: BINDING is over
struct BindFailed {
    RunId run;
    std::string why;
}; ///< its command cannot be started, or the service refused
struct StartAnswered {
    RunId run;
    bool ongoing = false;
};
struct StopAnswered {
    RunId run;
    bool reschedule = false;
};
/// The process that hosted the run is dead or its connection is lost, and nothing of the run is alive any more.
/// `crash` where it died by itself: that feeds the crash guard (jobs.md §12.3).
struct RunLost {
    RunId run;
    bool crash = false;
};
struct NotificationTapped {
    AppId app;
    std::int32_t id = 0;
    std::string key;
};

// What edges see of apps and the device.

struct AppInstalled {
    Manifest manifest;
}; ///< also an update of one that is installed
struct AppUninstalled {
    AppId app;
};
struct AppSeen {
    AppId app;
    bool visible = false;
    bool running = false;
};

// What a person does.

struct AppOpened {
    CallId call;
    AppId app;
}; ///< `stint start`: takes the crash guard's mark away (jobs.md §12.3)
struct AppStatePinned {
    CallId call;
    AppId app;
    std::optional<ProcessState> state; ///< nullopt: what is really seen
};
struct StopApp {
    CallId call;
    AppId app;
}; ///< the Task Manager's Stop (jobs.md §5.4)
struct DeviceChanged {
    CallId call; ///< of `stint device set`, else none
    Device device;
};

/// A deadline of the core has come.
struct Tick {};

using Event = std::variant<Schedule, Cancel, CancelAll, JobFinished, NotificationSet, BytesUpdated, Connected,
                           BindFailed, StartAnswered, StopAnswered, RunLost, NotificationTapped, AppInstalled,
                           AppUninstalled, AppSeen, AppOpened, AppStatePinned, StopApp, DeviceChanged, Tick>;

} // namespace stint
