#include "contract/core/device.hpp"

#include "contract/core/events.hpp"
#include "contract/core/state.hpp"
#include "contract/model/device_fields.hpp"
#include "contract/rules/app_state.hpp"
#include "contract/rules/device_state.hpp"
#include "contract/rules/limit_gates.hpp"
#include "contract/rules/standby.hpp"

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
    // Only where a job waits for a slot does it matter when the device counts as left alone (jobs.md §3.6).
    if (state.waiting.forSlot > 0 && derived.interactive) next = earlier(next, derived.quietAt);
    return next;
}

void apply(Turn& turn, const DeviceChanged& event) {
    State& state = turn.state;
    const DeviceState was = state.deviceState;
    const Device before = state.device;
    const bool usageDiffers = before.screenOn != event.device.screenOn;
    if (usageDiffers) foldUsage(turn);
    state.deviceState = nextDeviceState(event.device, was, turn.now.elapsed, state.constants);
    turn.changed |= differences(before, event.device) | differences(was, state.deviceState);
    changedForRestricted(turn);
    turn.agesOtherwise |= usageDiffers;
    if (event.device.overrides != before.overrides) turn.record(SaveOverrides{event.device.overrides});
    if (event.device.networkMarks != before.networkMarks) turn.record(SaveNetworkMarks{event.device.networkMarks});
    hear(state, event.device, was);
    countBefore(turn, event.device);
    state.device = event.device;
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

} // namespace stint
