#include "contract/rules/app_memory.hpp"

#include <algorithm>

#include "contract/rules/expedited_quota.hpp"
#include "contract/rules/quota.hpp"

namespace stint {
namespace {

void shift(std::vector<Session>& sessions, Duration by) {
    for (Session& session : sessions) {
        session.start += by;
        session.end += by;
    }
}

void shift(std::vector<Instant>& instants, Duration by) {
    for (Instant& instant : instants)
        instant += by;
}

void shift(RateWindow& window, Duration by) {
    if (window.opened) *window.opened += by;
}

} // namespace

AppMemory afterRestart(AppMemory memory, Instant died, const Constants& constants) {
    if (memory.quota.open) breakOffRegular(memory.quota, std::max(died, memory.quota.open->start), constants);
    if (memory.expedited.open)
        closeExpedited(memory.expedited, std::max(died, memory.expedited.open->start), constants);
    return memory;
}

AppMemory afterBoot(AppMemory memory, Now written, Instant died, Now now, const Constants& constants) {
    AppMemory kept;
    kept.app = memory.app;
    kept.usage = std::move(memory.usage);
    kept.batteryUse = memory.batteryUse;
    kept.dataSaverExempt = memory.dataSaverExempt;
    kept.channels = std::move(memory.channels);
    kept.revoked = std::move(memory.revoked);
    kept.days = std::move(memory.days);
    // A past instant lies as long before now as the wall clock says; a clock that went back must not place it in the
    // future.
    const Duration passed = std::max(now.wall - written.wall, Duration{0});
    const Duration by = now.elapsed - written.elapsed - passed;
    kept.pushes = std::move(memory.pushes);
    for (PushNote& note : kept.pushes)
        note.delivered += by;
    if (!constants.persistQuota) return kept;
    memory = afterRestart(std::move(memory), std::max(died, written.elapsed), constants);
    kept.quota = std::move(memory.quota);
    shift(kept.quota.sessions, by);
    shift(kept.quota.jobStarts, by);
    shift(kept.quota.sessionEnds, by);
    kept.expedited = std::move(memory.expedited);
    kept.expedited.topSince.reset();
    shift(kept.expedited.sessions, by);
    kept.alarms = std::move(memory.alarms);
    shift(kept.alarms, by);
    kept.whileIdleAlarms = std::move(memory.whileIdleAlarms);
    shift(kept.whileIdleAlarms, by);
    return kept;
}

} // namespace stint
