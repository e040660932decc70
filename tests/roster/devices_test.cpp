// Devices and campaigns in the server's file, and who is meant (fleet.md §5, §8).
#include "roster/stage.hpp"

namespace stint::fleet {
namespace {

Query queryOf(std::string_view text) { return valueOf(Query::parse(text)); }

/// The devices by what a query says of each.
struct Meant {
    std::vector<std::string> yes, unknown, no;
};
Meant meantBy(Roster& roster, std::string_view text, WallTime now) {
    const Query query = queryOf(text);
    Meant meant;
    done(roster.eachState("", now, [&](const StateEntry& one) {
        const Answer answer = ask(query, one.facts);
        (answer == Answer::Yes ? meant.yes : answer == Answer::No ? meant.no : meant.unknown).push_back(one.facts.id);
        return true;
    }));
    return meant;
}

} // namespace

TEST_CASE("the newest certificate counts, and what came before a device left brings it not back") { // fleet.md §5
    const Papers papers;
    const RosterFile file;
    Roster roster = file.open();
    const auto entry = [&] { return *valueOf(roster.device(deviceOf(1))); };
    CHECK_FALSE(valueOf(roster.device(deviceOf(1))).has_value());
    done(put(roster, papers.certificate(1)));
    CHECK(entry().certificate == textOf(papers.certificate(1)));
    CHECK(entry().labels == std::map<std::string, std::string, std::less<>>{{"model", "p2"}, {"site", "berlin"}});
    CHECK_FALSE(entry().seen.has_value());
    const Signed renewed = papers.certificate(1, 3, then + 1h);
    done(put(roster, renewed));
    done(put(roster, papers.certificate(1))); // an older one
    done(put(roster, papers.certificate(1, 2, then + 2h)));
    CHECK(entry().certificate == textOf(renewed));
    CHECK(valueOf(roster.hello(deviceOf(1), {.version = "4.2", .endpoint = "https://push.example/R"}, then)).empty());
    done(roster.leave(deviceOf(1)));
    done(put(roster, papers.certificate(1, 3, then + 3h)));
    CHECK(entry().isGone);
    CHECK(roster.hello(deviceOf(1), {.version = "4.2"}, then).error().code == Errc::ILLEGAL_STATE);
    CHECK_FALSE(valueOf(roster.facts(deviceOf(1), then)).has_value());
    done(put(roster, papers.certificate(1, 4)));
    CHECK_FALSE(entry().isGone);
    CHECK(entry().enrolment == 4);
    CHECK(entry().endpoint.empty()); // that was the device before it joined anew
    const Signed none = papers.campaign();
    CHECK(valueOf(roster.put({&none, 1})) == 1);
}

TEST_CASE("a certificate that the fleet's server has not signed is nobody's") { // fleet.md §6.3
    const Papers papers;
    const RosterFile file;
    Roster roster = file.open();
    const PublicKey signer = papers.enrolment.publicKey(), another = papers.other.publicKey();
    const std::vector<Signed> some{papers.certificate(1), papers.certificate(2)};
    CHECK(valueOf(roster.put(some, &another)) == 2);
    CHECK_FALSE(valueOf(roster.device(deviceOf(1))).has_value());
    CHECK(valueOf(roster.put(some, &signer)) == 0);
    CHECK(valueOf(roster.put(some, &another)) == 0); // known ones are not looked at again
    const std::vector<Signed> ofOne{papers.certificate(3, 4), papers.certificate(3, 3), papers.certificate(3, 5)};
    CHECK(valueOf(roster.put(ofOne, &signer)) == 0);
    CHECK(valueOf(roster.device(deviceOf(3)))->enrolment == 5); // as if one had come after another
    CHECK(valueOf(roster.device(deviceOf(2))).has_value());
}

TEST_CASE("hello keeps what a device says, and asks for reports that the server lacks") { // fleet.md §2, §5
    Stage stage;
    Roster roster = stage.file.open();
    CHECK(stage.take(roster, stage.told(1, running(5))) == std::nullopt);
    const Hello hello{.version = "0.12.3-5-gabc",
                      .endpoint = "https://push.example/R",
                      .operators = 0,
                      .enrolment = 3,
                      .statement = {},
                      .open = {{stage.campaign, 5}, {"20261123-aaaaaaaa", 9}}};
    CHECK(valueOf(roster.hello(deviceOf(1), hello, then + 1h)).empty());
    Hello later = hello;
    later.open[stage.campaign] = 6;
    CHECK(valueOf(roster.hello(deviceOf(1), later, then)) == std::vector{stage.campaign});
    std::swap(later.open, later.ended); // of its end, too
    CHECK(valueOf(roster.hello(deviceOf(1), later, then)) == std::vector{stage.campaign});
    const auto entry = *valueOf(roster.device(deviceOf(1)));
    CHECK(entry.version == hello.version);
    CHECK(entry.endpoint == hello.endpoint);
    CHECK(entry.seen == then + 1h); // and no earlier
    CHECK(roster.hello(deviceOf(9), hello, then).error().code == Errc::ILLEGAL_STATE);
}

TEST_CASE("a query finds the devices that it means, in order, and says of which it cannot tell") { // fleet.md §8
    Stage stage(20);
    Roster roster = stage.file.open();
    done(roster.leave(deviceOf(3)));
    for (const std::size_t n : {4, 5, 6})
        CHECK(valueOf(roster.hello(deviceOf(n), {.version = n == 6 ? "5.0" : "4.1"}, then + std::chrono::hours(n)))
                  .empty());
    const auto asked = [&](std::string_view text) { return meantBy(roster, text, then + 10h); };
    CHECK(asked("label site=köln").yes == std::vector{deviceOf(0), deviceOf(10)});
    CHECK(asked("all").yes.size() == 19);
    CHECK(asked("version<4.2").yes == std::vector{deviceOf(4), deviceOf(5)});
    CHECK(asked("version<4.2").no == std::vector{deviceOf(6)});
    CHECK(asked("version<4.2").unknown.size() == 16);
    CHECK(asked("seen<5h").yes == std::vector{deviceOf(6)});
    CHECK(asked("seen>5h").yes.size() == 17); // those that never were, too
    CHECK(valueOf(roster.unseenSince(then + 5h)) == 17);
    CHECK(valueOf(roster.count()) == 19);
    CHECK(asked("id " + deviceOf(7) + " or id " + deviceOf(3)).yes == std::vector{deviceOf(7)});
    const auto facts = *valueOf(roster.facts(deviceOf(5), then + 10h));
    CHECK(facts.lastSeen == 5h);
    CHECK(facts.version == versionIn("4.1"));
    CHECK(valueOf(roster.facts(deviceOf(4), then))->lastSeen == 0s); // a clock that was set back
}

TEST_CASE("a campaign is there once, with its targets under the numbers of its log") { // fleet.md §5
    Stage stage;
    {
        Roster roster = stage.file.open();
        done(roster.putCampaign(stage.papers.campaign(), then + 1h)); // again, as its log is read again
        Signed more = stage.papers.campaign();
        more.signatures.push_back(valueOf(sign(more.document, stage.papers.other, "stint campaign x")));
        done(roster.putCampaign(more, then + 1h));
        CHECK(roster.putCampaign(stage.papers.certificate(1), then).error().code == Errc::ILLEGAL_ARGUMENT);
        CHECK(roster.addTargets("20261123-aaaaaaaa", 0, {}).error().code == Errc::ILLEGAL_STATE);
        done(roster.addTargets(stage.campaign, 2,
                               std::array{Roster::Meaning{deviceOf(2), 3}, Roster::Meaning{deviceOf(3), 3},
                                          Roster::Meaning{deviceOf(9), 3}}));
        done(roster.beginRound(stage.campaign, 3));
    }
    Roster roster = stage.file.open();
    const auto all = valueOf(roster.campaigns());
    REQUIRE(all.size() == 1);
    CHECK(all[0].id == stage.campaign);
    CHECK(all[0].name == "firmware");
    CHECK(all[0].document == textOf(stage.papers.campaign()));
    CHECK(all[0].made == then);
    CHECK(all[0].read == then);
    CHECK(all[0].round == 3);
    const auto targets = valueOf(roster.results(stage.campaign, {}, 0, 100, then));
    REQUIRE(targets.size() == 5);
    for (Device n = 0; n < 5; ++n)
        CHECK(targets[n].target == n);
    CHECK(targets[4].device == deviceOf(9));
}

TEST_CASE("results come in pages, by phase, by outcome, by a query, and are counted") { // fleet.md §5
    Stage stage(20);
    Roster roster = stage.file.open();
    std::vector<StreamedReport> batch;
    for (std::size_t n = 0; n < 15; ++n)
        batch.push_back(stage.told(n, n < 5 ? running(1) : ended(1, n < 12 ? Outcome::Succeeded : Outcome::Failed)));
    valueOf(roster.take(reports, batch));
    const auto page = [&](const ResultFilter& filter, Device from, std::size_t most) {
        std::vector<Device> numbers;
        for (const ResultEntry& entry : valueOf(roster.results(stage.campaign, filter, from, most, then)))
            numbers.push_back(entry.target);
        return numbers;
    };
    CHECK(page({}, 0, 3) == std::vector<Device>{0, 1, 2});
    CHECK(page({}, 18, 3) == std::vector<Device>{18, 19});
    CHECK(page({.outcome = Outcome::Failed}, 0, 2) == std::vector<Device>{12, 13});
    CHECK(page({.outcome = Outcome::Failed}, 14, 2) == std::vector<Device>{14});
    CHECK(page({.phase = Phase::Targeted}, 0, 100).size() == 5);
    const Query cologne = queryOf("label site=köln");
    CHECK(page({.devices = &cologne}, 0, 100) == std::vector<Device>{0, 10});
    CHECK(page({.phase = Phase::Ended, .devices = &cologne}, 0, 100) == std::vector<Device>{10});
    CHECK(valueOf(roster.counts(stage.campaign)) == std::vector<ResultCount>{{Phase::Targeted, Outcome::None, 5},
                                                                             {Phase::Running, Outcome::None, 5},
                                                                             {Phase::Ended, Outcome::Succeeded, 7},
                                                                             {Phase::Ended, Outcome::Failed, 3}});
    CHECK_FALSE(valueOf(roster.result(stage.campaign, deviceOf(99))).has_value());
    CHECK(roster.counts("20261123-aaaaaaaa").error().code == Errc::ILLEGAL_STATE);
    CHECK(roster.results("20261123-aaaaaaaa", {}, 0, 1, then).error().code == Errc::ILLEGAL_STATE);
}

TEST_CASE("of a device's states the latest counts, of its enrolment, and signed by its key") { // fleet.md §4.3
    const Papers papers;
    const RosterFile file;
    Roster roster = file.open();
    done(put(roster, papers.certificate(1)));
    done(put(roster, papers.certificate(2)));
    const auto taken = [&](const Signed& paper, std::size_t from = 1) {
        const std::pair told{deviceOf(from), paper};
        return valueOf(roster.takeStates({&told, 1})) == 1;
    };
    const auto version = [&] {
        const auto state = (*valueOf(roster.stateOf(deviceOf(1), then))).state;
        return state ? state->version : 0;
    };
    CHECK(version() == 0);
    CHECK(taken(papers.state(1, 7, then)));
    CHECK_FALSE(taken(papers.state(1, 7, then))); // a second time
    CHECK_FALSE(taken(papers.state(1, 6, then - 1ms)));
    CHECK(taken(papers.state(1, 5, then + 1ms)));       // it may go back, where its labels changed
    CHECK_FALSE(taken(papers.state(2, 9, then + 2ms))); // another's
    CHECK_FALSE(taken(papers.state(1, 9, then + 2ms), 2));
    CHECK_FALSE(taken(papers.state(1, 9, then + 2ms), 3)); // of no device of the fleet
    CHECK_FALSE(taken(papers.state(1, 9, then + 2ms, Holding::Applied, 4)));
    Signed forged = papers.state(1, 9, then + 2ms);
    forged.signatures = papers.state(1, 8, then + 2ms).signatures;
    CHECK_FALSE(taken(forged));
    CHECK_FALSE(taken(papers.certificate(1)));
    CHECK(version() == 5);
    CHECK(valueOf(roster.takeStates(std::array{std::pair{deviceOf(1), papers.state(1, 6, then + 3ms)},
                                               std::pair{deviceOf(1), papers.state(1, 7, then + 2ms)},
                                               std::pair{deviceOf(2), papers.state(2, 6, then)},
                                               std::pair{deviceOf(2), forged}})) == 2);
    CHECK(version() == 6);
    done(put(roster, papers.certificate(1, 4)));
    CHECK(version() == 0); // it joined anew, and has told nothing since
    CHECK(taken(papers.state(1, 3, then - 1h, Holding::Refused, 4)));
    CHECK(version() == 3);
    std::vector<std::string> walked;
    done(roster.eachState("", then, [&](const StateEntry& entry) {
        walked.push_back(fmt::format("{} {}", entry.facts.id, entry.state.has_value()));
        return true;
    }));
    CHECK(walked == std::vector{deviceOf(1) + " true", deviceOf(2) + " true"});
    done(roster.leave(deviceOf(1)));
    CHECK_FALSE(valueOf(roster.stateOf(deviceOf(1), then)).has_value());
}

TEST_CASE("a device's days are those that it told last, until it tells none, or leaves") { // fleet.md §5.2, §6.5
    const Papers papers;
    const RosterFile file;
    Roster roster = file.open();
    done(put(roster, papers.certificate(1)));
    const std::string device = deviceOf(1);
    const auto kept = [&] { return (*valueOf(roster.device(device))).daysKept; };
    CHECK(valueOf(roster.days(device)).empty());
    CHECK_FALSE(kept());
    done(roster.noteDays(device, "iii", then));
    done(roster.recallDays(std::array{std::pair(device, std::string("ccc"))})); // that is older
    CHECK(valueOf(roster.days(device)) == "iii");
    CHECK(kept() == then);
    done(roster.noteDays(device, "", then));
    CHECK(valueOf(roster.days(device)).empty());
    CHECK_FALSE(kept());
    done(roster.recallDays(std::array{std::pair(device, std::string("ccc"))}));
    CHECK(valueOf(roster.days(device)) == "ccc");
    CHECK(kept() == WallTime{});
    done(roster.leave(device));
    CHECK(valueOf(roster.days(device)).empty());
}

} // namespace stint::fleet
