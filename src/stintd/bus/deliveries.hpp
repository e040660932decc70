// Calls to processes that host receivers (Receiver1), about alarms and messages, and App1's signal about the network.
#pragma once
#include "stintd/bus/outgoing.hpp"

namespace stint {

/// The call must name its receiver: an empty name is a mistake of ours.
Outgoing alarmCall(sd_bus* bus, const DeliverAlarm& call);
Outgoing messageCall(sd_bus* bus, const DeliverMessage& call);
Outgoing networkAccess(sd_bus* bus, const NetworkAccess& access);

} // namespace stint
