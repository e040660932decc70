// fleet.md §6.4: the device's owner stands above the fleet: its hours, its bytes, and whether a person is asked.
#include <doctest/doctest.h>

#include "agent/world.hpp"
#include "base/unix/process.hpp"
#include "contract/model/agent.hpp"
#include "fleet/document/document.hpp"

namespace stint::fleet {
namespace {

const AgentJob news{AgentJob::Kind::Work, {}};
const std::string apply = "[[step]]\nrun = [\"/usr/bin/apply-fw\"]\n";
const std::string applyAgain = apply + "idempotent = true\ntimeout = \"12h\"\n";
const std::string applyForGood = apply + "commit = true\n";

const std::string lets = "kinds = [\"get\", \"run\", \"verify\"]\ncommands = [\"any\"]\n";
void ownerSays(World& world, const std::string& more) { overwrite(world.place / "fleet.toml", lets + more); }

std::string labelOf(const JobInfo& job) { return job.getExtras().getString("label"); }
std::string askerOf(const JobInfo& job) { return job.getExtras().getString(agentAsksExtra); }

/// One more order was heard, and its job stands.
std::string heardOf(World& world, const Campaign& campaign) {
    std::string id = world.order(campaign);
    world.run(news);
    world.answerAll();
    return id;
}

} // namespace

TEST_CASE("fleet.md §6.4: a campaign waits for its owner's hours, is not rejected, and what has begun is let finish") {
    World world; // it is 12:00
    world.settle();
    ownerSays(world, "hours = \"22:00-06:00\"\n");
    const std::string id = heardOf(world, World::campaign(apply + "timeout = \"12h\"\n"));
    const Duration wait = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 22h - world.today;
    CHECK(world.errand(id).getMinimumLatency() == wait);
    CHECK(labelOf(world.errand(id)) == "firmware (by fleet office, 22:00-06:00)");
    const auto number = world.runErrand(id); // a person had it run
    CHECK(world.questions().empty());
    CHECK(world.ends.at(number) == std::pair(true, stint::Outcome{75, "waits: 22:00-06:00"}));
    CHECK(world.told(id).phase == Phase::Waiting);
    world.pass(wait);
    world.sayNews();
    world.runErrand(id);
    world.answerAll();
    CHECK(world.begun.at(id + "/1") == 1);
    world.pass(9h); // its slot lasts, its hours do not
    world.endStep(id);
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Succeeded);
}

TEST_CASE("fleet.md §6.4: what is stopped, and what is given another turn, waits for the next of the owner's hours") {
    World world;
    world.settle();
    ownerSays(world, "hours = \"11:00-13:00\"\n");
    const std::string id = heardOf(world, World::campaign(applyAgain));
    CHECK(world.errand(id).getMinimumLatency() == Duration(0));
    const auto number = world.runErrand(id);
    world.answerAll();
    world.pass(2h);
    world.stopRun(number);
    CHECK(world.errand(id).getMinimumLatency() > Duration(20h));
    overwrite(world.place / "fleet.toml", lets);
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Succeeded);
}

TEST_CASE(
    "fleet.md §6.4: where its owner asks, a campaign waits for a person's yes, over deaths, and for nothing else") {
    World world;
    ownerSays(world, "ask = true\n");
    world.settle();
    const Campaign campaign = World::campaign(apply);
    const std::string id = idOf(campaign);
    world.waits[id] = {.blockers = {{"CONSTRAINT_MINIMUM_LATENCY", then}}, .forecast = then + 1h};
    world.order(campaign);
    world.run(news);
    world.answerAll();
    CHECK(labelOf(world.errand(id)) == "asks (stint fleet allow " + id + "): firmware (by fleet office)");
    CHECK(askerOf(world.errand(id)) == "firmware (by fleet office)");
    CHECK(world.errand(id).getMinimumLatency() > Duration(29 * 24h));
    CHECK(world.told(id).phase == Phase::Waiting);
    CHECK(world.told(id).blockers == std::vector<ToldBlocker>{{"USER", then}}); // §4.1
    CHECK_FALSE(world.told(id).forecast);
    CHECK(world.told(id).words == "its owner has not yet allowed it");
    world.runErrand(id); // that is no yes
    CHECK(world.questions().empty());
    world.die();
    CHECK(world.personSays("20261123-aaaaaaaa", true).exitCode == 66);
    const JobInfo before = world.errand(id);
    CHECK(world.personSays(id, true) == stint::Outcome{0, "firmware may begin"});
    world.die();
    world.standing.insert_or_assign(id + "#1", before); // it died before stintd had the other
    world.start();
    CHECK(world.errand(id).getMinimumLatency() == Duration(0));
    CHECK(labelOf(world.errand(id)) == "firmware (by fleet office)");
    CHECK(askerOf(world.errand(id)).empty());
    world.die();
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Succeeded);
    CHECK(world.personSays(id, false).exitCode == 66);
}

TEST_CASE("fleet.md §6.4: an owner who asks from now on, or no more, is obeyed with the next news") {
    World world;
    world.settle();
    ownerSays(world, "hours = \"22:00-06:00\"\n");
    const std::string id = heardOf(world, World::campaign(apply));
    const auto wait = world.errand(id).getMinimumLatency();
    const auto ownerNowSays = [&](const std::string& more) {
        ownerSays(world, more);
        world.agent->wantWork();
        world.run(news);
        world.answerAll();
    };
    ownerNowSays("hours = \"22:00-06:00\"\nask = true\n");
    CHECK_FALSE(askerOf(world.errand(id)).empty());
    CHECK(world.errand(id).getMinimumLatency() > Duration(29 * 24h));
    world.die(); // another agent finds the job as it stands
    world.start();
    ownerNowSays("hours = \"22:00-06:00\"\n");
    CHECK(askerOf(world.errand(id)).empty());
    CHECK(world.errand(id).getMinimumLatency() == wait);
}

TEST_CASE("fleet.md §6.4: a name that is too long leaves its fleet, and what is said of both, in sight") {
    World world;
    world.settle();
    ownerSays(world, "ask = true\n");
    Campaign campaign = World::campaign(apply);
    campaign.name = std::string(128, 'a');
    const std::string id = heardOf(world, campaign);
    CHECK(askerOf(world.errand(id)) == std::string(64, 'a') + "… (by fleet office)");
}

TEST_CASE("fleet.md §6.4: a person's no is a rejection that the server hears, and an operator's retry asks anew") {
    World world;
    world.settle();
    ownerSays(world, "ask = true\n");
    const std::string id = heardOf(world, World::campaign(apply));
    CHECK(world.personSays(id, false) == stint::Outcome{0, "firmware is refused"});
    CHECK_FALSE(world.hasErrand(id));
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Rejected);
    CHECK(world.told(id).words == "forbidden: its owner said no");
    world.hear({.campaign = id, .enrolment = 1, .round = 1, .again = false});
    world.run(news);
    world.answerAll();
    CHECK(world.errand(id).getMinimumLatency() > Duration(29 * 24h));
    CHECK(world.personSays(id, true).exitCode == 0);
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Succeeded);
}

TEST_CASE("fleet.md §6.4: a no stops what has begun, and behind the point of no return it comes too late") {
    World world;
    world.settle();
    const std::string id = heardOf(world, World::campaign(apply));
    world.runErrand(id);
    world.answerAll();
    world.words();
    CHECK(world.personSays(id, false).exitCode == 0);
    CHECK(world.words().find("stop") != std::string::npos);
    const std::string late = heardOf(world, World::campaign(applyForGood));
    CHECK(world.told(id).words == "forbidden: its owner said no");
    world.runErrand(late);
    world.answerAll();
    CHECK(world.personSays(late, false).exitCode == 77);
    world.goOn();
    CHECK(world.told(late).outcome == Outcome::Succeeded);
}

TEST_CASE("fleet.md §6.4: a campaign about which nobody has said anything ends with its expiry") {
    World world;
    world.settle();
    ownerSays(world, "ask = true\n");
    const std::string id = heardOf(world, World::campaign(apply));
    world.pass(*world.errand(id).getMinimumLatency());
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Expired);
    CHECK(world.begun.empty());
}

TEST_CASE("fleet.md §6.4: the owner's bytes are a policy's budget before anything begins, and go with the fleet") {
    World world;
    world.settle();
    ownerSays(world, "bytes = \"500MB\"\n");
    const std::filesystem::path budget = world.agentPlace.config / "policy.d" / "fleet.toml";
    heardOf(world, World::campaign(apply));
    CHECK(readFile(budget).value_or("").find("bytes = \"500MB\"") != std::string::npos);
    std::filesystem::remove(budget);
    std::filesystem::create_directory(budget); // it cannot be written
    const std::string id = heardOf(world, World::campaign(applyAgain));
    CHECK(world.errand(id).getMinimumLatency() == Duration(1h));
    world.runErrand(id);
    CHECK(world.questions().empty());
    std::filesystem::remove(budget);
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Succeeded);
    CHECK(std::filesystem::exists(budget));
    const AgentJob leave{AgentJob::Kind::Leave, {}};
    world.standing.insert_or_assign("#4", sure(JobInfo::Builder(agentLeaveJob, "Errand").build()));
    world.run(leave);
    world.answerAll();
    CHECK_FALSE(std::filesystem::exists(budget));
}

TEST_CASE("fleet.md §6.5: the fleet is told of the device's days where its owner says so, and else not") {
    World world;
    world.settle();
    world.look();
    CHECK(world.hellos.back().days.empty());
    ownerSays(world, "days = true\n");
    world.look();
    CHECK(world.hellos.back().days == *world.lastDays);
    world.lastDays = Error{Errc::UNAVAILABLE, "stintd is away"};
    world.look(); // all else is said
    CHECK(world.hellos.back().days.empty());
    CHECK(world.complaints.back() == "this device's days are not told: stintd is away");
    ownerSays(world, "");
    world.look();
    CHECK(world.hellos.back().days.empty());
}

} // namespace stint::fleet
