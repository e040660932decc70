// A call of stint-netguard, of the very process that has the name now: another one has not heard what that one has.
#pragma once
#include "netcut/guard_bus.hpp"
#include "wire/names.hpp"

namespace stint {

inline Result<wire::Message> guardCall(const GuardBus& bus, const char* member) {
    auto call = wire::newCall(bus.get(), wire::netguardInterface, member);
    if (call && sd_bus_message_set_destination(call->get(), bus.owner().c_str()) < 0)
        return Error{Errc::SYSTEM, "cannot address stint-netguard"};
    return call;
}

} // namespace stint
