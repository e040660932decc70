// A device left alone at 0:00, for the tests of Doze: it moves the clock from timer to timer, and notes what changed.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "contract/rules/doze.hpp"
#include "rules/instant.hpp"

namespace stint {

using Times = std::vector<Duration>;
using States = std::vector<std::string>;
inline constexpr bool light = true;
inline constexpr bool deep = false;

/// A night on the nightstand, from 0:00 on: the screen off, on battery, still, with network, nothing to do.
struct Night {
    struct Seen {
        Duration at;
        DozeChange change;
    };

    Constants constants;
    Device device{.screenOn = false, .motion = Motion::Still, .plugged = false, .network = Network{}};
    DozeInputs inputs;
    Duration now{0};
    Doze doze;
    std::vector<Seen> seen;

    void ask(const Device& was) {
        std::vector<DozeChange> changes;
        doze = nextDoze(doze, was, device, inputs, at(now), constants, changes);
        note(changes);
    }
    void note(const std::vector<DozeChange>& changes) {
        for (const DozeChange& change : changes)
            seen.push_back({now, change});
    }
    std::optional<Instant> next() const { return nextDozeChange(doze, device, inputs, constants); }

    /// To `time`, timer by timer.
    void until(Duration time) {
        ask(device);
        for (auto due = next(); due && *due <= at(time); due = next()) {
            REQUIRE(*due > at(now));
            now = due->time_since_epoch();
            ask(device);
        }
        now = time;
    }
    template <class Change> void change(Duration time, Change change) {
        until(time);
        const Device was = device;
        change(device);
        ask(was);
    }
    void hold(Duration time, std::optional<DozeForce> force) {
        change(time, [&](Device& d) { d.dozeForce = force; });
    }
    void busy(Duration time, bool is) {
        until(time);
        inputs.busy = is;
        ask(device);
    }
    void step(bool which) {
        std::vector<DozeChange> changes;
        doze = steppedDoze(doze, which, device, inputs, at(now), constants, changes);
        note(changes);
    }

    /// When that machine came to `state`.
    Times entered(bool which, std::string_view state) const {
        Times times;
        for (const Seen& one : seen)
            if (one.change.light == which && one.change.to == state) times.push_back(one.at);
        return times;
    }
    /// The states of that machine at `time`, one after the other.
    States path(bool which, Duration time) const {
        States states;
        for (const Seen& one : seen)
            if (one.change.light == which && one.at == time) states.push_back(one.change.to);
        return states;
    }
};

/// One that has been in deep idle since 1:00.
inline Night idleSince1h() {
    Night night;
    night.until(1h + 10min);
    return night;
}

} // namespace stint
