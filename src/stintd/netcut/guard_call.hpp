// A call of stint-netguard, of the very process that has the name now: another one has not heard what that one has.
#pragma once
#include "link/wire/names.hpp"
#include "stintd/services/service.hpp"

namespace stint {

inline Result<wire::Message> guardCall(const services::Service& guard, const char* member) {
    auto call = wire::newCall(guard.bus(), wire::netguardInterface, member);
    if (call && sd_bus_message_set_destination(call->get(), guard.owner().c_str()) < 0)
        return Error{Errc::SYSTEM, "cannot address stint-netguard"};
    return call;
}

} // namespace stint
