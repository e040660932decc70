#include "rules/app_gate.hpp"

#include <fmt/core.h>

namespace stint {
namespace {

bool servicePresent(const Context& c) { return c.app && c.app->manifest.services.contains(c.asks.service); }

} // namespace

Verdict appGate(const Context& c) {
    if (!servicePresent(c)) return Verdict::untilEvent(PendingReason::App);
    const auto& bad = c.app->memory.badUntil;
    if (bad && *bad > c.world.now.elapsed) return Verdict::until(*bad, PendingReason::App);
    return Verdict::yes();
}

std::string describeApp(const Context& c) {
    if (!c.app) return "the app is not installed";
    if (!servicePresent(c)) return fmt::format("the app does not declare a service \"{}\" any more", c.asks.service);
    return fmt::format("the app crashed {} times within {}", c.world.constants.crashGuardCrashes,
                       formatDuration(c.world.constants.crashGuardWindow));
}

AppMemory afterCrash(AppMemory memory, Instant now, const Constants& constants) {
    std::erase_if(memory.crashes, [&](Instant crash) { return crash <= now - constants.crashGuardWindow; });
    if (memory.crashes.empty() || memory.crashes.back() != now) memory.crashes.push_back(now);
    if (std::ssize(memory.crashes) >= constants.crashGuardCrashes) {
        memory.badUntil = now + constants.crashGuardRest;
        memory.crashes.clear();
    }
    return memory;
}

void forgiveCrashes(AppMemory& memory) {
    memory.crashes.clear();
    memory.badUntil.reset();
}

} // namespace stint
