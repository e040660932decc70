#include "contract/rules/transfer_rate.hpp"

#include <algorithm>

#include "contract/model/day_hours.hpp"

namespace stint {

TransferRate transferRate(const World& world) {
    const Constants& constants = world.constants;
    if (constants.transferRate == Constants::none.count()) return {};
    const auto hours = hoursIn(constants.transferUnlimited);
    if (!hours) return {.most = constants.transferRate, .until = {}};
    static const TimeZone utc;
    const auto [isWithin, until] = hoursAt(*hours, world.zone ? *world.zone : utc, world.now.wall);
    return {.most = isWithin ? 0 : constants.transferRate, .until = world.now.elapsed + (until - world.now.wall)};
}

namespace {

constexpr Duration halfWindow = 2500ms; ///< a rate covers the last one to two of these
constexpr Duration stall = 3s;
constexpr Duration shortest = 500ms;

} // namespace

// jobs.md §4.7.
void notePace(Run& run, Instant now) {
    auto& [oldest, middle, newest] = run.pace;
    const InPlace report{now, std::max<Bytes>(run.transferredDown, 0) + std::max<Bytes>(run.transferredUp, 0)};
    if (!newest || report.bytes < newest->bytes) { // its first report, or it begins anew
        oldest = middle = newest = report;
        return;
    }
    if (now - middle->at >= halfWindow) {
        oldest = middle;
        middle = newest;
    }
    run.gained += report.bytes - newest->bytes;
    newest = report;
}

Bytes paceOf(const Run& run, Instant now) {
    const auto& [oldest, middle, newest] = run.pace;
    if (!newest || run.state != RunState::Executing) return NETWORK_BYTES_UNKNOWN;
    const Duration span = newest->at - oldest->at;
    const Bytes moved = newest->bytes - oldest->bytes;
    if (now - newest->at >= stall) return moved > 0 || now - oldest->at >= stall ? 0 : NETWORK_BYTES_UNKNOWN;
    if (span < shortest) return NETWORK_BYTES_UNKNOWN;
    return moved * 1000 / span.count();
}

} // namespace stint
