// A call to stint-netguard.
#pragma once
#include "link/wire/names.hpp"
#include "stintd/services/service.hpp"

namespace stint {

/// A call to stint-netguard, addressed to the process that has the name now: a later one does not know what this one
/// was told.
inline Result<wire::Message> guardCall(const services::Service& guard, const char* member) {
    auto call = wire::newCall(guard.bus(), wire::netguardInterface, member);
    if (call && sd_bus_message_set_destination(call->get(), guard.owner().c_str()) < 0)
        return Error{Errc::SYSTEM, "cannot address stint-netguard"};
    return call;
}

} // namespace stint
