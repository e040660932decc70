// fleet.md §4.2: whatever dies, and whenever, the slot, the step and the reports are where they were.
#include <csignal>

#include <doctest/doctest.h>

#include <sys/resource.h>

#include "agent/world.hpp"
#include "fleet/document/document.hpp"

namespace stint::fleet {
namespace {

const std::string harmless = std::string(World::file) + "[[step]]\nrun = [\"/bin/a\"]\nidempotent = true\n";
const std::string harmful = std::string(World::file) + "[[step]]\nrun = [\"/bin/a\"]\n";
const std::string restarting =
    std::string(World::file) +
    "[[step]]\nrun = [\"/bin/a\"]\ncommit = true\nidempotent = true\n[[step]]\nverify = [\"/bin/b\"]\n"
    "after = \"restart\"\n";

/// All of it, from the join on. False: it did not die, because that word does not come.
bool live(const std::string& steps, int diesAt, bool diesBefore, int& deaths) {
    World world;
    world.diesAt = diesAt;
    world.diesBefore = diesBefore;
    world.join();
    world.goOn();
    const Campaign campaign = World::campaign(steps);
    const std::string id = idOf(campaign);
    world.order(campaign);
    if (!world.agent) world.hear({.campaign = id, .enrolment = 1, .round = 0, .again = false}); // push says it again
    world.goOn();
    CAPTURE(diesAt);
    CAPTURE(diesBefore);
    CAPTURE(world.did);
    REQUIRE(world.reports.contains(id));
    const Telling& last = world.told(id);
    const bool isInterrupted = last.outcome == Outcome::Failed && last.words == "interrupted";
    if (steps == harmful) {
        CHECK((last.outcome == Outcome::Succeeded || isInterrupted));
        CHECK(world.begun[id + "/2"] <= 1); // never again
    } else {
        CHECK(last.outcome == Outcome::Succeeded);
        CHECK(world.begun[id + "/2"] >= 1);
        CHECK(world.begun[id + "/2"] <= 2);
    }
    // One end, and nothing after it.
    int ended = 0;
    for (const Telling& each : world.reports.at(id))
        ended += each.phase == Phase::Ended ? 1 : 0;
    CHECK(ended == 1);
    CHECK(last.phase == Phase::Ended);
    CHECK(world.refusedReports == 0);
    // Nothing is left but the daily job.
    CHECK(world.standing.size() == 1);
    world.die();
    CHECK(!world.noted(id).kept.unsent);
    CHECK(world.noted(id).order == Signed{});
    deaths += world.spoken > diesAt ? 1 : 0;
    return world.spoken > diesAt;
}

int deathsAnywhere(const std::string& steps) {
    int deaths = 0;
    for (const bool diesBefore : {false, true})
        for (int n = 0; live(steps, n, diesBefore, deaths) && n < 200; ++n) {
        }
    return deaths;
}

/// No file of this process may grow, as on a disk that is full.
struct NoRoom {
    rlimit before{};
    NoRoom() {
        ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before);
        rlimit none = before;
        none.rlim_cur = 0;
        ::setrlimit(RLIMIT_FSIZE, &none);
    }
    ~NoRoom() { ::setrlimit(RLIMIT_FSIZE, &before); }
    NoRoom(const NoRoom&) = delete;
    NoRoom& operator=(const NoRoom&) = delete;
};

} // namespace

TEST_CASE("fleet.md §4.2: an agent that cannot write down what happens does none of it, and ends") {
    World world;
    world.settle();
    const std::string id = world.order(World::campaign(harmful));
    world.run({AgentJob::Kind::Work, {}});
    world.answerAll();
    world.runErrand(id);
    REQUIRE(world.questions().front().first == "slot");
    {
        const NoRoom full;
        world.answer();
    }
    CHECK_FALSE(world.agent.has_value());
    CHECK(world.begun.empty());
    world.goOn();
    CHECK(world.told(id).outcome == Outcome::Succeeded);
    CHECK(world.begun.at(id + "/2") == 1);
}

TEST_CASE("fleet.md §6.4: a person's yes is heard wherever the agent dies over it") {
    for (const bool diesBefore : {false, true}) {
        bool hasDied = true;
        for (int n = 0; hasDied; ++n) {
            REQUIRE(n < 100);
            World world;
            overwrite(world.place / "fleet.toml", "kinds = [\"get\", \"run\"]\ncommands = [\"any\"]\nask = true\n");
            world.settle();
            const std::string id = world.order(World::campaign(harmless));
            world.run({AgentJob::Kind::Work, {}});
            world.answerAll();
            world.diesAt = world.spoken + n;
            world.diesBefore = diesBefore;
            CAPTURE(n);
            CAPTURE(diesBefore);
            world.personSays(id, true);
            world.goOn(); // which would not end where the job still waited for it
            CHECK(world.told(id).outcome == Outcome::Succeeded);
            CHECK(world.standing.size() == 1);
            hasDied = world.spoken > world.diesAt;
        }
    }
}

TEST_CASE("fleet.md §4.2: an agent that dies at any word that it says goes on, and its campaign ends once") {
    CHECK(deathsAnywhere(harmless) > 40);
}

TEST_CASE("fleet.md §4.2: a command during which the agent died is not run again, unless it is idempotent") {
    CHECK(deathsAnywhere(harmful) > 40);
}

TEST_CASE("fleet.md §4.2: a device that restarts, and an agent that dies anywhere, come to the same end") {
    CHECK(deathsAnywhere(restarting) > 50);
}

} // namespace stint::fleet
