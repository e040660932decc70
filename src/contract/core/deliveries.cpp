#include "contract/core/deliveries.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/admission.hpp"
#include "contract/rules/push.hpp"

namespace stint {

void Deliveries::startFrom(Number number) {
    STINT_CHECK(underWay_.empty());
    next_ = number;
}

Deliveries::Number Deliveries::begin(const AppId& app, Instant until) {
    const Number number = next_++;
    STINT_CHECK(underWay_.try_emplace(number, Delivery{.app = app, .until = until}).second);
    return number;
}

void Deliveries::end(Number delivery) { STINT_CHECK(underWay_.erase(delivery) == 1); }

Delivery& Deliveries::at(Number delivery) {
    Delivery* const found = find(delivery);
    STINT_CHECK(found);
    return *found;
}

std::optional<Instant> Deliveries::next() const {
    std::optional<Instant> next;
    for (const auto& [number, delivery] : underWay_)
        next = earlier(next, std::optional(delivery.until));
    return next;
}

void Messages::put(PushMessage message) {
    next_ = std::max(next_, message.id + 1);
    waiting_.emplace(message.id, std::move(message));
}

PushMessage Messages::take(std::uint64_t message) {
    auto node = waiting_.extract(message);
    STINT_CHECK(!node.empty());
    return std::move(node.mapped());
}

std::int64_t Messages::countFor(const AppId& app) const {
    return std::ranges::count_if(waiting_, [&](const auto& entry) { return entry.second.app == app; });
}

// Pushed messages on their way to their apps, the short grants that they bring, and deliveries, of alarms too, until
// they are taken (limits.md §8.5, §6.6).

namespace {

std::optional<Error> errorIn(const Turn& turn, const App* app, const PushMessage& message) {
    if (!app) return notInstalled(message.app);
    if (auto error = receiverError(app->manifest, message.receiver)) return error;
    if (passageOf(message, app->memory, turn.world()).passes) return std::nullopt; // it does not wait
    return waitingError(message.app, turn.state.messages.countFor(message.app), turn.state.constants);
}

void deliver(Turn& turn, App& app, PushMessage message, bool high) {
    const Deliveries::Number delivery = beginDelivery(turn, message.app);
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

void end(Turn& turn, Deliveries::Number number) {
    const Delivery& delivery = turn.state.deliveries.at(number);
    if (delivery.message) turn.record(DropMessage{delivery.message});
    forgetHanded(turn, delivery);
    turn.state.deliveries.end(number);
}

template <class Matches> void endThose(Turn& turn, Matches matches) {
    for (const auto number : turn.state.deliveries.which(matches))
        end(turn, number);
}

} // namespace

void apply(Turn& turn, const MessageArrived& event) {
    PushMessage message{.id = turn.state.messages.nextId(),
                        .app = event.app,
                        .receiver = event.receiver,
                        .high = event.high,
                        .data = event.data,
                        .arrived = turn.now.elapsed,
                        .arrivedWall = turn.now.wall};
    Reply reply{.call = event.call, .error = errorIn(turn, turn.app(event.app), message)};
    if (!reply.error) {
        turn.record(SaveMessage{message});
        turn.state.messages.put(std::move(message));
    }
    turn.effect(std::move(reply));
}

void apply(Turn& turn, const DeliveryEnded& event) {
    const Delivery* const delivery = turn.state.deliveries.find(event.delivery);
    if (delivery && delivery->app == event.app) end(turn, event.delivery);
}

void deliverMessages(Turn& turn) {
    Messages& messages = turn.state.messages;
    endThose(turn, [&](const Delivery& delivery) { return delivery.until <= turn.now.elapsed; });
    for (auto at = messages.waiting().begin(); at != messages.waiting().end();) {
        const auto& [id, message] = *at++;
        App* app = turn.app(message.app);
        if (!app) continue; // not announced again yet, after a restart
        const Passage passage = passageOf(message, app->memory, turn.world());
        if (passage.passes) deliver(turn, *app, messages.take(id), passage.high);
    }
}

void dropMessages(Turn& turn, const AppId& app) {
    Messages& messages = turn.state.messages;
    endThose(turn, [&](const Delivery& delivery) { return delivery.app == app; });
    for (auto at = messages.waiting().begin(); at != messages.waiting().end();) {
        const auto& [id, message] = *at++;
        if (message.app != app) continue;
        turn.record(DropMessage{id});
        messages.take(id);
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

Deliveries::Number beginDelivery(Turn& turn, const AppId& app) {
    return turn.state.deliveries.begin(app, turn.now.elapsed + turn.state.constants.alarmListenerTimeout);
}

} // namespace stint
