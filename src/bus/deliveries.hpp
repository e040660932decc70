// What the daemon says of alarms, messages and the network: calls on processes that host receivers (Receiver1), and the
// signal of App1.
#pragma once
#include "bus/outgoing.hpp"

namespace stint {

/// `call`'s receiver is named, never empty.
Outgoing alarmCall(sd_bus* bus, const DeliverAlarm& call);
Outgoing messageCall(sd_bus* bus, const DeliverMessage& call);
Outgoing networkAccess(sd_bus* bus, const NetworkAccess& access);

} // namespace stint
