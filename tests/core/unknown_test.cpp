// Connectors that the session bus does not know any more (push.md §4.3): their registrations end, and no other's.
#include <doctest/doctest.h>

#include "core/line_desk.hpp"

using namespace stint;

namespace {

const std::string mailName = "com.example.talk", otherName = "com.example.other";

void connects(LineDesk& desk, const std::string& name, const std::string& connector, const std::string& replaces = "") {
    desk.error.reset();
    desk.event(Registered{.call = {7},
                          .name = name,
                          .app = talk,
                          .connector = connector,
                          .endpoint = "https://push.example/push/v1/" + name,
                          .replaces = replaces});
    REQUIRE_FALSE(desk.error);
}

void sees(LineDesk& desk, const std::string& connector, bool known) {
    desk.event(ConnectorSeen{.connector = connector, .known = known});
}

bool isDoubted(const LineDesk& desk, const std::string& name) {
    REQUIRE(desk.wanted);
    const auto of =
        std::ranges::find_if(desk.wanted->of, [&](const auto& one) { return one.registration.name == name; });
    return of != desk.wanted->of.end() && of->doubted;
}

/// "one", whose connector the bus does not know.
LineDesk unknownDesk() {
    LineDesk desk;
    connects(desk, "one", mailName);
    sees(desk, mailName, false);
    return desk;
}

} // namespace

TEST_CASE("a registration ends whose connector the bus has not known for three days") { // push.md §4.3
    LineDesk desk = unknownDesk();
    connects(desk, "other", otherName);
    desk.doze(true);
    desk.reads({desk.message("one", 1), desk.message("other", 2)});
    desk.pass(24h * 3 - 1ms);
    CHECK_FALSE(isDoubted(desk, "one"));
    sees(desk, mailName, false); // and again, as by each try to hand a message over
    CHECK_FALSE(desk.registrations.at("one").ended);
    CHECK(desk.core->nextDeadline() == desk.now.elapsed + 1ms);
    desk.pass(1ms);
    CHECK(isDoubted(desk, "one")); // it is seen once more first
    CHECK_FALSE(isDoubted(desk, "other"));
    CHECK_FALSE(desk.registrations.at("one").ended);
    CHECK(desk.core->nextDeadline().value_or(Instant::max()) > desk.now.elapsed);
    sees(desk, mailName, false);
    CHECK(desk.registrations.at("one").ended);
    CHECK_FALSE(desk.registrations.at("other").ended);
    CHECK(desk.ended == LineTexts{"unregistered"});
    CHECK(desk.told == LineTexts{"gone"});
    REQUIRE(desk.logged.size() == 2);
    CHECK(desk.logged[0].state == MessageState::Unregistered);
    CHECK(desk.logged[1].state == MessageState::Gone);
    CHECK(desk.logged[1].app == talk);
    sees(desk, mailName, false);
    CHECK(desk.told.size() == 1);
    desk.doze(false);
    CHECK(desk.got == LineTexts{"2"});
}

TEST_CASE("any sign of the name begins the three days anew") { // push.md §4.3
    LineDesk desk = unknownDesk();
    desk.pass(24h * 3);
    CHECK(isDoubted(desk, "one"));
    sees(desk, mailName, true);
    CHECK_FALSE(isDoubted(desk, "one"));
    sees(desk, mailName, false);
    desk.pass(24h * 3 - 1ms);
    sees(desk, mailName, false);
    CHECK_FALSE(desk.registrations.at("one").ended);
    desk.pass(1ms);
    sees(desk, mailName, false);
    CHECK(desk.registrations.at("one").ended);
}

TEST_CASE("a time that the machine was off is none in which a name was unknown") { // push.md §4.3
    LineDesk desk = unknownDesk();
    desk.pass(24h * 2);
    desk.restart(); // the daemon alone
    desk.pass(12h);
    desk.died = desk.now.elapsed;
    desk.now = {Instant{1min}, desk.now.wall + 24h * 30};
    desk.restart("second");
    sees(desk, mailName, false); // before the session has started its apps
    desk.pass(12h - 1ms);
    sees(desk, mailName, false);
    CHECK_FALSE(desk.registrations.at("one").ended);
    desk.pass(1ms);
    CHECK(isDoubted(desk, "one"));
    sees(desk, mailName, false);
    CHECK(desk.registrations.at("one").ended);
}

TEST_CASE("both that a rotation has left end with their connector, and are told as one") { // push.md §4.3, §4.4
    LineDesk desk;
    connects(desk, "one", mailName);
    desk.event(RegistrationsRotated{.call = {7}, .app = talk});
    sees(desk, mailName, false);
    desk.pass(24h * 2);
    connects(desk, "two", mailName, "one"); // by the line, not by its app: the name stays unknown
    desk.pass(24h);
    desk.told.clear();
    sees(desk, mailName, false);
    CHECK(desk.registrations.at("one").ended);
    CHECK(desk.registrations.at("two").ended);
    CHECK(desk.told == LineTexts{"gone"});
}

TEST_CASE("a registration of a receiver has no name that the bus could know") { // push.md §4.3
    LineDesk desk;
    REQUIRE(desk.registers("one"));
    for (int n = 0; n < 2; ++n) {
        sees(desk, "", false);
        desk.pass(24h * 4);
    }
    CHECK_FALSE(desk.registrations.at("one").ended);
    CHECK_FALSE(desk.registrations.at("one").unknown);
}
