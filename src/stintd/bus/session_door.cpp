#include "stintd/bus/session_door.hpp"

#include "base/result/errors.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/names.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/writer.hpp"

namespace stint {
Result<void> SessionDoor::open() {
    static const sd_bus_vtable methods[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Open", "", "h", asked, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
    };
    bus_ = STINT_TRY(wire::openSessionBus(loop_));
    sd_bus_slot* slot = nullptr;
    int result = sd_bus_add_object_vtable(bus_.get(), &slot, wire::objectPath, wire::sessionInterface, methods, this);
    object_.reset(std::exchange(slot, nullptr));
    if (result >= 0) result = sd_bus_request_name_async(bus_.get(), &slot, wire::sessionInterface, 0, named, this);
    nameCall_.reset(slot);
    if (result < 0) return within("cannot open a door on the session bus", wire::errorFromErrno(-result));
    return {};
}

int SessionDoor::named(sd_bus_message* answer, void* self, sd_bus_error*) {
    auto& door = *static_cast<SessionDoor*>(self);
    const wire::Slot ended = std::move(door.nameCall_);
    const auto message = wire::Message::sharing(answer);
    constexpr std::uint32_t primaryOwner = 1;
    const auto answered = wire::Reader(message).uint32();
    door.open_ = answered && *answered == primaryOwner;
    if (!door.open_ && sd_bus_is_open(door.bus_.get()) > 0)
        door.news_(fmt::format("another process owns {} on the session bus; this daemon is reached only by its socket",
                               wire::sessionInterface));
    return 0;
}

int SessionDoor::asked(sd_bus_message* call, void* self, sd_bus_error*) {
    auto& door = *static_cast<SessionDoor*>(self);
    const auto message = wire::Message::sharing(call);
    if (!message.expectsReply()) return 1;
    if (door.calls_ >= wire::mostCallsInFlight) {
        (void)wire::replyError(message, fail(Errc::BUSY, "{} callers are waiting already; ask again", door.calls_));
        return 1;
    }
    ++door.calls_;
    door.visitors_.ask(door.bus_.get(), sd_bus_message_get_sender(call), [&door, message](Result<Visitor> visitor) {
        --door.calls_;
        door.answer(message, std::move(visitor));
    });
    return 1;
}

void SessionDoor::answer(const wire::Message& call, Result<Visitor> visitor) {
    const Result<Fd> end = visitor.ok() ? admit_(std::move(visitor).value()) : Result<Fd>(visitor.error());
    if (!end.ok()) {
        (void)wire::replyError(call, end.error());
        return;
    }
    if (auto reply = wire::newReply(call)) {
        wire::Writer writer(*reply);
        writer.descriptor(end->get());
        (void)wire::send(bus_.get(), *reply); // if the bus is gone, so is the caller
    }
}

} // namespace stint
