#include "stintd/bus/session_door.hpp"

#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/unix/process.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/names.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/writer.hpp"

namespace stint {
namespace {

/// Reads GetConnectionCredentials' answer about a connection; a newer bus adds a pidfd of the process.
Result<Visitor> visitorOf(const wire::Message& credentials) {
    std::uint32_t uid = static_cast<std::uint32_t>(-1);
    std::uint32_t pid = 0;
    Visitor visitor;
    wire::DictionaryReader dictionary("", wire::UnknownKeys::Ignore);
    dictionary.take("UnixUserID", uid)
        .take("ProcessID", pid)
        .take("ProcessFD", "h", [&](wire::Reader& reader) -> Result<void> {
            visitor.pidfd = STINT_TRY(reader.descriptor());
            return {};
        });
    wire::Reader reader(credentials);
    STINT_TRY(dictionary.read(reader));
    if (pid == 0 || uid != ::getuid())
        return fail(Errc::SECURITY, "the bus knows no process of this user behind the call");
    visitor.pid = static_cast<pid_t>(pid);
    visitor.uid = uid;
    return visitor;
}

} // namespace

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
    if (door.calls_.size() >= wire::mostCallsInFlight) {
        (void)wire::replyError(message,
                               fail(Errc::BUSY, "{} callers are waiting already; ask again", door.calls_.size()));
        return 1;
    }
    STINT_CHECK(!door.calls_.contains(call)); // the former message is kept as long as its call is in the map
    Call& made = door.calls_[call];
    made.door = &door;
    made.message = message;
    if (auto sent = door.ask(made, "GetConnectionCredentials", known); !sent) door.refuse(made, sent.error());
    return 1;
}

Result<void> SessionDoor::ask(Call& call, const char* question, sd_bus_message_handler_t whenAnswered) {
    sd_bus_slot* slot = nullptr;
    const int result =
        sd_bus_call_method_async(bus_.get(), &slot, wire::busName, wire::busPath, wire::busName, question, whenAnswered,
                                 &call, "s", sd_bus_message_get_sender(call.message.get()));
    call.question.reset(slot);
    if (result < 0) return within("cannot ask the bus who calls", wire::errorFromErrno(-result));
    return {};
}

int SessionDoor::known(sd_bus_message* answer, void* call, sd_bus_error*) {
    Call& visit = *static_cast<Call*>(call);
    STINT_CHECK(visit.question); // answers come only to questions
    const wire::Slot ended = std::move(visit.question);
    const auto message = wire::Message::sharing(answer);
    const Result<void> recognised =
        message.isError() ? Result<void>(message.error()) : visit.door->recognise(visit, message);
    if (!recognised) visit.door->refuse(visit, recognised.error());
    return 0;
}

Result<void> SessionDoor::recognise(Call& call, const wire::Message& credentials) {
    call.visitor = STINT_TRY(visitorOf(credentials));
    if (call.visitor.pidfd) {
        admit(call);
        return {};
    }
    // The pid is the caller's as long as its connection exists; the bus says whether it still existed once the process
    // was pinned.
    call.visitor.pidfd = openPidfd(call.visitor.pid);
    return ask(call, "GetConnectionUnixProcessID", stillThere);
}

int SessionDoor::stillThere(sd_bus_message* answer, void* call, sd_bus_error*) {
    Call& visit = *static_cast<Call*>(call);
    STINT_CHECK(visit.question); // answers come only to questions
    const wire::Slot ended = std::move(visit.question);
    const auto message = wire::Message::sharing(answer);
    if (message.isError()) {
        visit.door->refuse(visit, message.error());
    } else {
        visit.door->admit(visit);
    }
    return 0;
}

void SessionDoor::admit(Call& call) {
    Result<Fd> end = admit_(std::move(call.visitor));
    if (!end) return refuse(call, end.error());
    if (auto reply = wire::newReply(call.message)) {
        wire::Writer writer(*reply);
        writer.descriptor(end->get());
        (void)wire::send(bus_.get(), *reply); // if the bus is gone, so is the caller
    }
    forget(call);
}

void SessionDoor::refuse(Call& call, const Error& error) {
    (void)wire::replyError(call.message, error);
    forget(call);
}

} // namespace stint
