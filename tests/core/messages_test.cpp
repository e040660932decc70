// A message from its acceptance to the app that takes it, and what an app is told of its network (limits.md §8).
#include <doctest/doctest.h>

#include "contract/core/scheduler.hpp"

using namespace stint;

namespace {

const AppId chat{"com.example.chat"};

/// A core of which every effect and every stored message is kept; nothing answers by itself.
struct Desk {
    std::unique_ptr<Scheduler> core = std::make_unique<Scheduler>(Constants{});
    Now now{Instant{1h}, WallTime{24h * 365 * 56}};
    Device device{.plugged = false, .charging = std::nullopt};
    std::vector<Effect> effects; ///< of the last event
    std::map<std::uint64_t, PushMessage> stored;
    std::vector<MessageStory> log;
    std::uint32_t generation = 0;

    Desk() { restart(); }

    void event(const Event& what) { take(core->handle(what, now)); }
    void pass(Duration length) {
        now.elapsed += length;
        now.wall += length;
        event(Tick{});
    }
    void doze(std::optional<DozeForce> force) {
        device.dozeForce = force;
        event(DeviceChanged{{}, device});
    }
    void push(bool high) {
        event(MessageArrived{
            .call = {7}, .app = chat, .urgency = high ? Urgency::High : Urgency::Normal, .data = "hello"});
    }
    void restart(const std::string& boot = "first", bool announced = true) {
        core = std::make_unique<Scheduler>(Constants{});
        Snapshot snapshot{.generation = ++generation};
        for (const auto& [id, message] : stored)
            snapshot.messages.push_back({message, BootId{"first"}});
        take(core->restore(std::move(snapshot), BootId{boot}, device, now));
        event(DeviceChanged{{}, device});
        if (announced) install();
    }
    void install() {
        Manifest manifest{.package = chat};
        manifest.services["Jobs"] = {.name = "Jobs", .permission = std::string(bindJobService)};
        manifest.receivers["Push"] = {.name = "Push"};
        event(AppInstalled{manifest});
    }
    template <class E> const E* told() const {
        for (const Effect& effect : effects)
            if (const auto* found = std::get_if<E>(&effect)) return found;
        return nullptr;
    }
    const Trace* traced(Trace::What what) const {
        for (const Effect& effect : effects)
            if (const auto* found = std::get_if<Trace>(&effect); found && found->what == what) return found;
        return nullptr;
    }

private:
    void take(Step step) {
        for (const Record& record : step.records) {
            if (const auto* save = std::get_if<SaveMessage>(&record)) stored[save->message.id] = save->message;
            if (const auto* drop = std::get_if<DropMessage>(&record)) stored.erase(drop->id);
            if (const auto* past = std::get_if<SavePastMessage>(&record)) log.push_back(past->story);
        }
        effects = std::move(step.effects);
    }
};

} // namespace

TEST_CASE("a message is accepted, delivered, and forgotten once the app has taken it") { // §8.5
    Desk desk;
    desk.push(false);
    REQUIRE(desk.told<Reply>());
    CHECK_FALSE(desk.told<Reply>()->error);
    const auto* deliver = desk.told<DeliverMessage>();
    REQUIRE(deliver);
    CHECK(deliver->message.data == "hello");
    CHECK_FALSE(deliver->high);
    CHECK(desk.stored.size() == 1);
    const auto delivery = deliver->delivery;
    desk.event(DeliveryEnded{AppId{"com.example.other"}, delivery});
    CHECK(desk.stored.size() == 1); // another app cannot take it
    desk.event(DeliveryEnded{chat, delivery});
    CHECK(desk.stored.empty());
}

TEST_CASE("the log has a message when it is over, and the present has it until then") { // push.md §5
    Desk desk;
    desk.doze(DozeForce::Idle);
    const WallTime came = desk.now.wall;
    desk.push(false);
    REQUIRE(desk.traced(Trace::What::Arrived));
    CHECK(desk.traced(Trace::What::Arrived)->from == "spot");
    CHECK(desk.traced(Trace::What::Arrived)->original == Urgency::Normal);
    MessageStory waits{
        .number = 1, .app = chat, .sent = came, .came = came, .runsOut = came + 28 * 24h, .held = "doze"};
    CHECK(desk.core->messageStories(desk.now) == std::vector{waits});
    desk.pass(10min);
    desk.doze(DozeForce::IdleMaintenance);
    MessageStory given = waits;
    given.given = came + 10min;
    given.givenAs = Urgency::Normal;
    given.state = MessageState::Given;
    CHECK(desk.core->messageStories(desk.now) == std::vector{given});
    CHECK(desk.log.empty());
    desk.now.elapsed += 1s;
    desk.now.wall += 1s;
    desk.event(DeliveryEnded{chat, desk.told<DeliverMessage>()->delivery});
    CHECK(desk.traced(Trace::What::Taken));
    given.state = MessageState::Taken;
    given.ended = came + 10min + 1s;
    CHECK(desk.log == std::vector{given});
    CHECK(desk.core->messageStories(desk.now).empty());
}

TEST_CASE("the log says how each message has ended that its app did not take") { // push.md §5
    Desk desk;
    desk.push(true);
    desk.pass(5s); // alarm.listener_timeout
    CHECK(desk.traced(Trace::What::NotTaken));
    desk.doze(DozeForce::Idle);
    for (const auto ttl : {1h, 2h})
        desk.event(MessageArrived{.app = chat, .ttl = ttl, .topic = "topic", .data = "hello"});
    desk.pass(2h);
    const auto ended = [&](std::size_t nth) { return std::pair(desk.log.at(nth).number, desk.log.at(nth).state); };
    REQUIRE(desk.log.size() == 3);
    CHECK(ended(0) == std::pair(std::int64_t{1}, MessageState::NotTaken));
    CHECK(ended(1) == std::pair(std::int64_t{2}, MessageState::Replaced));
    CHECK(ended(2) == std::pair(std::int64_t{3}, MessageState::Expired));
    CHECK(desk.log.back().held == "doze");
    CHECK_FALSE(desk.log.back().given);
}

TEST_CASE("a delivery that is not taken within five seconds is given up") { // §7.3, alarm.listener_timeout
    Desk desk;
    desk.push(true);
    CHECK(desk.core->nextDeadline() == desk.now.elapsed + 5s);
    desk.pass(5s - 1ms);
    CHECK(desk.stored.size() == 1);
    desk.pass(1ms);
    CHECK(desk.stored.empty());
}

TEST_CASE("what an app did not take before the daemon died is delivered again") { // §8.5
    Desk desk;
    desk.push(false);
    desk.restart();
    REQUIRE(desk.told<DeliverMessage>());
    CHECK(desk.told<DeliverMessage>()->message.data == "hello");
}

TEST_CASE("a normal message waits in Doze, over a restart too, and says how late it is") { // §8.5; example 77
    Desk desk;
    desk.doze(DozeForce::Idle);
    desk.push(false);
    CHECK_FALSE(desk.told<DeliverMessage>());
    CHECK_FALSE(desk.told<Reply>()->error);
    desk.pass(10min);
    desk.restart();
    CHECK_FALSE(desk.told<DeliverMessage>());
    desk.pass(10min);
    desk.doze(DozeForce::IdleMaintenance);
    REQUIRE(desk.told<DeliverMessage>());
    const Trace* trace = desk.traced(Trace::What::Message);
    REQUIRE(trace);
    CHECK(trace->lateBy == Duration{20min});
    CHECK(trace->urgency == Urgency::Normal);
    CHECK(trace->original == Urgency::Normal);
    CHECK(trace->because == "doze");
}

TEST_CASE("of each thing that holds a message it is told since when, and of Doze until when") { // push.md §4.2, §5
    Desk desk;
    desk.event(MessageArrived{.call = {7}, .app = chat, .urgency = Urgency::VeryLow});
    const WallTime came = desk.now.wall;
    desk.pass(10min);
    desk.doze(DozeForce::Idle);
    const WallTime dozed = desk.now.wall;
    desk.pass(10min);
    const auto messages = desk.core->messages(desk.now);
    REQUIRE(messages.size() == 1);
    const auto& holds = messages.front().holds;
    REQUIRE(holds.size() == 3);
    CHECK(messages.front().held == "doze");
    const auto is = [&](std::size_t place, std::string_view by, WallTime since) {
        return holds[place].by == by && holds[place].since == since && !holds[place].clears.empty();
    };
    CHECK(is(0, "doze", dozed));
    CHECK(is(1, "power", came));
    CHECK(is(2, "network", came));
}

TEST_CASE("a high-priority message passes Doze with twenty seconds of network") { // §8.5, §6.6; example 77
    Desk desk;
    desk.event(BucketForced{{}, chat, Bucket::WorkingSet});
    desk.doze(DozeForce::Idle);
    desk.push(true);
    REQUIRE(desk.told<DeliverMessage>());
    CHECK(desk.told<DeliverMessage>()->high);
    REQUIRE(desk.traced(Trace::What::Network));
    CHECK(desk.traced(Trace::What::Network)->allowed == true);
    desk.pass(20s - 1ms);
    CHECK_FALSE(desk.traced(Trace::What::Network));
    desk.pass(1ms);
    REQUIRE(desk.traced(Trace::What::Network));
    CHECK(desk.traced(Trace::What::Network)->because == "doze");
}

TEST_CASE("a new grant replaces the old end, even with an earlier one, and none is longer than five minutes") { // §6.6
    Desk desk;
    desk.doze(DozeForce::Idle);
    const auto open = [&] {
        desk.pass(1ms);
        return !desk.traced(Trace::What::Network);
    };
    desk.event(TemporarilyAllowed{{}, chat, 1h});
    desk.pass(5min - 2ms);
    CHECK(open());
    CHECK_FALSE(open());
    desk.event(TemporarilyAllowed{{}, chat, 1min});
    desk.event(TemporarilyAllowed{{}, chat, 1s});
    desk.pass(999ms);
    CHECK_FALSE(open());
}

TEST_CASE("how an app is found is told and not traced; each change is both, and nothing is said twice") { // §8.1
    Desk desk;
    const auto* found = desk.told<NetworkAccess>(); // of an app that was never used
    REQUIRE(found);
    CHECK_FALSE(found->allowed);
    CHECK(found->because == "standby");
    CHECK_FALSE(desk.traced(Trace::What::Network));
    desk.event(AppStatePinned{{}, chat, ProcessState::ForegroundService});
    REQUIRE(desk.told<NetworkAccess>());
    CHECK(desk.told<NetworkAccess>()->allowed);
    REQUIRE(desk.traced(Trace::What::Network));
    desk.event(AppStatePinned{{}, chat, ProcessState::ForegroundService});
    CHECK_FALSE(desk.told<NetworkAccess>());
}

TEST_CASE("an app that comes back after it was uninstalled is told of anew, though nothing else has changed") { // §8.1
    Desk desk;
    desk.event(AppUninstalled{chat});
    desk.install();
    REQUIRE(desk.told<NetworkAccess>());
    CHECK_FALSE(desk.told<NetworkAccess>()->allowed);
}

TEST_CASE("a message to nobody, or to a receiver that is not declared, is refused by name") { // §8.5
    Desk desk;
    desk.event(MessageArrived{.call = {1}, .app = AppId{"com.example.nobody"}});
    REQUIRE(desk.told<Reply>());
    CHECK(desk.told<Reply>()->error->code == Errc::ILLEGAL_ARGUMENT);
    desk.event(MessageArrived{.call = {2}, .app = chat, .receiver = "Pull"});
    CHECK(desk.told<Reply>()->error->message.find("Push") != std::string::npos);
    CHECK(desk.stored.empty());
}

TEST_CASE("a hundred messages wait for an app, and whoever sends one more is told so") { // §8.5; push.max_waiting
    Desk desk;
    desk.doze(DozeForce::Idle);
    for (int n = 0; n < 100; ++n) {
        desk.push(false);
        CHECK_FALSE(desk.told<Reply>()->error);
    }
    desk.push(false);
    REQUIRE(desk.told<Reply>()->error);
    CHECK(desk.told<Reply>()->error->code == Errc::LIMIT_EXCEEDED);
    CHECK(desk.stored.size() == 100);
    desk.push(true); // does not wait
    CHECK_FALSE(desk.told<Reply>()->error);
    CHECK(desk.told<DeliverMessage>());
    desk.doze(DozeForce::IdleMaintenance);
    desk.push(false);
    CHECK_FALSE(desk.told<Reply>()->error);
}

TEST_CASE(
    "a message that replaces another needs no room of its own; a TTL is cut at the policy's") { // push.md §2, §4.1
    Desk desk;
    desk.doze(DozeForce::Idle);
    const auto inbox = [&] { desk.event(MessageArrived{.call = {7}, .app = chat, .topic = "inbox"}); };
    inbox();
    for (int n = 1; n < Constants{}.pushMaxWaiting; ++n)
        desk.push(false);
    desk.push(false);
    REQUIRE(desk.told<Reply>()->error);
    CHECK(desk.told<Reply>()->error->code == Errc::LIMIT_EXCEEDED);
    inbox();
    CHECK_FALSE(desk.told<Reply>()->error);
    CHECK(desk.stored.size() == 100);
    CHECK(desk.stored.rbegin()->second.ttl == 24h * 28);
}

TEST_CASE("a message runs out in time where its app is not announced again") { // push.md §4.1
    Desk desk;
    desk.doze(DozeForce::Idle);
    desk.event(MessageArrived{.call = {7}, .app = chat, .ttl = 10min});
    desk.restart("first", false);
    CHECK(desk.core->nextDeadline() == desk.now.elapsed + 10min);
    desk.pass(10min);
    CHECK(desk.stored.empty());
    CHECK(desk.core->nextDeadline().value_or(Instant::max()) > desk.now.elapsed);
}

TEST_CASE("a message replaces also what a restart has brought back of its topic") { // push.md §4.1
    Desk desk;
    const auto inbox = [&] { desk.event(MessageArrived{.call = {7}, .app = chat, .topic = "inbox"}); };
    inbox(); // delivered, and not taken by its app
    desk.doze(DozeForce::Idle);
    inbox();
    CHECK(desk.stored.size() == 2);
    desk.restart();
    inbox();
    CHECK(desk.stored.size() == 1);
}

TEST_CASE("what waits for Doze is foretold, and comes then") { // push.md §4.2
    Desk desk;
    desk.device.screenOn = false;
    desk.device.motion = Motion::Still;
    desk.event(DeviceChanged{{}, desk.device});
    for (int hours = 0; hours < 2 && !desk.core->deviceState().doze.idle(); ++hours)
        for (auto next = desk.core->nextDeadline(); next && !desk.core->deviceState().doze.idle();
             next = desk.core->nextDeadline())
            desk.pass(*next - desk.now.elapsed);
    REQUIRE(desk.core->deviceState().doze.idle());
    desk.push(false);
    desk.event(MessageArrived{.call = {7}, .app = chat, .urgency = Urgency::VeryLow});
    desk.event(MessageArrived{.call = {7}, .app = chat, .ttl = 1s});
    const auto waiting = desk.core->messages(desk.now);
    REQUIRE(waiting.size() == 3);
    CHECK(waiting[0].held == "doze");
    REQUIRE(waiting[0].passes);
    CHECK_FALSE(waiting[1].passes); // nor is there power
    CHECK_FALSE(waiting[2].passes); // it runs out before
    CHECK(waiting[2].runsOut == desk.now.wall + 1s);
    while (desk.now.wall < *waiting[0].passes) {
        CHECK_FALSE(desk.told<DeliverMessage>());
        desk.pass(std::min(*desk.core->nextDeadline() - desk.now.elapsed, *waiting[0].passes - desk.now.wall));
    }
    CHECK(desk.told<DeliverMessage>());
    CHECK(desk.core->messages(desk.now).size() == 1);
}
