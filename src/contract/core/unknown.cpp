#include "contract/core/registrations.hpp"

#include <algorithm>
#include <utility>

#include "contract/core/deliveries.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/wall_clock.hpp"

namespace stint {
namespace {

void note(Turn& turn, Registration& registration, std::optional<Instant> since) {
    if (std::exchange(registration.unknown, since) != since) turn.record(SaveRegistration{registration});
}

// One word for both that a rotation has left.
void tellGone(Turn& turn, const Registration& registration) {
    if (!registration.successor.empty()) return;
    const WallTime now = turn.now.wall;
    turn.effect(Trace{.what = Trace::What::Registration,
                      .app = registration.app,
                      .result = "gone",
                      .because = registration.connector + " is unknown to the session bus"});
    turn.record(SavePastMessage{{.app = registration.app,
                                 .note = true,
                                 .sent = now,
                                 .came = now,
                                 .runsOut = now,
                                 .state = MessageState::Gone,
                                 .ended = now},
                                turn.state.constants.logRuns,
                                oldestKept(turn.state.boot.steady, turn.now, turn.state.constants.logAge)});
}

} // namespace

void apply(Turn& turn, const ConnectorSeen& event) {
    if (event.connector.empty()) return; // a receiver's registration has none
    for (auto& [name, entry] : turn.state.line.entries) {
        Registration& registration = entry.registration;
        if (registration.connector != event.connector || registration.ended) continue;
        if (event.known) {
            note(turn, registration, std::nullopt);
        } else if (!registration.unknown) {
            note(turn, registration, turn.now.elapsed);
        } else if (*registration.unknown + turn.state.constants.pushUnknownAfter <= turn.now.elapsed) {
            dropMessages(turn, name);
            endRegistration(turn, entry);
            tellGone(turn, registration);
        }
    }
}

void restoreUnknown(Turn& turn, bool sameBoot, Instant died) {
    for (auto& [name, entry] : turn.state.line.entries) {
        Registration& registration = entry.registration;
        if (!registration.unknown) continue;
        const Duration lasted = std::max((sameBoot ? turn.now.elapsed : died) - *registration.unknown, Duration{0});
        note(turn, registration, turn.now.elapsed - lasted);
    }
}

void settleUnknown(Turn& turn) {
    Line& line = turn.state.line;
    for (auto& [name, entry] : line.entries) {
        const Registration& registration = entry.registration;
        std::optional<Instant> ends;
        if (registration.unknown && !registration.ended)
            ends = *registration.unknown + turn.state.constants.pushUnknownAfter;
        const bool isDoubted = ends && *ends <= turn.now.elapsed;
        if (std::exchange(entry.doubted, isDoubted) != isDoubted) line.told = false;
        if (ends && !isDoubted) line.changes = earlier(line.changes, ends);
    }
}

} // namespace stint
