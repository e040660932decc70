// Registrations get other tokens, on demand and by themselves, and are taken back (push.md §4.4): no message is lost by
// it, and nothing is left behind.
#include <doctest/doctest.h>

#include "core/line_desk.hpp"

using namespace stint;

namespace {

Registered connectorAt(const std::string& name, const std::string& replaces = "") {
    return {.call = {7}, .name = name, .app = talk, .connector = "com.example.talk", .replaces = replaces};
}

bool asks(LineDesk& desk, Event event) {
    desk.error.reset();
    desk.event(event);
    return !desk.error;
}

/// The line makes it, and the server has it.
bool makes(LineDesk& desk, const std::string& name, const std::string& replaces = "") {
    Registered made = connectorAt(name, replaces);
    if (!asks(desk, made)) return false;
    made.endpoint = "https://push.example/push/v1/" + name;
    made.replaces.clear();
    return asks(desk, made);
}

const LineWanted::Of* told(const LineDesk& desk, const std::string& name) {
    if (!desk.wanted) return nullptr;
    const auto found =
        std::ranges::find_if(desk.wanted->of, [&](const auto& of) { return of.registration.name == name; });
    return found == desk.wanted->of.end() ? nullptr : &*found;
}

/// "one" was rotated, and the server has "two".
LineDesk rotatedDesk(Constants constants = {}) {
    LineDesk desk(std::move(constants));
    REQUIRE(makes(desk, "one"));
    REQUIRE(asks(desk, RegistrationsRotated{.call = {7}, .app = talk}));
    REQUIRE(makes(desk, "two", "one"));
    return desk;
}

} // namespace

TEST_CASE("a rotated registration goes seven days after the server has the one in its place") { // push.md §4.4
    LineDesk desk;
    REQUIRE(makes(desk, "one"));
    REQUIRE(asks(desk, RegistrationsRotated{.call = {7}, .app = talk}));
    CHECK(told(desk, "one")->registration.rotates);
    desk.restart(); // nobody has heard of it yet
    CHECK(told(desk, "one")->registration.rotates);
    REQUIRE(asks(desk, connectorAt("two", "one")));
    CHECK_FALSE(told(desk, "one")->registration.rotates);
    CHECK(told(desk, "one")->registration.successor == "two");
    desk.pass(24h * 30); // no server is reached
    CHECK_FALSE(told(desk, "one")->closed);
    REQUIRE(makes(desk, "two"));
    desk.pass(24h * 7 - 1ms);
    CHECK_FALSE(told(desk, "one")->closed);
    CHECK(desk.core->nextDeadline() == desk.now.elapsed + 1ms);
    desk.pass(1ms);
    CHECK(told(desk, "one")->closed);
    CHECK(told(desk, "one")->urgencies.any()); // what came before is fetched
    desk.reads({desk.message("one", 1), desk.message("two", 2)});
    CHECK(desk.got == LineTexts{"1", "2"});
    desk.restart();
    CHECK(told(desk, "one")->closed);
    desk.pass(24h * 28 - 1ms);
    CHECK_FALSE(told(desk, "one")->registration.ended);
    desk.pass(1ms);
    CHECK(told(desk, "one")->registration.ended);
    REQUIRE(asks(desk, Unregistered{.call = {7}, .name = "one", .everywhere = true}));
    CHECK(desk.registrations.size() == 1);
    CHECK(desk.core->nextDeadline().value_or(Instant::max()) > desk.now.elapsed);
}

TEST_CASE("a registration is rotated by itself when it is 180 days old, and one of a server away is not") {
    LineDesk desk; // push.md §4.4
    REQUIRE(makes(desk, "one"));
    REQUIRE(asks(desk, connectorAt("unmade")));
    desk.pass(24h * 180 - 1ms);
    CHECK_FALSE(told(desk, "one")->registration.rotates);
    CHECK(desk.core->nextDeadline() == desk.now.elapsed + 1ms);
    desk.pass(1ms);
    CHECK(told(desk, "one")->registration.rotates);
    CHECK_FALSE(told(desk, "unmade")->registration.rotates);
    REQUIRE(makes(desk, "two", "one"));
    desk.pass(24h * 180 - 1ms);
    CHECK_FALSE(told(desk, "two")->registration.rotates);
    desk.pass(1ms);
    CHECK(told(desk, "two")->registration.rotates);
}

TEST_CASE("a registration that its server calls misused is rotated at once, if it is older than seven days") {
    LineDesk desk; // push.md §4.4
    const auto isTold = [&](const std::string& name) { desk.event(LineRead{.stream = "stream", .misused = {name}}); };
    REQUIRE(makes(desk, "one"));
    desk.pass(24h * 7 - 1ms);
    isTold("one");
    CHECK_FALSE(told(desk, "one")->registration.rotates);
    desk.pass(1ms);
    isTold("none");
    CHECK_FALSE(told(desk, "one")->registration.rotates);
    isTold("one");
    CHECK(told(desk, "one")->registration.rotates);
    REQUIRE(makes(desk, "two", "one"));
    isTold("one"); // its server does so until it has ended
    isTold("two"); // who has the new one, too, gets nothing by it
    CHECK_FALSE(told(desk, "one")->registration.rotates);
    CHECK_FALSE(told(desk, "two")->registration.rotates);
    desk.pass(24h * 7);
    isTold("two");
    CHECK(told(desk, "two")->registration.rotates);
}

TEST_CASE("while the wall clock is wrong nothing grows old") { // push.md §4.4, jobs.md §7.3
    LineDesk desk;
    REQUIRE(makes(desk, "one"));
    const WallTime right = desk.now.wall;
    desk.good = right + 24h * 300;
    desk.now.wall = right + 24h * 200;
    desk.restart("second");
    desk.pass(1h);
    CHECK_FALSE(desk.registrations.at("one").rotates);
    desk.now.wall = right + 24h * 301;
    desk.event(ClockSet{});
    CHECK(desk.registrations.at("one").rotates);
}

TEST_CASE("what waits for a registration that goes is the other's, also what its connector has in its hands") {
    LineDesk desk = rotatedDesk(); // push.md §4.4
    desk.takes.reset();
    desk.reads({desk.message("one", 1)});
    CHECK(desk.got == LineTexts{"1"}); // given, and not taken yet
    desk.doze(true);
    desk.reads({desk.message("one", 2)});
    REQUIRE(asks(desk, RegistrationsRotated{.call = {7}, .app = talk}));
    REQUIRE(makes(desk, "three", "two"));
    CHECK(told(desk, "one")->registration.ended); // at most two
    CHECK_FALSE(told(desk, "two")->registration.ended);
    CHECK(desk.waiting.size() == 2);
    for (const auto& [id, message] : desk.waiting)
        CHECK(message.registration == "two");
    REQUIRE(asks(desk, Unregistered{.call = {7}, .name = "one", .everywhere = true}));
    desk.takes = true;
    desk.restart();
    desk.doze(false);
    CHECK(desk.got == LineTexts{"1", "2"});
    CHECK(desk.waiting.empty());
    CHECK(desk.ended.empty());
}

TEST_CASE("to rotate again before the server has the new one does nothing") { // push.md §4.4
    LineDesk desk;
    REQUIRE(makes(desk, "one"));
    for (int n = 0; n < 2; ++n)
        REQUIRE(asks(desk, RegistrationsRotated{.call = {7}, .app = {}})); // of all apps
    REQUIRE(asks(desk, connectorAt("two", "one")));
    REQUIRE(asks(desk, RegistrationsRotated{.call = {7}, .app = {}}));
    CHECK_FALSE(told(desk, "two")->registration.rotates);
    CHECK_FALSE(told(desk, "one")->registration.ended);
    REQUIRE(makes(desk, "two"));
    REQUIRE(asks(desk, RegistrationsRotated{.call = {7}, .app = {}}));
    CHECK(told(desk, "two")->registration.rotates);
    CHECK_FALSE(told(desk, "one")->registration.ended); // until the third is written down
}

TEST_CASE("a registration takes the place of one that waits for it, and of no other") { // push.md §4.4
    Constants constants;
    constants.pushRegistrationsPerApp = 1;
    constants.pushRegistrations = 2;
    LineDesk desk(constants);
    REQUIRE(makes(desk, "one"));
    REQUIRE(desk.registers("another", letters));
    for (const char* replaces : {"one", "another", "none"}) {
        CHECK_FALSE(makes(desk, "two", replaces));
        CHECK(desk.error->code == Errc::ILLEGAL_STATE);
    }
    REQUIRE(asks(desk, RegistrationsRotated{.call = {7}, .app = {}}));
    CHECK(makes(desk, "two", "one")); // what was replaced does not count
    CHECK_FALSE(makes(desk, "three", "one"));
    CHECK_FALSE(makes(desk, "three"));
    CHECK(desk.error->code == Errc::LIMIT_EXCEEDED);
}

TEST_CASE("one that the server refuses leaves the one before it as it was") { // push.md §4.4
    LineDesk desk;
    REQUIRE(makes(desk, "one"));
    desk.pass(24h * 180);
    REQUIRE(asks(desk, connectorAt("two", "one")));
    REQUIRE(asks(desk, Unregistered{.call = {7}, .name = "two", .everywhere = true}));
    CHECK(desk.registrations.size() == 1);
    const auto& one = told(desk, "one")->registration;
    CHECK_FALSE(one.ended);
    CHECK(one.successor.empty());
    CHECK_FALSE(one.rotates); // or it would be tried without end
    desk.pass(24h * 7 - 1ms);
    CHECK_FALSE(told(desk, "one")->registration.rotates);
    desk.pass(1ms);
    CHECK(told(desk, "one")->registration.rotates);
}

TEST_CASE("both of a registration end together") { // push.md §4.4
    for (const bool isMade : {false, true}) {
        LineDesk desk;
        REQUIRE(makes(desk, "one"));
        REQUIRE(asks(desk, RegistrationsRotated{.call = {7}, .app = talk}));
        REQUIRE(asks(desk, connectorAt("two", "one")));
        if (isMade) REQUIRE(makes(desk, "two"));
        desk.doze(true);
        desk.reads({desk.message("one", 1)});
        REQUIRE(asks(desk, Unregistered{.call = {7}, .name = "two"})); // by its connector
        CHECK(told(desk, "one")->registration.ended);
        CHECK(told(desk, "two")->registration.ended);
        CHECK(desk.ended == LineTexts{"unregistered"});
        for (const char* name : {"two", "one"})
            REQUIRE(asks(desk, Unregistered{.call = {7}, .name = name, .everywhere = true}));
        CHECK(desk.registrations.empty());
    }
}

TEST_CASE("what is revoked ends at once, and its connector is told until it is known to be told") { // push.md §4.4
    LineDesk desk = rotatedDesk();
    desk.doze(true);
    desk.reads({desk.message("one", 1), desk.message("two", 2)});
    CHECK_FALSE(asks(desk, RegistrationsRevoked{.call = {7}, .app = letters}));
    CHECK(desk.error->code == Errc::ILLEGAL_STATE);
    REQUIRE(asks(desk, RegistrationsRevoked{.call = {7}, .app = talk}));
    CHECK(desk.waiting.empty());
    desk.restart();
    REQUIRE(told(desk, "two"));
    CHECK(told(desk, "one")->registration.ended);
    CHECK_FALSE(told(desk, "one")->registration.revoked); // one word for both
    CHECK(told(desk, "two")->registration.ended);
    CHECK(told(desk, "two")->registration.revoked);
    CHECK_FALSE(asks(desk, RegistrationsRevoked{.call = {7}, .app = talk}));
    CHECK_FALSE(asks(desk, RegistrationsRotated{.call = {7}, .app = talk}));
    CHECK(asks(desk, RegistrationsRotated{.call = {7}, .app = {}}));
    REQUIRE(asks(desk, Unregistered{.call = {7}, .name = "two"}));
    CHECK_FALSE(told(desk, "two")->registration.revoked);
    CHECK(told(desk, "two")->registration.ended); // the server does not know it yet
    CHECK(makes(desk, "three"));
}

TEST_CASE("a store that has lost the one in its place has a registration as it was") { // architecture.md, store
    LineDesk desk = rotatedDesk();
    desk.registrations.erase("two");
    desk.restart();
    REQUIRE(told(desk, "one"));
    CHECK(told(desk, "one")->registration.successor.empty());
    desk.pass(24h * 7);
    CHECK_FALSE(told(desk, "one")->closed);
    CHECK(asks(desk, RegistrationsRotated{.call = {7}, .app = talk}));
    CHECK(makes(desk, "three", "one"));
}
