// Pushed messages on their way to their apps, the short grants they bring, and what is handed to an app until it has
// taken it, alarms too (limits.md §8.5, §6.6).
#include <algorithm>

#include "core/state.hpp"
#include "rules/push.hpp"
#include "rules/receiver.hpp"

namespace stint {
namespace {

std::int64_t waitingFor(const State& state, const AppId& app) {
    return std::ranges::count_if(state.messages, [&](const auto& entry) { return entry.second.app == app; });
}

std::optional<Error> errorIn(const Turn& turn, const App* app, const PushMessage& message) {
    if (!app) return notInstalled(message.app);
    if (auto error = receiverError(app->manifest, message.receiver)) return error;
    if (passageOf(message, app->memory, turn.world()).passes) return std::nullopt; // it does not wait
    return waitingError(message.app, waitingFor(turn.state, message.app), turn.state.constants);
}

void deliver(Turn& turn, App& app, PushMessage message, bool high) {
    const std::uint64_t delivery = beginDelivery(turn, message.app);
    turn.state.deliveries.at(delivery).message = message.id;
    turn.effect(Trace{.what = Trace::What::Message,
                      .app = message.app,
                      .lateBy = turn.now.elapsed - message.arrived,
                      .high = high,
                      .original = message.high});
    if (message.high) {
        noteDelivered(app.memory, turn.now.elapsed, turn.state.constants);
        turn.save(app);
    }
    if (high) {
        allowTemporarily(turn, app, turn.state.constants.pushHighAllowlist);
        letServe(turn, app, *app.memory.allowlistedUntil);
    }
    turn.effect(DeliverMessage{delivery, std::move(message), high});
}

void end(Turn& turn, std::map<std::uint64_t, Delivery>::iterator delivery) {
    if (delivery->second.message) turn.record(DropMessage{delivery->second.message});
    forgetHanded(turn, delivery->second);
    turn.state.deliveries.erase(delivery);
}

} // namespace

void apply(Turn& turn, const MessageArrived& event) {
    PushMessage message{.id = turn.state.nextMessage,
                        .app = event.app,
                        .receiver = event.receiver,
                        .high = event.high,
                        .data = event.data,
                        .arrived = turn.now.elapsed,
                        .arrivedWall = turn.now.wall};
    Reply reply{.call = event.call, .error = errorIn(turn, turn.app(event.app), message)};
    if (!reply.error) {
        ++turn.state.nextMessage;
        turn.record(SaveMessage{message});
        turn.state.messages.emplace(message.id, std::move(message));
    }
    turn.effect(std::move(reply));
}

void apply(Turn& turn, const DeliveryEnded& event) {
    const auto found = turn.state.deliveries.find(event.delivery);
    if (found != turn.state.deliveries.end() && found->second.app == event.app) end(turn, found);
}

void deliverMessages(Turn& turn) {
    State& state = turn.state;
    for (auto it = state.deliveries.begin(); it != state.deliveries.end();) {
        const auto delivery = it++;
        if (delivery->second.until <= turn.now.elapsed) end(turn, delivery);
    }
    for (auto it = state.messages.begin(); it != state.messages.end();) {
        const auto waiting = it++;
        App* app = turn.app(waiting->second.app);
        if (!app) continue; // not announced again yet, after a restart
        const Passage passage = passageOf(waiting->second, app->memory, turn.world());
        if (!passage.passes) continue;
        auto message = state.messages.extract(waiting);
        deliver(turn, *app, std::move(message.mapped()), passage.high);
    }
}

void dropMessages(Turn& turn, const AppId& app) {
    State& state = turn.state;
    for (auto it = state.deliveries.begin(); it != state.deliveries.end();) {
        const auto delivery = it++;
        if (delivery->second.app == app) end(turn, delivery);
    }
    for (auto it = state.messages.begin(); it != state.messages.end();) {
        const auto waiting = it++;
        if (waiting->second.app != app) continue;
        turn.record(DropMessage{waiting->first});
        state.messages.erase(waiting);
    }
}

void allowTemporarily(Turn& turn, App& app, Duration length) {
    // limits.md §6.6: a new grant replaces the old end, even with an earlier one.
    const Duration granted = std::clamp(length, Duration{0}, turn.state.constants.allowlistMax);
    app.memory.allowlistedUntil = turn.now.elapsed + granted;
    turn.changedApps.insert(app.manifest.package);
    turn.save(app);
}

void letServe(Turn& turn, App& app, Instant until) {
    app.memory.mayServeUntil = until; // the last grant rules, as on the allowlist (limits.md §6.6)
    turn.save(app);
}

std::uint64_t beginDelivery(Turn& turn, const AppId& app) {
    const std::uint64_t delivery = turn.state.nextDelivery++;
    turn.state.deliveries[delivery] = {.app = app,
                                       .until = turn.now.elapsed + turn.state.constants.alarmListenerTimeout};
    return delivery;
}

std::optional<Instant> nextGiveUp(const State& state) {
    std::optional<Instant> next;
    for (const auto& [id, delivery] : state.deliveries)
        next = std::min(next.value_or(delivery.until), delivery.until);
    return next;
}

} // namespace stint
