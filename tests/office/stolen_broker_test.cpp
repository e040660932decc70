// fleet.md §6.3: a broker whose every right somebody else has, and what a server makes of what he puts in.
#include <doctest/doctest.h>

#include "office/desk.hpp"

namespace stint::fleet {
namespace {

/// A value in a bucket's place, and the words with which the server passes it over; empty: it says nothing.
struct Planted {
    std::string_view bucket;
    std::string key, value;
    std::string_view told;
};

std::string cutOff(const std::string& text) { return text.substr(0, text.size() / 2); }

} // namespace

TEST_CASE("§6.3: whatever a stolen broker's buckets have, no server takes it for its own, and nothing else suffers") {
    SmallFleet fleet(3);
    const SmallServer other; // another fleet's
    const push::Broker thief = brokerAt(fleet.nats);
    const std::string id = sure(fleet.desk->start(fleet.campaign(2), true)).id;
    Phone &phone = fleet.phones[0], &next = fleet.phones[1], &last = fleet.phones[2];
    REQUIRE(phone.asks(*fleet.desk, id).word == Reply::Word::Begin);
    phone.tell(*fleet.desk, id, Phase::Ended, Outcome::Succeeded);
    REQUIRE(eventually([&] { return fleet.desk->count(id, Outcome::Succeeded) == 1; }));

    const std::string own = textOf(sure(signedBy(fleet.server.enrolment, *phone.identity->trust().certificate())));
    Certificate stolen = *next.identity->trust().certificate();
    ++stolen.enrolment;
    const std::string foreign = textOf(sure(signedBy(other.enrolment, stolen)));
    stolen.device = push::newDevice();
    const std::string another = textOf(sure(signedBy(other.enrolment, stolen)));
    Operators list = other.list;
    list.version = 9;
    const Signed document = fleet.campaign(1, "label site=oslo"), spare = fleet.campaign(2, "label site=rome");
    const std::string spareId = idOf(sure(campaignIn(spare.document)));
    const std::string lie = textOf(
        Entry{.at = wallNow(), .records = {Joined{{1}}, Presumed{Outcome::Succeeded, {0}}}, .names = {next.id()}});
    const std::string huge(1'000'000, '['), log = ".log.00000001";
    const std::string joins = textOf(Entry{.at = wallNow(), .records = {Joined{{1}}}, .names = {push::newDevice()}});
    const auto ofDay = [](int n) { return fmt::format("20261128-0000000{}", n); };
    const DeviceReport report{.campaign = id,
                              .device = next.id(),
                              .enrolment = 1,
                              .made = wallNow(),
                              .telling = {.sequence = 1, .slot = 1, .phase = Phase::Ended, .outcome = Outcome::Failed}};
    const std::string forged = textOf(sure(signedBy(last.identity->key(), report)));
    const Seal seal{{stampOf(next.identity->key().publicKey(), forged)}};
    const std::vector<Planted> all{
        {ledgerBucket, ofDay(1) + ".doc", "", "goes on no more"},
        {ledgerBucket, ofDay(2) + ".doc", huge, "goes on no more"},
        {ledgerBucket, ofDay(3) + ".doc", textOf(document), "it is the document of"},
        {ledgerBucket, ofDay(4) + ".doc", cutOff(textOf(document)), "goes on no more"},
        {ledgerBucket, ofDay(5) + log, joins, "has no document before it"},
        {ledgerBucket, "x", "7", "is no key of a campaign's"},
        {ledgerBucket, spareId + ".doc", textOf(spare), ""},
        {ledgerBucket, spareId + log, lie, "which they alone can tell"},
        {ledgerBucket, spareId + ".log.00000002", huge, ""},
        {devicesBucket, push::newDevice(), huge, "4 certificates that are none of this fleet's are passed over"},
        {devicesBucket, push::newDevice(), cutOff(own), "4 certificates that are none of this fleet's are passed over"},
        {devicesBucket, next.id(), foreign, "4 certificates that are none of this fleet's are passed over"},
        {devicesBucket, stolen.device, another, "4 certificates that are none of this fleet's are passed over"},
        {devicesBucket, last.id(), own, ""}, // another's
        {devicesBucket, next.id() + ".hello", "{\"format\":1}", ""},
        {devicesBucket, last.id() + ".hello", huge, ""},
        {houseBucket, "invitation.0123456789", "7", "it is none that is sealed"},
        {houseBucket, "invitation.0", huge, "it is none that is sealed"},
        {houseBucket, "used.0123456789.99999999", huge, ""},
        {houseBucket, "used", "", "is no invitation's key"},
        {houseBucket, "operators.00000009", textOf(sure(signedBy(other.root, list))), "root"},
        {houseBucket, "operators.x", huge, ""},
        {sealsBucket, "00000000", textOf(sure(signedBy(other.statement, seal))), ""},
        {sealsBucket, "x", huge, ""},
    };
    for (const Planted& one : all)
        sure(thief.put(one.bucket, one.key, one.value));
    sure(thief.append(auditSubject, huge.substr(0, 4'000), fleet.desk->audit().size()));
    fleet.desk.reset(); // which would read them now
    for (const std::string& text : {std::string(), std::string("{"), huge.substr(0, 16'000), own, forged})
        sayAs(thief, next.id(), text);
    sayAs(thief, last.id(), forged);
    for (const push::Recorded& one : sure(thief.read(push::reportsStream, ">", 1, 1))) // the one that there was
        for (const std::string& sender : {phone.id(), next.id()})
            sayAs(thief, sender, one.message.body);

    for (const bool isLost : {false, true}) {
        CAPTURE(isLost);
        fleet.desk.reset();
        if (isLost) std::filesystem::remove(fleet.roster());
        fleet.desk = std::make_unique<Desk>(fleet.nats, fleet.server, fleet.roster());
        Desk& desk = *fleet.desk;
        for (const Planted& one : all) {
            CAPTURE(one.key);
            CHECK((one.told.empty() || desk.hasTold(one.told)));
        }
        CHECK(desk.look([](Office::View& view) { return view.campaigns(); }) == std::vector{id});
        CHECK(desk.count(id, Outcome::Succeeded) == 1);
        CHECK(desk.count(id, Outcome::Failed) == 0);
        CHECK(desk.look([](Office::View& view) { return view.keys().list.version; }) == 7);
        const auto known = desk.look([](Office::View& view) { return sure(view.roster().count()); });
        CHECK(known == (isLost ? 1 : 3)); // a broker can withhold what it was given
        if (isLost) continue;
        const auto passed = [&](Passed why) { return desk.look([&](Office::View& view) { return view.passed(why); }); };
        CHECK(passed(Passed::NoReport) == 4);
        CHECK(passed(Passed::OtherDevice) == 2);
        CHECK(passed(Passed::NotSigned) == 1);
        CHECK(passed(Passed::Old) == 1);
        CHECK(desk.look([](Office::View& view) { return view.counted(); }) == 0);
        CHECK(next.asks(desk, id).word == Reply::Word::Begin);
    }
}

TEST_CASE("§6.3: no log makes a campaign pause, go on, be retried or cancelled without an operator's word for it") {
    SmallFleet fleet(2);
    const std::string id = sure(fleet.desk->start(fleet.campaign(2), true)).id;
    const Signed pause = fleet.instruction(id, "pause"), resume = fleet.instruction(id, "resume");
    sure(fleet.desk->instruct(pause));
    sure(fleet.desk->instruct(resume));
    sure(fleet.desk->instruct(resume));                                     // its answer was lost
    CHECK(fleet.desk->instruct(pause).error().code == Errc::ILLEGAL_STATE); // said again by somebody
    fleet.desk.reset();

    const SmallServer other;
    const push::Broker thief = brokerAt(fleet.nats);
    const std::string foreign = textOf(sure(signedBy(other.ann, Instruction{id, "cancel", wallNow() + 1s})));
    int number = 1;
    const auto write = [&](const Record& record, std::vector<std::string> papers) {
        const std::string text = textOf(Entry{.at = wallNow(), .records = {record}, .papers = std::move(papers)});
        while (!thief.writeOnce(ledgerBucket, fmt::format("{}.log.{:08}", id, number++), text).ok()) {
        }
    };
    write(Paused{}, {});
    write(Paused{}, {textOf(pause)});
    write(Cancelled{}, {textOf(pause)});
    write(Cancelled{}, {foreign});
    write(Retried{200, 0, {}, {}}, {textOf(resume)});
    fleet.desk = std::make_unique<Desk>(fleet.nats, fleet.server, fleet.roster());
    Desk& desk = *fleet.desk;
    CHECK(desk.state(id) == Rollout::State::Going);
    for (const char* const why : {"no operator has signed it", "older than the last word", "signed as a pause",
                                  "no operator of the fleet has signed"})
        CHECK_MESSAGE(desk.hasTold(why), why);
    CHECK(fleet.phones[0].asks(desk, id).word == Reply::Word::Begin);
    CHECK(desk.look([](Office::View& view) { return sure(view.roster().campaigns()).front().round; }) == 0);

    // Whoever said it is none any more, and what he said stands; as does what another list's operator says now.
    sure(desk.instruct(fleet.instruction(id, "pause")));
    Operators list = fleet.server.list;
    ++list.version;
    list.made = wallNow() + 1h;
    list.operators.clear();
    sure(desk.takeOperators(sure(signedBy(fleet.server.root, list))));
    CHECK(desk.instruct(fleet.instruction(id, "cancel")).error().code == Errc::SECURITY);
    fleet.desk.reset();
    fleet.desk = std::make_unique<Desk>(fleet.nats, fleet.server, fleet.roster());
    CHECK(fleet.desk->state(id) == Rollout::State::Paused);
}

} // namespace stint::fleet
