// Properties of every night of Doze (limits.md §6), whatever happens in it.
#include <algorithm>

#include <rapidcheck.h>

#include "rules/night.hpp"

using namespace stint;

namespace {

/// One thing that happens, and how long after the one before it.
struct Happening {
    int what = 0;
    bool how = false;
    int pause = 0; ///< seconds
};

std::ostream& operator<<(std::ostream& out, const Happening& h) {
    return out << "{" << h.what << ", " << h.how << ", after " << h.pause << "s}";
}

void happen(Night& night, const Happening& h) {
    const Device was = night.device;
    switch (h.what) {
    case 0:
        night.device.screenOn = h.how;
        break;
    case 1:
        night.device.locked = h.how;
        break;
    case 2:
        night.device.plugged = h.how;
        break;
    case 3:
        night.device.motion = h.how ? Motion::Moving : Motion::Still;
        break;
    case 4:
        night.device.batterySaver = h.how;
        break;
    case 5:
        night.device.network = h.how ? std::optional(Network{}) : std::nullopt;
        break;
    case 6:
        night.device.dozeForce.reset();
        if (h.how) night.device.dozeForce = static_cast<DozeForce>(h.pause % 5);
        break;
    case 7:
        night.inputs.busy = h.how;
        break;
    case 8:
        night.inputs.alarmClock.reset();
        if (h.how) night.inputs.alarmClock = at(night.now + std::chrono::seconds{h.pause});
        break;
    default:
        return night.step(h.how);
    }
    night.ask(was);
}

// Asked in between, and once more at the same moment, the machines stand still.
void standsStill(Night& night, Duration until) {
    const Doze before = night.doze;
    const std::size_t seen = night.seen.size();
    night.ask(night.device);
    night.now = (night.now + until) / 2;
    night.ask(night.device);
    night.now = until - 1ms;
    night.ask(night.device);
    RC_ASSERT(night.doze == before);
    RC_ASSERT(night.seen.size() == seen);
}

void agrees(const Night& night) {
    const Doze& doze = night.doze;
    RC_ASSERT(doze.deepTimer.has_value() == (doze.deep != DeepState::Active));
    RC_ASSERT(doze.lightTimer.has_value() == (doze.light != LightState::Active && doze.light != LightState::Override));
    const bool deepIdles = doze.deep == DeepState::Idle || doze.deep == DeepState::IdleMaintenance;
    RC_ASSERT((doze.light == LightState::Override) == deepIdles);
    RC_ASSERT(doze.windowSince.has_value() ==
              (doze.deep == DeepState::IdleMaintenance || doze.light == LightState::IdleMaintenance));
    RC_ASSERT(!(doze.settledAt && doze.idle()));
    if (night.device.dozeForce) return;
    const bool awake = night.device.plugged || screenBlocks(night.device, night.constants);
    RC_ASSERT((doze.deep == DeepState::Active) == awake);
    RC_ASSERT((doze.light == LightState::Active) == awake);
}

} // namespace

TEST_CASE("nothing changes before it is due, and nothing dozes that is in use") { // limits.md §6
    const auto one = rc::gen::build<Happening>(rc::gen::set(&Happening::what, rc::gen::inRange(0, 10)),
                                               rc::gen::set(&Happening::how),
                                               rc::gen::set(&Happening::pause, rc::gen::inRange(0, 3 * 3600)));
    const bool held = rc::check([&] {
        const auto happenings = *rc::gen::container<std::vector<Happening>>(one);
        Night night;
        night.ask(night.device);
        for (const Happening& h : happenings) {
            const Duration end = night.now + std::chrono::seconds{h.pause};
            while (night.now < end) {
                const auto due = night.next();
                RC_ASSERT((!due || *due > at(night.now)));
                const Duration next = due ? std::min(due->time_since_epoch(), end) : end;
                standsStill(night, next);
                night.now = next;
                night.ask(night.device);
                agrees(night);
            }
            happen(night, h);
            agrees(night);
        }
    });
    CHECK(held);
}
