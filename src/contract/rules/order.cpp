#include "contract/rules/order.hpp"

namespace stint {
namespace {

// Requested user-initiated before expedited before regular, demoted or not (jobs.md §3.4).
int rank(JobClass requested) {
    switch (requested) {
    case JobClass::UserInitiated:
        return 0;
    case JobClass::Expedited:
        return 1;
    case JobClass::Regular:
        return 2;
    }
    return 3;
}

} // namespace

bool goesBefore(const Queued& a, const Queued& b) {
    const bool aPushed = a.gateKey.override != Override::None;
    const bool bPushed = b.gateKey.override != Override::None;
    if (aPushed != bPushed) return aPushed;
    if (const int left = rank(a.gateKey.requested), right = rank(b.gateKey.requested); left != right)
        return left < right;
    if (a.gateKey.space == b.gateKey.space && a.gateKey.priority != b.gateKey.priority)
        return a.gateKey.priority > b.gateKey.priority;
    return a.place < b.place;
}

int inARow(std::size_t apps) {
    if (apps <= 4) return 1;
    return apps <= 8 ? 2 : 3;
}

bool startsAtOnce(const GateKey& gateKey, const App& app, Instant now) {
    if (gateKey.isGuard()) return true; // jobs.md §14.5
    if (gateKey.kind == JobClass::Regular) return false;
    if (stateOf(app) == ProcessState::Top) return true;
    if (gateKey.kind != JobClass::UserInitiated) return false;
    return gateKey.inSight || (app.memory.grantUntil && now < *app.memory.grantUntil);
}

} // namespace stint
