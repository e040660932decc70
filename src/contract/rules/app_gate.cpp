#include "contract/rules/app_gate.hpp"

#include <fmt/core.h>

#include "base/text/number.hpp"

namespace stint {
namespace {

bool servicePresent(const Context& c) { return c.app && c.app->manifest.services.contains(c.gateKey.service); }

} // namespace

Verdict appGate(const Context& c) {
    if (!servicePresent(c)) return Verdict::untilEvent(PENDING_JOB_REASON_APP);
    const auto& bad = c.app->memory.badUntil;
    if (bad && *bad > c.world.now.elapsed) return Verdict::until(*bad, PENDING_JOB_REASON_APP);
    return Verdict::yes();
}

std::string describeApp(const Context& c) {
    if (!c.app) return "the app is not installed";
    if (!servicePresent(c)) return fmt::format("the app does not declare a service \"{}\" any more", c.gateKey.service);
    return describeCrashes("the app", c.world.constants);
}

std::string describeCrashes(std::string_view whose, const Constants& constants) {
    return fmt::format("{} crashed {} within {}", whose, counted(constants.crashGuardCrashes, "time"),
                       formatDuration(constants.crashGuardWindow));
}

bool guardsEachJob(const Manifest& manifest) { return manifest.builtIn; }

std::optional<Instant> restAfterCrash(std::vector<Instant>& crashes, Instant began, Instant now,
                                      const Constants& constants) {
    std::erase_if(crashes, [&](Instant crash) { return crash <= now - constants.crashGuardWindow; });
    if (crashes.empty() || crashes.back() <= began || crashes.back() != now) crashes.push_back(now);
    if (std::ssize(crashes) < constants.crashGuardCrashes) return std::nullopt;
    crashes.clear();
    return now + constants.crashGuardRest;
}

void forgiveCrashes(AppMemory& memory) {
    memory.crashes.clear();
    memory.badUntil.reset();
}

} // namespace stint
