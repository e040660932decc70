// JobScheduler1's methods that running jobs call: their items of work (jobs.md §2.5), and the foreground services of
// their apps (§5.5).
#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "link/wire/codec.hpp"
#include "stintd/bus/request.hpp"

namespace stint::methods {
namespace {

using wire::Writer;

/// Returns Security for a run that another process hosts. The core answers about a run that nobody hosts.
Result<RunId> readHostedRun(Request& request) {
    const RunId run{STINT_TRY(request.arguments.uint64())};
    if (!request.owner.hosting().isElsewhere(request.from, run)) return run;
    return fail(Errc::SECURITY, "run {} is another process's", run.value);
}

Handled serve(Request& request, ForegroundServiceAsked asked) {
    STINT_TRY(request.owner.hosting().serves(request.from, asked.app, asked.service, asked.start));
    request.owner.arrived(std::move(asked));
    return waits();
}

} // namespace

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
    return serve(request, {request.call, request.caller.app, std::move(service), false, std::nullopt});
}

} // namespace stint::methods
