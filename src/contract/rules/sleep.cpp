#include "contract/rules/sleep.hpp"

namespace stint {

Verdict sleepGate(const Context& c) {
    if (!c.world.device.sleeping || (c.run && !c.gateKey.network)) return Verdict::yes();
    return Verdict::untilEvent(PENDING_JOB_REASON_DEVICE_STATE);
}

std::string describeSleep(const Context&) { return "the machine goes to sleep"; }

} // namespace stint
