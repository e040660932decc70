#include "stintd/bus/outgoing.hpp"

#include <functional>
#include <set>

#include "link/wire/codec.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/names.hpp"
#include "link/wire/views.hpp"

namespace stint {
namespace {

using wire::Writer;

wire::Message call(sd_bus* bus, const char* member, const std::function<void(Writer&)>& write) {
    return filled(wire::newCall(bus, wire::jobServiceInterface, member), write);
}

Outgoing tell(sd_bus* bus, const char* member, const std::function<void(Writer&)>& write) {
    wire::Message message = call(bus, member, write);
    if (message) sd_bus_message_set_expect_reply(message.get(), 0);
    return {std::move(message), std::nullopt};
}

Outgoing signal(sd_bus* bus, const char* member, const std::function<void(Writer&)>& write) {
    return {filled(wire::newSignal(bus, wire::taskManagerInterface, member), write), std::nullopt};
}

/// jobs.md §4.7: the authority of each URI. PROPOSAL: a plain path's is "file".
std::vector<std::string> authoritiesOf(const std::vector<std::string>& uris) {
    std::set<std::string> authorities;
    for (const std::string& uri : uris) {
        const auto scheme = uri.find("://");
        const bool isPath = scheme == std::string::npos;
        authorities.insert(isPath ? "file" : uri.substr(scheme + 3, uri.find('/', scheme + 3) - scheme - 3));
    }
    return {authorities.begin(), authorities.end()};
}

} // namespace

wire::Message filled(Result<wire::Message> made, const std::function<void(wire::Writer&)>& write) {
    if (!made) return {};
    wire::Writer writer(*made);
    write(writer);
    return writer.done() ? std::move(made).value() : wire::Message();
}

Outgoing startJob(sd_bus* bus, const CallStart& start) {
    const JobInfo& job = start.info;
    wire::RunParameters parameters{.id = start.key.id,
                                   .space = start.key.space,
                                   .extras = job.getExtras(),
                                   .transientExtras = job.getTransientExtras(),
                                   .clip = job.getClipData(),
                                   .clipGrantFlags = job.getClipGrantFlags(),
                                   .userInitiated = start.kind == JobClass::UserInitiated,
                                   .expedited = start.kind == JobClass::Expedited,
                                   .overdue = start.overdue,
                                   .timeLimit = start.left,
                                   .network = start.network,
                                   .rateLimit = start.rate,
                                   .triggeredAuthorities = authoritiesOf(start.triggeredUris),
                                   .ended = start.ended};
    // jobs.md §4.7: the list is empty if there were too many to remember.
    if (start.triggeredUris.size() < mostTriggeredUris) parameters.triggeredUris = start.triggeredUris;
    wire::Message message = call(bus, "StartJob", [&](Writer& writer) {
        writer.uint64(start.run.value).string(start.service);
        wire::writeRunParameters(writer, parameters);
    });
    return {std::move(message), Asked{.what = Asked::What::Start, .run = start.run, .app = {}}};
}

Outgoing stopJob(sd_bus* bus, const CallStop& stop) {
    wire::Message message = call(bus, "StopJob", [&stop](Writer& writer) {
        writer.uint64(stop.run.value).int32(static_cast<std::int32_t>(stop.reason));
    });
    return {std::move(message), Asked{.what = Asked::What::Stop, .run = stop.run, .app = {}}};
}

Outgoing networkChanged(sd_bus* bus, const CallNetworkChanged& change) {
    return tell(bus, "NetworkChanged", [&change](Writer& writer) {
        writer.uint64(change.run.value);
        wire::writeNetworkChange(writer, {change.network, change.rate});
    });
}

Outgoing notificationAction(sd_bus* bus, const CallAction& action) {
    return tell(bus, "NotificationAction",
                [&action](Writer& writer) { writer.uint64(action.run.value).string(action.key); });
}

Outgoing serviceAction(sd_bus* bus, const CallServiceAction& action) {
    return tell(bus, "ForegroundServiceAction", [&action](Writer& writer) {
        writer.string(action.service).int32(action.notification).string(action.key);
    });
}

Outgoing unbindProcess(sd_bus* bus) {
    return tell(bus, "Unbind", [](Writer&) {});
}

Outgoing appHasExited(sd_bus* bus, pid_t pid, int exitCode) {
    return signal(bus, "AppExited",
                  [=](Writer& writer) { writer.uint32(static_cast<std::uint32_t>(pid)).int32(exitCode); });
}

Outgoing jobChanged(sd_bus* bus, const JobView& view) {
    return signal(bus, "JobChanged", [&view](Writer& writer) { wire::writeRow(writer, view); });
}

Outgoing listsChanged(sd_bus* bus, Topics topics) {
    return signal(bus, "Changed", [topics](Writer& writer) { writer.strings(namesOf(topics)); });
}

std::optional<Event> eventOf(const Asked& asked, const wire::Message& answer) {
    if (asked.what == Asked::What::Delivery) {
        if (answer.isError() || !answer.signature().empty()) return std::nullopt;
        return DeliveryEnded{asked.app, asked.delivery};
    }
    if (answer.isError() || answer.signature() != "b") return std::nullopt;
    const Result<bool> taken = wire::Reader(answer).boolean();
    if (!taken) return std::nullopt;
    switch (asked.what) {
    case Asked::What::Start:
        return StartAnswered{asked.run, *taken};
    case Asked::What::Stop:
        return StopAnswered{asked.run, *taken};
    case Asked::What::Delivery:
        break; // handled above
    }
    return std::nullopt;
}

JobView vanished(const JobKey& job) {
    JobView view;
    view.key = job;
    view.state = JobView::State::Finished;
    view.completed = Completed{{}, job};
    return view;
}

namespace {

Asked answerTo(std::uint64_t delivery, const AppId& app) {
    return {.what = Asked::What::Delivery, .delivery = delivery, .app = app};
}

} // namespace

Outgoing alarmCall(sd_bus* bus, const DeliverAlarm& call) {
    const Alarm& alarm = call.alarm;
    wire::Message message = filled(wire::newCall(bus, wire::receiverInterface, "Alarm"), [&](Writer& writer) {
        wire::writeAlarmCall(writer.uint64(call.delivery), {.receiver = alarm.receiver,
                                                            .tag = alarm.tag,
                                                            .count = call.count,
                                                            .kind = std::string(nameOf(alarm.kind)),
                                                            .requested = alarm.requested,
                                                            .requestedWall = alarm.requestedWall});
    });
    return {std::move(message), answerTo(call.delivery, alarm.app)};
}

Outgoing messageCall(sd_bus* bus, const DeliverMessage& call) {
    const PushMessage& pushed = call.message;
    wire::MessageCall told{.receiver = pushed.receiver,
                           .high = call.high,
                           .original = pushed.urgency == Urgency::High,
                           .sent = pushed.arrivedWall,
                           .deleted = pushed.deleted,
                           .registration = call.own};
    if (call.news) {
        told.endpoint = pushed.data;
        told.unregistered = pushed.data.empty();
    } else if (pushed.registration.empty())
        told.data = pushed.data;
    else
        told.bytes.assign(pushed.data.begin(), pushed.data.end());
    wire::Message message = filled(wire::newCall(bus, wire::receiverInterface, "Message"),
                                   [&](Writer& writer) { wire::writeMessageCall(writer.uint64(call.delivery), told); });
    return {std::move(message), answerTo(call.delivery, pushed.app)};
}

Outgoing networkAccess(sd_bus* bus, const NetworkAccess& access) {
    wire::Message message = filled(wire::newSignal(bus, wire::appInterface, "NetworkAccess"),
                                   [&](Writer& writer) { writer.boolean(access.allowed).string(access.because); });
    return {std::move(message), std::nullopt};
}

void writeReasons(Writer& writer, const std::vector<PendingReason>& reasons) {
    writer.openArray("i");
    for (const PendingReason reason : reasons)
        writer.int32(static_cast<std::int32_t>(reason));
    writer.close();
}

Outgoing reasonsChanged(sd_bus* bus, const JobKey& job, const std::vector<PendingReason>& reasons) {
    wire::Message message =
        filled(wire::newSignal(bus, wire::jobSchedulerInterface, "PendingJobReasons"), [&](Writer& writer) {
            writer.int32(job.id.value).string(job.space);
            writeReasons(writer, reasons);
        });
    return {std::move(message), std::nullopt};
}

namespace {

Outgoing lineSignal(sd_bus* bus, const char* member, const std::function<void(Writer&)>& write) {
    return {filled(wire::newSignal(bus, wire::pushInterface, member), write), std::nullopt};
}

} // namespace

Outgoing lineChanged(sd_bus* bus, const wire::LineView& line) {
    return lineSignal(bus, "LineChanged", [&](Writer& writer) { wire::writeLine(writer, line); });
}

Outgoing checkLine(sd_bus* bus) {
    return lineSignal(bus, "CheckLine", [](Writer&) {});
}

Outgoing lineDelivery(sd_bus* bus, const DeliverMessage& message) {
    const PushMessage& pushed = message.message;
    return lineSignal(bus, "Deliver", [&](Writer& writer) {
        wire::writeConnectorCall(writer, {.delivery = message.delivery,
                                          .registration = pushed.registration,
                                          .id = pushed.lineId,
                                          .data = pushed.data,
                                          .deletedNote = pushed.deleted});
    });
}

} // namespace stint
