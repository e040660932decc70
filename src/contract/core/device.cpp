#include "contract/core/device.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "base/result/errors.hpp"
#include "contract/core/state.hpp"
#include "contract/model/device_fields.hpp"
#include "contract/rules/app_state.hpp"
#include "contract/rules/device_limits.hpp"
#include "contract/rules/device_state.hpp"
#include "contract/rules/limit_gates.hpp"
#include "contract/rules/standby.hpp"
#include "contract/rules/wall_clock.hpp"

namespace stint {
namespace {

void traceDoze(Turn& turn, const std::vector<DozeChange>& changes) {
    for (const DozeChange& change : changes)
        turn.effect(Trace{.what = Trace::What::Doze,
                          .machine = change.light ? "light" : "deep",
                          .from = change.from,
                          .to = change.to});
}

// limits.md §6.4, §6.5: alarms that Doze has deferred go off at once when a window opens, and when Doze is over.
void freeAlarms(Turn& turn, const Doze& before) {
    if (before.deepIdle() && !turn.state.deviceState.doze.deepIdle()) turn.state.alarms.free(turn.now.elapsed);
}

// limits.md §5: the idle path of a restricted app goes by the device's idleness and its network.
void changedForRestricted(Turn& turn) {
    if (!(turn.changed & (Reads::Idle | Reads::Network))) return;
    for (const auto& [id, app] : turn.state.apps)
        if (mayIdlePath(app)) turn.changedApps.insert(id);
}

} // namespace

DozeInputs dozeInputs(const State& state) {
    const bool isBusy = state.runs.inSlots() > 0 || !state.deliveries.underWay().empty();
    return {state.alarms.nextClock(), isBusy};
}

bool ageDoze(Turn& turn, const Device& was) {
    State& state = turn.state;
    std::vector<DozeChange> changes;
    Doze& doze = state.deviceState.doze;
    const Doze before = doze;
    doze = nextDoze(before, was, state.device, dozeInputs(state), turn.now.elapsed, state.constants, changes);
    traceDoze(turn, changes);
    freeAlarms(turn, before);
    if (holdOf(doze) != holdOf(before)) turn.changed |= only(Reads::Doze);
    return !changes.empty();
}

void ageDevice(Turn& turn) {
    State& state = turn.state;
    const DeviceState was = state.deviceState;
    state.deviceState = nextDeviceState(state.device, was, turn.now.elapsed, state.constants);
    turn.changed |= differences(was, state.deviceState);
    changedForRestricted(turn);
    ageDoze(turn, state.device);
}

std::optional<Instant> nextDeviceChange(const State& state) {
    const DeviceState& derived = state.deviceState;
    auto next =
        earlier(derived.chargingAt, nextDozeChange(derived.doze, state.device, dozeInputs(state), state.constants));
    // Only where a job waits for an idle device does it matter when it is one.
    if (!derived.idle && derived.idleAt && state.waiting.groups.anyReads(Reads::Idle))
        next = earlier(next, derived.idleAt);
    // Only where a job waits for a slot does it matter when the device counts as left alone (jobs.md §3.6).
    if (state.waiting.forSlot > 0 && derived.interactive) next = earlier(next, derived.quietAt);
    return next;
}

void apply(Turn& turn, const DeviceChanged& event) {
    State& state = turn.state;
    const DeviceState was = state.deviceState;
    const bool usageDiffers = state.device.screenOn != event.device.screenOn;
    if (usageDiffers) foldUsage(turn);
    state.deviceState = nextDeviceState(event.device, was, turn.now.elapsed, state.constants);
    turn.changed |= differences(state.device, event.device) | differences(was, state.deviceState);
    changedForRestricted(turn);
    turn.agesOtherwise |= usageDiffers;
    if (event.device.overrides != state.device.overrides) turn.record(SaveOverrides{event.device.overrides});
    if (event.device.networkMarks != state.device.networkMarks)
        turn.record(SaveNetworkMarks{event.device.networkMarks});
    hear(state, event.device, was);
    countBefore(turn, event.device);
    const Device before = std::exchange(state.device, event.device);
    noteSleep(turn);
    if (usageDiffers) turn.record(usageRecord(state));
    ageDoze(turn, before);
    if (event.call.value) turn.effect(Reply{.call = event.call});
}

void apply(Turn& turn, const DozeStepped& event) {
    State& state = turn.state;
    if (const auto held = state.device.dozeForce)
        return apply(turn, DozeHeld{event.call, steppedForce(*held, event.light)});
    std::vector<DozeChange> changes;
    const Doze before = state.deviceState.doze;
    state.deviceState.doze = steppedDoze(state.deviceState.doze, event.light, state.device, dozeInputs(state),
                                         turn.now.elapsed, state.constants, changes);
    traceDoze(turn, changes);
    freeAlarms(turn, before);
    turn.changed |= only(Reads::Doze);
    turn.effect(Reply{.call = event.call});
}

void apply(Turn& turn, const DozeHeld& event) {
    Device device = turn.state.device;
    device.dozeForce = event.force;
    apply(turn, DeviceChanged{event.call, std::move(device)});
}

// The work that the device holds back, and since when (stint device).

namespace {

LimitedWork::Name nameOf(const DeviceLimit& limit) { return {limit.work, limit.by}; }

} // namespace

void noteDeviceLimits(Turn& turn) {
    LimitedWork& limited = turn.state.limited;
    const auto [entry, isNew] = limited.known.try_emplace(limitFacts(turn.world()));
    if (isNew)
        for (const DeviceLimit& limit : deviceLimits(turn.world()))
            if (!limit.open()) entry->second.insert(nameOf(limit));
    if (std::ranges::equal(entry->second, std::views::keys(limited.since))) return;
    std::erase_if(limited.since, [&](const auto& each) { return !entry->second.contains(each.first); });
    for (const LimitedWork::Name& name : entry->second)
        limited.since.try_emplace(name, turn.now.wall);
}

std::vector<DeviceLimitView> DeviceLimitView::all(const State& state, Now now) {
    const World world = state.world(now);
    std::vector<DeviceLimitView> views;
    for (const DeviceLimit& limit : deviceLimits(world)) {
        DeviceLimitView view{.work = std::string(limit.work),
                             .open = limit.open(),
                             .by = std::string(limit.by),
                             .detail = limit.open() ? std::string() : detailOf(limit, world),
                             .clears = std::string(limit.clears),
                             .cell = cellOf(limit)};
        if (const WallTime* const since = findIn(state.limited.since, nameOf(limit))) view.since = *since;
        const auto ends = limit.open() ? std::nullopt : limitEnds(limit, world, dozeInputs(state));
        if (ends) view.until = wallAt(*ends, now);
        views.push_back(std::move(view));
    }
    return views;
}

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

void DeviceLog::renew(Now now) {
    constexpr Duration renewedEach = std::chrono::hours(24); // PROPOSAL
    if (renewed_ && now.elapsed - *renewed_ < renewedEach) return;
    if (std::exchange(renewed_, now.elapsed)) {
        notePresence(true, now.wall);
        beginAnew();
    }
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
    const bool isNoted = last && last->key == presenceLane && last->value == isDown;
    if (last && !isNoted) state.deviceLog.notePresence(false, std::min(std::max(alive, last->when), turn.now.wall));
    state.deviceLog.notePresence(true, turn.now.wall);
    state.deviceLog.renew(turn.now);
    state.deviceLog.note(state.device, state.deviceState, turn.now, state.constants);
}

void settleDeviceLog(Turn& turn, TurnsGoOn goesOn) {
    State& state = turn.state;
    DeviceLog& log = state.deviceLog;
    if (goesOn == TurnsGoOn::Yes) log.renew(turn.now);
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
