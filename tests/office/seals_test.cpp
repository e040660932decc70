// Seals, which spare a server to verify what was verified (fleet.md §5.1).
#include <doctest/doctest.h>

#include "office/desk.hpp"

namespace stint::fleet {
namespace {

std::string begins(SmallFleet& fleet) {
    const std::string id = sure(fleet.desk->start(fleet.campaign(2), true)).id;
    for (Phone& phone : fleet.phones)
        REQUIRE(phone.asks(*fleet.desk, id).word == Reply::Word::Begin);
    return id;
}

/// A server that has nothing but what the broker has.
Desk& anew(SmallFleet& fleet) {
    fleet.desk.reset();
    std::filesystem::remove(fleet.roster());
    fleet.desk = std::make_unique<Desk>(fleet.nats, fleet.server, fleet.roster());
    return *fleet.desk;
}

} // namespace

TEST_CASE("§5.1: what the statement key has sealed is not verified again; another key's seal is none") {
    SmallFleet fleet(2);
    const SmallServer other;
    const push::Broker broker = brokerAt(fleet.nats);
    const std::string id = begins(fleet);
    const Phone &phone = fleet.phones[0], &next = fleet.phones[1];
    const DeviceReport report{
        .campaign = id,
        .device = phone.id(),
        .enrolment = 1,
        .made = wallNow(),
        .telling = {.sequence = 1, .slot = 1, .phase = Phase::Ended, .outcome = Outcome::Succeeded}};
    const std::string forged = textOf(sure(signedBy(next.identity->key(), report))); // so it shows who is believed
    sayAs(broker, phone.id(), forged);
    const Seal seal{{stampOf(phone.identity->key().publicKey(), forged)}};
    for (const auto& [key, counts] :
         {std::pair(&other.statement, false), {&fleet.server.enrolment, false}, {&fleet.server.statement, true}}) {
        sure(broker.put(sealsBucket, "00000000", textOf(sure(signedBy(*key, seal)))));
        CHECK(anew(fleet).count(id, Outcome::Succeeded) == (counts ? 1 : 0));
    }
}

TEST_CASE("§5.1: a seal is written when all of its reports were read, by whoever reads them, and made whole") {
    SmallFleet fleet(2);
    const push::Broker broker = brokerAt(fleet.nats);
    const std::string id = begins(fleet);
    Phone &phone = fleet.phones[0], &next = fleet.phones[1];
    const PublicKey signer = fleet.server.statement.publicKey();
    phone.tell(*fleet.desk, id, Phase::Ended, Outcome::Succeeded);
    next.tell(*fleet.desk, id, Phase::Ended, Outcome::Failed);
    REQUIRE(eventually([&] { return fleet.desk->count(id, Outcome::Failed) == 1; }));
    for (int n = 0; n < 4; ++n) // of each the stream keeps 256
        sayAs(broker, push::newDevice(), "no report", mostSealed / 4);
    Stamps own;
    const auto reports = sure(broker.read(push::reportsStream, ">", 1, mostSealed + 2));
    for (const push::Recorded& one : std::span(reports).first(2)) {
        const auto sender = push::fleetAskerIn(one.message.subject)->asker.device;
        const Phone& its = sender == phone.id() ? phone : next;
        own.insert(stampOf(its.identity->key().publicKey(), one.message.body));
    }
    REQUIRE(own.size() == 2);
    // The two behind the first thousand are in no seal yet, for more may come.
    const auto isSealed = [&] { return Seals::read(broker, signer, reports) == SealedReports{{0, own}}; };
    CHECK(eventually(isSealed));

    for (const Stamps& there : {Stamps{}, Stamps{*own.begin()}}) { // lost, or made by one that began amid its reports
        if (there.empty())
            sure(broker.forget(sealsBucket, ">"));
        else
            sure(broker.put(sealsBucket, "00000000", textOf(sure(signedBy(fleet.server.statement, Seal{there})))));
        Desk& desk = anew(fleet);
        CHECK(desk.count(id, Outcome::Succeeded) == 1);
        CHECK(desk.count(id, Outcome::Failed) == 1);
        CHECK(eventually(isSealed));
    }
}

} // namespace stint::fleet
