#include "contract/rules/guard.hpp"

#include <fmt/core.h>

#include "contract/rules/guard_condition.hpp"

namespace stint {
// The condition was checked when it was scheduled; one in another version's words lacks what the error of them says.
std::string guardLacks(const GateKey& gateKey, const World& world) {
    const auto condition = GuardCondition::parse(gateKey.guard);
    return condition ? condition->lacks(world) : condition.error().message;
}

ReadSet readByGuard(const GateKey& gateKey) {
    if (!gateKey.isGuard()) return 0;
    const auto condition = GuardCondition::parse(gateKey.guard);
    return condition ? condition->reads() : 0;
}

Verdict guardGate(const Context& c) {
    if (!c.gateKey.isGuard() || c.gateKey.guardElse == GuardElse::Offline) return Verdict::yes();
    if (c.run && c.gateKey.guardElse != GuardElse::Stop) return Verdict::yes();
    if (guardLacks(c.gateKey, c.world).empty()) return Verdict::yes();
    return Verdict::untilEvent(PENDING_JOB_REASON_DEVICE_STATE);
}

std::string describeGuard(const Context& c) {
    return fmt::format("its guard wants {}; lacks {}", c.gateKey.guard.str(), guardLacks(c.gateKey, c.world));
}

} // namespace stint
