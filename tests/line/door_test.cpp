// The door of stint-push, at which a fleet's questions are asked (push.md §4.2), with a real nats-server behind it.
#include <atomic>

#include <doctest/doctest.h>

#include "line/stage.hpp"
#include "link/wire/errors.hpp"
#include "push/envelope/bytes.hpp"
#include "push/envelope/fleet.hpp"
#include "push/line/door.hpp"

namespace {

using namespace stint;
using namespace stint::test;

/// A connection to the session bus that asks.
class Visitor {
public:
    explicit Visitor(sd_event* loop, const std::string& name = {}) : bus_(wire::openSessionBus(loop).value()) {
        if (!name.empty()) sd_bus_request_name_async(bus_.get(), nullptr, name.c_str(), 0, nullptr, nullptr);
    }

    std::vector<wire::Message> answers;

    void ask(const std::string& word, const std::string& question) {
        sd_bus_message* made = nullptr;
        sd_bus_message_new_method_call(bus_.get(), &made, "org.unifiedpush.Distributor.stint", "/org/stint/Line",
                                       "org.stint.Line1", "Ask");
        const auto call = wire::Message::owning(made);
        wire::Writer writer(call);
        writer.string(word).blob({bytesOf(std::string_view(question)), question.size()});
        REQUIRE(sd_bus_call_async(bus_.get(), nullptr, made, answered, this, UINT64_MAX) >= 0);
    }

private:
    static int answered(sd_bus_message* answer, void* self, sd_bus_error*) {
        static_cast<Visitor*>(self)->answers.push_back(wire::Message::sharing(answer));
        return 0;
    }
    wire::Bus bus_;
};

struct DoorStage : LineStage {
    DoorStage() : fleet(std::move(Broker::connect({.urls = {nats.url()}, .credentials = {}, .device = {}})).value()) {
        daemon->caller = "";
        REQUIRE(fleet.answer({fleetSubjects(FleetWord::Hello)}, "stint",
                             [](const std::string& subject, std::string_view question) {
                                 return subject + " " + std::string(question);
                             }));
        REQUIRE(fleet.answer({fleetSubjects(FleetWord::Slot)}, "stint", [this](const std::string&, std::string_view) {
            ++unanswered;
            return std::string();
        }));
    }
    /// The answer, or the error's name.
    std::string asked(Visitor& visitor, const std::string& word, const std::string& question) const {
        visitor.ask(word, question);
        return answer(visitor, visitor.answers.size());
    }
    std::string answer(Visitor& visitor, std::size_t which) const {
        REQUIRE(soon([&] { return visitor.answers.size() > which; }));
        const wire::Message& its = visitor.answers.at(which);
        if (its.isError()) return std::string(wire::kindOf(its.error().code));
        const auto bytes = wire::Reader(its).blob().value();
        return {bytes.begin(), bytes.end()};
    }
    std::string hello(const std::string& question) const {
        return fleetSubject(FleetWord::Hello, shardOf(device), device) + " " + question;
    }

    std::atomic<int> unanswered = 0;
    Broker fleet;
};

} // namespace

TEST_CASE("a person and the agent ask, in this device's name; nobody else does, and no registration is needed") {
    DoorStage stage; // §4.2
    stage.join();
    stage.begin();
    Visitor visitor(stage.loop, "org.stint.agent");
    CHECK(stage.asked(visitor, "hello", "a person's") == stage.hello("a person's"));
    stage.daemon->caller = "org.stint.agent";
    const std::string any("\0\xff\n", 3);
    CHECK(stage.asked(visitor, "hello", any) == stage.hello(any));
    for (const char* const app : {"org.example.App", "org.stint.shell", "org.stint.agents", "com.org.stint.agent"}) {
        stage.daemon->caller = app;
        CHECK(stage.asked(visitor, "hello", "x") == "SECURITY");
    }
    CHECK(stage.daemon->reports.empty()); // there is no line
}

TEST_CASE("a word that is none, a question that is too long and one that nobody is there for are refused") { // §4.2
    DoorStage stage;
    stage.join();
    stage.begin();
    Visitor visitor(stage.loop);
    for (const std::string& word : {std::string("box"), std::string("Hello"), std::string("*"), std::string(),
                                    "hello.00." + stage.nats.devices[1], std::string("hello ")})
        CHECK(stage.asked(visitor, word, "x") == "INVALID_ARGUMENT");
    CHECK(stage.asked(visitor, "hello", std::string(64 << 10, 'x')).size() > (64 << 10));
    CHECK(stage.asked(visitor, "hello", std::string((64 << 10) + 1, 'x')) == "INVALID_ARGUMENT");
    const std::size_t before = visitor.answers.size();
    visitor.ask("doc", "x");
    visitor.ask("report", "x"); // no stream is open
    for (const std::size_t which : {before, before + 1})
        CHECK(stage.answer(visitor, which) == "UNAVAILABLE");
}

TEST_CASE("a device that has joined no server asks nobody") { // §4.2
    DoorStage stage;
    stage.begin();
    Visitor visitor(stage.loop);
    CHECK(stage.asked(visitor, "hello", "x") == "ILLEGAL_STATE");
}

TEST_CASE("a report has the stream's word for an answer") { // §2.1
    DoorStage stage;
    stage.join();
    stage.begin();
    REQUIRE(stage.fleet.openReports().ok());
    Visitor visitor(stage.loop);
    CHECK(ackIn(stage.asked(visitor, "report", "one")).value().sequence == 1);
    CHECK(ackIn(stage.asked(visitor, "report", "two")).value().sequence == 2);
    const auto read = stage.fleet.read(reportsStream, ">", 1).value();
    REQUIRE(read.size() == 2);
    CHECK(read[1].message.subject == fleetSubject(FleetWord::Report, shardOf(stage.device), stage.device));
    CHECK(read[1].message.body == "two");
}

TEST_CASE("questions without an answer hold up neither messages nor another's questions, and end") { // §4.2
    DoorStage stage;
    stage.join();
    stage.begin();
    stage.daemon->caller = "org.example.App";
    const wire::LineEntry made = stage.registered(2, "t");
    stage.daemon->caller = "";
    auto vanishes = std::make_optional<Visitor>(stage.loop);
    Visitor person(stage.loop), agent(stage.loop);
    for (int n = 0; n < 4; ++n) {
        person.ask("slot", "x");
        vanishes->ask("slot", "x");
    }
    REQUIRE(stage.soon([&] { return stage.unanswered == 8; }));
    CHECK(stage.asked(person, "hello", "a ninth") == "BUSY");
    vanishes.reset();
    stage.post(made, {"a message"});
    REQUIRE(stage.soon([&] { return stage.daemon->texts.size() == 1; }));
    stage.daemon->caller = "org.stint.agent";
    CHECK(stage.asked(agent, "hello", "the agent's") == stage.hello("the agent's"));
    CHECK(person.answers.size() == 1); // none of the four
    for (std::size_t n = 1; n <= 4; ++n)
        CHECK(stage.answer(person, n) == "UNAVAILABLE");
    CHECK(stage.unanswered == 8 * 3); // each at once, 3 s later, and 6 s after that
    stage.daemon->caller = "";
    CHECK(stage.asked(person, "hello", "again") == stage.hello("again"));
    CHECK(stage.daemon->reports.back()); // the line was asked, and is there
}

TEST_CASE("a caller asks 120 times within a minute, and no more; the other one still may") { // §4.2
    Allowance allowance;
    for (std::size_t n = 0; n < Allowance::aMinute; ++n) {
        REQUIRE(allowance.begin(Duration(n)).ok());
        allowance.end();
    }
    CHECK(allowance.begin(59'999ms).error().code == Errc::LIMIT_EXCEEDED);
    REQUIRE(allowance.begin(60'000ms).ok()); // the first is over
    CHECK(allowance.begin(60'000ms).error().code == Errc::LIMIT_EXCEEDED);
    DoorStage stage;
    stage.join();
    stage.begin();
    std::optional<Visitor> person(stage.loop);
    for (int n = 0; n < 120; ++n) {
        if (n % 10 == 0) person.emplace(stage.loop); // another connection is no other caller
        CHECK(stage.asked(*person, "hello", "x") == stage.hello("x"));
    }
    CHECK(stage.asked(*person, "hello", "x") == "LIMIT_EXCEEDED");
    stage.daemon->caller = "org.stint.agent";
    CHECK(stage.asked(*person, "hello", "x") == stage.hello("x"));
}

TEST_CASE("a question that is on its way when the broker goes is sent again when it is there") { // §4.2
    DoorStage stage;
    stage.join();
    stage.begin();
    Visitor visitor(stage.loop);
    visitor.ask("slot", "x");
    REQUIRE(stage.soon([&] { return stage.unanswered == 1; }));
    stage.nats.kill();
    stage.nats.start();
    REQUIRE(stage.soon([&] { return stage.unanswered >= 2; }));
    CHECK(visitor.answers.empty());
    REQUIRE(stage.soon([&] { return stage.asked(visitor, "hello", "x") == stage.hello("x"); }));
}

TEST_CASE("an app that registers while others ask gets its messages over the same connection") { // §4.2
    DoorStage stage;
    stage.join();
    stage.begin();
    Visitor visitor(stage.loop);
    CHECK(stage.asked(visitor, "hello", "x") == stage.hello("x"));
    CHECK(stage.daemon->reports.empty());
    stage.daemon->caller = "org.example.App";
    const wire::LineEntry made = stage.registered(2, "t");
    stage.post(made, {"one"});
    REQUIRE(stage.soon([&] { return stage.daemon->texts.size() == 1; }));
    CHECK(stage.daemon->reports.back());
    stage.app->unregisters(2, "t");
    REQUIRE(stage.soon([&] { return stage.daemon->line.entries.empty(); }));
    REQUIRE(stage.soon([&] { return !stage.daemon->reports.back(); })); // the daemon's line is no more
    stage.daemon->caller = "";
    REQUIRE(stage.soon([&] { return stage.asked(visitor, "hello", "y") == stage.hello("y"); }));
}
