// fleet.md §5: the fleet's server on a real nats-server, with devices that do as they are told.
#include <doctest/doctest.h>

#include <fstream>
#include <latch>
#include <sqlite3.h>

#include <csignal>
#include <sys/resource.h>

#include "fleet/enrolment/handing_on.hpp"
#include "fleet/office/poster.hpp"
#include "fleet/office/shown.hpp"
#include "office/desk.hpp"

namespace stint::fleet {

TEST_CASE("§3, §4: devices join, are sent the order, ask, run and tell, so many at a time") {
    SmallFleet fleet(12);
    Desk& desk = *fleet.desk;
    const auto started = sure(desk.start(fleet.campaign(5), true));
    CHECK(started.devices == 12);
    const auto sent = desk.orders();
    CHECK(sent.size() == 5); // so many as may begin
    CHECK(sent.begin()->second.campaign == started.id);
    const std::string document = desk.ask(FleetWord::Doc, fleet.phones[0].id(), textOf(DocQuestion{started.id}));
    CHECK(idOf(sure(campaignIn(sure(docAnswerIn(document)).document.document))) == started.id);

    std::set<std::size_t> ended;
    for (int turn = 0; turn < 3; ++turn) {
        auto begun = fleet.letBegin(started.id, {&desk});
        std::erase_if(begun, [&](std::size_t n) { return ended.contains(n); });
        CHECK(begun.size() == std::min<std::size_t>(5, 12 - ended.size()));
        for (const std::size_t n : begun) {
            fleet.phones[n].tell(desk, started.id, Phase::Running);
            fleet.phones[n].tell(desk, started.id, Phase::Ended, n == 3 ? Outcome::Failed : Outcome::Succeeded);
            ended.insert(n);
        }
        CHECK(eventually([&] {
            return desk.count(started.id, Outcome::Succeeded) + desk.count(started.id, Outcome::Failed) == ended.size();
        }));
    }
    CHECK(ended.size() == 12);
    CHECK(desk.count(started.id, Outcome::Failed) == 1);
    CHECK(desk.state(started.id) == Rollout::State::Ended);
}

TEST_CASE("§2.2: a hello brings the documents of which its device has told nothing, and no others") {
    SmallFleet fleet(2);
    Desk& desk = *fleet.desk;
    Phone &one = fleet.phones[0], &two = fleet.phones[1];
    CHECK(one.hello(desk).documents.empty());
    const Signed document = fleet.campaign(2);
    const std::string id = sure(desk.start(document, true)).id;
    const auto brought = one.hello(desk).documents;
    REQUIRE(brought.size() == 1);
    CHECK(brought.at(id) == document);
    const auto named = [&](std::uint32_t sequence) {
        return one.saysHello(desk,
                             {.version = "0.1.0", .endpoint = one.endpoint(), .open = {{id, sequence}}, .ended = {}});
    };
    CHECK(named(0).documents.size() == 1); // it has noted the order, and no more
    CHECK(named(0).orders.empty());
    CHECK(named(1).documents.empty());
    CHECK(two.hello(desk).documents.size() == 1);
    two.tell(desk, id, Phase::Ended, Outcome::Failed);
    CHECK(eventually([&] { return two.hello(desk).documents.empty(); }));
}

TEST_CASE("§4.3: a desired state is set once, told to whom it means, and outlives its server") {
    SmallFleet fleet(2);
    auto* desk = fleet.desk.get();
    Phone &one = fleet.phones[0], &two = fleet.phones[1];
    const Signed first = fleet.desired(1);
    CHECK(desk->set(sure(signedBy(fleet.server.statement, sure(desiredIn(first.document)))), true).error().code ==
          Errc::SECURITY);
    CHECK(desk->set(fleet.desired(2), true).error().code == Errc::ILLEGAL_STATE);
    CHECK(desk->set(first).error().code == Errc::ILLEGAL_ARGUMENT); // it means all, and does not say so
    desk->orders();
    CHECK(sure(desk->set(first, true)).devices == 2);
    CHECK(sure(desk->set(first, true)).version == 1); // the answer was lost, say
    CHECK(desk->set(fleet.desired(1), true).error().code == Errc::ILLEGAL_STATE);
    const auto told = desk->orders();
    CHECK(told.size() == 4);
    CHECK(told.begin()->second == OrderMessage{.campaign = {}, .enrolment = 1, .desired = 1});
    CHECK(desk->audit().back() == "Ann set 1");
    CHECK(desk->drift(one.id()) == "unheard");

    const HelloAnswer answer = one.hello(*desk);
    REQUIRE(answer.desired.has_value());
    CHECK(*answer.desired == first);
    REQUIRE(answer.statement.has_value());
    CHECK(sure(statementIn(answer.statement->document)).desired == std::vector{sha256Of(first.document)});
    CHECK_FALSE(one.hello(*desk, one.state(first, Holding::Applied, 10)).desired.has_value());
    CHECK(desk->drift(one.id()) == "");
    one.hello(*desk, one.state(first, Holding::Refused, 9)); // an old word of it, said again
    CHECK(desk->drift(one.id()) == "");
    one.hello(*desk, two.state(first, Holding::Refused, 11)); // another's
    CHECK(desk->drift(one.id()) == "");
    CHECK(two.hello(*desk, two.state(first, Holding::Refused, 10)).desired.has_value()); // until it is not refused
    CHECK(desk->drift(two.id()) == "refused");

    const Signed second = fleet.desired(2);
    sure(desk->set(second, true));
    CHECK(desk->drift(one.id()) == "older");
    CHECK(*one.hello(*desk, one.state(first, Holding::Applied, 10)).desired == second);
    one.hello(*desk, one.state(second, Holding::Changed, 20));

    // A server that has lost its file, and another list, by which the operator is none any more.
    fleet.desk.reset();
    std::filesystem::remove(fleet.roster());
    fleet.desk = std::make_unique<Desk>(fleet.nats, fleet.server, fleet.roster());
    desk = fleet.desk.get();
    CHECK(desk->drift(one.id()) == "changed");
    CHECK(desk->drift(two.id()) == "older");
    CHECK(desk->orders().size() == 2); // it was set a moment ago, and may not have been told
    CHECK_FALSE(one.hello(*desk).desired.has_value());
    CHECK(*two.hello(*desk).desired == second);
    Phone late; // joins later
    late.join(*desk, desk->invites(fleet.server));
    CHECK(*late.hello(*desk).desired == second);
    sure(desk->label(one.id(), {"site=oslo"}));
    CHECK(desk->drift(one.id()) == "older"); // it does not know yet that nothing is desired of it
    Operators none = fleet.server.list;
    ++none.version;
    none.operators.clear();
    sure(desk->takeOperators(sure(signedBy(fleet.server.root, none))));
    CHECK_FALSE(two.hello(*desk).desired.has_value());
}

TEST_CASE("§3: a device that leaves is out once it has signed that itself, and nobody else takes it out") {
    SmallFleet fleet(2);
    Desk& desk = *fleet.desk;
    const std::string id = sure(desk.start(fleet.campaign(5), true)).id;
    Phone &phone = fleet.phones[0], &other = fleet.phones[1];
    const auto says = [&](const Phone& asks, const SecretKey& key, const LeaveQuestion& question) {
        return desk.ask(FleetWord::Leave, asks.id(), textOf(sure(signedBy(key, question))));
    };
    const LeaveQuestion leave{phone.id(), phone.enrolment()};
    CHECK(says(phone, other.identity->key(), leave) != leaveAnswer());                             // another's key
    CHECK(says(other, phone.identity->key(), leave) != leaveAnswer());                             // another's line
    CHECK(says(phone, phone.identity->key(), {phone.id(), leave.enrolment + 1}) != leaveAnswer()); // another time
    CHECK(desk.ask(FleetWord::Leave, phone.id(), "{}") != leaveAnswer());
    CHECK(desk.count(id, Outcome::Cancelled) == 0);
    for (int twice = 0; twice < 2; ++twice) // the first answer may be lost
        CHECK(says(phone, phone.identity->key(), leave) == leaveAnswer());
    CHECK(desk.audit().back() == "the device leave " + phone.id()); // §2.3
    CHECK(desk.count(id, Outcome::Cancelled) == 1);
    CHECK(desk.look([&](Office::View& view) { return sure(view.roster().device(phone.id()))->isGone; }));
    CHECK(phone.asks(desk, id).word == Reply::Word::Over);
}

TEST_CASE(
    "§3.1: a device that is there twice is told so by whatever server, and is meant no more until it joins anew") {
    SmallFleet fleet(3);
    auto* desk = fleet.desk.get();
    Phone &phone = fleet.phones[0], &other = fleet.phones[1];
    const std::string id = sure(desk->start(fleet.campaign(5), true)).id;
    CHECK(phone.asks(*desk, id).word == Reply::Word::Begin);
    Trace one{1, 7, 0};
    for (Bytes draw = 20; draw < 30; ++draw) {
        CHECK_FALSE(phone.says(*desk, one).isCloned);
        one = traceAfter(one, 0, draw);
    }
    CHECK(phone.hello(*desk).number == 10); // one that has lost its own goes on from there
    CHECK_FALSE(other.says(*desk, {1, 7, 0}).isCloned);
    desk->orders();
    Trace two = one;
    for (Trace* const each : {&one, &two}) {
        CHECK_FALSE(phone.says(*desk, *each).isCloned);
        *each = traceAfter(*each, 0, each == &one ? 40 : 50);
    }
    CHECK_FALSE(phone.says(*desk, one).isCloned);
    CHECK_FALSE(phone.says(*desk, two).isCloned); // as after a power cut
    const auto told = phone.says(*desk, traceAfter(one, 0, 41));
    CHECK(told.isCloned);
    CHECK(desk->audit().back() == "the server cloned " + phone.id());
    CHECK(desk->count(id, Outcome::Cancelled) == 1);
    CHECK(phone.asks(*desk, id, 2).word == Reply::Word::Over);
    const auto orders = desk->orders();
    REQUIRE(orders.contains(phone.endpoint())); // it has begun, and is to ask why
    CHECK(orders.find(phone.endpoint())->second.again);
    CHECK(sure(desk->start(fleet.campaign(4), true)).devices == 2);

    for (const bool isLost : {false, true}) {
        CAPTURE(isLost);
        fleet.desk.reset();
        if (isLost) std::filesystem::remove(fleet.roster());
        fleet.desk = std::make_unique<Desk>(fleet.nats, fleet.server, fleet.roster());
        desk = fleet.desk.get();
        CHECK(phone.says(*desk, traceAfter(two, 0, 51)).isCloned);
        CHECK_FALSE(other.says(*desk, {2, 8, 7}).isCloned);
        CHECK(desk->look([](Office::View& view) { return sure(view.roster().cloned()); }) == std::vector{phone.id()});
        CHECK(desk->look([](Office::View& view) { return metrics(view); }).find("stint_fleet_cloned_devices 1") !=
              std::string::npos);
    }
    const auto before = phone.enrolment();
    sure(Identity::leave(phone.device.directory()));
    phone.join(*desk, desk->invites(fleet.server));
    CHECK(phone.enrolment() == before + 1);
    CHECK_FALSE(phone.says(*desk, {1, 7, 0}).isCloned);
    CHECK(desk->look([](Office::View& view) { return sure(view.roster().cloned()); }).empty());
    const Hello old{
        .version = "0.1.0", .endpoint = phone.endpoint(), .enrolment = before, .open = {}, .ended = {}, .trace = two};
    CHECK(phone.saysHello(*desk, old).isCloned);
    CHECK(desk->look([](Office::View& view) { return sure(view.roster().cloned()); }).empty());
}

TEST_CASE("§3.1: a server that has lost its file knows a device that was put back, by what the bucket has") {
    SmallFleet fleet(2);
    Trace trace{1, 7, 0}, image;
    for (Bytes draw = 20; draw < 40; ++draw) {
        if (trace.number == 12) image = trace;
        CHECK_FALSE(fleet.phones[0].says(*fleet.desk, trace).isCloned);
        trace = traceAfter(trace, 0, draw);
    }
    fleet.desk.reset();
    std::filesystem::remove(fleet.roster());
    fleet.desk = std::make_unique<Desk>(fleet.nats, fleet.server, fleet.roster());
    CHECK_FALSE(fleet.phones[0].says(*fleet.desk, trace).isCloned);
    CHECK(fleet.phones[0].says(*fleet.desk, image).isCloned);
}

TEST_CASE("§5: a server that begins anew has the same campaign, with its file and without") {
    SmallFleet fleet(6);
    const std::string id = sure(fleet.desk->start(fleet.campaign(3), true)).id;
    CHECK(fleet.letBegin(id, {fleet.desk.get()}).size() == 3);
    fleet.phones[0].tell(*fleet.desk, id, Phase::Ended, Outcome::Succeeded);
    REQUIRE(eventually([&] { return fleet.desk->count(id, Outcome::Succeeded) == 1; }));
    for (const bool isLost : {false, true}) {
        CAPTURE(isLost);
        fleet.desk.reset();
        if (isLost) std::filesystem::remove(fleet.roster());
        fleet.desk = std::make_unique<Desk>(fleet.nats, fleet.server, fleet.roster());
        CHECK(fleet.desk->count(id, Outcome::Succeeded) == 1);
        const auto entry =
            fleet.desk->look([&](Office::View& view) { return sure(view.roster().device(fleet.phones[1].id())); });
        CHECK(entry->endpoint == fleet.phones[1].endpoint()); // orders go on
        // Whoever has a slot is told the same one again, and nobody else gets the third twice.
        CHECK(fleet.letBegin(id, {fleet.desk.get()}).size() == 3);
    }
}

TEST_CASE("§5.2: a roster that turns out damaged while the server runs is set aside, and made anew") {
    static sqlite3* opened = nullptr; // the roster's, whose cache would hide what has become of its file
    const auto note = +[](sqlite3* database, char**, const sqlite3_api_routines*) {
        opened = database;
        return SQLITE_OK;
    };
    REQUIRE(sqlite3_auto_extension(reinterpret_cast<void (*)()>(note)) == SQLITE_OK);
    SmallFleet fleet(4);
    sqlite3_reset_auto_extension();
    Desk& desk = *fleet.desk;
    const std::string id = sure(desk.start(fleet.campaign(2), true)).id;
    const auto begun = fleet.letBegin(id, {&desk});
    fleet.phones[0].tell(desk, id, Phase::Ended, Outcome::Succeeded);
    REQUIRE(eventually([&] { return desk.count(id, Outcome::Succeeded) == 1; }));
    const auto ruin = [&](Office::View&) {
        for (const char* const ending : {"", "-wal"}) {
            const std::string file = fleet.roster().string() + ending;
            const auto length = std::filesystem::file_size(file);
            std::fstream(file, std::ios::in | std::ios::out | std::ios::binary) << std::string(length, '\x55');
        }
        sqlite3_db_release_memory(opened);
        return true;
    };
    SUBCASE("a device finds it out") {
        desk.look(ruin);
        CHECK(fleet.phones[1].hello(desk).missing.empty()); // asked again, it has its answer
    }
    SUBCASE("a report does") {
        desk.look(ruin);
        fleet.phones[1].tell(desk, id, Phase::Ended, Outcome::Succeeded);
    }
    SUBCASE("an operator does") {
        desk.look(ruin);
        CHECK(!desk.start(fleet.campaign(1, "label site=oslo")).ok());
    }
    REQUIRE(eventually([&] { return std::filesystem::exists(fleet.roster().string() + ".damaged"); }));
    CHECK(fleet.phones[2].hello(desk).missing.empty());
    CHECK(desk.count(id, Outcome::Succeeded) >= 1);
    CHECK(fleet.phones[3].asks(desk, id).word != Reply::Word::Over);
    CHECK(desk.look([](Office::View& view) { return sure(view.roster().count()); }) == 4);
}

TEST_CASE("§5: two servers that both believe that they lead let no more begin than one") {
    SmallFleet fleet(12);
    Desk other(fleet.nats, fleet.server, fleet.server.place / "other.db");
    const std::string id = sure(fleet.desk->start(fleet.campaign(4), true)).id;
    std::set<std::size_t> begun;
    // Whoever gets no answer asks again: its server has found out that it does not lead, and has read what does.
    for (int turn = 0; turn < 4 && begun.size() < 4; ++turn)
        for (std::size_t n = 0; n < fleet.phones.size(); ++n) {
            Desk& asked = (n + static_cast<std::size_t>(turn)) % 2 == 0 ? *fleet.desk : other;
            const SlotQuestion question{id, fleet.phones[n].enrolment(), 0, 1};
            const auto reply = replyIn(asked.ask(FleetWord::Slot, fleet.phones[n].id(), textOf(question)));
            if (reply.ok() && reply->word == Reply::Word::Begin) begun.insert(n);
        }
    CHECK(begun.size() == 4);
}

TEST_CASE("§5.1: one server of a cluster leads; another reads along, and goes on when it is gone") {
    SmallFleet fleet(4, "one");
    REQUIRE(fleet.desk->leads());
    Desk other(fleet.nats, fleet.server, fleet.server.place / "other.db", "two");
    CHECK_FALSE(other.leads());
    const Signed document = fleet.campaign(2);
    const auto refused = other.start(document, true).error();
    CHECK(refused.code == Errc::ILLEGAL_STATE);
    CHECK(refused.message.find("one's leads the fleet") != std::string::npos);
    const std::string id = sure(fleet.desk->start(document, true)).id;
    const JoinCode code = fleet.desk->invites(fleet.server, 1);
    const auto begun = fleet.letBegin(id, {fleet.desk.get()});
    fleet.phones[*begun.begin()].tell(*fleet.desk, id, Phase::Ended, Outcome::Succeeded);
    REQUIRE(eventually([&] { return fleet.desk->count(id, Outcome::Succeeded) == 1; }));

    fleet.desk.reset();
    REQUIRE(eventually([&] { return other.leads(); }));
    CHECK(other.count(id, Outcome::Succeeded) == 1);
    CHECK(fleet.letBegin(id, {&other}).size() == 2); // the other one of before, and one in the place of who has ended
    Phone later;
    later.join(other, code); // it knows the invitation, too
    CHECK(later.enrolment() == 1);
}

TEST_CASE("§5.1: who leads tells the others the reports that it has read, and a server that is alone tells nobody") {
    for (const std::string member : {"one", ""}) {
        SmallFleet fleet(1, member);
        const push::Broker follower = brokerAt(fleet.nats);
        std::mutex mutex;
        std::vector<push::Recorded> told;
        sure(follower.listen(push::readSubject, [&](const push::Stored& message) {
            const std::lock_guard lock(mutex);
            for (push::Recorded& one : sure(push::reportsIn(message.body)))
                told.push_back(std::move(one));
        }));
        const std::string id = sure(fleet.desk->start(fleet.campaign(1), true)).id;
        fleet.letBegin(id, {fleet.desk.get()});
        fleet.phones.front().tell(*fleet.desk, id, Phase::Ended, Outcome::Succeeded);
        REQUIRE(eventually([&] { return fleet.desk->count(id, Outcome::Succeeded) == 1; }));
        const auto stands = follower.read(push::reportsStream, ">", 1).value();
        const auto areTold = [&](std::size_t count) {
            const std::lock_guard lock(mutex);
            return told.size() == count;
        };
        if (member.empty()) {
            CHECK(areTold(0));
            continue;
        }
        REQUIRE(eventually([&] { return areTold(stands.size()); }));
        for (std::size_t n = 0; n < told.size(); ++n) {
            CHECK(told[n].message.subject == stands[n].message.subject);
            CHECK(told[n].message.sequence == stands[n].message.sequence);
            CHECK(told[n].message.body == stands[n].message.body);
        }
    }
}

TEST_CASE("§5.1: what a server that follows is told, and is no report, costs it nothing") {
    SmallFleet fleet(1, "one");
    Desk other(fleet.nats, fleet.server, fleet.server.place / "other.db", "two");
    const push::Broker liar = brokerAt(fleet.nats);
    const std::string id = sure(fleet.desk->start(fleet.campaign(1), true)).id;
    fleet.letBegin(id, {fleet.desk.get()});
    const push::Recorded far{.message = {.subject = "", .sequence = 7, .headers = {}, .body = "{"}, .at = wallNow()};
    for (const std::string& text : {std::string("["), push::textsOf({far}).front()})
        sure(liar.tell(push::readSubject, {}, text));
    fleet.phones.front().tell(*fleet.desk, id, Phase::Ended, Outcome::Succeeded);
    REQUIRE(eventually([&] { return fleet.desk->count(id, Outcome::Succeeded) == 1; }));
    fleet.desk.reset();
    REQUIRE(eventually([&] { return other.leads(); }));
    CHECK(other.count(id, Outcome::Succeeded) == 1);
}

TEST_CASE("§5.1: a server whose lease another one has taken meanwhile says so, and answers nobody") {
    SmallFleet fleet(1, "one");
    const push::Broker broker = brokerAt(fleet.nats);
    sure(broker.put("STINT_FLEET_LEASE", "leader", "two 192.0.2.7:7750"));
    CHECK(eventually([&] { return fleet.desk->isSuperseded(); }));
    CHECK(fleet.desk->invited().error().message.find("192.0.2.7:7750 leads") != std::string::npos);
}

TEST_CASE("§5.1: a server that led, and follows another when its broker is back, takes none of its questions") {
    SmallFleet fleet(1, "one");
    Desk other(fleet.nats, fleet.server, fleet.server.place / "other.db", "two");
    const Phone& phone = fleet.phones.front();
    const auto isAnswered = [&] {
        const std::string subject = push::fleetSubject(FleetWord::Doc, push::shardOf(phone.id()), phone.id());
        return other.line.ask(subject, textOf(DocQuestion{"none"})).ok();
    };
    CHECK(isAnswered());
    fleet.desk->office().connected(false);
    REQUIRE(eventually([&] { return other.leads(); }));
    fleet.desk->office().connected(true);
    REQUIRE(eventually([&] { return fleet.desk->follows(); }));
    for (int n = 0; n < 20; ++n)
        CHECK(isAnswered());
}

TEST_CASE("§5.1: a server that follows reads on when its broker is back, and anew where the log is another") {
    SmallFleet fleet(4, "one");
    Desk other(fleet.nats, fleet.server, fleet.server.place / "other.db", "two");
    const auto known = [&] { return other.look([](Office::View& view) { return view.campaigns(); }); };
    const auto loses = [&] {
        other.office().connected(false);
        REQUIRE(eventually([&] {
            return other.look([](Office::View& view) { return view.opened().error().code; }) == Errc::UNAVAILABLE;
        }));
        other.office().connected(true);
    };
    const push::Broker& broker = fleet.desk->broker;
    const std::string id = sure(fleet.desk->start(fleet.campaign(2), true)).id;
    CHECK(fleet.letBegin(id, {fleet.desk.get()}).size() == 2);
    REQUIRE(eventually([&] { return known() == std::vector{id} && other.nextEntry(id) == fleet.desk->nextEntry(id); }));
    sure(broker.forget(ledgerBucket, id + ".log.00000001")); // whoever reads anew misses it
    loses();
    const std::string next = sure(fleet.desk->start(fleet.campaign(2, "all"), true)).id;
    REQUIRE(eventually([&] { return known().size() != 1; }));
    CHECK(std::ranges::count(known(), id) == 1);
    sure(broker.forget(ledgerBucket, next + ".>"));
    loses();
    CHECK(eventually([&] { return known().empty(); }));
}

TEST_CASE("§5.1: a list of operators that one server was given counts at the others") {
    SmallFleet fleet(1, "one");
    const SmallServer& itself = fleet.server;
    Operators list = itself.list;
    list.version = 8;
    const Place elsewhere; // the other machine's directory, as it was handed on before
    const auto directory = elsewhere / "fleet-server";
    sure(takeOver(directory, handedOn(itself.keys())));
    CHECK(sure(FleetKeys::open(directory)).list.version == 7);
    CHECK(fleet.desk->takeOperators(sure(signedBy(itself.root, list))).ok());
    CHECK(fleet.desk->takeOperators(sure(signedBy(itself.root, list))).error().code == Errc::ILLEGAL_STATE);
    {
        Desk other(fleet.nats, itself, elsewhere / "other.db", "two", directory);
        CHECK(other.look([](Office::View& view) { return view.keys().list.version; }) == 8);
    }
    CHECK(sure(FleetKeys::open(directory)).list.version == 8);
}

TEST_CASE("§7: a broker that dies takes nothing with it that was answered") {
    SmallFleet fleet(4);
    const std::string id = sure(fleet.desk->start(fleet.campaign(2), true)).id;
    const auto begun = fleet.letBegin(id, {fleet.desk.get()});
    CHECK(begun.size() == 2);
    fleet.nats.kill();
    fleet.nats.start();
    CHECK(fleet.letBegin(id, {fleet.desk.get()}) == begun);
}

TEST_CASE("§5.2: a device for which the disk had no room is read again") {
    SmallFleet fleet(2);
    fleet.desk.reset();
    Roster roster = sure(Roster::open(fleet.server.place / "other.db"));
    push::Broker broker = brokerAt(fleet.nats);
    std::atomic<bool> isOpen = false, isRefused = false;
    std::promise<std::size_t> known;
    rlimit room{};
    ::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &room) == 0);
    const rlimit none{0, room.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &none) == 0);
    Office office(broker, {.data = fleet.server.place.path()}, std::move(roster), fleet.server.keys(),
                  {.post = [](const std::string&, const OrderMessage&) {},
                   .tell = [&](const std::string& why) { isRefused = isRefused || why != "the broker is away"; },
                   .opened = [&] { isOpen = true; }});
    broker.follow([&](bool up) { office.connected(up); });
    const bool wasRefused = eventually([&] { return isRefused.load(); });
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &room) == 0);
    CHECK(wasRefused);
    CHECK(eventually([&] { return isOpen.load(); }));
    office.look([&](Office::View& view) {
        const auto count = view.roster().count();
        known.set_value(count.ok() ? *count : 0);
    });
    CHECK(known.get_future().get() == 2);
    broker.close();
}

TEST_CASE("§4.2: a cancel ends who has no slot; who has one, or waits, hears of it from a statement") {
    SmallFleet fleet(4);
    Desk& desk = *fleet.desk;
    const std::string id = sure(desk.start(fleet.campaign(2), true)).id;
    const auto begun = fleet.letBegin(id, {&desk});
    REQUIRE(begun.size() == 2);
    Phone& waits = *std::ranges::find_if(fleet.phones, [&](const Phone& one) {
        return !begun.contains(static_cast<std::size_t>(&one - fleet.phones.data()));
    });
    waits.tell(desk, id, Phase::Waiting);
    CHECK(eventually([&] {
        return desk.look([&](Office::View& view) {
            const auto targets = view.campaign(id)->steering.rollout().targets();
            return std::ranges::any_of(targets, [](const Target& one) { return one.sequence != 0; });
        });
    }));
    desk.orders();
    CHECK(desk.instruct(fleet.instruction(id, "cancel")).ok());
    CHECK(desk.count(id, Outcome::Cancelled) == 2);
    const auto orders = desk.orders();
    CHECK(orders.size() == 3); // which makes them ask
    CHECK(orders.contains(waits.endpoint()));
    const auto answer = fleet.phones[*begun.begin()].hello(desk);
    REQUIRE(answer.statement);
    CHECK(sure(statementIn(answer.statement->document)).cancelled == std::vector<std::string>{id});
}

TEST_CASE("§4.2: a word that would change nothing is refused with what is true, and is not in the audit") {
    SmallFleet fleet(2);
    Desk& desk = *fleet.desk;
    const std::string id = sure(desk.start(fleet.campaign(2), true)).id;
    REQUIRE(fleet.letBegin(id, {&desk}).size() == 2);
    CHECK(desk.instruct(fleet.instruction(id, "resume")).error().code == Errc::ILLEGAL_STATE);
    CHECK(desk.instruct(fleet.instruction(id, "retry", 1)).error().code == Errc::ILLEGAL_STATE);
    sure(desk.instruct(fleet.instruction(id, "cancel")));
    CHECK(desk.state(id) == Rollout::State::Cancelling);
    const auto acts = desk.audit();
    CHECK(acts.back() == "Ann cancel " + id);
    const auto again = desk.instruct(fleet.instruction(id, "resume"));
    CHECK(again.error().message == id + " was cancelled");
    CHECK(desk.audit() == acts);
}

TEST_CASE("§5.1: a statement names the campaigns that a device may yet ask about") {
    SmallFleet fleet(2);
    Desk& desk = *fleet.desk;
    const auto alive = [&] { return sure(statementIn(fleet.phones[0].hello(desk).statement->document)).alive; };
    const std::string id = sure(desk.start(fleet.campaign(2), true)).id;
    CHECK(alive() == std::vector{id});
    REQUIRE(fleet.letBegin(id, {&desk}).size() == 2);
    fleet.phones[0].tell(desk, id, Phase::Ended, Outcome::Succeeded);
    fleet.phones[1].tell(desk, id, Phase::Ended, Outcome::Failed);
    CHECK(eventually([&] { return alive().empty(); }));
    CHECK(desk.instruct(fleet.instruction(id, "retry", 1)).ok());
    CHECK(alive() == std::vector{id});
}

TEST_CASE("§2.1: 30 d after its last device's time a campaign is gone, and so it is told") {
    SmallFleet fleet(1);
    const Signed young = fleet.campaign(1, "all", 31 * 24h), old = fleet.campaign(1, "all", 33 * 24h);
    const std::string youngId = idOf(sure(campaignIn(young.document))), oldId = idOf(sure(campaignIn(old.document)));
    const auto begin = [&](const std::string& id, const Signed& document) {
        const Ledger ledger = sure(Ledger::open(fleet.desk->broker));
        const Entry joined{.at = sure(campaignIn(document.document)).made,
                           .records = {Joined{{fleet.phones[0].enrolment()}}},
                           .names = {fleet.phones[0].id()}};
        sure(ledger.begin(id, document));
        sure(ledger.append(id, 1, joined));
    };
    begin(youngId, young);
    begin(oldId, old);
    const auto restart = [&] {
        fleet.desk.reset();
        fleet.desk = std::make_unique<Desk>(fleet.nats, fleet.server, fleet.roster());
    };
    restart();
    const auto known = [&] { return fleet.desk->look([](Office::View& view) { return view.campaigns(); }); };
    const auto rows = [&] { return fleet.desk->look([](Office::View& view) { return view.roster().ids(); }); };
    CHECK(eventually([&] { return known() == std::vector{youngId}; }));
    CHECK(rows() == std::vector{youngId});
    CHECK(sure(fleet.desk->broker.valueOf(ledgerBucket, oldId + ".doc")).revision == 0);
    CHECK(sure(fleet.desk->broker.valueOf(ledgerBucket, oldId + ".log.00000001")).revision == 0);
    CHECK(fleet.phones[0].asks(*fleet.desk, oldId).word == Reply::Word::Over);
    CHECK(sure(statementIn(fleet.phones[0].hello(*fleet.desk).statement->document)).alive.empty());
    // Another server has forgotten it, while this one was away.
    sure(sure(Ledger::open(fleet.desk->broker)).remove(youngId));
    restart();
    CHECK(known().empty());
    CHECK(rows().empty());
}

TEST_CASE("§2.3: what is done is in the audit before it is answered, and what is refused is not") {
    SmallFleet fleet(2);
    Desk& desk = *fleet.desk;
    const auto begun = desk.audit();
    REQUIRE(begun.size() == 3);
    CHECK(begun[0].starts_with("the server invite "));
    for (std::size_t n = 0; n < 2; ++n)
        CHECK(begun[n + 1] == "the server certificate " + fleet.phones[n].id());
    const Signed good = fleet.campaign(2);
    const std::string id = sure(desk.start(good, true)).id;
    sure(desk.start(good, true)); // again: it was started once
    CHECK(!desk.start(fleet.campaign(1, "label site=oslo")).ok());
    CHECK(!desk.instruct(fleet.instruction("20261123-k3v7qa2m", "pause")).ok());
    CHECK(!desk.takeOperators(sure(signedBy(fleet.server.ann, fleet.server.list))).ok());
    const auto before = desk.audit();
    CHECK(std::ranges::count(before, "Ann start " + id) == 1);
    sure(desk.instruct(fleet.instruction(id, "pause")));
    sure(desk.label(fleet.phones[0].id(), {"site=oslo"}));
    sure(desk.remove(fleet.phones[1].id()));
    Operators newer = fleet.server.list;
    ++newer.version;
    sure(desk.takeOperators(sure(signedBy(fleet.server.root, newer))));
    auto acts = desk.audit();
    CHECK(acts.size() == before.size() + 4);
    CHECK(std::vector(acts.end() - 4, acts.end()) ==
          std::vector{"Ann pause " + id, "the server label " + fleet.phones[0].id(),
                      "the server remove " + fleet.phones[1].id(), fmt::format("root operators {}", newer.version)});
    fleet.desk.reset();
    fleet.desk = std::make_unique<Desk>(fleet.nats, fleet.server, fleet.roster());
    CHECK(fleet.desk->audit() == acts);
}

TEST_CASE("§2.3: a campaign that failures stop is an entry") {
    SmallFleet fleet(3);
    Desk& desk = *fleet.desk;
    Campaign strict = sure(campaignIn(fleet.campaign(3).document));
    strict.plan.stopAt = 100; // 1 %
    strict.plan.stopMin = 1;
    const std::string id = sure(desk.start(sure(signedBy(fleet.server.ann, strict)), true)).id;
    REQUIRE(fleet.letBegin(id, {&desk}).size() == 3);
    fleet.phones[0].tell(desk, id, Phase::Ended, Outcome::Failed);
    CHECK(eventually([&] { return desk.state(id) == Rollout::State::Stopped; }));
    CHECK(eventually([&] { return desk.audit().back() == "the server stop " + id; }));
}

TEST_CASE("§3: labels change by a newer certificate of the same enrolment, which the device has with its next hello") {
    SmallFleet fleet(2);
    Desk& desk = *fleet.desk;
    Phone& phone = fleet.phones[0];
    Campaign open = sure(campaignIn(fleet.campaign(5, "label site=oslo").document));
    open.open = true;
    const std::string openId = sure(desk.start(sure(signedBy(fleet.server.ann, open)))).id;
    CHECK(phone.asks(desk, openId).word == Reply::Word::Over);
    const Certificate had = *phone.identity->trust().certificate();
    const auto hello = [&](WallTime made) {
        const Hello says{.version = "0.1.0",
                         .endpoint = phone.endpoint(),
                         .enrolment = had.enrolment,
                         .certificate = made,
                         .open = {}};
        return phone.saysHello(desk, says).certificate;
    };
    CHECK(!hello(had.made));
    for (const char* const wrong : {"site", "SITE=x", "=x", "site=a b", ""})
        CHECK(desk.label(phone.id(), {wrong}).error().code == Errc::ILLEGAL_ARGUMENT);
    CHECK(desk.label("0123456789ABCDEFGHJKMNPQRS", {"site=oslo"}).error().code == Errc::REFUSED);
    sure(desk.label(phone.id(), {"site=oslo", "lab=yes"}));
    const auto given = hello(had.made);
    REQUIRE(given);
    const Certificate has = sure(certificateIn(given->document));
    CHECK(has.labels == decltype(has.labels){{"lab", "yes"}, {"site", "oslo"}});
    CHECK(has.enrolment == had.enrolment);
    CHECK(has.until == had.until);
    CHECK(!hello(has.made));
    const auto oldCertificate = sure(signedBy(fleet.server.enrolment, had));
    sure(phone.identity->takeCertificate(*given));
    CHECK(!phone.identity->takeCertificate(oldCertificate).ok()); // nobody gives it its old labels again
    CHECK(phone.identity->trust().certificate()->labels == has.labels);
    CHECK(phone.asks(desk, openId).word == Reply::Word::Begin);
    sure(desk.label(phone.id(), {"lab="}));
    CHECK(sure(certificateIn(hello(has.made)->document)).labels == decltype(has.labels){{"site", "oslo"}});
}

TEST_CASE("§4: what cannot go is refused, with its reason") {
    SmallFleet fleet(2);
    Desk& desk = *fleet.desk;
    const auto code = [&](const Signed& document, bool all = false) { return desk.start(document, all).error().code; };
    CHECK(code(fleet.campaign(1)) == Errc::ILLEGAL_ARGUMENT); // it means everybody
    CHECK(code(fleet.campaign(1, "label site=oslo")) == Errc::ILLEGAL_ARGUMENT);
    CHECK(code(fleet.campaign(1, "all", 48h), true) == Errc::ILLEGAL_STATE);
    Signed forged = fleet.campaign(1);
    forged.signatures = sure(signedBy(SecretKey::make(), sure(campaignIn(forged.document)))).signatures;
    CHECK(code(forged, true) == Errc::SECURITY);
    forged.document += " ";
    CHECK(code(forged, true) == Errc::ILLEGAL_ARGUMENT);
    CHECK(desk.instruct(fleet.instruction("20261123-k3v7qa2m", "pause")).error().code == Errc::REFUSED);
    const Signed good = fleet.campaign(1);
    const std::string id = sure(desk.start(good, true)).id;
    CHECK(sure(desk.start(good, true)).id == id); // again: it is the same
    CHECK(desk.look([](Office::View& view) { return view.campaigns().size(); }) == 1);
}

TEST_CASE("§4: a device that joins later is meant by an open campaign, and by no other") {
    SmallFleet fleet(2);
    Desk& desk = *fleet.desk;
    Campaign open = sure(campaignIn(fleet.campaign(5).document));
    open.open = true;
    const std::string openId = sure(desk.start(sure(signedBy(fleet.server.ann, open)), true)).id;
    const std::string id = sure(desk.start(fleet.campaign(5), true)).id;
    Phone later;
    later.join(desk, desk.invites(fleet.server, 1));
    later.hello(desk);
    CHECK(later.asks(desk, openId).word == Reply::Word::Begin);
    CHECK(later.asks(desk, id).word == Reply::Word::Over);
}

TEST_CASE("§5.1: a device that asks without end is passed over, and keeps nobody waiting") {
    SmallFleet fleet(2);
    constexpr int flood = 100'000;
    std::atomic<int> answered = 0;
    const std::string question = textOf(Hello{.version = "0.1.0", .endpoint = "", .open = {}});
    for (int n = 0; n < flood; ++n)
        fleet.desk->office().ask(FleetWord::Hello, fleet.phones[0].id(), question, [&](const auto&) { ++answered; });
    fleet.phones[1].hello(*fleet.desk);
    CHECK(answered > 0);
    CHECK(answered < flood / 2);
    fleet.desk.reset();
}

TEST_CASE("§5.1: a question that waits already is no other, and who asked last has its answer") {
    SmallFleet fleet(1);
    Desk& desk = *fleet.desk;
    const Signed campaign = fleet.campaign(1);
    const std::string id = sure(desk.start(campaign, true)).id;
    std::promise<void> isBusy, mayGoOn;
    desk.office().look([&](Office::View&) {
        isBusy.set_value();
        mayGoOn.get_future().wait();
    });
    isBusy.get_future().wait();
    const std::string slot = textOf(SlotQuestion{id, fleet.phones[0].enrolment(), 0, 1}), doc = textOf(DocQuestion{id});
    std::vector<std::string> begins(3 * Office::mostWaiting), documents(begins.size());
    std::atomic<int> came = 0;
    for (std::size_t n = 0; n < begins.size(); ++n) {
        const auto asks = [&](FleetWord word, const std::string& question, std::string& into) {
            desk.office().ask(word, fleet.phones[0].id(), question, [&](std::string text) {
                into = std::move(text);
                ++came;
            });
        };
        asks(FleetWord::Slot, slot, begins[n]);
        asks(FleetWord::Doc, doc, documents[n]);
    }
    mayGoOn.set_value();
    REQUIRE(eventually([&] { return came == 2; }));
    CHECK(sure(replyIn(begins.back())).word == Reply::Word::Begin);
    CHECK(sure(docAnswerIn(documents.back())).document.document == campaign.document);
    CHECK(fleet.phones[0].asks(desk, id).word == Reply::Word::Begin); // it is another one, now that it has an answer
    CHECK(came == 2);
}

TEST_CASE("§5.1: however many devices tell, those who ask have their turn") {
    SmallFleet fleet(1);
    Desk& desk = *fleet.desk;
    constexpr int flood = 2'000;
    std::promise<void> isBusy, mayGoOn;
    desk.office().look([&](Office::View&) {
        isBusy.set_value();
        mayGoOn.get_future().wait();
    });
    isBusy.get_future().wait();
    std::latch kept(flood);
    for (int n = 0; n < flood; ++n) {
        const std::string device = push::newDevice();
        desk.line.keep(push::fleetSubject(FleetWord::Report, push::shardOf(device), device), {}, "no report",
                       [&](const auto& result) {
                           CHECK(result.ok());
                           kept.count_down();
                       });
    }
    kept.wait();
    const auto read = [](Office::View& view) { return view.passed(Passed::NoReport); };
    std::promise<std::int64_t> first;
    desk.office().look([&](Office::View& view) { first.set_value(read(view)); });
    mayGoOn.set_value();
    CHECK(first.get_future().get() < flood);
    CHECK(eventually([&] { return desk.look(read) == flood; }));
}

TEST_CASE("§5.2: who was removed while the disk had no room is gone when it has") {
    SmallFleet fleet(2);
    Desk& desk = *fleet.desk;
    const std::string id = fleet.phones[0].id();
    rlimit room{};
    ::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &room) == 0);
    const rlimit none{0, room.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &none) == 0);
    const auto removed = desk.remove(id); // the broker has it
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &room) == 0);
    CHECK(removed.error().code == Errc::STORAGE);
    CHECK(eventually([&] {
        return desk.look(
            [&](Office::View& view) { return view.isOpen() && sure(view.roster().device(id)).value().isGone; });
    }));
}

TEST_CASE("An endpoint is worth its token, and names no place") {
    const std::string token = push::newToken();
    CHECK(sure(pathOfEndpoint("https://push.example/push/v1/" + token)) == "/push/v1/" + token);
    for (const char* const bad : {"http://169.254.169.254/latest", "https://push.example/push/v1/x/../../y",
                                  "https://push.example/push/v1/", ""})
        CHECK(!pathOfEndpoint(bad).ok());
}

} // namespace stint::fleet
