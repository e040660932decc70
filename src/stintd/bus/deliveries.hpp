// Calls to processes that host receivers (Receiver1), about alarms and messages, and App1's signal about the network.
#pragma once
#include "stintd/bus/outgoing.hpp"

namespace stint {

/// `call` must name its receiver.
Outgoing alarmCall(sd_bus* bus, const DeliverAlarm& call);
Outgoing messageCall(sd_bus* bus, const DeliverMessage& call);
Outgoing networkAccess(sd_bus* bus, const NetworkAccess& access);

} // namespace stint
