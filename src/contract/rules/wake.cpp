#include "contract/rules/wake.hpp"

#include <algorithm>

#include "contract/rules/alarm_policy.hpp"

namespace stint {

bool wakesFor(const Alarm& alarm, const Constants& constants) {
    return alarm.kind == AlarmKind::Clock || (alarm.wakeup && constants.wakeAlarms);
}

std::optional<Instant> windowThatWakes(const World& world) {
    return world.constants.wakeWindows ? alarmDevice(world).windowOpens : std::nullopt;
}

Instant wakeTime(Instant due, bool isClock, std::optional<Instant> last, const Constants& constants) {
    return isClock || !last ? due : std::max(due, *last + constants.wakeGap);
}

bool isWokenBy(Instant when, Instant now, const Constants& constants) {
    return when <= now && now <= when + constants.wakeTakes;
}

} // namespace stint
