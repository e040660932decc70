#include "stintd/bus/deliveries.hpp"

#include <functional>

#include "link/wire/limits.hpp"
#include "link/wire/names.hpp"

namespace stint {
namespace {

using wire::Writer;

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
    wire::Message message = filled(wire::newCall(bus, wire::receiverInterface, "Message"), [&](Writer& writer) {
        wire::writeMessageCall(writer.uint64(call.delivery), {.receiver = pushed.receiver,
                                                              .high = call.high,
                                                              .original = pushed.high,
                                                              .data = pushed.data,
                                                              .sent = pushed.arrivedWall});
    });
    return {std::move(message), answerTo(call.delivery, pushed.app)};
}

Outgoing networkAccess(sd_bus* bus, const NetworkAccess& access) {
    wire::Message message = filled(wire::newSignal(bus, wire::appInterface, "NetworkAccess"),
                                   [&](Writer& writer) { writer.boolean(access.allowed).string(access.because); });
    return {std::move(message), std::nullopt};
}

} // namespace stint
