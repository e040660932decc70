#include "contract/rules/transfer_rate.hpp"

namespace stint {
namespace {

namespace chrono = std::chrono;

bool isWithin(const DayHours& hours, Duration time) {
    const bool begun = time >= hours.from, over = time >= hours.until;
    return hours.from < hours.until ? begun && !over : begun || !over;
}

} // namespace

TransferRate transferRate(const World& world) {
    const Constants& constants = world.constants;
    if (constants.transferRate == Constants::none.count()) return {};
    const auto hours = hoursIn(constants.transferUnlimited);
    if (!hours) return {.most = constants.transferRate, .until = {}};
    static const TimeZone utc;
    const TimeZone& zone = world.zone ? *world.zone : utc;
    const LocalTime now = zone.localOf(world.now.wall);
    const auto today = chrono::floor<chrono::days>(now);
    std::optional<WallTime> next;
    for (const auto day : {today, today + chrono::days{1}})
        for (const chrono::minutes bound : {hours->from, hours->until})
            if (const WallTime at = zone.wallOf(day + bound); at > world.now.wall)
                next = earlier(next, std::optional(at));
    TransferRate rate{.most = isWithin(*hours, now - today) ? 0 : constants.transferRate, .until = {}};
    if (next) rate.until = world.now.elapsed + (*next - world.now.wall);
    return rate;
}

} // namespace stint
