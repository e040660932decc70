// Registrations, and what the line brings for them (push.md §4.1, §4.4): taken in once, however often it comes, and in
// no case passed over.
#include <doctest/doctest.h>

#include "core/line_desk.hpp"

using namespace stint;

TEST_CASE("what is read once is not taken in again, also after a restart") { // push.md §4.1
    LineDesk desk;
    REQUIRE(desk.registers("one"));
    desk.reads({desk.message("one", 1), desk.message("one", 2)});
    desk.reads({desk.message("one", 2), desk.message("one", 3)});
    CHECK(desk.got == LineTexts{"1", "2", "3"});
    CHECK(desk.cursor("one") == 3);
    desk.restart();
    desk.reads({desk.message("one", 1), desk.message("one", 3), desk.message("one", 4)});
    CHECK(desk.got == LineTexts{"4"});
}

TEST_CASE("each urgency of a registration is read by itself: a high message skips no normal one") { // push.md §4.1, X21
    LineDesk desk;
    REQUIRE(desk.registers("one"));
    desk.reads({desk.message("one", 5, Urgency::High)});
    CHECK(desk.cursor("one", Urgency::High) == 5);
    CHECK(desk.cursor("one") == 0);
    desk.reads({desk.message("one", 2), desk.message("one", 3)});
    CHECK(desk.got == LineTexts{"5", "2", "3"});
}

TEST_CASE("a message that came under another sequence is the same by its id, for a day") { // push.md §4.1
    LineDesk desk;
    REQUIRE(desk.registers("one"));
    LineMessage first = desk.message("one", 1), again = desk.message("one", 2);
    again.id = first.id;
    desk.reads({first, again});
    CHECK(desk.got == LineTexts{"1"});
    CHECK(desk.cursor("one") == 2);
    desk.restart();
    desk.pass(23h);
    again.sequence = 3;
    desk.reads({again});
    CHECK(desk.got.empty());
    desk.pass(2h);
    again.sequence = 4;
    desk.reads({again});
    CHECK(desk.got == LineTexts{"2"});
    CHECK(desk.seen.size() == 1);
}

TEST_CASE("ids that a clock in the future has dated do not stay for ever") { // push.md §4.1
    LineDesk desk;
    REQUIRE(desk.registers("one"));
    const Duration ahead = 24h * 3650;
    desk.now.wall += ahead;
    desk.reads({desk.message("one", 1)});
    desk.now.wall -= ahead;
    desk.event(ClockSet{});
    desk.reads({desk.message("one", 2)});
    CHECK(desk.seen.size() == 1);
}

TEST_CASE("a store that gives out sequences again is read again from there") { // push.md §4.1, epochs; X18
    LineDesk desk;
    REQUIRE(desk.registers("one"));
    desk.reads({desk.message("one", 8), desk.message("one", 9)});
    LineMessage ninth = desk.message("one", 9); // another one, of the new epoch
    ninth.id = "new";
    desk.got.clear();
    desk.reads({desk.message("one", 8), ninth}, {{.number = 1, .from = 7}});
    CHECK(desk.got == LineTexts{"9"});
    CHECK((desk.place == LinePlace{"stream", 1}));
    desk.reads({}, {{.number = 1, .from = 0}}); // it is known already
    CHECK(desk.cursor("one") == 9);
    desk.restart();
    desk.event(LineRead{.call = {7}, .stream = "wiped", .messages = {desk.message("one", 1)}});
    CHECK(desk.got == LineTexts{"1"});
    CHECK(desk.cursor("one") == 1);
    CHECK((desk.place == LinePlace{"wiped", 0}));
}

TEST_CASE("a sequence or an epoch that cannot be is passed over, and keeps nothing from the app") { // push.md §7
    LineDesk desk;
    REQUIRE(desk.registers("one"));
    desk.reads({desk.message("one", ~std::uint64_t{0})}, {{.number = ~std::uint64_t{0}, .from = 0}});
    desk.event(LineRead{.call = {7}, .stream = "stream", .cursors = {{{"one", Urgency::Normal}, ~std::uint64_t{0}}}});
    CHECK(desk.got.empty());
    LineMessage badTopic = desk.message("one", 1), badTtl = desk.message("one", 2);
    badTopic.topic = "two words";
    badTtl.ttl = Duration{-1};
    desk.reads({badTopic, badTtl, desk.message("nobody", 3), desk.message("one", 4)});
    CHECK_FALSE(desk.error);
    CHECK(desk.got == LineTexts{"4"});
}

TEST_CASE("the line may pass over what cannot be taken, and is told of no error") { // push.md §4.1
    LineDesk desk;
    REQUIRE(desk.registers("one"));
    desk.event(LineRead{.call = {7}, .stream = "stream", .cursors = {{{"one", Urgency::Normal}, 6}}});
    CHECK_FALSE(desk.error);
    desk.reads({desk.message("one", 6), desk.message("one", 7)});
    CHECK(desk.got == LineTexts{"7"});
}

TEST_CASE("an app that has missed some is told so once, before the rest") { // push.md §4.1, backlog
    LineDesk desk;
    REQUIRE(desk.registers("one"));
    desk.doze(true);
    const auto missing = [&](std::uint64_t sequence, Urgency urgency) {
        desk.event(LineRead{.call = {7},
                            .stream = "stream",
                            .messages = {desk.message("one", sequence, urgency)},
                            .missed = {{"one", urgency}}});
    };
    missing(101, Urgency::Normal);
    missing(102, Urgency::Normal);
    CHECK(desk.got.empty());
    CHECK(desk.waiting.size() == 3);
    desk.restart();
    desk.doze(false);
    CHECK(desk.got == LineTexts{"note", "101", "102"});
    CHECK(desk.waiting.empty());
    desk.got.clear();
    desk.doze(true);
    missing(201, Urgency::Normal);
    missing(202, Urgency::High); // does not wait, and so does its note
    CHECK(desk.got == LineTexts{"note", "202"});
    desk.doze(false);
    CHECK(desk.got == LineTexts{"note", "202", "201"});
}

TEST_CASE("where an app has no room the oldest normal message goes, and it is told") { // push.md §4.1
    Constants constants;
    constants.pushMaxWaiting = 3;
    LineDesk desk(constants);
    REQUIRE(desk.registers("one"));
    desk.doze(true);
    desk.reads({desk.message("one", 1, Urgency::Low), desk.message("one", 2), desk.message("one", 3)});
    CHECK(desk.ended.empty());
    desk.reads({desk.message("one", 4)});
    CHECK(desk.ended == LineTexts{"deleted"});
    desk.device.plugged = true;
    desk.doze(false);
    CHECK(desk.got == LineTexts{"1", "3", "note", "4"});
}

TEST_CASE("a message that no store keeps took its time on the way, and passes at once or not at all") { // push.md §4.1
    LineDesk desk;
    REQUIRE(desk.registers("one"));
    LineMessage message = desk.message("one", 0);
    message.sent -= 3ms;
    message.ttl = Duration{0};
    desk.reads({message});
    CHECK(desk.got == LineTexts{"0"});
    desk.doze(true);
    message.id = "another";
    desk.reads({message});
    CHECK(desk.ended == LineTexts{"expired"});
}

TEST_CASE("the TTL counts from when the server was given it, where the clock is good") { // push.md §4.1
    LineDesk desk;
    REQUIRE(desk.registers("one"));
    LineMessage message = desk.message("one", 1);
    message.sent = desk.now.wall - 2h;
    message.ttl = 1h;
    desk.reads({message});
    CHECK(desk.ended == LineTexts{"expired"});
    message.sequence = 2, message.id = "later";
    message.sent = desk.now.wall + 1h; // the server's clock is ahead
    desk.reads({message});
    CHECK(desk.got == LineTexts{"1"});
    desk.now.wall = WallTime{}; // 1970
    desk.restart("another");
    desk.reads({desk.message("one", 3)});
    CHECK(desk.got == LineTexts{"3"});
}

TEST_CASE("a message that was sent in another age has run out, and breaks nothing") { // push.md §4.1, §7
    LineDesk desk;
    REQUIRE(desk.registers("one"));
    LineMessage message = desk.message("one", 1);
    message.sent = WallTime::min();
    desk.reads({message});
    CHECK(desk.ended == LineTexts{"expired"});
    message.sequence = 2, message.id = "another", message.sent = WallTime::max();
    desk.reads({message});
    CHECK(desk.got == LineTexts{"1"});
}

TEST_CASE("the line asks when it is due, with a window that opens about then, and not while the machine sleeps") {
    LineDesk desk; // push.md §4.1
    REQUIRE(desk.registers("one"));
    const auto due = [&] { return desk.core->nextDeadline().value_or(Instant::max()) - desk.now.elapsed; };
    CHECK(due() > 28min); // nobody asks without a connection
    desk.event(LineReported{.up = true, .keepAlive = 28min});
    CHECK(due() == 28min);
    desk.pass(10min);
    desk.reads({desk.message("one", 1)}); // proves that it lives
    CHECK(due() == 28min);
    desk.pass(28min);
    CHECK(desk.checks == 1);
    CHECK(due() == 28min);
    desk.device.sleeping = true;
    desk.event(DeviceChanged{{}, desk.device});
    desk.pass(2h);
    CHECK(desk.checks == 1);
    desk.device.sleeping = false;
    desk.event(DeviceChanged{{}, desk.device});
    desk.pass(0s);
    CHECK(desk.checks == 2);
    desk.event(LineReported{.up = true, .keepAlive = 1s}); // no radio is kept awake
    CHECK(due() == 1min);
    desk.event(LineReported{});
    desk.pass(24h);
    CHECK(desk.checks == 2);
}

TEST_CASE("a server that floods with high messages is not listened to for ten minutes, and what it kept is no flood") {
    LineDesk desk; // push.md §4.2, §7
    REQUIRE(desk.registers("one"));
    const auto send = [&](std::uint64_t first, int count, Duration ago) {
        std::vector<LineMessage> messages;
        for (int n = 0; n < count; ++n) {
            messages.push_back(desk.message("one", first + static_cast<std::uint64_t>(n), Urgency::High));
            messages.back().sent -= ago;
        }
        desk.reads(messages);
    };
    const auto isOpen = [&] { return desk.wanted->of[0].urgencies.any(); };
    send(1, 100, 1h);
    send(201, 60, 0s);
    CHECK(isOpen());
    desk.pass(1min);
    send(301, 60, 0s);
    CHECK(isOpen());
    send(401, 1, 0s);
    CHECK_FALSE(isOpen());
    CHECK(desk.got.size() == 221); // what came was taken
    desk.pass(9min);
    CHECK_FALSE(isOpen());
    CHECK(desk.core->nextDeadline() == desk.now.elapsed + 1min);
    desk.pass(1min);
    CHECK(isOpen());
}

TEST_CASE("a line that is closed when its last app goes leaves no deadline behind") { // push.md §4.2
    Constants constants;
    constants.pushHighRate = 1;
    LineDesk desk(constants);
    REQUIRE(desk.registers("one"));
    desk.reads({desk.message("one", 1, Urgency::High), desk.message("one", 2, Urgency::High)});
    REQUIRE(desk.core->nextDeadline() <= desk.now.elapsed + 10min);
    desk.event(Unregistered{.call = {7}, .name = "one"});
    desk.pass(10min);
    CHECK(desk.core->nextDeadline().value_or(Instant::max()) > desk.now.elapsed); // or the daemon would spin
}

TEST_CASE("registrations have their limits, and a name is one app's") { // push.md §4.4
    Constants constants;
    constants.pushRegistrationsPerApp = 2;
    constants.pushRegistrations = 3;
    LineDesk desk(constants);
    CHECK(desk.registers("one"));
    desk.reads({desk.message("one", 7)});
    CHECK(desk.registers("one")); // again
    CHECK(desk.cursor("one") == 7);
    CHECK_FALSE(desk.registers("one", letters));
    CHECK(desk.error->code == Errc::ILLEGAL_ARGUMENT);
    CHECK(desk.registers("two"));
    CHECK_FALSE(desk.registers("three"));
    CHECK(desk.error->code == Errc::LIMIT_EXCEEDED);
    CHECK(desk.registers("three", letters));
    CHECK_FALSE(desk.registers("four", letters));
    CHECK(desk.error->code == Errc::LIMIT_EXCEEDED);
    for (const std::string& name : {std::string(), std::string("two words"), std::string(256, 'x')}) {
        CHECK_FALSE(desk.registers(name, letters));
        CHECK(desk.error->code == Errc::ILLEGAL_ARGUMENT);
    }
    CHECK_FALSE(desk.registers("five", AppId{"com.example.nobody"}));
    desk.event(Unregistered{.call = {7}, .name = "two"});
    CHECK_FALSE(desk.registers("six")); // it counts for its app until the server knows
    CHECK_FALSE(desk.registers("two")); // and does not come back
    CHECK(desk.error->code == Errc::ILLEGAL_ARGUMENT);
    CHECK(desk.registers("five", letters)); // it takes no place from another
    desk.event(Unregistered{.call = {7}, .name = "five"});
    desk.event(Unregistered{.call = {7}, .name = "two", .everywhere = true});
    CHECK(desk.registers("six"));
    CHECK(desk.registrations.size() == 4);
}

TEST_CASE("a process has the room of one app, by however many names it asks") { // push.md §4.4
    Constants constants;
    constants.pushRegistrationsPerApp = 2;
    LineDesk desk(constants);
    const auto asks = [&](const std::string& name, const AppId& app, const std::string& caller) {
        desk.error.reset();
        const std::string connector = app.name.str();
        desk.event(Registered{.call = {7}, .name = name, .app = app, .connector = connector, .caller = caller});
        return !desk.error;
    };
    const AppId third{"com.example.third"};
    desk.install(third);
    CHECK(asks("one", talk, "1.1"));
    CHECK(desk.registers("one", talk, "com.example.talk")); // stint-push has placed it: nobody asks
    CHECK(asks("two", letters, "1.1"));
    CHECK_FALSE(asks("three", third, "1.1"));
    CHECK(desk.error->code == Errc::LIMIT_EXCEEDED);
    CHECK_FALSE(asks("three", talk, "1.1"));
    CHECK(asks("two", letters, "1.1")); // which it has
    CHECK(asks("three", third, "2.1"));
    desk.event(RegistrationsRotated{.call = {7}, .app = talk});
    desk.event(
        Registered{.call = {7}, .name = "four", .app = talk, .connector = "com.example.talk", .replaces = "one"});
    CHECK_FALSE(asks("five", third, "1.1")); // the new token is of the same process
    desk.event(RegistrationsRevoked{.call = {7}, .app = letters});
    CHECK_FALSE(asks("five", third, "1.1")); // until the server knows
    desk.event(Unregistered{.call = {7}, .name = "two", .everywhere = true});
    CHECK(asks("five", third, "1.1"));
}

TEST_CASE("what has ended and the server does not know yet takes room of its own, and has an end") { // push.md §4.4
    Constants constants;
    constants.pushRegistrations = 2;
    LineDesk desk(constants);
    const AppId third{"com.example.third"};
    desk.install(third);
    const auto fills = [&](const AppId& app) {
        for (const char* one : {".1", ".2"})
            if (!desk.registers(app.name.str() + one, app)) return false;
        return true;
    };
    CHECK(fills(talk));
    CHECK_FALSE(desk.registers("more", letters));
    desk.event(RegistrationsRevoked{.call = {7}, .app = talk});
    CHECK(fills(letters));
    CHECK_FALSE(desk.registers("more", third));
    desk.event(RegistrationsRevoked{.call = {7}, .app = letters});
    CHECK_FALSE(desk.registers("more", third));
    CHECK(desk.error->code == Errc::LIMIT_EXCEEDED);
    desk.event(Unregistered{.call = {7}, .name = "com.example.talk.1", .everywhere = true});
    CHECK(desk.registers("more", third));
}

TEST_CASE("an app of which nothing is ever started is not killed when it is gone") { // push.md §4.4: without a manifest
    LineDesk desk;
    const AppId guest{"com.example.guest"};
    for (const AppId& app : {guest, talk}) {
        desk.event(AppInstalled{Manifest{.package = guest, .label = "guest"}});
        desk.event(AppUninstalled{app});
        CHECK(desk.killed == (app == talk ? std::vector{talk} : std::vector<AppId>()));
    }
}

TEST_CASE("an app that is gone leaves no registration, as soon as the server knows, too") { // push.md §4.4
    LineDesk desk;
    REQUIRE(desk.registers("one"));
    REQUIRE(desk.registers("two", letters));
    desk.event(AppUninstalled{talk});
    desk.restart();
    REQUIRE(desk.wanted);
    REQUIRE(desk.wanted->of.size() == 2);
    CHECK(desk.wanted->of[0].registration.ended);
    CHECK(desk.wanted->of[0].urgencies.none());
    CHECK_FALSE(desk.wanted->of[1].registration.ended);
    desk.reads({desk.message("one", 1), desk.message("two", 2)});
    CHECK(desk.got == LineTexts{"2"});
    desk.event(Unregistered{.call = {7}, .name = "one", .everywhere = true});
    REQUIRE(desk.wanted->of.size() == 1);
    CHECK(desk.wanted->of[0].registration.name == "two");
    CHECK(desk.registrations.size() == 1);
    desk.event(AppUninstalled{letters});
    desk.event(Unregistered{.call = {7}, .name = "two", .everywhere = true});
    CHECK(desk.wanted->of.empty());
}

TEST_CASE("what waits for a registration goes with it") { // push.md §4.4
    LineDesk desk;
    REQUIRE(desk.registers("one"));
    REQUIRE(desk.registers("two"));
    desk.doze(true);
    desk.reads({desk.message("one", 1), desk.message("two", 2)});
    desk.event(Unregistered{.call = {7}, .name = "one"});
    CHECK(desk.waiting.size() == 1);
    desk.doze(false);
    CHECK(desk.got == LineTexts{"2"});
}

TEST_CASE("a connector needs no receiver, and what is kept of it is changed by its name") { // push.md §4.4
    LineDesk desk;
    const AppId nothing{"com.example.nothing"};
    desk.event(AppInstalled{Manifest{.package = nothing}});
    CHECK_FALSE(desk.registers("one", nothing)); // it has no receiver
    Registered registered{
        .call = {7}, .name = "one", .app = nothing, .connector = "com.example.nothing", .details = "first"};
    desk.event(registered);
    REQUIRE_FALSE(desk.error);
    desk.reads({desk.message("one", 3)});
    registered.details = "second";
    desk.event(registered);
    CHECK(desk.registrations.at("one").details == "second");
    CHECK(desk.cursor("one") == 3);
    REQUIRE(desk.wanted);
    CHECK(desk.wanted->of[0].registration.details == "second");
    registered.details = std::string(1'025, 'x');
    desk.event(registered);
    REQUIRE(desk.error);
    CHECK(desk.error->code == Errc::ILLEGAL_ARGUMENT);
    registered.name = "another"; // a new one, likewise
    desk.event(registered);
    CHECK(desk.error->code == Errc::ILLEGAL_ARGUMENT);
}

TEST_CASE("a message that its connector does not take is tried again after 1, 5 and 30 min") { // push.md §4.3
    LineDesk desk;
    const Registered registered{.call = {7}, .name = "one", .app = talk, .connector = "com.example.talk"};
    desk.event(registered);
    desk.takes = false;
    desk.reads({desk.message("one", 1, Urgency::High)});
    const auto tries = [&](std::size_t times) { return desk.got == LineTexts(times, "1"); };
    CHECK(tries(1));
    const auto held = [&] { return desk.core->messages(desk.now).at(0); };
    CHECK(held().held == "app");
    CHECK(*held().passes == desk.now.wall + 1min);
    std::size_t times = 1;
    for (const Duration pause : {Duration{1min}, Duration{5min}, Duration{30min}}) {
        desk.pass(pause - 1ms);
        CHECK(tries(times));
        CHECK(desk.core->nextDeadline() == desk.now.elapsed + 1ms);
        desk.pass(1ms);
        CHECK(tries(++times));
    }
    CHECK_FALSE(held().passes);
    desk.pass(24h);
    CHECK(tries(4));
    CHECK(desk.core->apps(desk.now).at(1).messages.delivered == 1); // it counts once
    desk.takes = true;
    desk.event(registered); // the app is there
    CHECK(tries(5));
    CHECK(desk.waiting.empty());
}

TEST_CASE("an app that takes nothing is given push.max_waiting messages, and as many wait") { // push.md §4.3
    Constants constants;
    constants.pushMaxWaiting = 3;
    LineDesk desk(constants);
    desk.event(Registered{.call = {7}, .name = "one", .app = talk, .connector = "com.example.talk"});
    desk.takes.reset();
    for (std::uint64_t n = 1; n <= 10; ++n)
        desk.reads({desk.message("one", n)});
    CHECK(desk.got == LineTexts{"1", "2", "3"});
    CHECK(desk.core->messages(desk.now).size() == 4); // 8 to 10, and the note that others are lost
    CHECK(desk.core->messages(desk.now).at(0).held == "app");
    CHECK_FALSE(desk.core->messages(desk.now).at(0).passes);
    REQUIRE(desk.registers("two", letters));
    desk.takes = true;
    desk.reads({desk.message("two", 11)});
    CHECK(desk.got.back() == "11"); // another app has it
}

TEST_CASE("a message that its connector does not answer is tried again, and after a restart at once") { // push.md §4.3
    LineDesk desk;
    desk.event(Registered{.call = {7}, .name = "one", .app = talk, .connector = "com.example.talk"});
    desk.takes.reset();
    desk.reads({desk.message("one", 1)});
    CHECK(desk.got.size() == 1);
    desk.pass(30s);
    CHECK(desk.core->messages(desk.now).at(0).held == "app");
    desk.pass(1min);
    CHECK(desk.got.size() == 2);
    desk.restart();
    CHECK(desk.got == LineTexts{"1"});
    LineMessage brief = desk.message("one", 2);
    brief.ttl = 10min;
    desk.takes = false;
    desk.reads({brief});
    desk.pass(10min);
    CHECK(desk.ended.back() == "expired");
}

TEST_CASE("another store, and another epoch, are told with the cursors that follow from them") { // push.md §4.1
    LineDesk desk;
    REQUIRE(desk.registers("one"));
    desk.wanted.reset();
    desk.reads({desk.message("one", 9)});
    REQUIRE(desk.wanted);
    CHECK(desk.wanted->place.stream == "stream");
    desk.wanted.reset();
    desk.reads({desk.message("one", 10)});
    CHECK_FALSE(desk.wanted);
    desk.reads({}, {{.number = 1, .from = 4}});
    REQUIRE(desk.wanted);
    CHECK(desk.wanted->place.epoch == 1);
    CHECK(desk.wanted->of[0].registration.cursors.at(placeOf(Urgency::Normal)) == 4);
}

TEST_CASE("a line whose route is another, or that has slept, asks at once") { // push.md §4.1
    LineDesk desk;
    REQUIRE(desk.registers("one"));
    desk.event(LineReported{.up = true, .keepAlive = 4min});
    const auto changes = [&](const std::string& interface, bool sleeping = false) {
        desk.device.network.reset();
        if (!interface.empty()) desk.device.network = Network{.interface = interface};
        desk.device.sleeping = sleeping;
        const int before = desk.checks;
        desk.event(DeviceChanged{{}, desk.device});
        return desk.checks - before;
    };
    desk.wanted.reset();
    CHECK(changes("wlan0") == 1);
    CHECK(desk.wanted); // it learns by network
    CHECK(changes("wlan0") == 0);
    CHECK(changes("wwan0") == 1);
    CHECK(changes("") == 0);
    CHECK(changes("wwan0") == 1);
    CHECK(changes("wwan0", true) == 0);
    CHECK(changes("wwan0") == 1);
    CHECK(desk.core->nextDeadline() == desk.now.elapsed + 4min);
    desk.event(LineReported{.up = false});
    CHECK(changes("wlan0") == 1); // it tries to connect
}

TEST_CASE("the line fetches what would pass, and is told where to go on") { // push.md §4.2
    LineDesk desk;
    CHECK_FALSE(desk.wanted); // nobody wants anything
    REQUIRE(desk.registers("one"));
    desk.reads({desk.message("one", 3)});
    desk.wanted.reset();
    desk.doze(true);
    REQUIRE(desk.wanted);
    Urgencies high;
    high.set(placeOf(Urgency::High));
    CHECK(desk.wanted->of[0].urgencies == high);
    desk.wanted.reset();
    desk.pass(1s);
    CHECK_FALSE(desk.wanted); // as before
    desk.restart();
    REQUIRE(desk.wanted); // it starts anew
    CHECK(desk.wanted->of[0].registration.cursors.at(placeOf(Urgency::Normal)) == 3);
    CHECK(desk.wanted->place.stream == "stream");
}

TEST_CASE("registrations, and the line with what it last said, are told") { // push.md §5
    LineDesk desk;
    desk.event(Registered{.call = {7},
                          .name = "one",
                          .app = talk,
                          .connector = "com.example.talk",
                          .endpoint = "https://push.example/push/v1/t"});
    const auto registration = [&] { return desk.core->all<RegistrationView>(desk.now).at(0); };
    const WallTime made = desk.now.wall;
    CHECK(registration().made == made);
    CHECK_FALSE(registration().last);
    desk.pass(1min);
    desk.takes.reset();
    desk.doze(true);
    desk.reads({desk.message("one", 1)});
    desk.restart();
    CHECK(registration().endpoint == "https://push.example/push/v1/t");
    CHECK(registration().connector == "com.example.talk");
    CHECK(registration().made == made);
    CHECK(registration().last == made + 1min);
    CHECK(registration().waiting == 1);
    CHECK(registration().fetched == "h");
    const auto line = [&] { return desk.core->all<LineStatus>(desk.now).at(0); };
    CHECK_FALSE(line().since);
    CHECK(line().registrations == 1);
    CHECK(line().waiting == 1);
    desk.event(LineReported{.up = true, .keepAlive = 4min, .server = "push.example"});
    const WallTime since = desk.now.wall;
    desk.pass(1min);
    CHECK(line().up);
    CHECK(line().server == "push.example");
    CHECK(line().since == since);
    CHECK(line().keepAlive == 4min);
    CHECK(line().asks == since + 4min);
    desk.event(LineReported{.trouble = "nobody answers"});
    CHECK_FALSE(line().up);
    CHECK(line().trouble == "nobody answers");
    CHECK(line().since == desk.now.wall);
}

TEST_CASE(
    "what a server has done that it should not is told") { // push.md §5: sequences anew, floods, what was passed over
    Constants constants;
    constants.pushHighRate = 3;
    LineDesk desk(constants);
    REQUIRE(desk.registers("one"));
    const auto line = [&] { return desk.core->all<LineStatus>(desk.now).at(0); };
    desk.reads({desk.message("one", 8)});
    desk.reads({}, {{.number = 1, .from = 8}}); // it lacks nothing that was read
    CHECK_FALSE(line().anew);
    desk.pass(1min);
    desk.reads({}, {{.number = 2, .from = 4}});
    CHECK(line().anew == desk.now.wall);
    desk.pass(1min);
    desk.event(LineRead{.call = {7}, .stream = "wiped"});
    CHECK(line().anew == desk.now.wall);

    CHECK(line().floods == 0);
    for (std::uint64_t n = 1; n <= 4; ++n) {
        LineMessage message = desk.message("one", n, Urgency::High);
        message.sent = desk.now.wall;
        message.id = "high " + std::to_string(n);
        desk.event(LineRead{.call = {7}, .stream = "wiped", .messages = {message}});
    }
    const WallTime flooded = desk.now.wall;
    CHECK(line().floods == 1);
    CHECK(line().flooded == flooded);
    desk.pass(constants.pushClosed);
    CHECK_FALSE(line().closedUntil);
    CHECK(line().flooded == flooded);

    desk.event(LinePassedOver{{{"a wrong Stint-Mac", 3}}});
    desk.event(LinePassedOver{{{"an unknown version", 1}, {"a wrong Stint-Mac", 4}}});
    CHECK(line().leftOut == std::vector<LeftOut>{{"a wrong Stint-Mac", 7}, {"an unknown version", 1}});
    for (int n = 0; n < 100; ++n)
        desk.event(LinePassedOver{{{std::to_string(n), 1}}});
    CHECK(line().leftOut.size() == 32);
}
