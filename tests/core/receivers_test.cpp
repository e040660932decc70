// Receivers of a manifest registered for messages from elsewhere (push.md §4.4): made by the line, told to the receiver
// until it has taken that, and no app's business but its own.
#include <doctest/doctest.h>

#include "core/line_desk.hpp"

using namespace stint;

namespace {

const std::string key = "BB4lNn5M3U16l80w0HkCY91iWtYOa00Acm3hJhBG2pe2TB5pacyQF0lY8F0OL_hxKs7I817qhmD5Gr1tT1gi5ls";

bool wants(LineDesk& desk, const PushWanted& wanted) {
    desk.error.reset();
    desk.event(wanted);
    return !desk.error;
}
PushWanted want(const std::string& name, const AppId& app = talk) { return {.call = {7}, .app = app, .name = name}; }

/// The registrations that the line is told of, by their names: those that it is to make first.
std::vector<Registration> toldOf(const LineDesk& desk, const std::string& own) {
    std::vector<Registration> found;
    if (desk.wanted)
        for (const LineWanted::Of& of : desk.wanted->of)
            if (of.registration.own == own) found.push_back(of.registration);
    return found;
}

/// The line makes the one in whose place it is, then the server has it.
void makesFor(LineDesk& desk, const std::string& name, const std::string& own, const std::string& replaces,
              const AppId& app = talk) {
    Registered made{.call = {7}, .name = name, .app = app, .details = "{}", .own = own, .replaces = replaces};
    desk.error.reset();
    desk.event(made);
    REQUIRE_FALSE(desk.error);
    made.endpoint = "https://push.example/" + name;
    made.replaces.clear();
    desk.event(made);
    REQUIRE_FALSE(desk.error);
}

/// Registered as "news", and made as "one".
LineDesk newsDesk() {
    LineDesk desk;
    REQUIRE(wants(desk, want("news")));
    makesFor(desk, "one", "news", toldOf(desk, "news").at(0).name);
    return desk;
}

} // namespace

TEST_CASE("a receiver's registration is made by the line, and its endpoint told until it is taken") { // push.md §4.4
    LineDesk desk;
    desk.takes.reset();
    PushWanted wanted = want("news");
    wanted.vapid = key;
    wanted.encrypted = false;
    REQUIRE(wants(desk, wanted));
    CHECK(desk.registrations.size() == 1); // written down before the answer
    desk.restart();
    REQUIRE(toldOf(desk, "news").size() == 1);
    const Registration wish = toldOf(desk, "news").at(0);
    CHECK(wish.vapid == key);
    CHECK_FALSE(wish.encrypted);
    CHECK(wish.details.empty());
    makesFor(desk, "one", "news", wish.name);
    CHECK(desk.registrations.size() == 1);
    CHECK(desk.registrations.at("one").vapid == key);
    CHECK(desk.got == LineTexts{"news: https://push.example/one"});
    desk.restart(); // it was not taken
    CHECK(desk.got == LineTexts{"news: https://push.example/one"});
    desk.takes = true;
    desk.restart();
    CHECK(desk.got == LineTexts{"news: https://push.example/one"});
    desk.restart();
    CHECK(desk.got.empty());
    desk.reads({desk.message("one", 1)});
    CHECK(desk.got == LineTexts{"1"});
}

TEST_CASE("an endpoint that a receiver has not taken is told again after 1, 5 and 30 min") { // push.md §4.4
    LineDesk desk;
    desk.takes = false;
    REQUIRE(wants(desk, want("news")));
    makesFor(desk, "one", "news", toldOf(desk, "news").at(0).name);
    std::size_t times = 1;
    for (const Duration pause : {1min, 5min, 30min}) {
        CHECK(desk.got.size() == times);
        desk.pass(pause - 1ms);
        CHECK(desk.got.size() == times);
        desk.pass(1ms);
        CHECK(desk.got.size() == ++times);
    }
    desk.pass(24h);
    CHECK(desk.got.size() == times);
    REQUIRE(wants(desk, want("news"))); // its app is there
    CHECK(desk.got.size() == times + 1);
}

TEST_CASE("in Doze a receiver is told when a window opens") { // push.md §4.4
    LineDesk desk;
    desk.doze(true);
    REQUIRE(wants(desk, want("news")));
    makesFor(desk, "one", "news", toldOf(desk, "news").at(0).name);
    CHECK(desk.got.empty());
    desk.doze(false);
    CHECK(desk.got.size() == 1);
}

TEST_CASE("the same name again keeps the endpoint, and another key makes a new one") { // push.md §4.4
    LineDesk desk = newsDesk();
    REQUIRE(wants(desk, want("news")));
    CHECK(desk.registrations.size() == 1);
    CHECK_FALSE(desk.registrations.at("one").ended);
    PushWanted other = want("news");
    other.vapid = key;
    REQUIRE(wants(desk, other));
    CHECK(desk.registrations.at("one").ended);
    CHECK(desk.registrations.size() == 2);
    makesFor(desk, "two", "news", toldOf(desk, "news").at(1).name);
    CHECK(desk.got.back() == "news: https://push.example/two");
}

TEST_CASE("a receiver hears of a rotation, and of its registration's end") { // push.md §4.4
    LineDesk desk = newsDesk();
    desk.event(RegistrationsRotated{.call = {7}, .app = talk});
    CHECK(desk.registrations.at("one").rotates);
    makesFor(desk, "two", "news", "one");
    CHECK(desk.got.back() == "news: https://push.example/two");
    CHECK(desk.registrations.at("one").retires);
    desk.reads({desk.message("one", 1), desk.message("two", 2)}); // both are taken for a week
    CHECK(desk.got.back() == "2");
    desk.event(RegistrationsRevoked{.call = {7}, .app = talk});
    CHECK(desk.got.back() == "news: gone");
    CHECK(desk.registrations.at("one").ended);
    CHECK(desk.registrations.at("two").ended);
}

TEST_CASE("an app ends its own registrations, also before they are made, and no other's") { // push.md §4.4
    LineDesk desk = newsDesk();
    REQUIRE(wants(desk, want("news", letters)));
    makesFor(desk, "other", "news", toldOf(desk, "news").at(1).name, letters);
    REQUIRE(wants(desk, want("early")));
    const std::size_t told = desk.got.size();
    for (const char* const name : {"news", "early", "none"}) {
        desk.event(PushUnwanted{.call = {7}, .app = talk, .name = name});
        CHECK_FALSE(desk.error);
    }
    CHECK(desk.registrations.size() == 2); // nobody has to be told of "early"
    CHECK(desk.registrations.at("one").ended);
    CHECK_FALSE(desk.registrations.at("other").ended);
    CHECK(desk.got.size() == told); // it has asked for it itself
}

TEST_CASE("a receiver hears that its server refuses what it wants") { // push.md §4.4
    LineDesk desk;
    REQUIRE(wants(desk, want("news")));
    desk.event(Registered{.call = {7},
                          .name = "one",
                          .app = talk,
                          .details = "{}",
                          .own = "news",
                          .replaces = toldOf(desk, "news").at(0).name});
    desk.event(Unregistered{.call = {7}, .name = "one", .everywhere = true});
    CHECK(desk.got == LineTexts{"news: gone"});
    CHECK(desk.registrations.empty());
}

TEST_CASE("what can be no registration of a receiver is refused") { // push.md §4.4
    Constants constants;
    constants.pushRegistrationsPerApp = 2;
    LineDesk desk(constants);
    for (const std::string& name : {std::string(), std::string(101, 'n'), std::string("a b"), std::string("ä")}) {
        CHECK_FALSE(wants(desk, want(name)));
        CHECK(desk.error->code == Errc::ILLEGAL_ARGUMENT);
    }
    PushWanted wanted = want("news");
    wanted.receiver = "None";
    CHECK_FALSE(wants(desk, wanted));
    wanted.receiver = "Push";
    wanted.vapid = std::string(87, 'A');
    CHECK_FALSE(wants(desk, wanted));
    CHECK(desk.error->code == Errc::ILLEGAL_ARGUMENT);
    CHECK_FALSE(wants(desk, want("news", AppId{"com.example.nobody"})));
    REQUIRE(wants(desk, want("one")));
    REQUIRE(wants(desk, want("two")));
    CHECK_FALSE(wants(desk, want("three")));
    CHECK(desk.error->code == Errc::LIMIT_EXCEEDED);
    CHECK(wants(desk, want("three", letters)));
    CHECK(desk.registrations.size() == 3);
    // The line makes what is wanted, and nothing else.
    desk.event(Registered{.call = {7}, .name = "made", .app = talk, .own = "nobody's"});
    CHECK(desk.error->code == Errc::ILLEGAL_STATE);
    desk.event(Registered{.call = {7}, .name = "made", .app = letters, .own = "one"});
    CHECK(desk.error->code == Errc::ILLEGAL_STATE);
}
