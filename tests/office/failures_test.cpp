// fleet.md §7: what a fleet's server does when its broker has no room.
#include <doctest/doctest.h>

#include "office/desk.hpp"

namespace stint::fleet {
namespace {

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
    desk.broker.keep(push::fleetSubject(FleetWord::Report, push::shardOf(late.id()), late.id()), {}, "a report",
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
