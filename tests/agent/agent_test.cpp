// fleet.md §1, §4.2: the agent of a device, from a person's join to a campaign's end.
#include <doctest/doctest.h>

#include <algorithm>

#include "agent/world.hpp"
#include "contract/model/agent.hpp"
#include "fleet/document/document.hpp"
#include "fleet/document/telling.hpp"
#include "fleet/signing/sealing.hpp"

namespace stint::fleet {
namespace {

const AgentJob work{AgentJob::Kind::Work, {}}, daily{AgentJob::Kind::Daily, {}};

const std::string command = "[[step]]\nrun = [\"/usr/bin/apply-fw\"]\n";
const std::string again = "[[step]]\nrun = [\"/usr/bin/apply-fw\"]\nidempotent = true\n";
const std::string flash = "[[step]]\nrun = [\"/usr/bin/apply-fw\"]\ncommit = true\n[[step]]\nverify = "
                          "[\"/usr/bin/fw-version\"]\nafter = \"restart\"\n";

Campaign another() {
    Campaign other = World::campaign(command);
    other.name = "another";
    return other;
}

/// The order was heard, and the errand's job stands.
std::string ordered(World& world, const Campaign& campaign, bool isAlive = true) {
    world.settle();
    const std::string id = world.order(campaign, isAlive);
    world.run(work);
    world.answerAll();
    return id;
}
/// Its job runs, and it has its slot.
std::string begun(World& world, const Campaign& campaign) {
    const std::string id = ordered(world, campaign);
    world.runErrand(id);
    world.answerAll();
    return id;
}

/// While another one runs there.
std::string begunBeside(World& world, const Campaign& campaign) {
    const std::string id = world.order(campaign);
    world.answerAll();
    world.runErrand(id);
    world.answerAll();
    return id;
}

} // namespace

// ---- Joining ----

TEST_CASE("fleet.md §3: a device joins by a job with the code, and says hello with where orders are pushed to it") {
    World world;
    const stint::Outcome ended = world.join();
    CHECK(ended == stint::Outcome{0, "joined the fleet office"});
    REQUIRE(world.hellos.size() == 1);
    CHECK(world.hellos.front().endpoint == url + "/push/v1/TOKEN");
    CHECK(world.hellos.front().operators == 8);
    CHECK(world.hellos.front().enrolment == 1);
    CHECK(world.has(daily));
    CHECK_FALSE(world.has(work));
    CHECK(world.runs.empty());
    CHECK(world.job(daily).getPeriod() == JobInfo::Period{24h, 12h});
    CHECK(world.job(daily).getNetworkType() == JobInfo::NETWORK_TYPE_ANY);
}

TEST_CASE("fleet.md §3: joining tells who follows it what is wrong, and is tried again only where that can help") {
    World world;
    const std::string right = sure(world.codeFor(world.invited()));
    std::string wrong = right;
    wrong.back() = wrong.back() == '0' ? '1' : '0';
    CHECK(world.join(wrong).exitCode == 65);
    JoinCode forged = world.invited();
    forged.fleet[0] ^= 1;
    CHECK(world.join(sure(world.codeFor(forged))).exitCode == 77);
    JoinCode unknown = world.invited();
    unknown.invitation = "00000000";
    CHECK(world.join(sure(world.codeFor(unknown))).exitCode == 77);
    CHECK_FALSE(world.has(daily));
    const AgentJob join{AgentJob::Kind::Join, {}};
    const auto number = [&] {
        world.standing.insert_or_assign(
            "#3",
            sure(JobInfo::Builder(JobId{3}, "Errand").setExtras(PersistableBundle().putString("code", right)).build()));
        return world.run(join);
    }();
    world.lose();
    CHECK(world.ends.at(number).first); // again
    CHECK(world.has(join));
    world.run(join);
    world.answerAll();
    CHECK(world.has(daily));
    CHECK(world.join(right).exitCode == 0); // it is in that fleet already
    forged.fleet[0] ^= 2;
    CHECK(world.join(sure(world.codeFor(forged))).exitCode == 77);
}

TEST_CASE("fleet.md §3: a device that has joined no server of push joins no fleet, and has nothing of one") {
    World world;
    std::filesystem::remove_all(world.agentPlace.line);
    const AgentJob join{AgentJob::Kind::Join, {}};
    world.standing.insert_or_assign("#3", sure(JobInfo::Builder(JobId{3}, "Errand").build()));
    const auto number = world.run(join);
    CHECK(world.ends.at(number).second.exitCode == 78);
    world.hear({.campaign = idOf(World::campaign(World::file)), .enrolment = 1, .round = 0, .again = false});
    CHECK(world.standing.empty());
    CHECK(world.questions().empty());
    CHECK_FALSE(std::filesystem::exists(world.agentPlace.fleet / "errands.db"));
}

TEST_CASE("fleet.md §3: an agent that was there before the device joined a server of push has it join a fleet") {
    World world;
    const std::filesystem::path aside = world.place / "aside";
    std::filesystem::rename(world.agentPlace.line, aside);
    world.start();
    std::filesystem::rename(aside, world.agentPlace.line);
    REQUIRE(world.agent.has_value());
    CHECK(world.join().exitCode == 0);
    CHECK(world.has(daily));
}

TEST_CASE("fleet.md §1: a daily job of a device that has left its fleet goes") {
    World world;
    world.settle();
    world.die();
    std::filesystem::remove_all(world.agentPlace.fleet);
    world.run(daily);
    CHECK(world.standing.empty());
}

TEST_CASE("fleet.md §3: what a person has to mend keeps all jobs, and nothing of a campaign goes") {
    World world;
    const std::string id = ordered(world, World::campaign(command));
    world.die();
    std::filesystem::permissions(world.agentPlace.fleet / "device.key", std::filesystem::perms(0644));
    world.words();
    const auto number = world.runErrand(id);
    CHECK(world.ends.at(number).first);
    CHECK(world.ends.at(number).second.exitCode == 78);
    world.run(daily);
    CHECK(world.words() == "finish finish");
    CHECK(world.hasErrand(id));
    CHECK(world.has(daily));
    world.die();
    std::filesystem::permissions(world.agentPlace.fleet / "device.key", std::filesystem::perms(0600));
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Succeeded);
}

namespace {

/// A person has the device leave; the end that is told.
stint::Outcome left(World& world, bool isHeard) {
    const AgentJob leave{AgentJob::Kind::Leave, {}};
    world.standing.insert_or_assign("#4", sure(JobInfo::Builder(agentLeaveJob, "Errand").build()));
    const auto number = world.run(leave);
    while (!world.questions().empty())
        isHeard ? (void)world.answer() : world.lose();
    return world.ends.contains(number) ? world.ends.at(number).second : stint::Outcome{-1, "it goes on"};
}

} // namespace

TEST_CASE("fleet.md §3: a device that leaves its fleet has nothing of it, and the server hears it, if it can") {
    for (const bool isHeard : {true, false}) {
        World world;
        begun(world, World::campaign(command));
        const std::string other = world.order(World::campaign(again));
        world.words();
        const stint::Outcome end = left(world, isHeard);
        CHECK(end.exitCode == 0);
        CHECK(end.text.starts_with(isHeard ? "left the fleet office" : "left the fleet office; its server could not"));
        CHECK(world.hasLeft == isHeard);
        const std::string words = world.words();
        CHECK(words.find("stop") != std::string::npos);
        CHECK(words.find("unregister") != std::string::npos);
        CHECK(world.standing.empty());
        CHECK(world.runs.empty());
        CHECK_FALSE(std::filesystem::exists(world.agentPlace.fleet));
        world.hear({.campaign = other, .enrolment = 1, .round = 0, .again = true}); // an order that was under way
        CHECK(world.standing.empty());
        CHECK(left(world, true).text == "this device is in no fleet");
        CHECK(world.join().exitCode == 0); // and may join anew
    }
}

TEST_CASE("fleet.md §3: a device whose place in a fleet is damaged may leave it") {
    World world;
    world.settle();
    world.die();
    overwrite(world.agentPlace.fleet / "device.key", "none");
    CHECK(left(world, true).exitCode == 0);
    CHECK_FALSE(std::filesystem::exists(world.agentPlace.fleet));
}

// ---- Orders ----

TEST_CASE("fleet.md §4.2: an order is noted when it is heard, and its document fetched by a job of the agent's own") {
    World world;
    world.settle();
    const std::string id = world.order(World::campaign(World::file));
    CHECK(world.questions().empty());
    CHECK(world.words() == "schedule");
    REQUIRE(world.has(work));
    CHECK(world.job(work).getNetworkType() == JobInfo::NETWORK_TYPE_ANY);
    world.run(work);
    CHECK(world.answer() == "hello");
    CHECK(world.answer() == "doc");
    CHECK(world.answer() == "report");
    CHECK(world.told(id).phase == Phase::Waiting);
    CHECK_FALSE(world.has(work));
    const JobInfo& errand = world.errand(id);
    CHECK(errand.getExtras().getString("label") == "firmware (by fleet office)");
    CHECK(errand.getNetworkType() == JobInfo::NETWORK_TYPE_ANY); // a file is to come
    CHECK(world.refusedReports == 0);
}

TEST_CASE("fleet.md §4.2: from the order to its end, each report is the server's, and nothing is left") {
    World world;
    const std::string id = begun(world, World::campaign(std::string(World::file) + command));
    CHECK(world.begun == std::map<std::string, int>{{id + "/1", 1}});
    CHECK(world.told(id).phase == Phase::Running);
    world.endStep(id);
    CHECK(world.begun.at(id + "/2") == 1);
    world.endStep(id, {0, false, "flashed"});
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Succeeded);
    CHECK(world.told(id).words == "flashed");
    CHECK_FALSE(world.hasErrand(id));
    CHECK(world.standing.size() == 1); // the daily one
    CHECK(world.did.find("clear") != std::string::npos);
    world.die();
    const Assignment noted = world.noted(id);
    CHECK(!noted.kept.unsent);
    CHECK(noted.order == Signed{});
    // The same order again comes to nothing.
    world.hear({.campaign = id, .enrolment = 1, .round = 0, .again = true});
    CHECK(world.standing.size() == 1);
}

TEST_CASE("fleet.md §4.2: the campaign's conditions are its job's, and `late` counts after wait-max") {
    World world;
    const Campaign campaign = World::campaign(
        command,
        "[job]\ncharging = true\nnetwork = \"unmetered\"\nwait-max = \"7d\"\nlate = \"degrade: charging=no\"\n");
    const std::string id = ordered(world, campaign);
    CHECK(world.errand(id).isRequireCharging());
    CHECK(world.errand(id).getNetworkType() == JobInfo::NETWORK_TYPE_UNMETERED);
    REQUIRE(world.errand(id).getOverrideDeadline());
    CHECK(*world.errand(id).getOverrideDeadline() <= 7 * 24h);
    CHECK(*world.errand(id).getOverrideDeadline() > 7 * 24h - 1h);
    world.pass(7 * 24h);
    world.runErrand(id, true); // its deadline is over, and its conditions do not hold
    CHECK(world.begun.empty());
    CHECK_FALSE(world.errand(id).isRequireCharging());
    CHECK(world.errand(id).getNetworkType() == JobInfo::NETWORK_TYPE_UNMETERED);
    CHECK_FALSE(world.errand(id).getOverrideDeadline());
    world.die();
    world.sayNews();
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Succeeded);
}

TEST_CASE("fleet.md §4: a device whose conditions do not come within wait-max has failed") {
    World world;
    const std::string id = ordered(world, World::campaign(command, "[job]\ncharging = true\nwait-max = \"7d\"\n"));
    world.pass(7 * 24h);
    world.runErrand(id, true);
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Failed);
    CHECK(world.told(id).words == "its conditions did not come within 7d");
    CHECK(world.begun.empty());
}

TEST_CASE("fleet.md §4.2: each device waits its own part of spread, the same after a death") {
    World world;
    const std::string id = ordered(world, World::campaign(command, "[rollout]\nspread = \"2h\"\n"));
    const Duration part = partOf(2h, id, sure(push::LineSettings::read(world.agentPlace.line))->device);
    CHECK(world.errand(id).getMinimumLatency() == part);
    CHECK(part < 2h);
    CHECK(partOf(2h, id, "another") != part);
    world.die();
    world.standing.erase(id + "#1"); // it died before stintd had it
    world.start();
    CHECK(*world.errand(id).getMinimumLatency() <= part);
    CHECK(*world.errand(id).getMinimumLatency() > part - 1h);
}

TEST_CASE("fleet.md §4.2: an agent that ends while a campaign waits lets its job stand as it is") {
    World world;
    const std::string id = ordered(world, World::campaign(command));
    world.replies[id] = {Reply::Word::Later, 10min};
    world.runErrand(id);
    world.answerAll();
    CHECK(world.runs.empty());
    CHECK(world.errand(id).getMinimumLatency() == Duration(10min));
    const JobInfo before = world.errand(id);
    world.die();
    world.words();
    world.start();
    CHECK(world.words().empty());
    CHECK(world.errand(id) == before);
    world.hear({.campaign = id, .enrolment = 1, .round = 0, .again = false}); // sent again by another leader
    CHECK(world.errand(id) == before);
    world.hear({.campaign = id, .enrolment = 1, .round = 0, .again = true}); // there may be a place
    CHECK(world.errand(id).getMinimumLatency() == Duration(0));
}

TEST_CASE("fleet.md §6.4: what the device's owner does not let a fleet do is rejected, and without a file all is") {
    World world;
    overwrite(world.place / "fleet.toml", "kinds = [\"get\"]\n");
    std::string id = ordered(world, World::campaign(command));
    CHECK(world.told(id).outcome == Outcome::Rejected);
    CHECK(world.told(id).words.starts_with("forbidden"));
    CHECK_FALSE(world.hasErrand(id));
    std::filesystem::remove(world.place / "fleet.toml");
    id = world.order(World::campaign(World::file));
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Rejected);
    overwrite(world.place / "etc.toml", "kinds = [\"run\"]\ncommands = [\"any\"]\n"); // the machine's own
    id = world.order(World::campaign(again));
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Succeeded);
    overwrite(world.place / "fleet.toml", "kinds = [\"run\", \"fly\"]\n"); // one that is wrong lets nothing
    id = world.order(World::campaign(flash));
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Rejected);
}

TEST_CASE("fleet.md §6.4: the owner's word counts when it begins, too, and so does the newest list of operators") {
    World world;
    const std::string id = ordered(world, World::campaign(command));
    overwrite(world.place / "fleet.toml", "kinds = [\"get\"]\n");
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Rejected);
    overwrite(world.place / "fleet.toml", "kinds = [\"run\"]\ncommands = [\"any\"]\n");
    const std::string other = world.order(World::campaign(again));
    world.run(work);
    world.answerAll();
    ++world.list.version; // her key was stolen
    world.list.operators.clear();
    world.newest.operators = world.list.version;
    world.sayNews();
    world.run(daily);
    world.goOn();
    CHECK(world.told(other).outcome == Outcome::Rejected);
    CHECK(world.begun.empty());
}

// ---- Statements ----

TEST_CASE("fleet.md §6.4: by an owner's file that is wrong nothing is done, the server hears that, and the log where") {
    World world;
    world.settle();
    overwrite(world.place / "fleet.toml", "kinds = [\"run\", \"polic\"]\ncommands = [\"any\"]\n");
    const std::string id = world.order(World::campaign(command));
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Rejected);
    CHECK(world.told(id).words == "forbidden: this device's fleet.toml is wrong, and its owner has to mend it");
    const auto tells = [&](std::string_view words) {
        return std::ranges::any_of(world.complaints,
                                   [&](const auto& one) { return one.find(words) != std::string::npos; });
    };
    CHECK(tells("fleet.toml:1:"));
    CHECK(tells(id + ", firmware, is not done here: forbidden")); // §4.2
}

TEST_CASE("fleet.md §6.3: a command waits for a statement that has it as alive, and is let rest where none comes") {
    World world;
    const std::string id = ordered(world, World::campaign(command), false);
    world.words();
    const auto number = world.runErrand(id);
    CHECK(world.answer() == "hello");
    CHECK(world.begun.empty());
    CHECK(world.questions().empty());
    CHECK(world.ends.at(number).first);
    CHECK(world.errand(id).getMinimumLatency() == Duration(1h));
    world.newest.alive.push_back(id);
    world.sayNews();
    world.runErrand(id);
    CHECK(world.answer() == "hello");
    CHECK(world.answer() == "slot");
    CHECK(world.begun.at(id + "/1") == 1);
}

TEST_CASE("fleet.md §6.3: a statement that is older than 48 h lets nothing begin, also over deaths and restarts") {
    World world;
    const std::string id = ordered(world, World::campaign(command));
    const auto sends = [&] { // a broker that holds back what is new
        world.runErrand(id);
        while (!world.questions().empty())
            world.answerBy(textOf(HelloAnswer{}));
    };
    world.pass(30h);
    world.run(daily);
    world.answerBy(textOf(HelloAnswer{}));
    world.restartDevice();
    world.start();
    world.pass(20h);
    world.die();
    sends();
    CHECK(world.begun.empty());
    CHECK(world.hasErrand(id));
    world.sayNews();
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Succeeded);
}

TEST_CASE("fleet.md §4.2: a campaign that the statement has as cancelled ends at once, where it has not gone too far") {
    World world;
    const std::string id = ordered(world, World::campaign(command));
    world.newest.cancelled.push_back(id);
    world.sayNews();
    world.run(daily);
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Cancelled);
    CHECK(world.begun.empty());
    CHECK_FALSE(world.hasErrand(id));
}

TEST_CASE("fleet.md §4.2: a cancel stops a step before the point of no return, and behind it comes too late") {
    World world;
    const std::string id = begun(world, World::campaign(command));
    const std::string late = begunBeside(world, World::campaign(flash));
    CHECK(world.begun.at(late + "/1") == 1);
    world.newest.cancelled = {id, late};
    world.sayNews();
    world.words();
    world.run(daily);
    world.answerAll();
    CHECK(world.words().find("stop") != std::string::npos);
    CHECK(world.told(id).outcome == Outcome::Cancelled);
    world.goOn();
    CHECK(world.told(late).outcome == Outcome::Succeeded);
    CHECK(world.told(late).words == "a cancel came too late");
    CHECK(world.boots == 2); // it was verified after a restart
}

TEST_CASE("fleet.md §3.1: a device that is there twice is told so, stops what runs, and begins nothing") {
    World world;
    const std::string id = begun(world, World::campaign(command));
    const std::string late = begunBeside(world, World::campaign(flash));
    world.isCloned = true;
    world.hear({.campaign = id, .enrolment = 1, .round = 0, .again = true});
    world.answerAll();
    CHECK(world.told(id).outcome == Outcome::Rejected);
    CHECK(world.told(id).words == "cloned");
    const std::string next = world.order(World::campaign(again));
    world.goOn();
    CHECK(world.told(next).outcome == Outcome::Rejected);
    CHECK_FALSE(world.begun.contains(next + "/1"));
    CHECK(world.told(late).outcome == Outcome::Succeeded); // behind its point of no return
}

TEST_CASE("fleet.md §3.1: each hello that is answered has the next one's trace on the disk, and no other has") {
    World world;
    world.settle();
    const auto saysHello = [&] {
        world.run(daily);
        world.answerAll();
        return world.hellos.back().trace;
    };
    const Trace one = saysHello(), two = saysHello();
    CHECK(two.number == one.number + 1);
    CHECK(two.before == one.draw);
    CHECK(two.draw != one.draw);
    world.run(daily);
    world.lose();
    const Trace three = saysHello();
    CHECK(three == traceAfter(two, 0, three.draw));
    world.die();
    world.start();
    const Trace four = saysHello();
    CHECK(four == traceAfter(three, 0, four.draw));
}

TEST_CASE("fleet.md §2.2: a hint to who has begun makes the device ask what is new, and so it hears of a cancel") {
    World world;
    const std::string id = begun(world, World::campaign(command));
    world.newest.cancelled = {id};
    world.sayNews();
    world.hear({.campaign = id, .enrolment = 1, .round = 0, .again = true});
    CHECK_FALSE(world.has(work)); // fleet.md §1: it is looked at by the agent that runs, whatever keeps job 1 waiting
    CHECK(world.answer() == "hello");
    world.goOn(); // its process goes with its last run, before the server has the end
    CHECK(world.told(id).outcome == Outcome::Cancelled);
    CHECK_FALSE(world.has(work));
}

TEST_CASE("fleet.md §1: what an order's hello has yet to bring when the last run ends is job 1's") {
    World world;
    const std::string id = begun(world, World::campaign(command));
    const std::string other = world.order(World::campaign("[[step]]\nrun = [\"/bin/b\"]\n"));
    CHECK_FALSE(world.has(work));
    world.endStep(id);
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Succeeded);
    CHECK(world.told(other).outcome == Outcome::Succeeded);
}

TEST_CASE("fleet.md §1: an order that comes while anything runs is looked at at once, or by job 1 where that is lost") {
    World world;
    const std::string id = begun(world, World::campaign(command));
    world.newest.cancelled = {id};
    world.sayNews();
    world.hear({.campaign = id, .enrolment = 1, .round = 0, .again = true});
    world.lose();
    CHECK(world.has(work));
    world.hear({.campaign = id, .enrolment = 1, .round = 0, .again = true}); // job 1 waits
    world.answerAll();
    CHECK(world.told(id).outcome == Outcome::Cancelled);
}

TEST_CASE("fleet.md §2.2: a hint to who waits makes the device ask what is new, and so its job ends with a cancel") {
    World world;
    const std::string id = ordered(world, World::campaign(command, "[job]\ncharging = true\n"));
    world.newest.cancelled = {id};
    world.sayNews();
    world.hear({.campaign = id, .enrolment = 1, .round = 0, .again = true});
    world.run(work);
    world.answerAll();
    CHECK(world.told(id).outcome == Outcome::Cancelled);
    CHECK_FALSE(world.hasErrand(id));
}

TEST_CASE("fleet.md §6.2: a device that has an older list than the statement names waits for the newer one") {
    World world;
    world.settle();
    world.newest.operators = 9;
    const std::string id = world.order(World::campaign(command));
    world.goOn();
    CHECK_FALSE(world.reports.contains(id));
    CHECK_FALSE(world.hasErrand(id));
    world.list.version = 9;
    world.run(daily);
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Succeeded);
}

TEST_CASE("fleet.md §4.1: a campaign that expires while it waits is told as that") {
    World world;
    const std::string id = ordered(world, World::campaign(command, "[job]\ncharging = true\n"));
    world.pass(31 * 24h);
    world.run(daily);
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Expired);
    CHECK_FALSE(world.hasErrand(id));
}

// ---- What it waits for ----

TEST_CASE("fleet.md §4.1: what a job waits for is told when the agent is awake anyway, and when it is another set") {
    World world;
    world.settle();
    const Campaign campaign = World::campaign(command, "[job]\ncharging = true\n");
    const std::string id = idOf(campaign);
    const WallTime since = then + 1h;
    world.waits[id].blockers = {{"CONSTRAINT_CHARGING", since}};
    world.waits[id].forecast = then + 30h;
    world.order(campaign);
    world.run(work);
    world.answerAll();
    // Told once stintd has the job: after the report that the order was taken.
    REQUIRE(world.reports.at(id).size() == 2);
    CHECK(world.reports.at(id).front().blockers.empty());
    CHECK(world.told(id).phase == Phase::Waiting);
    CHECK(world.told(id).blockers == std::vector<ToldBlocker>{{"CONSTRAINT_CHARGING", since}});
    CHECK(world.told(id).forecast == then + 30h);
    CHECK(world.refusedReports == 0);
    const auto later = [&](Duration time) {
        world.pass(time);
        world.run(daily);
        world.answerAll();
        return world.reports.at(id).size();
    };
    world.waits[id].forecast.reset();
    world.waits[id].blockers.front().since += 1h;
    CHECK(later(1h) == 2); // the same reasons
    world.waits[id].blockers.push_back({"CONSTRAINT_CONNECTIVITY", since});
    CHECK(later(1h) == 3);
    CHECK(world.told(id).blockers == world.waits[id].blockers);
    CHECK_FALSE(world.told(id).forecast);
    world.waits[id].blockers.pop_back();
    CHECK(later(14min) == 3); // at most once in 15 min
    world.die();
    world.words();
    world.start();
    CHECK(
        world.words().empty()); // the job stands as it is: stintd may be about to run it, and would stop it for another
    CHECK(later(1min) == 4);
    CHECK(world.errand(id).isRequireCharging()); // nothing else has changed
    world.waits.clear();                         // it may run
    CHECK(later(1h) == 4);
    CHECK_FALSE(world.has(work)); // and no wake-up of its own
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Succeeded);
    CHECK(world.told(id).blockers.empty());
}

TEST_CASE("fleet.md §4.2: a person who cancels the job at the device has cancelled the campaign there, and is named") {
    const std::string words = "a person cancelled it at the device";
    SUBCASE("it waits") {
        for (const bool isAgentThere : {true, false}) {
            World world;
            const std::string id = ordered(world, World::campaign(command));
            if (!isAgentThere) world.die();
            world.cancelHere(id);
            world.run(daily); // or job 1, which stintd begins
            world.answerAll();
            CHECK(world.told(id).outcome == Outcome::Cancelled);
            CHECK(world.told(id).words == words);
            CHECK_FALSE(world.hasErrand(id));
            CHECK(world.begun.empty());
        }
    }
    SUBCASE("it runs") {
        World world;
        const std::string id = begun(world, World::campaign(command));
        world.cancelHere(id);
        world.goOn();
        CHECK(world.told(id).outcome == Outcome::Cancelled);
        CHECK(world.told(id).words == words);
        CHECK_FALSE(world.hasErrand(id));
    }
    SUBCASE("it is only paused") {
        World world;
        const std::string id = begun(world, World::campaign(again));
        CHECK(world.stopRun(world.runs.begin()->first, true));
        world.goOn();
        CHECK(world.told(id).outcome == Outcome::Succeeded);
    }
    SUBCASE("it has gone too far") {
        World world;
        const std::string id = begun(world, World::campaign("[[step]]\nrun = [\"/usr/bin/apply-fw\"]\ncommit = true\n"
                                                            "idempotent = true\n"));
        world.cancelHere(id);
        CHECK(world.hasErrand(id));
        world.goOn();
        CHECK(world.told(id).outcome == Outcome::Succeeded);
        CHECK(world.told(id).words == "a cancel came too late");
    }
}

// ---- Networks and stops ----

TEST_CASE("fleet.md §4.2: a job that is stopped gives its slot back, and goes on later at the same step") {
    World world;
    const std::string id = begun(world, World::campaign(std::string(World::file) + again));
    world.endStep(id);
    const auto number = world.runs.begin()->first;
    world.words();
    CHECK(world.stopRun(number));
    CHECK(world.words().find("stop") != std::string::npos);
    world.goOn();
    CHECK(world.begun == std::map<std::string, int>{{id + "/1", 1}, {id + "/2", 2}});
    CHECK(world.told(id).outcome == Outcome::Succeeded);
    CHECK(world.told(id).slot == 2);
}

TEST_CASE("fleet.md §4.2: a question for a slot is asked again after 20 s, under its number") {
    World world;
    const std::string id = ordered(world, World::campaign(command));
    world.runErrand(id);
    world.lose();
    CHECK(world.questions().empty());
    world.pass(19s);
    CHECK(world.questions().empty());
    world.pass(1s);
    REQUIRE(world.questions().size() == 1);
    CHECK(sure(slotQuestionIn(world.questions().front().second)).slot == 1);
    world.answerAll();
    CHECK(world.begun.size() == 1);
}

TEST_CASE("fleet.md §4.2: a job is not held for a server that does not answer a sixth time") {
    World world;
    const std::string id = ordered(world, World::campaign(command));
    const auto number = world.runErrand(id);
    for (int n = 1; n <= 6; ++n) {
        CHECK(world.runs.contains(number));
        world.lose();
        if (n < 6) world.pass(answerWithin);
    }
    CHECK(world.ends.at(number) == std::pair(true, stint::Outcome{75, "waits for the fleet's server: nobody answers"}));
    CHECK(world.errand(id).getMinimumLatency() == Duration(10min));
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Succeeded);
}

TEST_CASE("fleet.md §4.2: reports that nobody takes have a job, which waits for a network") {
    World world;
    const std::string id = begun(world, World::campaign(command));
    world.endStep(id);
    CHECK(world.questions().empty()); // no run is left in which it might be told
    CHECK(world.told(id).phase == Phase::Running);
    REQUIRE(world.has(work));
    const auto number = world.run(work);
    world.lose();
    CHECK(world.ends.at(number) == std::pair(true, stint::Outcome{69, "nobody answers"}));
    const auto job = sure(workJob("office")); // §5.1: it is tried again soon, and then ever less often
    CHECK(job.getInitialBackoff() == 10s);
    CHECK(job.getBackoffPolicy() == JobInfo::BACKOFF_POLICY_EXPONENTIAL);
    world.die();
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Succeeded);
}

TEST_CASE("fleet.md §2.2: an order comes with the answer to a hello, too, once") {
    World world;
    const std::string id = ordered(world, World::campaign(command));
    world.die();
    const Campaign campaign = another();
    const std::string its = idOf(campaign);
    world.documents[its] = sure(signedBy(world.server.ann, campaign));
    world.newest.alive.push_back(its);
    world.sayNews();
    for (int twice = 0; twice < 2; ++twice) {
        world.orders = {{id, 0}, {its, 0}};
        world.run(daily);
        world.answerAll();
        CHECK(world.told(its).phase == Phase::Waiting);
        CHECK(world.told(its).sequence == 1);
    }
    CHECK(world.hellos.size() < 6);
}

TEST_CASE("fleet.md §2.2: a hello brings documents, which are judged as those that are asked for are") {
    World world;
    world.settle();
    const std::string id = world.order(World::campaign(command));
    SUBCASE("an operator has signed it") { world.brought[id] = world.documents.at(id); }
    SUBCASE("nobody has") { world.brought[id] = {world.documents.at(id).document, {}}; }
    SUBCASE("it is another campaign's") { world.brought[id] = sure(signedBy(world.server.ann, another())); }
    const bool isWhole = world.brought[id] == world.documents.at(id);
    const bool isNone = world.brought[id].signatures.empty();
    world.documents.clear(); // whoever asks has none
    world.run(work);
    world.answerAll();
    CHECK(world.has({AgentJob::Kind::Errand, id}) == isWhole);
    CHECK(world.reports.contains(id) == (isWhole || isNone));
    if (isNone) CHECK(world.told(id).outcome == Outcome::Rejected);
}

TEST_CASE("fleet.md §4.2: a report that the server lacks is told again under its number") {
    World world;
    const std::string id = ordered(world, World::campaign(command));
    const auto sequence = world.told(id).sequence;
    world.reports.clear();
    world.missing = {id, "20261122-aaaaaaaa"};
    world.run(daily);
    world.answerAll();
    CHECK(world.told(id).sequence == sequence);
    CHECK(world.told(id).phase == Phase::Waiting);
}

TEST_CASE("fleet.md §4.2: a campaign's end that the server has lost is told again as it was, over a death, too") {
    World world;
    const std::string id = begun(world, World::campaign(command));
    world.endStep(id, {7, true, "no such image"});
    world.goOn();
    const Telling end = world.told(id);
    CHECK(end.code == 7);
    CHECK(end.words == "no such image");
    world.die();
    world.reports.clear(); // a broker after a power cut
    world.missing = {id};
    world.hellos.clear();
    world.run(daily);
    world.answerAll();
    CHECK(world.hellos.front().ended == std::map<std::string, std::uint32_t, std::less<>>{{id, end.sequence}});
    CHECK(world.told(id) == end);
    world.pass(31 * 24h); // it has expired: nobody asks for it any more
    world.hellos.clear();
    world.run(daily);
    world.answerAll();
    world.run(daily);
    world.answerAll();
    CHECK(world.hellos.back().ended.empty());
}

TEST_CASE("fleet.md §4.2: a device that may not restart says why, gives its slot back where it may, and asks again") {
    World world;
    world.keepsOn = Error{Errc::SECURITY, "somebody is logged in"};
    const std::string id = begun(world, World::campaign(flash));
    const auto number = world.runs.begin()->first;
    world.endStep(id);
    while (!world.questions().empty())
        world.questions().front().first == "restart" ? world.answerBy("") : (void)world.answer();
    CHECK(world.ends.at(number).second.text == "waits for a restart of the device: somebody is logged in");
    CHECK(world.errand(id).getMinimumLatency() == Duration(1h));
    CHECK_FALSE(world.errand(id).getOverrideDeadline());
    world.keepsOn.reset();
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Succeeded);
    CHECK(world.begun.at(id + "/1") == 1);
}

TEST_CASE("fleet.md §4.2: a slot's end ends the campaign; a command that hangs has its own last words first") {
    World world;
    const std::string id =
        begun(world, World::campaign("[[step]]\nrun = [\"/bin/a\"]\ntimeout = \"1h\"\nidempotent = true\n"));
    world.pass(1h + 1s); // its step asks it to end meanwhile
    CHECK(world.told(id).phase == Phase::Running);
    world.endStep(id, {124, false, "timed-out: no flash"});
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Failed);
    CHECK(world.told(id).words == "timed-out: no flash");
}

TEST_CASE(
    "fleet.md §4.2: a device that sleeps over a command's end gives it its grace, and takes it for hung after 15 s") {
    for (const bool isHung : {false, true}) {
        World world;
        const std::string id = begun(world, World::campaign("[[step]]\nrun = [\"/bin/a\"]\ntimeout = \"1h\"\n"));
        CHECK(world.mostTime == 1h);
        world.time += 3h;
        world.pass(0ms);
        world.pass(14s);
        CHECK(world.runs.size() == 1);
        if (!isHung) world.endStep(id, {124, false, "timed-out: no flash"});
        world.pass(1s);
        world.goOn();
        CHECK(world.told(id).outcome == Outcome::Failed);
        CHECK(world.told(id).words == (isHung ? "the step took too long" : "timed-out: no flash"));
    }
}

TEST_CASE("fleet.md §4.2: a command that runs at its slot's end is asked to end, and the device has timed out") {
    World world;
    const std::string id = ordered(world, World::campaign("[[step]]\nrun = [\"/bin/a\"]\ntimeout = \"1h\"\n"));
    world.replies[id] = {Reply::Word::Begin, 10min};
    world.runErrand(id);
    world.answerAll();
    CHECK(world.mostTime == 10min);
    world.pass(10min + 5s);
    world.endStep(id, {124, false, "timed-out: no flash"});
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::TimedOut);
    CHECK(world.told(id).code == 124);
    CHECK(world.told(id).words == "timed-out: no flash");
}

TEST_CASE("fleet.md §4.1: what a command prints is told to those alone who have signed, where it is to be sealed") {
    World world;
    const std::string id = begun(world, World::campaign(command, "seal-output = true\n"));
    world.endStep(id, {3, true, "a secret"});
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Failed);
    CHECK(world.told(id).code == 3);
    const std::string device = sure(push::LineSettings::read(world.agentPlace.line))->device;
    const auto words = [&](const SecretKey& key) {
        return unsealed(sealedIn(world.told(id).words), id + " " + device, key);
    };
    CHECK(sure(words(world.server.ann)) == "a secret");
    CHECK_FALSE(words(world.server.root).ok());
}

// ---- Rounds, strangers ----

TEST_CASE("fleet.md §4.2: an operator's retry comes as another round, with the document anew") {
    World world;
    const std::string id = begun(world, World::campaign(command));
    world.endStep(id, {1, true, "no"});
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Failed);
    world.hear({.campaign = id, .enrolment = 1, .round = 1, .again = false});
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Succeeded);
    CHECK(world.told(id).round == 1);
    CHECK(world.begun.at(id + "/1") == 2);
    world.hear({.campaign = id, .enrolment = 1, .round = 2, .again = false}); // a success is not done again
    world.goOn();
    CHECK(world.begun.at(id + "/1") == 2);
}

TEST_CASE("fleet.md §6.3: a round that no operator has begun comes to nothing, and does not hold up one that is") {
    World world;
    const std::string id = begun(world, World::campaign(command));
    world.endStep(id, {1, true, "no"});
    world.goOn();
    world.lacksRetries = true;
    world.hear({.campaign = id, .enrolment = 1, .round = 7, .again = false});
    world.goOn();
    CHECK(world.told(id).round == 0);
    CHECK(world.begun.at(id + "/1") == 1);
    world.lacksRetries = false;
    world.hear({.campaign = id, .enrolment = 1, .round = 1, .again = false});
    world.goOn();
    CHECK(world.told(id).round == 1);
    CHECK(world.told(id).outcome == Outcome::Succeeded);
}

TEST_CASE("fleet.md §6.2: an order for another enrolment is rejected") {
    World world;
    world.settle();
    const Campaign campaign = World::campaign(command);
    const std::string id = idOf(campaign);
    world.documents[id] = sure(signedBy(world.server.ann, campaign));
    world.newest.alive = {id};
    world.sayNews();
    world.hear({.campaign = id, .enrolment = 7, .round = 0, .again = false});
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Rejected);
    CHECK(world.told(id).words.starts_with("other-enrolment"));
    CHECK(world.begun.empty());
}

TEST_CASE("fleet.md §4.2: a campaign of which the server has no document comes to nothing, until it is ordered again") {
    World world;
    world.settle();
    const Campaign campaign = World::campaign(command);
    const std::string id = idOf(campaign);
    world.hear({.campaign = id, .enrolment = 1, .round = 0, .again = false});
    world.goOn();
    CHECK(world.reports.empty());
    CHECK(world.standing.size() == 1);
    CHECK(world.order(campaign) == id);
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Succeeded);
}

TEST_CASE("fleet.md §6.2: another campaign's document is not done under this one's name") {
    World world;
    world.settle();
    const std::string id = idOf(World::campaign(command));
    world.documents[id] = sure(signedBy(world.server.ann, World::campaign(again)));
    world.newest.alive = {id, idOf(World::campaign(again))};
    world.sayNews();
    world.hear({.campaign = id, .enrolment = 1, .round = 0, .again = false});
    world.goOn();
    CHECK(world.begun.empty());
    CHECK(world.reports.empty());
}

TEST_CASE("fleet.md §6.3: answers of anybody else come to nothing, and to no death") {
    const World other; // another fleet's
    const std::vector<std::string> texts{
        "",
        "{}",
        "[",
        "null",
        std::string(100'000, '['),
        errorAnswer("no"),
        "{\"error\":\"\"}",
        "\xff\xfe",
        textOf(Reply{Reply::Word::Over, 0ms, Outcome::None}),
        textOf(HelloAnswer{.operators = sure(signedBy(other.server.root, other.list)),
                           .certificate = {},
                           .statement = sure(signedBy(other.server.statement, other.newest)),
                           .missing = {}}),
        textOf(sure(signedBy(other.server.ann, World::campaign(again)))),
        "{\"seq\":0}",
        "{\"error\":{}}"};
    for (const std::string& text : texts) {
        CAPTURE(text.substr(0, 80));
        World world;
        const std::string id = ordered(world, World::campaign(again));
        for (int n = 0; n < 18; ++n) {
            if (world.questions().empty()) {
                const bool isOn = !world.runs.empty();
                if (isOn)
                    world.pass(answerWithin);
                else if (world.has(work))
                    world.run(work);
                else if (world.hasErrand(id))
                    world.runErrand(id);
                else
                    break;
            } else {
                world.answerBy(text);
            }
        }
        CHECK(world.begun.empty());
        world.die();
        world.hear({.campaign = id, .enrolment = 1, .round = 1, .again = false});
        world.goOn();
        CHECK(world.told(id).outcome == Outcome::Succeeded);
        CHECK(world.refusedReports == 0);
    }
}

TEST_CASE("fleet.md §4.2: messages that are no orders are passed over") {
    World world;
    world.settle();
    for (const std::string text : {"", "{}", "hello", "{\"campaign\":\"../../x\",\"enrolment\":1,\"format\":1}"})
        world.agent->heard(text);
    CHECK(world.standing.size() == 1);
    for (int n = 0; n < 100; ++n) { // more than it takes
        Campaign campaign = World::campaign(command);
        campaign.name = fmt::format("number {}", n);
        world.hear({.campaign = idOf(campaign), .enrolment = 1, .round = 0, .again = false});
    }
    world.goOn();
    CHECK(world.standing.size() == 1);
    CHECK(world.reports.empty());
}

TEST_CASE("fleet.md §3: the certificate is renewed at half of its time, by the line") {
    World world;
    world.settle();
    world.pass(44 * 24h);
    world.sayNews();
    world.run(daily);
    world.goOn();
    CHECK(world.did.find("join") == std::string::npos);
    world.pass(2 * 24h);
    world.sayNews();
    world.run(daily);
    world.goOn();
    CHECK(world.did.find("join") != std::string::npos);
    CHECK(sure(certificateIn(world.known.certificate->document)).until > then + 120 * 24h);
    world.words();
    world.run(daily);
    world.goOn();
    CHECK(world.did.find("join") == std::string::npos);
}

} // namespace stint::fleet
