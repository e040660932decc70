#include "faces/control/lingering.hpp"

#include <unistd.h>

#include <fmt/core.h>
#include <systemd/sd-bus.h>

#include "base/time/time.hpp"
#include "link/wire/connect.hpp"

namespace stint::cli {

std::optional<bool> lingers() {
    sd_bus* opened = nullptr;
    if (sd_bus_open_system(&opened) < 0) return std::nullopt;
    const wire::Bus bus(opened);
    sd_bus_set_method_call_timeout(opened, static_cast<std::uint64_t>(Duration(1s) / 1us));
    int is = 0;
    const auto user = fmt::format("/org/freedesktop/login1/user/_{}", ::getuid());
    if (sd_bus_get_property_trivial(opened, "org.freedesktop.login1", user.c_str(), "org.freedesktop.login1.User",
                                    "Linger", nullptr, 'b', &is) < 0)
        return std::nullopt;
    return is != 0;
}

} // namespace stint::cli
