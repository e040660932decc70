#include "stintd/notify/notification_server.hpp"

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/writer.hpp"

namespace stint {
namespace {

using wire::busName;
using wire::busPath;

constexpr const char* busLocalName = "org.freedesktop.DBus.Local";
constexpr const char* busLocalPath = "/org/freedesktop/DBus/Local";

SessionBus& busOf(void* self) { return *static_cast<SessionBus*>(self); }

} // namespace

bool isCutOff(const wire::Message& answer) {
    return sd_bus_error_has_name(sd_bus_message_get_error(answer.get()), SD_BUS_ERROR_NO_REPLY) > 0;
}

void SessionBus::connect() {
    if (bus_ && sd_bus_is_open(bus_.get()) > 0) return;
    for (wire::Slot* slot : {&ownerWatch_, &ownerCall_, &startCall_, &endWatch_})
        slot->reset();
    startWanted_ = false;
    bus_.reset();
    if (auto opened = open(); !opened) {
        bus_.reset();
        listener_.failed(opened.error());
    }
}

Result<void> SessionBus::open() {
    bus_ = STINT_TRY(wire::openSessionBus(loop_));
    sd_bus* const made = bus_.get();
    int result = 0;
    const auto add = [&](wire::Slot& slot, auto call) {
        sd_bus_slot* added = nullptr;
        if (result >= 0) result = call(&added);
        slot.reset(added);
    };
    add(endWatch_, [&](sd_bus_slot** slot) {
        return sd_bus_match_signal_async(made, slot, busLocalName, busLocalPath, busLocalName, "Disconnected",
                                         disconnected, nullptr, this);
    });
    add(ownerWatch_, [&](sd_bus_slot** slot) {
        const auto rule = wire::ownerChanges(fmt::format("arg0='{}'", notificationsName));
        return sd_bus_add_match_async(made, slot, rule.c_str(), ownerChanged, nullptr, this);
    });
    // Asked after the watch is set, so that no change is missed between the two.
    if (result >= 0) result = wire::askOwner(made, ownerCall_, notificationsName, ownerTold, this);
    if (result < 0) return wire::errorFromErrno(-result);
    return {};
}

void SessionBus::startServer() {
    startWanted_ = ownerCall_ != nullptr;
    if (!bus_ || startWanted_ || !owner_.empty() || startCall_) return;
    sd_bus_slot* slot = nullptr;
    const int result = sd_bus_call_method_async(bus_.get(), &slot, busName, busPath, busName, "StartServiceByName",
                                                started, this, "su", notificationsName, 0U);
    startCall_.reset(slot);
    if (result < 0) listener_.failed(within("no notification server", wire::errorFromErrno(-result)));
}

void SessionBus::setOwner(std::string owner) {
    if (owner == owner_) return;
    owner_ = std::move(owner);
    listener_.servedBy(owner_);
}

int SessionBus::ownerTold(sd_bus_message* answer, void* self, sd_bus_error*) {
    SessionBus& bus = busOf(self);
    const wire::Slot ended = std::move(bus.ownerCall_);
    if (isCutOff(wire::Message::sharing(answer))) return 0;
    bus.setOwner(wire::ownerIn(answer));
    if (bus.startWanted_) bus.startServer();
    return 0;
}

int SessionBus::ownerChanged(sd_bus_message* signal, void* self, sd_bus_error*) {
    if (auto change = wire::ownerChangeIn(signal)) busOf(self).setOwner(std::move(change->owner));
    return 0;
}

int SessionBus::started(sd_bus_message* answer, void* self, sd_bus_error*) {
    SessionBus& bus = busOf(self);
    const wire::Slot ended = std::move(bus.startCall_);
    const auto message = wire::Message::sharing(answer);
    if (message.isError() && !isCutOff(message))
        bus.listener_.failed(within("no notification server", message.error()));
    return 0;
}

int SessionBus::disconnected(sd_bus_message*, void* self, sd_bus_error*) {
    SessionBus& bus = busOf(self);
    bus.startCall_.reset();
    bus.setOwner({});
    bus.listener_.failed(Error{Errc::UNAVAILABLE, "the session bus is gone"});
    return 0;
}

namespace {

/// 0: the bus's own limit, which SessionBus sets to none
constexpr std::uint64_t asTheBusWaits = 0;

NotificationServer& serverOf(void* self) { return *static_cast<NotificationServer*>(self); }

void write(wire::Writer& writer, const Hint& hint) {
    const auto variant = [&](const char* type) -> wire::Writer& { return writer.openVariant(type); };
    std::visit(Overloaded{[&](const std::string& text) { variant("s").string(text).close(); },
                          [&](std::uint8_t number) { variant("y").byte(number).close(); },
                          [&](std::int32_t number) { variant("i").int32(number).close(); },
                          [&](bool truth) { variant("b").boolean(truth).close(); }},
               hint);
}

Result<void> write(const wire::Message& call, std::uint32_t replaces, const Wording& wording) {
    wire::Writer writer(call);
    writer.string(wording.appName).uint32(replaces).string(wording.icon).string(wording.summary).string(wording.body);
    writer.openArray("s");
    for (const auto& [key, label] : wording.actions)
        writer.string(key).string(label);
    writer.close().openArray("{sv}");
    for (const auto& [key, hint] : wording.hints) {
        writer.openEntry("sv").string(key);
        write(writer, hint);
        writer.close();
    }
    writer.close().int32(wording.expires);
    return writer.done();
}

} // namespace

Result<std::unique_ptr<NotificationServer>> NotificationServer::open(sd_bus* bus, const std::string& owner,
                                                                     Listener& listener) {
    std::unique_ptr<NotificationServer> server(new NotificationServer(bus, owner, listener));
    sd_bus_slot* signals = nullptr;
    const int result = sd_bus_match_signal_async(bus, &signals, owner.c_str(), notificationsPath, notificationsName,
                                                 nullptr, onSignal, nullptr, server.get());
    server->signals_.reset(signals);
    if (result < 0) return wire::errorFromErrno(-result);
    const auto describe = STINT_TRY(server->call("GetServerInformation"));
    server->descriptionCall_ = STINT_TRY(server->ask(describe, described));
    const auto list = STINT_TRY(server->call("GetCapabilities"));
    server->capabilitiesCall_ = STINT_TRY(server->ask(list, capable));
    return server;
}

Result<wire::Message> NotificationServer::call(const char* method) const {
    sd_bus_message* made = nullptr;
    const int result =
        sd_bus_message_new_method_call(bus_, &made, owner_.c_str(), notificationsPath, notificationsName, method);
    if (result < 0) return wire::errorFromErrno(-result);
    return wire::Message::owning(made);
}

Result<wire::Slot> NotificationServer::ask(const wire::Message& call, sd_bus_message_handler_t whenAnswered) {
    sd_bus_slot* slot = nullptr;
    const int result = sd_bus_call_async(bus_, &slot, call.get(), whenAnswered, this, asTheBusWaits);
    if (result < 0) return wire::errorFromErrno(-result);
    return wire::Slot(slot);
}

Result<void> NotificationServer::show(std::uint32_t replaces, const Wording& wording) {
    const auto notify = STINT_TRY(call("Notify"));
    STINT_TRY(write(notify, replaces, wording));
    showCall_ = STINT_TRY(ask(notify, answered));
    return {};
}

void NotificationServer::close(std::uint32_t id) {
    const auto close = call("CloseNotification");
    if (!close) return; // out of memory, or the bus is gone, and all that is shown with it
    wire::Writer(*close).uint32(id);
    sd_bus_message_set_expect_reply(close->get(), 0);
    sd_bus_send(bus_, close->get(), nullptr);
}

int NotificationServer::described(sd_bus_message* answer, void* self, sd_bus_error*) {
    const auto message = wire::Message::sharing(answer);
    if (message.isError()) return 0;
    wire::Reader reader(message);
    const auto name = reader.string();
    const auto vendor = reader.string();
    const auto version = reader.string();
    if (name && vendor && version) serverOf(self).description_ = fmt::format("{} {}", *name, *version);
    return 0;
}

int NotificationServer::capable(sd_bus_message* answer, void* self, sd_bus_error*) {
    const auto message = wire::Message::sharing(answer);
    if (isCutOff(message)) return 0;
    NotificationServer& server = serverOf(self);
    // A server that cannot list its capabilities is treated as having none.
    if (!message.isError()) {
        if (auto names = wire::Reader(message).strings()) server.capabilities_ = {names->begin(), names->end()};
    }
    server.ready_ = true;
    server.listener_.ready();
    return 0;
}

int NotificationServer::answered(sd_bus_message* answer, void* self, sd_bus_error*) {
    const auto message = wire::Message::sharing(answer);
    NotificationServer& server = serverOf(self);
    const wire::Slot ended = std::move(server.showCall_);
    if (isCutOff(message)) return 0;
    Result<std::uint32_t> id =
        message.isError() ? Result<std::uint32_t>(message.error()) : wire::Reader(message).uint32();
    if (id && *id == 0) id = fail(Errc::SYSTEM, "it answered the id 0");
    server.listener_.shown(id);
    return 0;
}

int NotificationServer::onSignal(sd_bus_message* signal, void* self, sd_bus_error*) {
    const auto message = wire::Message::sharing(signal);
    wire::Reader reader(message);
    Listener& listener = serverOf(self).listener_;
    const auto id = reader.uint32();
    if (!id) return 0; // no notification of ours
    if (message.member() == "NotificationClosed") {
        const auto why = reader.uint32();
        if (why) listener.closed(*id, static_cast<NotificationClosed>(*why));
    } else if (message.member() == "ActionInvoked") {
        const auto action = reader.string();
        if (action) listener.pressed(*id, *action);
    } else if (message.member() == "ActivationToken") {
        const auto token = reader.string();
        listener.activated(*id, token ? *token : "");
    }
    return 0;
}

} // namespace stint
