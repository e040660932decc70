#include "contract/core/device_log.hpp"

#include <algorithm>
#include <utility>

#include "base/result/check.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/device_log.hpp"
#include "contract/rules/wall_clock.hpp"

namespace stint {

void DeviceLog::notePresence(bool up, WallTime when) {
    waiting_.push_back({when, std::string(presenceLane), std::string(up ? isUp : isDown)});
}

// A lane's room is full at first, and grows by one every log_pace.
bool DeviceLog::mayNote(Lane& lane, Instant now, const Constants& constants) {
    const std::int64_t more = (now - lane.filled) / constants.deviceLogPace;
    lane.room = std::min(constants.deviceLogBurst, lane.room + more);
    lane.filled = lane.room == constants.deviceLogBurst ? now : lane.filled + more * constants.deviceLogPace;
    if (lane.room == 0) return false;
    --lane.room;
    return true;
}

void DeviceLog::note(const Device& device, const DeviceState& state, Now now, const Constants& constants) {
    const auto lanes = deviceLanes();
    if (lanes_.empty()) lanes_.assign(lanes.size(), {.room = constants.deviceLogBurst, .filled = now.elapsed});
    STINT_CHECK(lanes_.size() == lanes.size()); // the table is the same as long as the daemon lives
    withheld_ = 0;
    for (std::size_t i = 0; i < lanes.size(); ++i) {
        Lane& lane = lanes_[i];
        if (std::string value = lanes[i].text(device, state); value != lane.value) {
            lane.value = std::move(value);
            lane.since = now.wall;
            ++lane.changes;
        }
        if (lane.changes == 0) continue;
        if (mayNote(lane, now.elapsed, constants))
            waiting_.push_back({lane.since, std::string(lanes[i].key), lane.value, std::exchange(lane.changes, 0) - 1});
        else
            ++withheld_;
    }
    if (!waiting_.empty() && !waitsSince_) waitsSince_ = now.elapsed;
    STINT_CHECK(waiting_.empty() != waitsSince_.has_value()); // or what waits would never be written down
}

void DeviceLog::beginAnew() {
    for (Lane& lane : lanes_)
        lane.value.clear();
    withheld_ = static_cast<int>(lanes_.size());
}

bool DeviceLog::isDue(Instant now, const Constants& constants) const {
    return waitsSince_ && now - *waitsSince_ >= constants.deviceLogDelay;
}

std::vector<DeviceChange> DeviceLog::take() {
    waitsSince_.reset();
    return std::exchange(waiting_, {});
}

// A daemon that was killed, or a machine that lost its power, has not noted that it ends.
void beginDeviceLog(Turn& turn, const std::optional<DeviceChange>& last, WallTime alive) {
    State& state = turn.state;
    const bool saidSo = last && last->key == presenceLane && last->value == isDown;
    if (last && !saidSo) state.deviceLog.notePresence(false, std::min(std::max(alive, last->when), turn.now.wall));
    state.deviceLog.notePresence(true, turn.now.wall);
    state.deviceLog.note(state.device, state.deviceState, turn.now, state.constants);
}

void settleDeviceLog(Turn& turn, TurnsGoOn goesOn) {
    State& state = turn.state;
    DeviceLog& log = state.deviceLog;
    if (turn.changed || log.withholds()) log.note(state.device, state.deviceState, turn.now, state.constants);
    if (log.waiting().empty()) return;
    const bool writes =
        !turn.step.records.empty() || goesOn == TurnsGoOn::No || log.isDue(turn.now.elapsed, state.constants);
    if (!writes) return;
    const Constants& constants = state.constants;
    for (DeviceChange& change : log.take())
        turn.record(SaveDeviceChange{std::move(change), constants.deviceLogEntries,
                                     oldestKept(state.boot.steady, turn.now, constants.deviceLogAge)});
}

} // namespace stint
