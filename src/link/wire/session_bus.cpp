#include "link/wire/session_bus.hpp"

#include <cerrno>

#include "base/result/fail.hpp"
#include "link/wire/errors.hpp"

namespace stint::wire {

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
