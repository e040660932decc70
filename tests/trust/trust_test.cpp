// fleet.md §6.2 to §6.4: what a device makes of an order, and of the papers by which it judges it.
#include <doctest/doctest.h>

#include "small_fleet.hpp"

using namespace stint;
using namespace stint::fleet;

TEST_CASE("fleet.md §6.2: what an operator of the list has signed for this device is taken") {
    const SmallFleet fleet;
    const Campaign campaign = SmallFleet::campaign();
    const Judgement judged = fleet.judge(*signedBy(fleet.ann, campaign));
    CHECK(!judged.reason);
    REQUIRE(judged.campaign);
    CHECK(*judged.campaign == campaign);
}

TEST_CASE("fleet.md §6.2: each thing that can be wrong has its reason") {
    SmallFleet fleet;
    const auto reasonOf = [&](const SecretKey& by, const Campaign& campaign) {
        return fleet.judge(*signedBy(by, campaign)).reason;
    };
    const Campaign file = SmallFleet::campaign();
    const Campaign command = SmallFleet::campaign(SmallFleet::command);
    CHECK(fleet.judge({"{}", {}}).reason == Reason::NoDocument);
    CHECK_FALSE(fleet.judge({"{}", {}}).named);
    CHECK(fleet.judge({documentOf(file), {}}).named->id == idOf(file));
    CHECK(fleet.judge({documentOf(file), {}}).reason == Reason::NotSigned);
    CHECK(reasonOf(fleet.nobody, file) == Reason::NotSigned);
    CHECK(reasonOf(fleet.root, file) == Reason::NotSigned); // root says who may, and orders nothing
    CHECK(reasonOf(fleet.bob, command) == Reason::NotAllowed);
    CHECK(reasonOf(fleet.ann, SmallFleet::campaign(SmallFleet::file, "label site=paris")) == Reason::NotMeant);
    CHECK(reasonOf(fleet.ann, SmallFleet::campaign("[[step]]\nrun = [\"/bin/sh\"]\n")) == Reason::Forbidden);
    CHECK(fleet.judge(*signedBy(fleet.ann, file), fleet.trust(), 2).reason == Reason::OtherEnrolment);
    CHECK(fleet.judge(*signedBy(fleet.ann, file), fleet.trust(), 3, boot + 30 * 24h).reason == Reason::Expired);
    fleet.owner.kinds = {};
    CHECK(reasonOf(fleet.ann, file) == Reason::Forbidden);
    fleet.newest.cancelled = {idOf(file)};
    fleet.owner.kinds = {"get"};
    CHECK(reasonOf(fleet.ann, file) == Reason::Cancelled);
    for (const ReasonRow& row : reasons())
        CHECK(&row == &reasons()[static_cast<std::size_t>(row.reason)]);
}

TEST_CASE("fleet.md §6.2: an operator means devices that he may mean, and no others") {
    SmallFleet fleet;
    fleet.certificate.labels = {{"site", "paris"}};
    CHECK(fleet.judge(*signedBy(fleet.bob, SmallFleet::campaign(SmallFleet::file, "all"))).reason ==
          Reason::NotAllowed);
    CHECK(!fleet.judge(*signedBy(fleet.ann, SmallFleet::campaign(SmallFleet::file, "all"))).reason);
}

TEST_CASE("fleet.md §6.1: where two operators are to sign, one who signs twice is one") {
    SmallFleet fleet;
    fleet.list.two = {"run"};
    const Campaign command = SmallFleet::campaign(SmallFleet::command);
    Signed order = *signedBy(fleet.ann, command);
    CHECK(fleet.judge(order).reason == Reason::NotSigned);
    order.signatures.push_back(order.signatures.front());
    CHECK(fleet.judge(order).reason == Reason::NotSigned);
    fleet.list.operators.push_back({"Ann again", fleet.ann.publicKey().text(), {"run"}, ""});
    CHECK(fleet.judge(order).reason == Reason::NotSigned);
    order.signatures.back() = signedBy(fleet.bob, command)->signatures.front();
    CHECK(fleet.judge(order).reason == Reason::NotAllowed); // he may send files
    fleet.list.operators[1].kinds = {"get", "run"};
    CHECK(!fleet.judge(order).reason);
}

TEST_CASE("fleet.md §6.1: no signature serves for a document of another kind") {
    const SmallFleet fleet;
    const Campaign campaign = SmallFleet::campaign();
    Signed order{documentOf(campaign), {*sign(documentOf(campaign), fleet.ann, "stint cancel " + idOf(campaign))}};
    CHECK(fleet.judge(order).reason == Reason::NotSigned);
    const Instruction cancel{idOf(campaign), "cancel", then};
    Trust trust = fleet.trust();
    CHECK(trust.judge(*signedBy(fleet.ann, cancel), "4.1").ok());
    CHECK(trust.judge(*signedBy(fleet.nobody, cancel), "4.1").error().code == Errc::SECURITY);
    const Signed resumed{documentOf(Instruction{idOf(campaign), "resume", then}),
                         signedBy(fleet.ann, cancel)->signatures};
    CHECK(!trust.judge(resumed, "4.1").ok());
    for (const auto& [word, round] : {std::pair("retry", 0U), std::pair("pause", 1U)}) // a retry is one of its round
        CHECK(!trust.judge(*signedBy(fleet.ann, Instruction{idOf(campaign), word, then, round}), "4.1").ok());
    CHECK(trust.judge(*signedBy(fleet.ann, Instruction{idOf(campaign), "retry", then, 2}), "4.1").ok());
}

TEST_CASE("fleet.md §6.2: no older list of operators is taken, and no list of another root") {
    SmallFleet fleet;
    Trust trust = fleet.trust();
    CHECK(trust.takeOperators(*signedBy(fleet.nobody, fleet.list)).error().code == Errc::SECURITY);
    Operators other = fleet.list;
    other.version = 6;
    CHECK(trust.takeOperators(*signedBy(fleet.root, other)).error().code == Errc::ILLEGAL_STATE);
    other.version = 7;
    other.operators.clear();
    CHECK(trust.takeOperators(*signedBy(fleet.root, other)).error().code == Errc::ILLEGAL_STATE);
    CHECK(trust.operators()->operators.size() == 2);
    other.version = 8; // Ann's key was stolen
    REQUIRE(trust.takeOperators(*signedBy(fleet.root, other)).ok());
    CHECK(fleet.judge(*signedBy(fleet.ann, SmallFleet::campaign()), trust).reason == Reason::NotSigned);
}

TEST_CASE("fleet.md §6.3: a statement that names a newer list holds all orders until that is here") {
    SmallFleet fleet;
    Trust trust = fleet.trust();
    fleet.newest.made += 1h;
    fleet.newest.operators = 8;
    REQUIRE(trust.takeStatement(*signedBy(fleet.statement, fleet.newest), boot).ok());
    CHECK(fleet.judge(*signedBy(fleet.ann, SmallFleet::campaign()), trust).reason == Reason::OldList);
    fleet.list.version = 8;
    REQUIRE(trust.takeOperators(*signedBy(fleet.root, fleet.list)).ok());
    CHECK(!fleet.judge(*signedBy(fleet.ann, SmallFleet::campaign()), trust).reason);
}

TEST_CASE(
    "fleet.md §6.3: a command begins with a statement that is fresh, and has it as alive; a file begins without") {
    SmallFleet fleet;
    const Campaign file = SmallFleet::campaign();
    const Campaign command = SmallFleet::campaign(SmallFleet::command);
    Trust trust = fleet.trust();
    CHECK(trust.mayBegin(file, idOf(file), boot).ok());
    CHECK(!trust.mayBegin(command, idOf(command), boot).ok());
    fleet.newest.made += 1h;
    fleet.newest.alive = {idOf(command)};
    REQUIRE(trust.takeStatement(*signedBy(fleet.statement, fleet.newest), boot + 1h).ok());
    CHECK(trust.mayBegin(command, idOf(command), boot + 48h).ok());
    CHECK(!trust.mayBegin(command, idOf(command), boot + 49h).ok());
    CHECK(trust.mayBegin(file, idOf(file), boot + 49h).ok());
    CHECK(!trust.mayBegin(file, idOf(file), boot + 30 * 24h).ok()); // it has expired by then
}

TEST_CASE("fleet.md §6.3: a statement that was held back does not count as new, and the fleet's time only moves on") {
    SmallFleet fleet;
    const Campaign command = SmallFleet::campaign(SmallFleet::command);
    fleet.newest.alive = {idOf(command)};
    Trust trust = fleet.trust();
    Statement heldBack = fleet.newest;
    heldBack.made += 1h;
    // A week later the broker hands it out. It is newer than what the device has, and older than 48 h.
    REQUIRE(trust.takeStatement(*signedBy(fleet.statement, heldBack), boot + 168h).ok());
    CHECK(trust.time(boot + 168h) == fleet.newest.made + 168h);
    CHECK(!trust.mayBegin(command, idOf(command), boot + 168h).ok());
    CHECK(trust.takeStatement(*signedBy(fleet.statement, fleet.newest), boot + 169h).error().code ==
          Errc::ILLEGAL_STATE);
    // A device's clock that goes back moves nothing back.
    CHECK(trust.time(boot - 1h) >= fleet.newest.made);
}

TEST_CASE("fleet.md §6.1: under a new enrolment or statement key the old papers count no more") {
    SmallFleet fleet;
    Trust trust = fleet.trust();
    Operators next = fleet.list;
    next.version = 8;
    next.statement = fleet.bob.publicKey().text();
    REQUIRE(trust.takeOperators(*signedBy(fleet.root, next)).ok());
    CHECK(!trust.statement());
    CHECK(!trust.time(boot));
    CHECK(trust.certificate());
    next.version = 9;
    next.enrolment = fleet.bob.publicKey().text();
    REQUIRE(trust.takeOperators(*signedBy(fleet.root, next)).ok());
    CHECK(!trust.certificate());
    CHECK(fleet.judge(*signedBy(fleet.ann, SmallFleet::campaign()), trust).reason == Reason::OldList);
}

TEST_CASE("fleet.md §3: a certificate is this device's, and of no earlier enrolment") {
    SmallFleet fleet;
    Trust trust = fleet.trust();
    const auto take = [&](const SecretKey& by) {
        return trust.takeCertificate(*signedBy(by, fleet.certificate), phone).ok();
    };
    fleet.certificate.enrolment = 4;
    CHECK(!take(fleet.ann));
    CHECK(take(fleet.enrolment));
    fleet.certificate.enrolment = 3;
    CHECK(!take(fleet.enrolment));
    fleet.certificate.enrolment = 5;
    fleet.certificate.device[0] = '5';
    CHECK(!take(fleet.enrolment));
    CHECK(trust.certificate()->enrolment == 4);
    // It has an end.
    CHECK(fleet.judge(*signedBy(fleet.ann, SmallFleet::campaign()), trust, 4, boot + 91 * 24h).reason ==
          Reason::Expired);
}

TEST_CASE("fleet.md §6.4: the owner's file says what a fleet may do here; what it does not say, nobody may") {
    const auto owner = Owner::read("kinds = [\"get\", \"run\"]\ncommands = [\"/usr/bin/apply-fw\"]\n", "fleet.toml");
    REQUIRE(owner.ok());
    CHECK(owner->kinds.size() == 2);
    CHECK(Owner::read("", "fleet.toml")->kinds.empty());
    struct Wrong {
        const char *text, *right;
    };
    const Wrong rows[]{
        {"kinds = [\"fly\"]", "get"},
        {"commands = [\"apply-fw\"]", "whole path"},
        {"kind = [\"get\"]", "kinds"},
        {"kinds = \"get\"", "list"},
        {"hours = \"22-6\"", "such as 22:00-06:00"},
        {"hours = \"22:00-24:00\"", "such as 22:00-06:00"},
        {"hours = \"22:00-22:00\"", "such as 22:00-06:00"},
        {"hours = 22", "in quotes"},
        {"bytes = \"much\"", "such as 500MB"},
        {"bytes = \"-1MB\"", "such as 500MB"},
        {"bytes = 500", "in quotes"},
        {"ask = \"yes\"", "true"},
    };
    for (const Wrong& wrong : rows) {
        CAPTURE(wrong.text);
        const auto read = Owner::read(wrong.text, "fleet.toml");
        REQUIRE(!read.ok());
        CHECK(read.error().message.starts_with("fleet.toml:1:"));
        CHECK_MESSAGE(read.error().message.find(wrong.right) != std::string::npos, read.error().message);
    }
    const auto all = Owner::read("hours = \"22:00-06:00\"\nbytes = \"500MB\"\nask = true\n", "fleet.toml");
    REQUIRE(all.ok());
    CHECK(all->hours == "22:00-06:00");
    CHECK(all->bytes == "500MB");
    CHECK(all->ask);
    SmallFleet fleet;
    fleet.owner.commands = {"any"};
    CHECK(!fleet.judge(*signedBy(fleet.ann, SmallFleet::campaign("[[step]]\nrun = [\"/bin/sh\"]\n"))).reason);
}

TEST_CASE("fleet.md §6.1: a document with its signatures has one text, and no other is read") {
    const SmallFleet fleet;
    Signed order = *signedBy(fleet.ann, SmallFleet::campaign());
    order.signatures.push_back(signedBy(fleet.bob, SmallFleet::campaign())->signatures.front());
    const std::string text = textOf(order);
    CHECK(*signedIn(text) == order);
    CHECK(*signedIn(textOf(Signed{"{}", {}})) == Signed{"{}", {}}); // nobody has signed it yet
    const Signed largest{std::string(longestDocument, '"'), std::vector<std::string>(mostSignatures, "s")};
    CHECK(*signedIn(textOf(largest)) == largest);
    for (const std::string& wrong :
         {std::string(), std::string("{}"), std::string("[]"), " " + text, text + "\n", text.substr(0, text.size() - 1),
          textOf(Signed{"", {}}), textOf(Signed{"{}", std::vector<std::string>(mostSignatures + 1, "s")}),
          std::string(R"({"document":1})"), std::string(R"({"document":"{}","more":1})"),
          std::string(R"({"document":"{}","signatures":[]})"),
          std::string(R"({"document":"{}","signatures":["\u0041"]})"),
          textOf(Signed{std::string(longestDocument + 1, 'a'), {}}), std::string(longestSigned + 1, ' ')}) {
        CAPTURE(wrong.substr(0, 100));
        const auto read = signedIn(wrong);
        REQUIRE(!read.ok());
        CHECK(read.error().code == Errc::ILLEGAL_ARGUMENT);
    }
}

TEST_CASE("fleet.md §6.3: a device that restarts goes on with the time that it knew, and no statement is fresh again") {
    SmallFleet fleet;
    const Campaign command = SmallFleet::campaign(SmallFleet::command);
    fleet.newest.alive = {idOf(command)};
    Trust trust = fleet.trust();
    CHECK(trust.mayBegin(command, idOf(command), boot).ok());
    trust.takeTime(fleet.newest.made + 48h, boot);
    CHECK(trust.time(boot + 1h) == fleet.newest.made + 49h);
    CHECK_FALSE(trust.mayBegin(command, idOf(command), boot).ok());
    trust.takeTime(fleet.newest.made, boot + 1h); // it only moves on
    CHECK(trust.time(boot + 1h) == fleet.newest.made + 49h);
}
