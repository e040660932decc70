// fleet.md §4.3, §6.2: a document of desired state is taken of whom, on which device, and until when.
#include <doctest/doctest.h>

#include <functional>

#include "small_fleet.hpp"

namespace stint::fleet {
namespace {

const std::string policy = "job.slots = 3\n", settings = "[[app]]\npackage = \"a.b\"\nbucket = \"rare\"\n";

/// A device whose fleet has a document for it, and what a case changes before that is judged.
struct Setting {
    SmallFleet fleet;
    Desired desired{.version = 4, .made = then, .targets = "label site=berlin", .policy = policy, .settings = settings};
    Instant now = boot;
    bool isNamed = true; ///< by the statement
    std::function<void(Signed&)> forge = [](Signed&) {};

    Setting() {
        fleet.list.operators[0].kinds = {"policy", "settings"};
        fleet.list.operators[1].kinds = {"policy"};
        fleet.owner.kinds = {"policy", "settings"};
    }
    DesiredJudgement judged(const SecretKey& by) {
        Signed paper = *signedBy(by, desired);
        if (isNamed) fleet.newest.desired = {sha256Of(paper.document)};
        forge(paper);
        return fleet.trust().judgeDesired(paper, "4.1", fleet.owner, now);
    }
    DesiredJudgement judged() { return judged(fleet.ann); }
};

} // namespace

TEST_CASE("fleet.md §4.3: a document that stands is taken as it was signed") {
    Setting setting;
    const DesiredJudgement judged = setting.judged();
    CHECK(!judged.reason);
    CHECK(judged.desired == setting.desired);
    CHECK(commentOf(setting.desired) == "stint desired 4");
    CHECK(desiredIn(documentOf(setting.desired)).value() == setting.desired);
}

TEST_CASE("fleet.md §6.2: each thing that can be wrong with a desired state has its reason") {
    struct Row {
        const char* what;
        std::optional<Reason> reason;
        std::function<DesiredJudgement(Setting&)> judged;
    };
    const auto changed = [](auto change) {
        return [change](Setting& setting) {
            change(setting);
            return setting.judged();
        };
    };
    const auto forged = [](auto forge) {
        return [forge](Setting& setting) {
            setting.forge = forge;
            return setting.judged();
        };
    };
    const std::vector<Row> rows{
        {"no document", Reason::NoDocument, forged([](Signed& one) { one.document = "{}"; })},
        {"a blank more", Reason::NoDocument, forged([](Signed& one) { one.document += " "; })},
        {"a campaign in its place", Reason::NoDocument,
         forged([](Signed& one) { one.document = documentOf(SmallFleet::campaign()); })},
        {"`seen` in its targets", Reason::NoDocument,
         changed([](Setting& one) { one.desired.targets = "label site=berlin and not seen>7d"; })},
        {"an older list than the statement names", Reason::OldList,
         changed([](Setting& one) { one.fleet.newest.operators = 8; })},
        {"a stranger's", Reason::NotSigned, [](Setting& one) { return one.judged(one.fleet.nobody); }},
        {"the server's", Reason::NotSigned, [](Setting& one) { return one.judged(one.fleet.statement); }},
        {"a removed operator's", Reason::NotSigned,
         changed([](Setting& one) { one.fleet.list.operators.erase(one.fleet.list.operators.begin()); })},
        {"changed after it was signed", Reason::NotSigned,
         forged([](Signed& one) { one.document.replace(one.document.find("slots = 3"), 9, "slots = 9"); })},
        {"re-targeted", Reason::NotSigned,
         forged([](Signed& one) { one.document.replace(one.document.find("berlin"), 6, "berlim"); })},
        {"of an operator who may use one of its kinds", Reason::NotAllowed,
         [](Setting& one) { return one.judged(one.fleet.bob); }},
        {"of an operator who may not mean this device", Reason::NotAllowed,
         changed([](Setting& one) { one.fleet.list.operators[0].targets = "label site=oslo"; })},
        {"settings alone, which take the policy away, of who may use these alone", Reason::NotAllowed,
         changed([](Setting& one) {
             one.desired.policy.clear();
             one.fleet.list.operators[0].kinds = {"settings"};
         })},
        {"for two operators, of one", Reason::NotSigned,
         changed([](Setting& one) { one.fleet.list.two = {"settings"}; })},
        {"a statement of the day before yesterday", Reason::OldStatement,
         changed([](Setting& one) { one.now = boot + freshFor; })},
        {"a certificate that is over", Reason::Expired,
         changed([](Setting& one) { one.fleet.certificate.until = then + 30min; })},
        {"for other devices", Reason::NotMeant, changed([](Setting& one) { one.desired.targets = "label site=oslo"; })},
        {"one that the statement does not name: replayed", Reason::OldVersion,
         changed([](Setting& one) { one.isNamed = false; })},
        {"a kind that the owner does not allow", Reason::Forbidden,
         changed([](Setting& one) { one.fleet.owner.kinds = {"policy"}; })},
        {"no kind but those that the owner allows", std::nullopt, changed([](Setting& one) {
             one.fleet.owner.kinds = {"policy"};
             one.desired.settings.clear();
         })},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        Setting setting;
        const DesiredJudgement judged = row.judged(setting);
        CHECK(judged.reason == row.reason);
        CHECK(judged.desired.has_value() == !row.reason.has_value());
    }
}

TEST_CASE("fleet.md §4.3: no server hands on what too few may have signed") {
    Setting setting;
    const auto errorOf = [&](const SecretKey& by) {
        const auto checked = checkSigners(setting.fleet.list, *signedBy(by, setting.desired), setting.desired);
        return checked.ok() ? Errc{} : checked.error().code;
    };
    CHECK(errorOf(setting.fleet.ann) == Errc{});
    CHECK(errorOf(setting.fleet.bob) == Errc::SECURITY);
    CHECK(errorOf(setting.fleet.nobody) == Errc::SECURITY);
}

} // namespace stint::fleet
