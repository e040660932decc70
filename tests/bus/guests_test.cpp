// Guests: which are let in, and which make room (stintd/bus/guests.hpp): no process and no app keeps the others out.
#include <doctest/doctest.h>

#include "last_words.hpp"
#include "stintd/bus/guests.hpp"

namespace stint {
namespace {

const AppId shell{"org.stint.shell"};

Guest person(pid_t pid) { return {shell, pid, true}; }
Guest app(pid_t pid) { return {AppId{"com.example.mail"}, pid, false}; }

struct House {
    explicit House(int descriptors = 1024)
        : guests(Caps{.connectionsOfProcess = 3, .connectionsOfApp = 4, .descriptors = descriptors}) {}

    Guests guests;
    std::uint64_t last = 0;

    ConnectionId enter(const Guest& guest, bool speaks) {
        const ConnectionId id{++last};
        guests.entered(id, guest, Instant(Duration(static_cast<std::int64_t>(last))));
        if (speaks) guests.spoke(id, true);
        return id;
    }
    Guests::Ruling ask(const Guest& guest, bool atTerminal = false) {
        return guests.admit(guest, [=] { return atTerminal; });
    }
};

} // namespace

TEST_CASE("a process that has its share makes room for itself, or is refused") {
    House house;
    const ConnectionId silent = house.enter(person(7), false);
    house.enter(person(7), true);
    CHECK_FALSE(house.ask(person(7)).leaves);
    house.enter(person(7), true);
    CHECK(house.ask(person(7)).leaves == silent);
    house.guests.spoke(silent, true);
    CHECK(house.ask(person(7)).refusal.find("and may have 3") != std::string::npos);
    CHECK(house.ask(person(8)).refusal.empty());
    house.guests.left(silent);
    CHECK(house.ask(person(7)).refusal.empty());
}

TEST_CASE("an app has its share over all its processes; the operator is no app") {
    House house;
    for (const pid_t pid : {1, 2, 3, 4})
        house.enter(app(pid), true);
    CHECK(house.ask(app(5)).refusal.find("and may have 4") != std::string::npos);
    for (const pid_t pid : {11, 12, 13, 14})
        house.enter(person(pid), true);
    CHECK(house.ask(person(15)).refusal.empty());
}

TEST_CASE("where room is short the silent ones of the largest crowd go first, the oldest of them before") {
    House house(48); // places for four
    const ConnectionId only = house.enter(person(1), false);
    house.enter(person(2), true);
    const ConnectionId crowd = house.enter(person(2), false);
    CHECK_FALSE(house.ask(person(3)).leaves);
    const ConnectionId other = house.enter(person(2), false);
    CHECK(house.ask(person(3)).leaves == crowd);
    house.guests.left(crowd);
    house.guests.left(other);
    house.enter(person(4), true);
    house.enter(person(5), true);
    CHECK(house.ask(person(3)).leaves == only);
}

TEST_CASE("a message by halves counts as silence") {
    House house;
    const ConnectionId halfway = house.enter(person(1), true);
    CHECK_FALSE(house.guests.quietest());
    house.guests.spoke(halfway, false);
    CHECK(house.guests.quietest() == halfway);
    house.guests.spoke(halfway, true);
    CHECK_FALSE(house.guests.quietest());
}

TEST_CASE("the last places are for the operator at a terminal") {
    House house(48);
    for (const pid_t pid : {1, 2, 3, 4})
        house.enter(person(pid), true);
    CHECK_FALSE(house.ask(app(5), true).refusal.empty());
    CHECK_FALSE(house.ask(person(5), false).refusal.empty());
    CHECK(house.ask(person(5), true).refusal.empty());
    for (const pid_t pid : {11, 12, 13, 14, 15, 16, 17, 18})
        house.enter(person(pid), true);
    CHECK_FALSE(house.ask(person(5), true).refusal.empty());
}

TEST_CASE("a greeting that takes too long ends") {
    House house;
    const ConnectionId slow = house.enter(person(1), false);
    const ConnectionId done = house.enter(person(1), false);
    house.guests.greeted(done);
    CHECK_FALSE(house.guests.tooSlow(Instant(Duration(10'001))));
    CHECK(house.guests.tooSlow(Instant(Duration(10'002))) == slow);
    house.guests.left(slow);
    CHECK_FALSE(house.guests.tooSlow(Instant(1h)));
}

TEST_CASE("what the daemon started itself takes nobody's place") {
    House house;
    for (int count = 0; count < 10; ++count)
        house.enter(app(0), false);
    CHECK(house.ask(app(1)).refusal.empty());
    CHECK_FALSE(house.guests.quietest());
}

TEST_CASE("a connection that comes twice is noticed") {
    const std::string words = lastWords([] {
        House house;
        house.guests.entered({1}, app(7), Instant{});
        house.guests.entered({1}, app(7), Instant{});
    });
    CHECK(words.find("known_.emplace(") != std::string::npos);
}

} // namespace stint
