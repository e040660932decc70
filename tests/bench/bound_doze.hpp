// Doze's two machines (limits.md §6) as the bound runs them: without alarm clocks, battery saver and a hold, which the
// phone has none of.
#pragma once
#include <algorithm>
#include <utility>

#include "bench/bound_phone.hpp"
#include "contract/model/device.hpp"

namespace stint::bench {

/// `say(Record::What, from, to)` is told of each change.
template <class Say> class DozeMachines {
public:
    DozeMachines(const Constants& constants, bool moves, Say say) : c_(constants), moves_(moves), say_(say) {}

    bool idle() const {
        return deep_ == DeepState::Idle || light_ == LightState::Idle || light_ == LightState::WaitingForNetwork;
    }
    /// Idle, or left just now: what waits in the background goes on waiting.
    bool holds() const { return idle() || settledAt_ != never; }

    /// When ring() has something to do; `busy`: something runs.
    Ms due(bool busy) const { return std::min({settledAt_, deepDue(busy), lightDue(busy)}); }

    void ring(bool busy, bool network, Ms now) {
        const bool was = idle();
        ringTimers(busy, network, now);
        settle(was, now);
    }

    /// The device is another.
    void follow(bool awake, bool busy, bool network, Ms now) {
        const bool was = idle();
        if (awake) {
            end(now);
        } else {
            rest(now);
            if (network && light_ == LightState::WaitingForNetwork) openLight(now);
        }
        ringTimers(busy, network, now);
        settle(was, now);
    }

private:
    static Ms grown(Ms length, std::int64_t factor, Duration most) {
        return std::min(length * factor / 100, most.count());
    }
    void move(DeepState to) {
        if (const DeepState from = std::exchange(deep_, to); from != to) say_(Record::What::Deep, from, to);
    }
    void move(LightState to) {
        if (const LightState from = std::exchange(light_, to); from != to) say_(Record::What::Light, from, to);
    }

    // Where both are due at one instant deep goes first.
    void ringTimers(bool busy, bool network, Ms now) {
        for (;;) {
            const Ms deep = deepDue(busy), light = lightDue(busy);
            if (deep <= now && deep <= light)
                stepDeep(now);
            else if (light <= now)
                stepLight(network, now);
            else
                return;
        }
    }

    void settle(bool was, Ms now) {
        if (idle())
            settledAt_ = never;
        else if (was)
            settledAt_ = now + c_.dozeBackgroundJobsDelay.count();
        if (settledAt_ <= now) settledAt_ = never;
    }

    void end(Ms now) {
        move(DeepState::Active);
        deepTimer_ = never;
        wakeLight(now);
    }
    void rest(Ms now) {
        if (deep_ == DeepState::Active && c_.dozeDeepEnabled) {
            deepTimer_ = now + (c_.dozeInactive + c_.dozeFlex).count();
            move(DeepState::Inactive);
        }
        if (light_ != LightState::Active || !c_.dozeLightEnabled) return;
        move(LightState::Inactive);
        lightTimer_ = now + (c_.dozeLightAfterInactive + c_.dozeFlex).count();
    }

    // Deep.

    Ms deepDue(bool busy) const {
        if (deep_ == DeepState::IdleMaintenance && !busy)
            return std::min(deepTimer_, windowSince_ + c_.dozeMinDeepMaintenance.count());
        return deepTimer_;
    }
    void stepDeep(Ms now) {
        switch (deep_) {
        case DeepState::Inactive:
            move(DeepState::IdlePending);
            deepTimer_ = now + (c_.dozeIdleAfterInactive + c_.dozeFlex).count();
            return;
        case DeepState::IdlePending:
            move(DeepState::Sensing);
            if (moves_) {
                move(DeepState::Active);
                return rest(now);
            }
            move(DeepState::Locating);
            idleFor_ = c_.dozeIdle.count();
            maintenanceFor_ = c_.dozeMaintenance.count();
            return idleDeep(now);
        case DeepState::IdleMaintenance:
            return idleDeep(now);
        case DeepState::Idle:
            move(DeepState::IdleMaintenance);
            windowSince_ = now;
            deepTimer_ = now + maintenanceFor_ + c_.dozeFlex.count();
            maintenanceFor_ = grown(maintenanceFor_, c_.dozeMaintenanceFactor, c_.dozeMaintenanceMax);
            return;
        case DeepState::Active:
        case DeepState::Sensing:
        case DeepState::Locating:
        case DeepState::QuickDozeDelay:
            return; // never waited in
        }
    }
    void idleDeep(Ms now) {
        move(DeepState::Idle);
        closeLight(now);
        move(LightState::Override);
        lightTimer_ = never;
        deepTimer_ = now + idleFor_;
        idleFor_ = grown(idleFor_, c_.dozeIdleFactor, c_.dozeIdleMax);
    }

    // Light.

    Ms lightDue(bool busy) const {
        if (light_ == LightState::IdleMaintenance && !busy)
            return std::min(lightTimer_, windowSince_ + c_.dozeMinLightMaintenance.count());
        return lightTimer_;
    }
    void wakeLight(Ms now) {
        closeLight(now);
        move(LightState::Active);
        lightTimer_ = never;
    }
    // limits.md §6.3: what the window saved of its minute is added, what it took beyond that is taken off.
    void closeLight(Ms now) {
        if (light_ == LightState::IdleMaintenance) lightBudget_ += c_.dozeLightBudgetMin.count() - (now - windowSince_);
    }
    void openLight(Ms now) {
        lightBudget_ = std::clamp(lightBudget_, c_.dozeLightBudgetMin.count(), c_.dozeLightBudgetMax.count());
        move(LightState::IdleMaintenance);
        windowSince_ = now;
        lightTimer_ = now + lightBudget_ + c_.dozeFlex.count();
    }
    void stepLight(bool network, Ms now) {
        switch (light_) {
        case LightState::Inactive:
            lightIdleFor_ = c_.dozeLightIdle.count();
            lightBudget_ = c_.dozeLightBudgetMin.count();
            return idleLight(now);
        case LightState::IdleMaintenance:
            return idleLight(now);
        case LightState::Idle:
            if (network) return openLight(now);
            move(LightState::WaitingForNetwork);
            lightTimer_ = now + lightIdleFor_;
            return;
        case LightState::WaitingForNetwork:
            return openLight(now);
        case LightState::Active:
        case LightState::Override:
            return;
        }
    }
    void idleLight(Ms now) {
        closeLight(now);
        move(LightState::Idle);
        lightTimer_ = now + lightIdleFor_;
        lightIdleFor_ = grown(lightIdleFor_, c_.dozeLightIdleFactor, c_.dozeLightIdleMax);
    }

    const Constants& c_;
    bool moves_;
    Say say_;
    DeepState deep_ = DeepState::Active;
    LightState light_ = LightState::Active;
    Ms deepTimer_ = never, lightTimer_ = never, settledAt_ = never;
    Ms idleFor_ = 0, maintenanceFor_ = 0, lightIdleFor_ = 0, lightBudget_ = 0;
    Ms windowSince_ = 0; ///< of the window that is open, deep or light
};

} // namespace stint::bench
