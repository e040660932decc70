#include "stintd/notify/session_bus.hpp"

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/session_bus.hpp"

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
        listener_.failed(within("no session bus", opened.error()));
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

} // namespace stint
