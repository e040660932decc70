#include "link/wire/session_bus.hpp"

#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include "base/result/fail.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/reader.hpp"

namespace stint::wire {

std::string ownerChanges(std::string_view which) {
    return fmt::format("type='signal',sender='{0}',path='{1}',interface='{0}',member='NameOwnerChanged',{2}", busName,
                       busPath, which);
}

std::optional<OwnerChange> ownerChangeIn(sd_bus_message* signal) {
    const auto message = Message::sharing(signal);
    Reader reader(message);
    auto name = reader.string();
    const auto before = reader.string();
    auto owner = reader.string();
    if (!name || !before || !owner) return std::nullopt;
    return OwnerChange{*std::move(name), *std::move(owner)};
}

int askOwner(sd_bus* bus, Slot& slot, const std::string& name, sd_bus_message_handler_t answered, void* self) {
    sd_bus_slot* made = nullptr;
    const int result = sd_bus_call_method_async(bus, &made, busName, busPath, busName, "GetNameOwner", answered, self,
                                                "s", name.c_str());
    slot.reset(made);
    return result;
}

std::string ownerIn(sd_bus_message* answer) {
    const auto message = Message::sharing(answer);
    if (message.isError()) return {};
    auto owner = Reader(message).string();
    return owner ? *std::move(owner) : std::string();
}

Result<Bus> openSessionBus(sd_event* loop) {
    sd_bus* made = nullptr;
    int result = sd_bus_open_user(&made);
    if (result == -ENOMEDIUM) return fail(Errc::UNAVAILABLE, "no DBUS_SESSION_BUS_ADDRESS, no XDG_RUNTIME_DIR");
    if (result < 0) return errorFromErrno(-result);
    Bus bus(made);
    sd_bus_set_method_call_timeout(made, UINT64_MAX);
    result = sd_bus_attach_event(made, loop, SD_EVENT_PRIORITY_NORMAL);
    if (result < 0) return errorFromErrno(-result);
    return bus;
}

} // namespace stint::wire
