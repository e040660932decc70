// JobScheduler1's methods that processes call which host services (jobs.md §4.2, §4.7, §5.1): their runs, the runs'
// items of work (§2.5), and the foreground services of their apps (§5.5).
#include "base/result/errors.hpp"
#include "link/wire/codec.hpp"
#include "link/wire/names.hpp"
#include "stintd/bus/methods.hpp"

namespace stint::methods {
namespace {

using wire::jobSchedulerInterface;
using wire::Writer;

Result<RunId> readRun(Request& request) {
    const RunId run{STINT_TRY(request.arguments.uint64())};
    return run;
}

/// False for a run that is over or another process's: the call is answered and otherwise ignored (jobs.md §4.2).
bool isOurs(Request& request, RunId run) { return request.owner.hosting().maySpeakFor(request.from, run); }

enum class Of { Run, Item };

Handled updateBytes(Request& request, bool estimate, Of what) {
    const RunId run = STINT_TRY(readRun(request));
    BytesUpdated update{.app = request.caller.app, .run = run, .estimate = estimate};
    if (what == Of::Item) update.item = STINT_TRY(request.arguments.uint64());
    STINT_TRY(request.arguments.read(update.down));
    STINT_TRY(request.arguments.read(update.up));
    // jobs.md §4.7: -1 is unknown.
    if (update.down < NETWORK_BYTES_UNKNOWN || update.up < NETWORK_BYTES_UNKNOWN)
        return fail(Errc::ILLEGAL_ARGUMENT, "bytes are {} down and {} up; each must be at least 0, or -1 for unknown",
                    update.down, update.up);
    if (isOurs(request, update.run)) request.owner.arrived(update);
    return done();
}

Result<JobEndNotificationPolicy> readPolicy(Request& request) {
    const std::int32_t number = STINT_TRY(request.arguments.int32());
    switch (static_cast<JobEndNotificationPolicy>(number)) {
    case JOB_END_NOTIFICATION_POLICY_DETACH:
        return JOB_END_NOTIFICATION_POLICY_DETACH;
    case JOB_END_NOTIFICATION_POLICY_REMOVE:
        return JOB_END_NOTIFICATION_POLICY_REMOVE;
    }
    return fail(Errc::ILLEGAL_ARGUMENT, "endPolicy is {}; it must be 0 (detach) or 1 (remove)", number);
}

Handled host(Request& request) {
    const std::vector<std::string> services = STINT_TRY(request.arguments.strings());
    STINT_TRY(request.owner.hosting().hosts(request.from, request.caller.app, services));
    return answers([app = request.caller.app](Writer& writer) -> Result<void> {
        writer.string(app.name);
        return {};
    });
}

Handled jobFinished(Request& request) {
    const RunId run = STINT_TRY(readRun(request));
    JobFinished finished{.app = request.caller.app, .run = run, .outcome = {}};
    STINT_TRY(request.arguments.read(finished.reschedule));
    finished.outcome = STINT_TRY(wire::readOutcome(request.arguments));
    if (isOurs(request, finished.run)) request.owner.arrived(std::move(finished));
    return done();
}

Handled setNotification(Request& request) {
    const RunId run = STINT_TRY(readRun(request));
    NotificationSet set{
        .call = request.call, .app = request.caller.app, .run = run, .notification = Notification::Builder("").build()};
    STINT_TRY(request.arguments.read(set.id));
    set.notification = STINT_TRY(wire::readNotification(request.arguments));
    set.endPolicy = STINT_TRY(readPolicy(request));
    if (!isOurs(request, set.run)) return done();
    request.owner.arrived(std::move(set));
    return waits();
}

Handled updateEstimatedNetworkBytes(Request& request) { return updateBytes(request, true, Of::Run); }
Handled updateTransferredNetworkBytes(Request& request) { return updateBytes(request, false, Of::Run); }
Handled updateWorkEstimatedNetworkBytes(Request& request) { return updateBytes(request, true, Of::Item); }
Handled updateWorkTransferredNetworkBytes(Request& request) { return updateBytes(request, false, Of::Item); }

Handled createNotificationChannel(Request& request) {
    ChannelCreated created{.call = request.call, .app = request.caller.app, .channel = {}};
    STINT_TRY(request.arguments.read(created.channel.id));
    STINT_TRY(request.arguments.read(created.channel.name));
    STINT_TRY(request.arguments.read(created.channel.importance));
    request.owner.arrived(std::move(created));
    return waits();
}

Handled deleteNotificationChannel(Request& request) {
    std::string channel = STINT_TRY(request.arguments.string());
    request.owner.arrived(ChannelDeleted{request.call, request.caller.app, std::move(channel)});
    return waits();
}

/// Returns Security for a run that another process hosts. The core answers about a run that nobody hosts.
Result<RunId> readHostedRun(Request& request) {
    const RunId run{STINT_TRY(request.arguments.uint64())};
    if (!request.owner.hosting().isElsewhere(request.from, run)) return run;
    return fail(Errc::SECURITY, "run {} is another process's", run.value);
}

Handled serve(Request& request, ForegroundServiceAsked asked) {
    STINT_TRY(request.owner.hosting().serves(request.from, asked));
    request.owner.arrived(std::move(asked));
    return waits();
}

Handled dequeueWork(Request& request) {
    const RunId run = STINT_TRY(readHostedRun(request));
    request.owner.arrived(DequeueWork{request.call, request.caller.app, run});
    return waits([](Writer& writer, const Reply& reply) {
        writer.openArray("a{sv}");
        if (reply.item) {
            WorkItem item = *reply.item;
            item.active = false; // it is active, but only lists of items say so
            wire::writeWork(writer, item);
        }
        writer.close();
    });
}

Handled completeWork(Request& request) {
    const RunId run = STINT_TRY(readHostedRun(request));
    const std::uint64_t item = STINT_TRY(request.arguments.uint64());
    request.owner.arrived(CompleteWork{request.call, request.caller.app, run, item});
    return waits();
}

Handled abandoned(Request& request) {
    const RunId run{STINT_TRY(request.arguments.uint64())};
    if (request.owner.hosting().maySpeakFor(request.from, run))
        request.owner.arrived(Abandoned{request.caller.app, run});
    return done();
}

Handled startForegroundService(Request& request) {
    std::string service = STINT_TRY(request.arguments.string());
    const std::int32_t id = STINT_TRY(request.arguments.int32());
    Notification notification = STINT_TRY(wire::readNotification(request.arguments));
    bool resumes = false;
    wire::DictionaryReader options("options", wire::UnknownKeys::Ignore);
    options.take("resumes", resumes);
    STINT_TRY(options.read(request.arguments));
    request.owner.presence().visibleNow(request.from); // begun in a terminal's foreground, it is seen
    return serve(request, {request.call, request.caller.app, std::move(service), true,
                           ServiceNotification{id, std::move(notification)}, resumes});
}

Handled stopForegroundService(Request& request) {
    std::string service = STINT_TRY(request.arguments.string());
    std::optional<std::int32_t> only;
    wire::DictionaryReader options("options", wire::UnknownKeys::Ignore);
    options.take("notification", only);
    STINT_TRY(options.read(request.arguments));
    return serve(request, {.call = request.call,
                           .app = request.caller.app,
                           .service = std::move(service),
                           .start = false,
                           .shows = std::nullopt,
                           .only = only});
}

} // namespace

std::span<const Method> serviceMethods() {
    using enum Allowed;
    // clang-format off
    static constexpr Method rows[] = {
        {jobSchedulerInterface, "Host",                              "asa{sv}",       Anyone, host},
        {jobSchedulerInterface, "JobFinished",                       "tba{sv}",       Anyone, jobFinished},
        {jobSchedulerInterface, "DequeueWork",                       "ta{sv}",        Anyone, dequeueWork},
        {jobSchedulerInterface, "CompleteWork",                      "tta{sv}",       Anyone, completeWork},
        {jobSchedulerInterface, "Abandoned",                         "t",             Anyone, abandoned},
        {jobSchedulerInterface, "StartForegroundService",            "sia{sv}a{sv}",  Anyone, startForegroundService},
        {jobSchedulerInterface, "StopForegroundService",             "sa{sv}",        Anyone, stopForegroundService},
        {jobSchedulerInterface, "SetNotification",                   "tia{sv}ia{sv}", Anyone, setNotification},
        {jobSchedulerInterface, "UpdateEstimatedNetworkBytes",       "txx",           Anyone, updateEstimatedNetworkBytes},
        {jobSchedulerInterface, "UpdateTransferredNetworkBytes",     "txx",           Anyone, updateTransferredNetworkBytes},
        {jobSchedulerInterface, "UpdateWorkEstimatedNetworkBytes",   "ttxx",          Anyone, updateWorkEstimatedNetworkBytes},
        {jobSchedulerInterface, "UpdateWorkTransferredNetworkBytes", "ttxx",          Anyone, updateWorkTransferredNetworkBytes},
        {jobSchedulerInterface, "CreateNotificationChannel",         "sssa{sv}",      Anyone, createNotificationChannel},
        {jobSchedulerInterface, "DeleteNotificationChannel",         "sa{sv}",        Anyone, deleteNotificationChannel},
    };
    // clang-format on
    return rows;
}

} // namespace stint::methods
