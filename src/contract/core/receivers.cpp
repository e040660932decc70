#include "contract/core/registrations.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/admission.hpp"
#include "contract/rules/p256.hpp"
#include "contract/rules/push.hpp"

namespace stint {
namespace {

bool isOf(const Registration& registration, const AppId& app, const std::string& own) {
    return !registration.ended && !own.empty() && registration.own == own && registration.app == app;
}

std::optional<Error> errorIn(const State& state, const PushWanted& event) {
    constexpr std::size_t longest = 100;
    if (auto error = registrationNameError(event.name, longest)) return error;
    if (!event.vapid.empty() && !isP256Point(event.vapid))
        return fail(Errc::ILLEGAL_ARGUMENT, "vapid is no point of P-256, {} characters of base64url", pointCharacters);
    const App* const app = state.app(event.app);
    if (!app) return notInstalled(event.app);
    return receiverError(app->manifest, event.receiver);
}

/// A name that no registration has: the line gives them others.
std::string freeName(const Line& line) {
    for (int number = 1;; ++number)
        if (std::string name = fmt::format("wish-{}", number); !line.entries.contains(name)) return name;
}

void endAll(Turn& turn, const AppId& app, const std::string& own) {
    for (auto& [name, entry] : turn.state.line.entries) {
        if (!isOf(entry.registration, app, own)) continue;
        dropMessages(turn, name);
        entry.registration.untold = false; // its app knows
        endRegistration(turn, entry);
    }
}

// The same name again: nullptr where that is another registration.
bool changes(Turn& turn, const PushWanted& event) {
    const Registration* const known = wantedAs(turn.state.line, event.app, event.name);
    if (!known || known->vapid != event.vapid || known->encrypted != event.encrypted) return false;
    for (auto& [name, entry] : turn.state.line.entries) {
        Registration& registration = entry.registration;
        if (!isOf(registration, event.app, event.name)) continue;
        entry.tellings = 0;
        entry.tellsNotBefore = turn.now.elapsed; // its app is there
        if (std::exchange(registration.receiver, event.receiver) != event.receiver)
            turn.record(SaveRegistration{registration});
    }
    return true;
}

Deliveries::Number tell(Turn& turn, const Registration& registration) {
    const Deliveries::Number delivery = beginDelivery(turn, registration.app);
    const PushMessage news{.app = registration.app,
                           .receiver = registration.receiver,
                           .data = registration.ended ? "" : registration.endpoint,
                           .arrived = turn.now.elapsed,
                           .arrivedWall = turn.now.wall,
                           .registration = registration.name,
                           .came = turn.now.wall};
    turn.effect(DeliverMessage{.delivery = delivery, .message = news, .own = registration.own, .news = true});
    return delivery;
}

} // namespace

const Registration* wantedAs(const Line& line, const AppId& app, const std::string& own) {
    const auto found =
        std::ranges::find_if(line.entries, [&](const auto& one) { return isOf(one.second.registration, app, own); });
    return found == line.entries.end() ? nullptr : &found->second.registration;
}

bool wantedBeside(const Line& line, const Registration& registration) {
    return std::ranges::any_of(line.entries, [&](const auto& one) {
        return one.first != registration.name && isOf(one.second.registration, registration.app, registration.own);
    });
}

void beAsWanted(const Line& line, Registration& made) {
    const Registration* const wanted = wantedAs(line, made.app, made.own);
    if (!wanted) return;
    made.receiver = wanted->receiver;
    made.vapid = wanted->vapid;
    made.encrypted = wanted->encrypted;
}

bool isTold(const Registration& registration, const Registration& before) {
    const bool isNew = !registration.endpoint.empty() && registration.endpoint != before.endpoint;
    return isNew && !registration.own.empty() && registration.successor.empty();
}

void tellEnd(Turn& turn, const Registration& registration) {
    if (registration.own.empty() || !turn.app(registration.app)) return;
    Registration gone = registration;
    gone.ended = true;
    tell(turn, gone);
}

void apply(Turn& turn, const PushWanted& event) {
    Line& line = turn.state.line;
    Reply reply{.call = event.call, .error = errorIn(turn.state, event)};
    if (!reply.error && !changes(turn, event)) {
        const Registration wish{.name = freeName(line),
                                .app = event.app,
                                .receiver = event.receiver,
                                .made = turn.now.wall,
                                .own = event.name,
                                .vapid = event.vapid,
                                .encrypted = event.encrypted};
        reply.error = roomError(turn.state, wish, "", "");
        if (!reply.error) {
            endAll(turn, event.app, event.name);
            line.entries[wish.name].registration = wish;
            turn.record(SaveRegistration{wish});
            line.told = false;
        }
    }
    turn.effect(std::move(reply));
}

void apply(Turn& turn, const PushUnwanted& event) {
    endAll(turn, event.app, event.name);
    turn.effect(Reply{.call = event.call});
}

void noteTold(Turn& turn, std::uint64_t delivery, bool isTaken) {
    auto& entries = turn.state.line.entries;
    const auto found = std::ranges::find_if(entries, [&](const auto& one) { return one.second.telling == delivery; });
    if (found == entries.end()) return;
    Line::Entry& entry = found->second;
    entry.telling.reset();
    if (isTaken) {
        entry.registration.untold = false;
        turn.record(SaveRegistration{entry.registration});
        return;
    }
    entry.tellsNotBefore = triedAgainAt(entry.tellings++, turn.now.elapsed);
}

void settleReceivers(Turn& turn) {
    Line& line = turn.state.line;
    std::erase_if(line.entries, [&](const auto& one) {
        const bool isOver = one.second.registration.ended && one.second.registration.isWish();
        if (isOver) turn.record(DropRegistration{one.first});
        return isOver;
    });
    for (auto& [name, entry] : line.entries) {
        const Registration& registration = entry.registration;
        if (!registration.untold || !registration.successor.empty() || entry.telling) continue;
        const App* const app = turn.app(registration.app);
        if (!app || !passageOf(Urgency::Normal, app->memory, turn.world()).passes()) continue;
        if (entry.tellsNotBefore <= turn.now.elapsed)
            entry.telling = tell(turn, registration);
        else if (entry.tellsNotBefore != Instant::max())
            line.changes = earlier(line.changes, std::optional(entry.tellsNotBefore));
    }
}

} // namespace stint
