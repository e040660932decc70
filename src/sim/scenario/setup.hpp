// The beginning of a scenario, and changes to it: the device, the apps on it, and what they do with their jobs
// (scenario.md, device, apps, runs), each with its location in the file. Buckets and Doze (limits.md) are kept as the
// scenario's words.
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "contract/model/app.hpp"
#include "contract/model/device_fields.hpp"
#include "stint/notification.hpp"
#include "stint/units.hpp"

namespace stint::sim {

/// Line and column in the file, counted from 1.
struct SourceLocation {
    int line = 1;
    int column = 1;

    auto operator<=>(const SourceLocation&) const = default;
};

/// From one value to another, both included; equal for a single value.
template <class T> struct Range {
    T from{};
    T to{};

    bool holds(const T& value) const { return from <= value && value <= to; }
    bool single() const { return from == to; }
};
/// A stretch of the run, from 0s.
using Span = Range<Duration>;

/// scenario.md, apps.
struct AppSetup {
    SourceLocation location;
    ProcessState state = ProcessState::Background;
    std::optional<std::string> bucket;
    std::optional<Duration> lastUsed;
    std::optional<Duration> screenOnSince;
    std::string batteryUsage = "optimized";
    bool dataSaverExempt = false;
    std::set<std::string, std::less<>> permissions{"RUN_USER_INITIATED_JOBS", "RECEIVE_BOOT_COMPLETED",
                                                   "SCHEDULE_EXACT_ALARM", "POST_NOTIFICATIONS"};
    std::map<std::string, Service, std::less<>> services{
        {"Jobs", {.name = "Jobs", .command = {}, .permission = std::string(bindJobService)}}};
    std::set<std::string, std::less<>> conditions; ///< may_start_from_background
    bool maybeVisible = false;
    bool recentsTask = false;
    bool system = false;
    bool hidden = false;
    bool debuggable = false;
    bool legacyFgsJobsFree = false; ///< limits.md §1.5; so is the next one
    bool legacyTopStartedJobsFree = false;
    std::int64_t registrations = 0; ///< places at which it gets messages from elsewhere (push.md §4.4)
};

/// An app's behaviour with a job that is started (scenario.md, runs).
struct Behaviour {
    enum class Then : std::uint8_t { Done, Retry, Hang, Abandon };
    enum class Start : std::uint8_t { Ok, ReturnsFalse, Hang, Crash };
    enum class OnStop : std::uint8_t { Retry, Drop, Hang };
    struct Payload {
        Bytes down = 0;
        Bytes up = 0;
    };

    /// If neither is set, it works until it is stopped, or until an entry of the timeline ends it.
    std::optional<Duration> works;
    std::optional<Payload> payload;
    bool resumes = true;
    Then then = Then::Done;
    std::optional<Duration> connectsAfter = Duration{0}; ///< nullopt: never
    Start start = Start::Ok;
    Duration answersAfter{0};
    bool notifies = false; ///< notifies_after names a time; else a user-initiated run posts at once
    bool neverNotifies = false;
    Duration notifiesAfter{0};
    JobEndNotificationPolicy notificationEnd = JOB_END_NOTIFICATION_POLICY_DETACH;
    OnStop onStop = OnStop::Retry;
    std::optional<Duration> crashAfter;
    bool external = false; ///< entries of the timeline give its answers
};

} // namespace stint::sim
