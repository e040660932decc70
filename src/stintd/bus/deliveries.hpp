// Calls about alarms and messages, to processes that host receivers (Receiver1), and App1's signal about the network.
#pragma once
#include "stintd/bus/outgoing.hpp"

namespace stint {

/// `call`'s receiver is named, never empty.
Outgoing alarmCall(sd_bus* bus, const DeliverAlarm& call);
Outgoing messageCall(sd_bus* bus, const DeliverMessage& call);
Outgoing networkAccess(sd_bus* bus, const NetworkAccess& access);

} // namespace stint
