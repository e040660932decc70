// Reports, and what becomes of them in the server's file (fleet.md §4.1, §5).
#include <algorithm>
#include <set>

#include "contract/model/reasons.hpp"
#include "fleet/rollout/rollout.hpp"
#include "roster/stage.hpp"

namespace stint::fleet {

TEST_CASE("a report that counts is the device's row, and is given to the campaign") { // fleet.md §4.1, §5
    Stage stage;
    Roster roster = stage.file.open();
    Telling telling = ended(7, Outcome::Failed);
    telling.code = -2;
    telling.words = "no \"fw.img\"\n";
    const StreamedReport report = stage.told(2, telling);
    const Taken taken = valueOf(roster.take(reports, std::array{report}));
    REQUIRE(taken.reports.size() == 1);
    CHECK(taken.reports[0].campaign == stage.campaign);
    CHECK(taken.reports[0].at == report.time);
    CHECK(taken.reports[0].report.device == 2);
    CHECK(taken.reports[0].report.enrolment == 3);
    CHECK(taken.reports[0].report.telling == telling);
    const auto row = valueOf(roster.result(stage.campaign, deviceOf(2)));
    CHECK(row->telling == telling);
    CHECK(row->target == 2);
    CHECK(row->made == then + 1h);
    CHECK(row->at == report.time);
    CHECK(valueOf(roster.device(deviceOf(2)))->seen == report.time);
    CHECK(valueOf(roster.position(reports)) == report.sequence);
}

TEST_CASE("what a device waits for is its row's until it tells more, and is found by campaign") { // fleet.md §4.1, §5.2
    Stage stage;
    Roster roster = stage.file.open();
    const auto waiting = [&] {
        std::map<Device, std::uint32_t> all;
        done(roster.eachWaiting(stage.campaign, [&](Device number, std::uint32_t reasons) { all[number] = reasons; }));
        return all;
    };
    Telling telling{.sequence = 1, .phase = Phase::Waiting};
    telling.blockers = {{"A_NEWER_ONE", then}, {"CONSTRAINT_CHARGING", then - 1h}, {"QUOTA", WallTime{}}};
    telling.forecast = then + 5h;
    CHECK(stage.take(roster, stage.told(2, telling)) == std::nullopt);
    CHECK(stage.newest(roster, 2) == telling);
    CHECK(waiting() == std::map<Device, std::uint32_t>{
                           {2, bitOf(PENDING_JOB_REASON_CONSTRAINT_CHARGING) | bitOf(PENDING_JOB_REASON_QUOTA)}});
    CHECK(stage.take(roster, stage.told(2, running(2))) == std::nullopt);
    CHECK(stage.newest(roster, 2) == running(2));
    CHECK(waiting().empty());
    std::set<std::uint32_t> bits;
    for (const PendingRow& row : pendingRows())
        CHECK((bitOf(row.reason) != 0 && bits.insert(bitOf(row.reason)).second));
}

TEST_CASE("a report is dropped unless its sequence is above all before it") { // fleet.md §4.1
    Stage stage;
    Roster roster = stage.file.open();
    CHECK(stage.take(roster, stage.told(0, running(5))) == std::nullopt);
    CHECK(stage.take(roster, stage.told(0, ended(5, Outcome::Failed))) == Passed::Old);
    CHECK(stage.take(roster, stage.told(0, ended(4, Outcome::Succeeded))) == Passed::Old);
    CHECK(stage.newest(roster, 0) == running(5));
    // In one batch, too, and of each device by itself.
    const Taken taken = valueOf(roster.take(
        reports, std::array{stage.told(0, running(8)), stage.told(0, running(7)), stage.told(1, running(1))}));
    CHECK(taken.reports.size() == 2);
    CHECK(taken.count(Passed::Old) == 1);
    CHECK(stage.newest(roster, 0) == running(8));
}

TEST_CASE("an end is known once, and a success is one however late") { // fleet.md §4.1
    Stage stage;
    Roster roster = stage.file.open();
    done(roster.beginRound(stage.campaign, 2));
    const auto inRound = [](std::uint8_t round, Telling telling) {
        telling.round = round;
        return telling;
    };
    const auto tell = [&](std::size_t number, const Telling& telling) {
        CHECK(stage.take(roster, stage.told(number, telling)) == std::nullopt);
        return stage.newest(roster, number);
    };
    const Telling failed = ended(2, Outcome::Failed);
    tell(0, running(1));
    CHECK(tell(0, failed) == failed);
    const auto as = [](std::uint32_t sequence, Telling telling) {
        telling.sequence = sequence;
        return telling;
    };
    CHECK(tell(0, ended(3, Outcome::Succeeded)) == as(3, failed));       // of the same round
    CHECK(stage.take(roster, stage.told(0, running(3))) == Passed::Old); // its sequence counts all the same
    // An operator has begun another round.
    CHECK(tell(0, inRound(1, running(4))) == inRound(1, running(4)));
    CHECK(tell(0, ended(5, Outcome::Failed)) == inRound(1, running(5)));          // an earlier round's changes nothing
    CHECK(tell(0, ended(6, Outcome::Succeeded)) == ended(6, Outcome::Succeeded)); // unless it tells a success
    CHECK(tell(0, inRound(2, ended(7, Outcome::Failed))) == as(7, ended(6, Outcome::Succeeded)));
}

TEST_CASE("a campaign that is made of its log and these rows is the one that it was") { // fleet.md §5
    constexpr Device devices = 9;
    Stage stage(devices);
    Roster roster = stage.file.open();
    Plan plan;
    plan.atATime = 4;
    plan.waves = {{0, wholeShare}};
    plan.failures.add(Outcome::Failed);
    plan.beginWithin = 24h;
    plan.endWithin = 1h;
    Rollout live(plan, then + 240h, false);
    std::vector<std::pair<Record, WallTime>> log;
    const auto handle = [&](const Event& event) {
        const WallTime now = then + std::chrono::seconds(stage.next);
        for (const Record& record : live.handle(event, now).records)
            log.emplace_back(record, now);
    };
    const auto tell = [&](Device device, const Telling& telling) {
        for (const Taken::Told& told : valueOf(roster.take(reports, std::array{stage.told(device, telling)})).reports)
            handle(told.report);
    };
    handle(Join{std::vector<Enrolment>(devices, 3)});
    for (Device device = 0; device < devices - 1; ++device) { // the last one is silent
        handle(Ask{device, 3, 0, 1});
        tell(device, running(1));
        if (device % 3 == 2)
            tell(device, {.sequence = 2, .slot = 1, .phase = Phase::Waiting});
        else
            tell(device, ended(2, device % 3 == 0 ? Outcome::Succeeded : Outcome::Failed));
        if (device == 0) tell(device, ended(3, Outcome::Failed)); // which changes nothing
    }
    REQUIRE(live.count(Outcome::Failed) == 3);
    handle(Retry{});
    done(roster.beginRound(stage.campaign, 1));
    tell(4, running(3)); // of the round before
    handle(Ask{1, 3, 1, 2});
    tell(1, {.round = 1, .sequence = 3, .slot = 2, .phase = Phase::Running, .step = 1});
    REQUIRE(live.slots() == 1);

    Rollout again(plan, then + 240h, false);
    for (const auto& [record, at] : log)
        done(again.apply(record, at));
    for (const ResultEntry& entry : valueOf(roster.results(stage.campaign, {}, 0, devices, then)))
        if (entry.telling.sequence != 0) again.apply(Report{entry.target, entry.enrolment, entry.telling}, entry.at);
    CHECK(again.isSame(live));
    CHECK(again.contradiction().empty());
    CHECK(live.contradiction().empty());
}

TEST_CASE("a report of a round that nobody began is dropped") { // fleet.md §4.1
    Stage stage;
    Roster roster = stage.file.open();
    Telling telling = running(1);
    telling.round = 1;
    CHECK(stage.take(roster, stage.told(0, telling)) == Passed::NoRound);
    done(roster.beginRound(stage.campaign, 1));
    CHECK(stage.take(roster, stage.told(0, telling)) == std::nullopt);
    done(roster.beginRound(stage.campaign, 0)); // as an older record that is read again
    telling.sequence = 2;
    CHECK(stage.take(roster, stage.told(0, telling)) == std::nullopt);
}

TEST_CASE("a report that a seal has is not verified again, and another one is") { // fleet.md §5.1
    Stage stage;
    Roster roster = stage.file.open();
    const auto publicKey = [&](std::size_t device) { return stage.papers.keyOf(device + 3).publicKey(); };
    const auto take = [&](StreamedReport& report, const Stamps& sealed) {
        report.sealed = &sealed;
        return valueOf(roster.take(reports, std::array{report}));
    };
    StreamedReport own = stage.told(0, running(1));
    const Taken first = take(own, {});
    CHECK(first.verified == std::vector{std::pair(own.sequence, stampOf(publicKey(0), own.text))});

    // Nobody has signed these, so it shows whether that was looked at.
    StreamedReport other =
        stage.sent(1, stage.papers.signedReport(stage.papers.report(1, running(1)), stage.papers.other));
    for (const Stamp& stamp :
         {stampOf(publicKey(0), other.text), stampOf(publicKey(1), other.text + " "), stampOf(publicKey(1), own.text)})
        CHECK(take(other, {stamp}).count(Passed::NotSigned) == 1);
    const Taken sealed = take(other, {stampOf(publicKey(1), other.text)});
    CHECK(sealed.reports.size() == 1);
    CHECK(sealed.verified.empty());
}

TEST_CASE("a campaign that is gone takes its targets with it, and reports of it count no more") { // fleet.md §2.1
    Stage stage;
    {
        Roster roster = stage.file.open();
        done(roster.putCampaign(stage.papers.campaign("other"), then));
        CHECK_FALSE(stage.take(roster, stage.told(0, running(1))));
        done(roster.dropCampaign(stage.campaign));
        CHECK(roster.ids() == std::vector{idOf(Papers::campaignOf("other"))});
        CHECK(stage.take(roster, stage.told(0, running(2))) == Passed::NotMeant);
        CHECK_FALSE(roster.results(stage.campaign, {}, 0, 10, then).ok());
    }
    Roster roster = stage.file.open();
    CHECK(roster.ids() == std::vector{idOf(Papers::campaignOf("other"))});
    stage.fill(roster, 4); // one that is read again has nothing of before
    CHECK(stage.newest(roster, 0).sequence == 0);
}

TEST_CASE("a device speaks for itself alone, and for its present enrolment") { // fleet.md §4.1, §6.1
    Stage stage;
    Roster roster = stage.file.open();
    const Papers& papers = stage.papers;
    const DeviceReport report = papers.report(1, running(1));
    const SecretKey& key = papers.keyOf(1 + 3);
    DeviceReport before = report;
    before.enrolment = 2;
    DeviceReport elsewhere = report;
    elsewhere.campaign = idOf(Papers::campaignOf("other"));
    const auto passed = [&](std::size_t by, const std::string& text) {
        return stage.take(roster, stage.sent(by, text));
    };
    CHECK(passed(0, papers.signedReport(report, key)) == Passed::OtherDevice);
    CHECK(passed(9, papers.signedReport(papers.report(9, running(1)), key)) == Passed::NoDevice);
    CHECK(passed(1, papers.signedReport(before, key)) == Passed::OtherEnrolment);
    CHECK(passed(1, papers.signedReport(elsewhere, key)) == Passed::NotMeant);
    CHECK(passed(1, papers.signedReport(report, papers.other)) == Passed::NotSigned);
    Signed forged = valueOf(signedBy(papers.other, report));
    forged.signatures.push_back(valueOf(sign(forged.document, key, commentOf(report))));
    CHECK(passed(1, textOf(forged)) == Passed::NotSigned); // a report has one signature
    DeviceReport next = report;
    next.telling.sequence = 2;
    CHECK(passed(1, textOf(Signed{documentOf(next), valueOf(signedBy(key, report)).signatures})) == Passed::NotSigned);
    CHECK(passed(1, textOf(Signed{documentOf(report), {valueOf(sign(documentOf(report), key, "stint cancel x"))}})) ==
          Passed::NotSigned);
    CHECK(stage.newest(roster, 1).phase == Phase::Targeted);
    CHECK(passed(1, papers.signedReport(report, key)) == std::nullopt);
    done(roster.leave(deviceOf(1)));
    CHECK(passed(1, papers.signedReport(next, key)) == Passed::NoDevice);
}

TEST_CASE("what is no report is counted, and those after it are taken") { // fleet.md §4.1
    Stage stage;
    Roster roster = stage.file.open();
    const std::string right = stage.papers.signedReport(stage.papers.report(0, running(1)), stage.papers.keyOf(3));
    std::string brackets;
    brackets.resize(10'000'000, '[');
    std::vector<StreamedReport> batch;
    for (const std::string& text :
         {std::string(), std::string("{}"), brackets, std::string(brackets.size(), 'x'), " " + right,
          right.substr(0, right.size() - 1), std::string(12'000, '\0'),
          textOf(valueOf(
              signedBy(stage.papers.keyOf(3), Statement{.made = then, .operators = 1, .alive = {}, .cancelled = {}})))})
        batch.push_back(stage.sent(0, text));
    batch.push_back(stage.sent(0, right));
    const Taken taken = valueOf(roster.take(reports, batch));
    CHECK(taken.count(Passed::NoReport) == 8);
    CHECK(taken.reports.size() == 1);
    CHECK(valueOf(roster.position(reports)) == batch.back().sequence);
}

TEST_CASE("a batch that many processors read comes to what its reports come to one by one") { // fleet.md §5
    Stage stage(400);
    std::vector<StreamedReport> batch;
    for (std::size_t n = 0; n < 400; ++n) {
        const DeviceReport report = stage.papers.report(n, running(1));
        const SecretKey& key = n % 3 == 0 ? stage.papers.other : stage.papers.keyOf(n + 3);
        batch.push_back(stage.sent(n, n % 7 == 0 ? "none" : stage.papers.signedReport(report, key)));
    }
    std::vector<Device> counted;
    {
        Roster roster = stage.file.open();
        const Taken taken = valueOf(roster.take(reports, batch));
        CHECK(taken.count(Passed::NoReport) == 58);
        CHECK(taken.count(Passed::NotSigned) == 114);
        for (const Taken::Told& told : taken.reports)
            counted.push_back(told.report.device);
        CHECK(counted.size() == 228);
        CHECK(std::ranges::is_sorted(counted)); // in the stream's order
    }
    const std::string content = contentOf(stage.file.path());
    const RosterFile other;
    Roster single = other.open();
    stage.fill(single, 400);
    for (const StreamedReport& report : batch)
        valueOf(single.take(reports, std::array{report}));
    { const Roster closed = std::move(single); }
    CHECK((contentOf(other.path()) == content));
}

TEST_CASE("a device that spoils its sequence is silent until it joins anew, and no other is") { // fleet.md §4.1
    Stage stage;
    Roster roster = stage.file.open();
    CHECK(stage.take(roster, stage.told(0, running(4'294'967'295))) == std::nullopt);
    CHECK(stage.take(roster, stage.told(0, ended(4'294'967'295, Outcome::Succeeded))) == Passed::Old);
    CHECK(stage.take(roster, stage.told(1, running(1))) == std::nullopt);
    done(put(roster, stage.papers.certificate(0, 4)));
    done(roster.addTargets(stage.campaign, 4, std::array{Roster::Meaning{deviceOf(0), 4}}));
    DeviceReport anew = stage.papers.report(0, running(1));
    anew.enrolment = 4;
    const auto text = stage.papers.signedReport(anew, stage.papers.keyOf(4));
    const Taken taken = valueOf(roster.take(reports, std::array{stage.sent(0, text)}));
    REQUIRE(taken.reports.size() == 1);
    CHECK(taken.reports[0].report.device == 4);
    CHECK(stage.newest(roster, 0) == running(1));
}

TEST_CASE("a batch that is taken again changes nothing") { // fleet.md §5
    Stage stage;
    std::vector<StreamedReport> batch;
    for (std::uint32_t n = 0; n < 20; ++n)
        batch.push_back(stage.told(n % 4, n < 16 ? running(n + 1) : ended(n + 1, Outcome::Succeeded)));
    batch.push_back(stage.sent(0, "none"));
    CHECK(valueOf(stage.file.open().take(reports, batch)).reports.size() == 20);
    const std::string content = contentOf(stage.file.path());
    const Taken again = valueOf(stage.file.open().take(reports, batch));
    CHECK(again.reports.empty());
    CHECK(again.count(Passed::Old) == 20);
    CHECK(valueOf(stage.file.open().take(reports, std::span(batch).first(3))).reports.empty());
    CHECK((contentOf(stage.file.path()) == content));
}

TEST_CASE("a stream that went back is read from there, and one that was made anew from its begin") { // fleet.md §5
    Stage stage;
    Roster roster = stage.file.open();
    stage.next = 100;
    CHECK(stage.take(roster, stage.told(0, running(1))) == std::nullopt);
    CHECK(valueOf(roster.position(reports)) == 100);
    CHECK(valueOf(roster.position("STINT_FLEET_R@2")) == 0);
    stage.next = 90;
    CHECK(stage.take(roster, stage.told(0, running(2))) == std::nullopt);
    CHECK(valueOf(roster.position(reports)) == 100); // that was an old one, read again
    done(roster.goBack(reports, 90));
    CHECK(valueOf(roster.position(reports)) == 90);
    done(roster.goBack(reports, 95));
    CHECK(valueOf(roster.position(reports)) == 90);
}

} // namespace stint::fleet
