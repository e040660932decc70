#include "contract/core/deliveries.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "contract/core/device.hpp"
#include "contract/core/registrations.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/admission.hpp"
#include "contract/rules/forecast.hpp"
#include "contract/rules/push.hpp"
#include "contract/rules/wall_clock.hpp"

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

bool Deliveries::isBusy(const AppId& app, const Constants& constants) const {
    const auto given = std::ranges::count_if(
        underWay_, [&](const auto& entry) { return entry.second.toConnector && entry.second.app == app; });
    return given >= constants.pushMaxWaiting;
}

std::optional<Instant> Deliveries::next() const {
    std::optional<Instant> next;
    for (const auto& [number, delivery] : underWay_)
        next = earlier(next, std::optional(delivery.until));
    return next;
}

const PushMessage& Messages::put(PushMessage message) {
    message.id = next_;
    return putBack(std::move(message));
}

const PushMessage& Messages::putBack(PushMessage message) {
    const std::uint64_t id = message.id;
    next_ = std::max(next_, id + 1);
    return waiting_.emplace(id, Waiting{.message = std::move(message), .passage = {}, .since = {}, .given = {}})
        .first->second.message;
}

void Messages::putBack(Waiting waiting) {
    const std::uint64_t id = waiting.message.id;
    STINT_CHECK(waiting_.emplace(id, std::move(waiting)).second);
}

std::vector<std::uint64_t> Messages::passOn(const std::string& from, const std::string& to) {
    std::vector<std::uint64_t> passed;
    for (auto& [id, waiting] : waiting_) {
        if (waiting.message.registration != from) continue;
        waiting.message.registration = to;
        passed.push_back(id);
    }
    return passed;
}

void Messages::tryAgain(const std::string& registration) {
    for (auto& [id, waiting] : waiting_)
        if (waiting.message.registration == registration) waiting.again.reset();
}

Passage Messages::heldAt(std::uint64_t message, Passage passage, bool busy, Instant now) {
    auto& again = waiting_.at(message).again;
    if (again && *again <= now) again.reset();
    passage.holds.set(byApp, busy || again.has_value());
    return passage;
}

Messages::Waiting Messages::take(std::uint64_t message) {
    auto node = waiting_.extract(message);
    STINT_CHECK(!node.empty());
    return std::move(node.mapped());
}

void Messages::hold(std::uint64_t message, const Passage& passage, Instant now) {
    Waiting& waiting = waiting_.at(message);
    for (std::size_t each = 0; each < messageHolds.size(); ++each)
        if (passage.holds[each] && !waiting.passage.holds[each]) waiting.since.at(each) = now;
    waiting.passage = passage;
}

std::int64_t Messages::countFor(const AppId& app) const {
    return std::ranges::count_if(waiting_, [&](const auto& entry) { return entry.second.message.app == app; });
}

std::int64_t Messages::countOf(const std::string& registration) const {
    return std::ranges::count_if(waiting_,
                                 [&](const auto& entry) { return entry.second.message.registration == registration; });
}

std::vector<std::uint64_t> Messages::replacedBy(const PushMessage& message) const {
    std::vector<std::uint64_t> replaced;
    for (const auto& [id, waiting] : waiting_) {
        const PushMessage& other = waiting.message;
        if (!message.topic.empty() && other.topic == message.topic && other.app == message.app &&
            other.receiver == message.receiver && other.registration == message.registration)
            replaced.push_back(id);
    }
    return replaced;
}

std::optional<std::uint64_t> Messages::leastOf(const AppId& app) const {
    std::optional<std::uint64_t> oldest;
    for (const auto& [id, waiting] : waiting_) {
        if (waiting.message.app != app || waiting.message.deleted) continue;
        if (waiting.message.urgency == Urgency::Normal) return id;
        if (!oldest) oldest = id;
    }
    return oldest;
}

std::optional<std::uint64_t> Messages::noteFor(const PushMessage& like) const {
    const auto note = std::ranges::find_if(waiting_, [&](const auto& entry) {
        const PushMessage& other = entry.second.message;
        return other.deleted && other.app == like.app && other.receiver == like.receiver;
    });
    return note == waiting_.end() ? std::nullopt : std::optional(note->first);
}

std::optional<Instant> Messages::next() const {
    std::optional<Instant> next;
    for (const auto& [id, waiting] : waiting_) {
        next = earlier(next, std::optional(waiting.message.runsOut()));
        if (waiting.again) next = earlier(next, waiting.again);
    }
    return next;
}

// Pushed messages on their way to their apps, the short grants that they bring, and deliveries, of alarms too, until
// they are taken (limits.md §8.5, §6.6).

namespace {

bool isForetold(const WaitingMessage& waiting) { return waiting.again && *waiting.again != Instant::max(); }

std::optional<Error> errorIn(const Turn& turn, const App* app, const PushMessage& message, std::size_t replaces) {
    if (!app) return notInstalled(message.app);
    if (auto error = receiverError(app->manifest, message.receiver)) return error;
    if (auto error = messageError(message)) return error;
    if (passageOf(message.urgency, app->memory, turn.world()).passes()) return std::nullopt; // it does not wait
    const std::int64_t others = turn.state.messages.countFor(message.app) - static_cast<std::int64_t>(replaces);
    return waitingError(message.app, others, turn.state.constants);
}

void deliver(Turn& turn, App& app, Messages::Waiting waiting, Urgency urgency) {
    const auto& entries = turn.state.line.entries;
    const auto entry = entries.find(waiting.message.registration);
    const std::string connector = entry == entries.end() ? "" : entry->second.registration.connector;
    const std::string own = entry == entries.end() ? "" : entry->second.registration.own;
    const Deliveries::Number delivery = beginDelivery(turn, waiting.message.app);
    Delivery& begun = turn.state.deliveries.at(delivery);
    std::string held(waiting.passage.heldBy());
    if (held.empty()) held = heldInStore(turn.state.line, waiting.message);
    waiting.given = {.at = turn.now.wall, .as = urgency, .held = held};
    begun.message = waiting;
    begun.toConnector = !connector.empty();
    if (begun.toConnector)
        begun.until = turn.now.elapsed + turn.state.constants.pushDeliveryTimeout;
    else
        begun.message->message.data = {};
    PushMessage& message = waiting.message;
    Trace trace{.what = Trace::What::Message,
                .app = message.app,
                .urgency = urgency,
                .original = message.urgency,
                .because = std::move(held)};
    if (message.deleted)
        trace.result = "deleted_note";
    else
        trace.lateBy = turn.now.elapsed - message.arrived;
    turn.effect(std::move(trace));
    if (message.urgency == Urgency::High && !message.deleted && waiting.tries == 0) {
        noteDelivered(app.memory,
                      {.delivered = turn.now.elapsed,
                       .judged = isJudged(turn.state, connector),
                       .message = static_cast<std::int64_t>(message.id),
                       .came = message.came},
                      turn.state.constants);
        turn.save(app);
    }
    const bool high = urgency == Urgency::High;
    if (high) {
        allowTemporarily(turn, app, turn.state.constants.pushHighAllowlist);
        letServe(turn, app, *app.memory.allowlistedUntil);
    }
    turn.effect(DeliverMessage{delivery, std::move(message), high, connector, own});
}

MessageStory storyOf(const WaitingMessage& told, MessageState state, Now now) {
    const PushMessage& message = told.message;
    MessageStory story{.number = static_cast<std::int64_t>(message.id),
                       .app = message.app,
                       .id = message.lineId,
                       .urgency = message.urgency,
                       .topic = message.topic,
                       .note = message.deleted,
                       .sent = message.arrivedWall,
                       .came = message.came,
                       .runsOut = wallAt(message.runsOut(), now),
                       .held = told.given ? told.given->held : std::string(told.passage.heldBy()),
                       .tries = static_cast<std::int32_t>(told.tries),
                       .state = state};
    if (told.given) {
        story.given = told.given->at;
        story.givenAs = told.given->as;
    }
    if (isForetold(told)) story.again = wallAt(*told.again, now);
    return story;
}

// push.md §5: an entry of the log, in the commit that takes the message out of the inbox.
void log(Turn& turn, const WaitingMessage& over, MessageState end) {
    const Constants& constants = turn.state.constants;
    MessageStory story = storyOf(over, end, turn.now);
    story.again.reset();
    story.ended = turn.now.wall;
    turn.record(SavePastMessage{std::move(story), constants.logRuns,
                                oldestKept(turn.state.boot.steady, turn.now, constants.logAge)});
}

// Takes a message that waits away, from the store, too.
Messages::Waiting forget(Turn& turn, std::uint64_t id) {
    turn.record(DropMessage{id});
    return turn.state.messages.take(id);
}

void waitAgain(Turn& turn, WaitingMessage waiting) {
    ++waiting.tries;
    turn.state.messages.putBack(std::move(waiting));
}

enum class Hand : std::uint8_t { Taken, NotTaken, Gone }; ///< Gone: its app is uninstalled

void endMessage(Turn& turn, Delivery& delivery, Hand hand) {
    WaitingMessage& given = *delivery.message;
    const std::string& registration = given.message.registration;
    const bool again = hand == Hand::NotTaken && delivery.toConnector && registrationOf(turn.state.line, registration);
    if (again)
        given.again = triedAgainAt(given.tries, turn.now.elapsed);
    else
        turn.record(DropMessage{given.message.id});
    if (hand == Hand::Gone) return; // its log goes, too
    const bool taken = hand == Hand::Taken;
    Trace trace{.what = taken ? Trace::What::Taken : Trace::What::NotTaken,
                .app = given.message.app,
                .original = given.message.urgency};
    if (again && isForetold(given)) trace.earliest = given.again;
    if (!given.message.deleted) turn.effect(std::move(trace));
    if (again)
        waitAgain(turn, std::move(given));
    else
        log(turn, given, taken ? MessageState::Taken : MessageState::NotTaken);
}

void end(Turn& turn, Deliveries::Number number, Hand hand) {
    Delivery& delivery = turn.state.deliveries.at(number);
    if (delivery.message) endMessage(turn, delivery, hand);
    forgetHanded(turn, delivery);
    noteTold(turn, number, hand == Hand::Taken);
    turn.state.deliveries.end(number);
}

template <class Matches> void endThose(Turn& turn, Hand hand, Matches matches) {
    for (const auto number : turn.state.deliveries.which(matches))
        end(turn, number, hand);
}

} // namespace

void drop(Turn& turn, std::uint64_t id, MessageState end) {
    const Messages::Waiting dropped = forget(turn, id);
    log(turn, dropped, end);
    if (dropped.message.deleted) return;
    turn.effect(Trace{.what = Trace::What::Message,
                      .app = dropped.message.app,
                      .result = std::string(nameOf(end)),
                      .original = dropped.message.urgency,
                      .because = std::string(dropped.passage.heldBy())});
}

void takeIn(Turn& turn, PushMessage message) {
    Messages& messages = turn.state.messages;
    for (const std::uint64_t each : messages.replacedBy(message))
        drop(turn, each, MessageState::Replaced);
    if (!message.deleted)
        turn.effect(Trace{.what = Trace::What::Arrived,
                          .app = message.app,
                          .tag = message.topic,
                          .original = message.urgency,
                          .from = message.registration.empty() ? "spot" : "line"});
    turn.record(SaveMessage{messages.put(std::move(message))});
}

void apply(Turn& turn, const MessageArrived& event) {
    const Duration most = turn.state.constants.pushTtlMax;
    PushMessage message{.app = event.app,
                        .receiver = event.receiver,
                        .urgency = event.urgency,
                        .ttl = std::min(event.ttl.value_or(most), most),
                        .topic = event.topic,
                        .data = event.data,
                        .arrived = turn.now.elapsed,
                        .arrivedWall = turn.now.wall,
                        .came = turn.now.wall};
    const std::size_t replaces = turn.state.messages.replacedBy(message).size();
    Reply reply{.call = event.call, .error = errorIn(turn, turn.app(event.app), message, replaces)};
    if (!reply.error) takeIn(turn, std::move(message));
    turn.effect(std::move(reply));
}

void apply(Turn& turn, const DeliveryEnded& event) {
    const Delivery* const delivery = turn.state.deliveries.find(event.delivery);
    if (delivery && delivery->app == event.app) end(turn, event.delivery, event.taken ? Hand::Taken : Hand::NotTaken);
}

void deliverMessages(Turn& turn) {
    Messages& messages = turn.state.messages;
    endThose(turn, Hand::NotTaken, [&](const Delivery& delivery) { return delivery.until <= turn.now.elapsed; });
    for (auto at = messages.waiting().begin(); at != messages.waiting().end();) {
        const auto& [id, waiting] = *at++;
        const PushMessage& message = waiting.message;
        App* const app = turn.app(message.app); // null: not announced again yet, after a restart
        auto passage = app ? std::optional(passageOf(message.urgency, app->memory, turn.world())) : std::nullopt;
        const bool busy = turn.state.deliveries.isBusy(message.app, turn.state.constants);
        if (passage) passage = messages.heldAt(id, *passage, busy, turn.now.elapsed);
        if (passage && !passage->passes()) messages.hold(id, *passage, turn.now.elapsed);
        if (passage && passage->passes() && turn.now.elapsed <= message.runsOut())
            deliver(turn, *app, messages.take(id), passage->urgency);
        else if (turn.now.elapsed >= message.runsOut())
            drop(turn, id, MessageState::Expired);
    }
}

namespace {

/// Calls away(id) for each that waits and matches, which takes it away.
template <class Matches, class Away> void takeAway(Turn& turn, Matches matches, Away away) {
    const auto& waiting = turn.state.messages.waiting();
    for (auto at = waiting.begin(); at != waiting.end();) {
        const auto& [id, each] = *at++;
        if (matches(each.message)) away(id);
    }
}

} // namespace

void dropMessages(Turn& turn, const AppId& app) {
    endThose(turn, Hand::Gone, [&](const Delivery& delivery) { return delivery.app == app; });
    takeAway(
        turn, [&](const PushMessage& message) { return message.app == app; },
        [&](std::uint64_t id) { forget(turn, id); });
}

void passOn(Turn& turn, const std::string& from, const std::string& to) {
    for (const std::uint64_t id : turn.state.messages.passOn(from, to))
        turn.record(SaveMessage{turn.state.messages.waiting().at(id).message});
    const auto isOfIt = [&](const Delivery& delivery) {
        return delivery.toConnector && delivery.message && delivery.message->message.registration == from;
    };
    for (const auto number : turn.state.deliveries.which(isOfIt)) {
        PushMessage& message = turn.state.deliveries.at(number).message->message;
        message.registration = to;
        turn.record(SaveMessage{message});
    }
}

void dropMessages(Turn& turn, const std::string& registration) {
    takeAway(
        turn, [&](const PushMessage& message) { return message.registration == registration; },
        [&](std::uint64_t id) { drop(turn, id, MessageState::Unregistered); });
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

namespace {

// One that its app has not taken is tried again at its time, if nothing else holds it.
std::optional<Instant> passesAt(const WaitingMessage& waiting, const AppMemory& memory, const World& world,
                                std::optional<Instant> opens) {
    const PushMessage& message = waiting.message;
    if (!waiting.passage.holds[byApp]) return passesAt(message, memory, world, opens);
    const bool isAlone = isForetold(waiting) && passageOf(message.urgency, memory, world).passes();
    return isAlone && *waiting.again < message.runsOut() ? waiting.again : std::nullopt;
}

} // namespace

// Questions about messages that wait (push.md §4; stint push messages).
std::vector<MessageView> MessageView::all(const State& state, Now now) {
    const World world = state.world(now);
    const bool dozes = world.state.doze.idle() && !state.messages.waiting().empty();
    const auto opens = dozes ? dozeOpens(world, dozeInputs(state), now.elapsed, AfterIdle::AtOnce) : std::nullopt;
    std::vector<MessageView> views;
    for (const auto& [id, waiting] : state.messages.waiting()) {
        const PushMessage& message = waiting.message;
        MessageView view{.id = static_cast<std::int64_t>(id),
                         .app = message.app,
                         .receiver = message.receiver,
                         .urgency = message.urgency,
                         .topic = message.topic,
                         .arrived = wallAt(message.arrived, now),
                         .runsOut = wallAt(message.runsOut(), now),
                         .held = std::string(waiting.passage.heldBy())};
        if (const App* const app = state.app(message.app))
            if (const auto passes = passesAt(waiting, app->memory, world, opens)) view.passes = wallAt(*passes, now);
        for (std::size_t each = 0; each < messageHolds.size(); ++each) {
            if (!waiting.passage.holds[each]) continue;
            const MessageHold& hold = messageHolds.at(each);
            view.holds.push_back({.by = std::string(hold.name),
                                  .detail = std::string(hold.detail),
                                  .clears = std::string(hold.clears),
                                  .since = wallAt(waiting.since.at(each), now)});
            if (each == byDoze && opens) view.holds.back().until = wallAt(*opens, now);
            if (each == byApp && isForetold(waiting)) view.holds.back().until = wallAt(*waiting.again, now);
        }
        views.push_back(std::move(view));
    }
    return views;
}

// The log's part of the present (push.md §5).
std::vector<MessageStory> MessageStory::all(const State& state, Now now) {
    std::vector<MessageStory> stories;
    for (const auto& [id, waiting] : state.messages.waiting())
        stories.push_back(storyOf(waiting, MessageState::Waits, now));
    for (const auto& [number, delivery] : state.deliveries.underWay())
        if (delivery.message) stories.push_back(storyOf(*delivery.message, MessageState::Given, now));
    std::ranges::sort(stories, {}, &MessageStory::number);
    tellShown(state, stories, now);
    return stories;
}

} // namespace stint
