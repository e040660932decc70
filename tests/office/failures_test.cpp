// fleet.md §7: what a fleet's server does when its broker loses power, or has no room.
#include <doctest/doctest.h>

#include <filesystem>

#include "office/desk.hpp"

namespace stint::fleet {
namespace {

/// The broker's disk as it was at some time.
class Disk {
public:
    /// With all that it was given until now.
    explicit Disk(NatsServer& nats) : nats_(nats) {
        nats_.kill();
        std::filesystem::copy(nats_.store(), copy(), std::filesystem::copy_options::recursive);
        nats_.start();
    }
    /// A power cut: it has no more than that. When this returns, the server has read it.
    void returns(Desk& desk) {
        const int before = desk.opened();
        nats_.kill();
        std::filesystem::remove_all(nats_.store());
        std::filesystem::copy(copy(), nats_.store(), std::filesystem::copy_options::recursive);
        nats_.start();
        REQUIRE(eventually([&] { return desk.opened() > before; }));
    }

private:
    std::filesystem::path copy() const { return place_ / "js"; }
    NatsServer& nats_;
    Place place_;
};

/// A stream of nothing that takes all the room that there is.
class Ballast {
public:
    explicit Ballast(const push::Broker& broker) : broker_(broker) {
        sure(broker.ask("$JS.API.STREAM.CREATE.BALLAST", R"({"name":"BALLAST","subjects":["ballast"],"storage":"file",)"
                                                         R"("retention":"limits","discard":"old","num_replicas":1})"));
        const std::string much(512 << 10, 'x');
        std::uint64_t last = 0;
        for (auto kept = broker.append("ballast", much, last); kept.ok(); kept = broker.append("ballast", much, last))
            last = *kept;
    }
    void goes() const { sure(broker_.ask("$JS.API.STREAM.PURGE.BALLAST", "{}")); }

private:
    const push::Broker& broker_;
};

} // namespace

TEST_CASE("§7: after a power cut of the only broker its log counts, and what devices say again mends the rest") {
    SmallFleet fleet(2);
    Desk& desk = *fleet.desk;
    Campaign open = sure(campaignIn(fleet.campaign(2).document));
    open.open = true;
    const std::string id = sure(desk.start(sure(signedBy(fleet.server.ann, open)), true)).id;
    const JoinCode code = desk.invites(fleet.server);
    Phone &first = fleet.phones[0], &second = fleet.phones[1], lost, later;
    REQUIRE(first.asks(desk, id).word == Reply::Word::Begin);
    first.tell(desk, id, Phase::Running);
    Disk disk(fleet.nats);

    REQUIRE(second.asks(desk, id).word == Reply::Word::Begin);
    first.tell(desk, id, Phase::Ended, Outcome::Succeeded);
    REQUIRE(eventually([&] { return desk.count(id, Outcome::Succeeded) == 1; }));
    lost.join(desk, code);
    REQUIRE(lost.asks(desk, id).word == Reply::Word::Begin);
    disk.returns(desk);

    CHECK(second.asks(desk, id).word == Reply::Word::Begin); // the same slot, again
    CHECK(desk.count(id, Outcome::Succeeded) == 1);          // which the roster has
    CHECK(lost.asks(desk, id).word == Reply::Word::Over);
    // The next one has the number that it had.
    later.join(desk, code);
    CHECK(later.asks(desk, id).word == Reply::Word::Begin);
    later.tell(desk, id, Phase::Ended, Outcome::Succeeded);
    CHECK(eventually([&] { return desk.count(id, Outcome::Succeeded) == 2; }));
    const auto rows =
        desk.look([&](Office::View& view) { return sure(view.roster().results(id, {}, 0, 10, wallNow())); });
    REQUIRE(rows.size() == 3);
    CHECK(rows[2].device == later.id());

    // Where the roster is gone, too, a device is asked for its last report, and tells it again.
    fleet.desk.reset();
    std::filesystem::remove(fleet.roster());
    fleet.desk = std::make_unique<Desk>(fleet.nats, fleet.server, fleet.roster());
    CHECK(fleet.desk->count(id, Outcome::Succeeded) == 1);
    const Hello hello{.version = "0.1.0", .endpoint = first.endpoint(), .open = {{id, 2}}};
    const auto answer = first.saysHello(*fleet.desk, hello);
    CHECK(answer.missing == std::vector{id});
    first.sequence = 1;
    first.tell(*fleet.desk, id, Phase::Ended, Outcome::Succeeded);
    CHECK(eventually([&] { return fleet.desk->count(id, Outcome::Succeeded) == 2; }));
}

TEST_CASE("§7: after a power cut the roster has nobody whom no log has") {
    SmallFleet fleet(1);
    Campaign open = sure(campaignIn(fleet.campaign(2).document));
    open.open = true;
    const std::string id = sure(fleet.desk->start(sure(signedBy(fleet.server.ann, open)), true)).id;
    const JoinCode code = fleet.desk->invites(fleet.server);
    Disk disk(fleet.nats);
    Phone lost;
    lost.join(*fleet.desk, code);
    REQUIRE(lost.asks(*fleet.desk, id).word == Reply::Word::Begin);
    lost.tell(*fleet.desk, id, Phase::Ended, Outcome::Failed);
    REQUIRE(eventually([&] { return fleet.desk->count(id, Outcome::Failed) == 1; }));
    disk.returns(*fleet.desk);
    CHECK(lost.asks(*fleet.desk, id).word == Reply::Word::Over);
    CHECK(fleet.desk->count(id, Outcome::Failed) == 0);
    const auto counts = fleet.desk->look([&](Office::View& view) { return sure(view.roster().counts(id)); });
    CHECK(counts == std::vector<ResultCount>{{Phase::Targeted, Outcome::None, 1}});
}

TEST_CASE("§5: a server whose broker dies goes on with what it has decided, and sends its last orders again") {
    SmallFleet fleet(4);
    Desk& desk = *fleet.desk;
    const std::string id = sure(desk.start(fleet.campaign(2), true)).id;
    const auto orders = desk.orders();
    REQUIRE(orders.size() == 2);
    std::vector<Phone*> phones;
    for (Phone& one : fleet.phones)
        phones.insert(orders.contains(one.endpoint()) ? phones.begin() : phones.end(), &one);
    Phone &first = *phones[0], &ordered = *phones[1], &third = *phones[2], &last = *phones[3];
    REQUIRE(first.asks(desk, id).word == Reply::Word::Begin);
    const auto had = desk.nextEntry(id);
    const int before = desk.opened();
    fleet.nats.freeze();
    const SlotQuestion question{id, third.enrolment(), 0, 1};
    desk.office().ask(FleetWord::Slot, third.id(), textOf(question), [](const std::string&) {});
    REQUIRE(eventually([&] { return !desk.isOpen(); }));
    fleet.nats.kill(); // which had not read that entry
    fleet.nats.start();
    REQUIRE(eventually([&] { return desk.opened() > before; }));
    CHECK(desk.nextEntry(id) > had); // before anybody has asked again
    const auto again = desk.orders();
    CHECK(again.contains(ordered.endpoint())); // nobody knows whether the push service has it
    CHECK_FALSE(again.contains(first.endpoint()));
    CHECK(first.asks(desk, id).word == Reply::Word::Begin);
    CHECK(third.asks(desk, id).word == Reply::Word::Begin);
    CHECK(last.asks(desk, id).word == Reply::Word::Later);
    first.tell(desk, id, Phase::Ended, Outcome::Succeeded);
    REQUIRE(eventually([&] { return desk.count(id, Outcome::Succeeded) == 1; }));
    Desk other(fleet.nats, fleet.server, fleet.server.place / "other.db");
    CHECK(other.count(id, Outcome::Succeeded) == 1);
}

TEST_CASE("§5: an entry of which nobody knows whether the broker has it is appended again, and is there once") {
    SmallFleet fleet(3);
    Desk& desk = *fleet.desk;
    const std::string id = sure(desk.start(fleet.campaign(2), true)).id;
    REQUIRE(fleet.phones[0].asks(desk, id).word == Reply::Word::Begin);
    const auto had = desk.nextEntry(id);
    const int before = desk.opened();
    fleet.nats.freeze();
    const SlotQuestion question{id, fleet.phones[1].enrolment(), 0, 1};
    std::atomic<bool> isAnswered = false;
    desk.office().ask(FleetWord::Slot, fleet.phones[1].id(), textOf(question),
                      [&](const std::string&) { isAnswered = true; });
    REQUIRE(eventually([&] { return !desk.isOpen(); }));
    CHECK_FALSE(isAnswered);
    fleet.nats.thaw();
    REQUIRE(eventually([&] { return desk.opened() > before; }));
    CHECK(desk.nextEntry(id) == had + 1); // before it is asked again
    CHECK(fleet.phones[1].asks(desk, id).word == Reply::Word::Begin);
    CHECK(fleet.phones[2].asks(desk, id).word == Reply::Word::Later);
    CHECK_FALSE(isAnswered);
    Desk other(fleet.nats, fleet.server, fleet.server.place / "other.db");
    CHECK(other.nextEntry(id) == desk.nextEntry(id));
}

TEST_CASE("§5.1: while its lease lasts a server whose broker does not answer has questions wait, and goes on") {
    SmallFleet fleet(3, "one", "", Lease::usualLife);
    Desk& desk = *fleet.desk;
    const std::string id = sure(desk.start(fleet.campaign(2), true)).id;
    const auto asks = [&](std::size_t n, std::promise<std::string>& answer) {
        const SlotQuestion question{id, fleet.phones[n].enrolment(), 0, 1};
        desk.office().ask(FleetWord::Slot, fleet.phones[n].id(), textOf(question),
                          [&](std::string text) { answer.set_value(std::move(text)); });
    };
    const auto comesToNothing = [&] { return !desk.isOpen(); };
    std::promise<std::string> first, second, third;
    fleet.nats.freeze();
    asks(0, first);
    REQUIRE(eventually(comesToNothing));
    CHECK(desk.instruct(fleet.instruction(id, "pause")).error().code == Errc::UNAVAILABLE);
    asks(1, second);
    fleet.nats.thaw();
    CHECK(sure(replyIn(first.get_future().get())).word == Reply::Word::Begin);
    CHECK(sure(replyIn(second.get_future().get())).word == Reply::Word::Begin);
    REQUIRE(eventually([&] { return desk.isOpen(); }));
    CHECK(desk.nextEntry(id) == sure(Ledger::open(desk.broker)).last()); // each is there once, behind the document

    fleet.nats.kill();
    REQUIRE(eventually(comesToNothing));
    asks(2, third);
    fleet.phones[0].sequence = 1;
    fleet.nats.start();
    CHECK(sure(replyIn(third.get_future().get())).word == Reply::Word::Later);
    fleet.phones[0].tell(desk, id, Phase::Ended, Outcome::Succeeded);
    CHECK(eventually([&] { return desk.count(id, Outcome::Succeeded) == 1; }));
    CHECK(desk.opened() == 1); // nothing was read again
}

TEST_CASE("§5.1: where the broker comes back with less, a server reads anew, while its lease lasts, too") {
    SmallFleet fleet(2, "one", "", Lease::usualLife);
    Desk& desk = *fleet.desk;
    const std::string id = sure(desk.start(fleet.campaign(1), true)).id;
    Disk disk(fleet.nats);
    REQUIRE(fleet.phones[0].asks(desk, id).word == Reply::Word::Begin);
    disk.returns(desk);
    CHECK(fleet.phones[1].asks(desk, id).word == Reply::Word::Begin);
    CHECK(fleet.phones[0].asks(desk, id).word == Reply::Word::Later);
}

TEST_CASE("§5: where another server has written meanwhile, all is read again") {
    SmallFleet fleet(3);
    Desk& desk = *fleet.desk;
    const std::string id = sure(desk.start(fleet.campaign(2), true)).id;
    Desk other(fleet.nats, fleet.server, fleet.server.place / "other.db");
    desk.office().connected(false);
    REQUIRE(eventually([&] { return !desk.isOpen(); }));
    REQUIRE(fleet.phones[0].asks(other, id).word == Reply::Word::Begin);
    CHECK(other.nextEntry(id) > desk.nextEntry(id));
    const int before = desk.opened();
    desk.office().connected(true);
    REQUIRE(eventually([&] { return desk.opened() > before; }));
    CHECK(desk.nextEntry(id) == other.nextEntry(id));
    CHECK(fleet.letBegin(id, {&desk}).size() == 2);
}

TEST_CASE("§7: where the broker has no room nothing is answered as done, and who runs it is told at once") {
    SmallFleet fleet(3, "", ", max_file_store: 20971520");
    Desk& desk = *fleet.desk;
    const JoinCode code = desk.invites(fleet.server);
    const std::string id = sure(desk.start(fleet.campaign(3), true)).id;
    REQUIRE(fleet.phones[0].asks(desk, id).word == Reply::Word::Begin);
    const auto acts = desk.audit();
    const Ballast ballast(desk.broker);
    const auto refuses = [&](const std::string& what, const auto& act) {
        CAPTURE(what);
        CHECK(!act());
        CHECK(eventually([&] { return !desk.isOpen(); }));
        CHECK(desk.hasTold("the broker's store is full"));
        ballast.goes();
        REQUIRE(eventually([&] { return desk.isOpen(); }));
        [[maybe_unused]] const Ballast again(desk.broker);
    };
    Phone late;
    const std::string join = late.device.asks(code), slot = textOf(SlotQuestion{id, 1, 0, 1});
    Operators newer = fleet.server.list;
    ++newer.version;
    refuses("start", [&] { return desk.start(fleet.campaign(1), true).ok(); });
    refuses("pause", [&] { return desk.instruct(fleet.instruction(id, "pause")).ok(); });
    refuses("invite", [&] { return desk.invited().ok(); });
    refuses("label", [&] { return desk.label(fleet.phones[1].id(), {"site=oslo"}).ok(); });
    refuses("remove", [&] { return desk.remove(fleet.phones[1].id()).ok(); });
    refuses("operators", [&] { return desk.takeOperators(sure(signedBy(fleet.server.root, newer))).ok(); });
    refuses("slot", [&] { return desk.askOnce(FleetWord::Slot, fleet.phones[1].id(), slot).has_value(); });
    refuses("join", [&] { return refusalIn(desk.ask(FleetWord::Join, late.id(), join)).empty(); });
    std::promise<bool> kept;
    desk.line.keep(push::fleetSubject(FleetWord::Report, push::shardOf(late.id()), late.id()), {}, "a report",
                   [&](const auto& result) { kept.set_value(result.ok()); });
    CHECK(!kept.get_future().get()); // the device keeps it

    ballast.goes();
    REQUIRE(eventually([&] { return desk.isOpen(); }));
    CHECK(desk.audit() == acts); // and nothing was done
    CHECK(desk.state(id) == Rollout::State::Going);
    CHECK(desk.look([](Office::View& view) { return view.campaigns().size(); }) == 1);
    CHECK(fleet.phones[0].asks(desk, id).word == Reply::Word::Begin);
    CHECK(fleet.phones[1].asks(desk, id).word == Reply::Word::Begin);
    late.join(desk, code);
    CHECK(late.enrolment() == 1);
}

} // namespace stint::fleet
