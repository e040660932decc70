// The usage of an app that is like most, with the screen on all the time (limits.md §2).
#pragma once
#include "contract/rules/standby.hpp"

namespace stint {

inline const Constants constants;
inline const App plain;

constexpr UsageTime litFor(Duration running) { return {running, running}; }

inline Usage use(const Usage& usage, UsageKind kind, UsageTime now, const App& app = plain) {
    return afterUse(usage, kind, now, app, false, constants);
}
inline Usage use(const Usage& usage, UsageKind kind, Duration now, const App& app = plain) {
    return use(usage, kind, litFor(now), app);
}
inline Usage usedAtStart() { return use(unused(), UsageKind::Interaction, 0h); }
inline Usage age(const Usage& usage, UsageTime now) { return aged(usage, now, plain, constants, false); }
inline Usage age(const Usage& usage, Duration now) { return age(usage, litFor(now)); }

} // namespace stint
