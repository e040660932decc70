#include "contract/core/registrations.hpp"

#include <algorithm>
#include <utility>

#include "base/result/errors.hpp"
#include "contract/core/deliveries.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/push.hpp"

namespace stint {
namespace {

bool isSucceeding(const Line::Entry& entry, const std::string& successor) {
    return entry.registration.successor == successor && !entry.registration.ended;
}

// The server has not made it yet, and its predecessor has to go on until then.
bool isOnItsWay(const Line& line, const std::string& successor) {
    return std::ranges::any_of(line.entries, [&](const auto& each) {
        return isSucceeding(each.second, successor) && !each.second.registration.retires;
    });
}

void tell(Turn& turn, const Registration& registration, std::string_view is) {
    turn.effect(Trace{.what = Trace::What::Registration, .app = registration.app, .result = std::string(is)});
}

void save(Turn& turn, const Registration& registration) {
    turn.record(SaveRegistration{registration});
    turn.state.line.told = false;
}

// One whose token is new already needs no other.
void rotate(Turn& turn, Registration& registration) {
    if (registration.isWish() || registration.rotates || isOnItsWay(turn.state.line, registration.name)) return;
    registration.rotates = true;
    save(turn, registration);
    tell(turn, registration, "rotates");
}

// It gets another token if it has had its own for `age`.
void rotateAfter(Turn& turn, Duration age, Line::Entry& entry) {
    const auto grown = rotatesAt(entry.registration, age);
    if (grown && *grown <= turn.now.wall && entry.rotatesNotBefore <= turn.now.elapsed)
        rotate(turn, entry.registration);
}

void retire(Turn& turn, Line::Entry& entry) {
    handOver(turn, entry.registration);
    if (!entry.closed) tell(turn, entry.registration, "retired");
    endRegistration(turn, entry);
}

Error notRegistered(const AppId& app) {
    return fail(Errc::ILLEGAL_STATE,
                "{} is not registered for messages from elsewhere; `stint push apps` lists those that are", app.name);
}

} // namespace

void apply(Turn& turn, const RegistrationsRotated& event) {
    const bool isAll = event.app.name.empty();
    bool isAny = false;
    for (auto& [name, entry] : turn.state.line.entries) {
        Registration& registration = entry.registration;
        if (registration.ended || (!isAll && registration.app != event.app)) continue;
        isAny = true;
        if (registration.successor.empty()) rotate(turn, registration);
    }
    Reply reply{.call = event.call};
    if (!isAll && !isAny) reply.error = notRegistered(event.app);
    turn.effect(std::move(reply));
}

void apply(Turn& turn, const RegistrationsRevoked& event) {
    Reply reply{.call = event.call, .error = notRegistered(event.app)};
    for (auto& [name, entry] : turn.state.line.entries) {
        Registration& registration = entry.registration;
        if (registration.ended || registration.app != event.app) continue;
        reply.error.reset();
        dropMessages(turn, name);
        // One word to the connector for both of them.
        const bool isLast = registration.successor.empty();
        registration.revoked = isLast && !registration.connector.empty();
        registration.untold = isLast && !registration.own.empty();
        entry.telling.reset();
        endRegistration(turn, entry);
        if (isLast) tell(turn, registration, "revoked");
    }
    turn.effect(std::move(reply));
}

// push.md §4.4: at most two of a registration are there.
void succeed(Turn& turn, const std::string& old, const std::string& successor) {
    for (auto& [name, entry] : turn.state.line.entries)
        if (isSucceeding(entry, old)) retire(turn, entry);
    Registration& registration = turn.state.line.entries.at(old).registration;
    turn.state.line.entries.at(successor).caller = turn.state.line.entries.at(old).caller;
    if (registration.isWish()) return endRegistration(turn, turn.state.line.entries.at(old)); // it is made now
    turn.state.line.entries.at(successor).registration.unknown = registration.unknown;        // of the same connector
    registration.successor = successor;
    registration.rotates = false;
    save(turn, registration);
}

void beginRetirement(Turn& turn, const std::string& successor) {
    for (auto& [name, entry] : turn.state.line.entries) {
        Registration& registration = entry.registration;
        if (!isSucceeding(entry, successor) || registration.retires) continue;
        registration.retires = turn.now.wall + turn.state.constants.pushRotated;
        save(turn, registration);
        tell(turn, registration, "rotated");
    }
}

void endReplaced(Turn& turn, const std::string& successor, bool refused) {
    for (auto& [name, entry] : turn.state.line.entries) {
        if (!isSucceeding(entry, successor)) continue;
        if (refused && !entry.registration.retires) {
            entry.registration.successor.clear();
            entry.rotatesNotBefore = turn.now.elapsed + turn.state.constants.pushRotated;
            save(turn, entry.registration);
        } else {
            dropMessages(turn, name);
            endRegistration(turn, entry);
        }
    }
}

void handOver(Turn& turn, const Registration& registration) {
    if (registrationOf(turn.state.line, registration.successor))
        passOn(turn, registration.name, registration.successor);
    else
        dropMessages(turn, registration.name);
}

void rotateMisused(Turn& turn, const std::string& name) {
    const auto found = turn.state.line.entries.find(name);
    if (found == turn.state.line.entries.end() || !turn.state.boot.clockGood) return;
    rotateAfter(turn, turn.state.constants.pushRotated, found->second);
}

void settleRotation(Turn& turn) {
    Line& line = turn.state.line;
    line.changes.reset();
    if (!turn.state.boot.clockGood) return;
    const Constants& constants = turn.state.constants;
    for (auto& [name, entry] : line.entries) {
        Registration& registration = entry.registration;
        rotateAfter(turn, constants.pushRotateAfter, entry);
        const Retirement retirement = retirementOf(registration, turn.now.wall, constants);
        if (retirement == Retirement::Over) retire(turn, entry);
        const bool isClosed = retirement == Retirement::Closed;
        if (isClosed && !entry.closed) tell(turn, registration, "retired");
        if (std::exchange(entry.closed, isClosed) != isClosed) line.told = false;
        if (const auto next = changesAt(registration, turn.now.wall, constants)) {
            const Instant at = turn.now.elapsed + (*next - turn.now.wall);
            line.changes = earlier(line.changes, std::optional(std::max(at, entry.rotatesNotBefore)));
        }
    }
}

} // namespace stint
