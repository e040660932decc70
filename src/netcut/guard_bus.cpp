#include "netcut/guard_bus.hpp"

#include <utility>

#include "base/fail.hpp"
#include "base/try.hpp"
#include "wire/errors.hpp"
#include "wire/names.hpp"
#include "wire/reader.hpp"
#include "wire/session_bus.hpp"

namespace stint {
namespace {

using wire::busName;
using wire::busPath;

constexpr const char* localName = "org.freedesktop.DBus.Local";
constexpr const char* localPath = "/org/freedesktop/DBus/Local";
/// The bus itself compares it, so that no other name's changes wake us.
constexpr const char* guardChanges =
    "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',interface='org.freedesktop.DBus',"
    "member='NameOwnerChanged',arg0='org.stint.NetGuard1'";

GuardBus& guardBusOf(void* self) { return *static_cast<GuardBus*>(self); }

/// Connects, and leaves the greeting to the loop. No call is on a timer: who is silent is waited for, without harm.
Result<wire::Bus> openSystemBus(sd_event* loop) {
    sd_bus* made = nullptr;
    int result = sd_bus_open_system(&made);
    if (result < 0) return wire::errorFromErrno(-result);
    wire::Bus bus(made);
    sd_bus_set_method_call_timeout(made, UINT64_MAX);
    result = sd_bus_attach_event(made, loop, SD_EVENT_PRIORITY_NORMAL);
    if (result < 0) return wire::errorFromErrno(-result);
    return bus;
}

} // namespace

void GuardBus::connect() {
    if (bus_ && sd_bus_is_open(bus_.get()) > 0) return;
    for (wire::Slot* slot : {&ownerWatch_, &ownerCall_, &startCall_, &endWatch_})
        slot->reset();
    bus_.reset();
    if (auto opened = open(); !opened) {
        bus_.reset();
        listener_.failed(within("no system bus", opened.error()), false);
    }
}

Result<void> GuardBus::open() {
    bus_ = STINT_TRY(openSystemBus(loop_));
    sd_bus* const made = bus_.get();
    int result = 0;
    const auto add = [&](wire::Slot& slot, auto call) {
        sd_bus_slot* added = nullptr;
        if (result >= 0) result = call(&added);
        slot.reset(added);
    };
    add(endWatch_, [&](sd_bus_slot** slot) {
        return sd_bus_match_signal_async(made, slot, localName, localPath, localName, "Disconnected", disconnected,
                                         nullptr, this);
    });
    add(ownerWatch_, [&](sd_bus_slot** slot) {
        return sd_bus_add_match_async(made, slot, guardChanges, ownerChanged, nullptr, this);
    });
    // Behind the watch: between the two nothing is missed.
    add(ownerCall_, [&](sd_bus_slot** slot) {
        return sd_bus_call_method_async(made, slot, busName, busPath, busName, "GetNameOwner", ownerTold, this, "s",
                                        wire::netguardName);
    });
    if (result < 0) return wire::errorFromErrno(-result);
    return {};
}

void GuardBus::start() {
    if (!bus_ || ownerCall_ || startCall_ || !owner_.empty()) return;
    sd_bus_slot* slot = nullptr;
    const int result = sd_bus_call_method_async(bus_.get(), &slot, busName, busPath, busName, "StartServiceByName",
                                                started, this, "su", wire::netguardName, 0U);
    startCall_.reset(slot);
    if (result < 0) listener_.failed(wire::errorFromErrno(-result), true);
}

void GuardBus::setOwner(std::string owner) {
    if (owner == owner_) return;
    owner_ = std::move(owner);
    listener_.servedBy(owner_);
}

int GuardBus::ownerTold(sd_bus_message* answer, void* self, sd_bus_error*) {
    GuardBus& bus = guardBusOf(self);
    const wire::Slot ended = std::move(bus.ownerCall_);
    const auto message = wire::Message::sharing(answer);
    auto owner = message.isError() ? Result<std::string>(std::string()) : wire::Reader(message).string();
    if (owner) bus.setOwner(std::move(*owner));
    bus.start();
    return 0;
}

int GuardBus::ownerChanged(sd_bus_message* signal, void* self, sd_bus_error*) {
    const auto message = wire::Message::sharing(signal);
    wire::Reader reader(message);
    const auto name = reader.string();
    const auto before = reader.string();
    auto owner = reader.string();
    if (name && before && owner) guardBusOf(self).setOwner(std::move(*owner));
    return 0;
}

int GuardBus::started(sd_bus_message* answer, void* self, sd_bus_error*) {
    GuardBus& bus = guardBusOf(self);
    const wire::Slot ended = std::move(bus.startCall_);
    const auto message = wire::Message::sharing(answer);
    if (!message.isError() || !bus.owner_.empty()) return 0;
    const bool installed = !sd_bus_error_has_name(sd_bus_message_get_error(answer), SD_BUS_ERROR_SERVICE_UNKNOWN);
    bus.listener_.failed(message.error(), installed);
    return 0;
}

int GuardBus::disconnected(sd_bus_message*, void* self, sd_bus_error*) {
    GuardBus& bus = guardBusOf(self);
    bus.startCall_.reset();
    bus.setOwner({});
    bus.listener_.failed(Error{Errc::UNAVAILABLE, "the system bus is gone"}, false);
    return 0;
}

} // namespace stint
