// fleet.md §4.3: the desired state on a device, whatever dies, is lost or comes twice.
#include <doctest/doctest.h>

#include <random>

#include "agent/world.hpp"
#include "fleet/document/document.hpp"

namespace stint::fleet {
namespace {

/// A device whose owner lets a fleet set policies.
struct Lenient : World {
    Lenient() { allow("\"policy\""); }
    void allow(const char* kinds) const { overwrite(place / "fleet.toml", fmt::format("kinds = [{}]\n", kinds)); }
    std::string last() const {
        if (states.empty()) return "nothing";
        const DeviceState& state = states.back();
        return fmt::format("{} {}{}{}", state.version, wordOf(state.holding), state.words.empty() ? "" : ": ",
                           state.words);
    }
};

} // namespace

TEST_CASE("fleet.md §4.3: a document is made so, noted, and told once, with its hash and since when") {
    Lenient world;
    world.settle();
    world.want(3, "job.slots = 3\n");
    world.goOn();
    CHECK(world.madeSo == std::vector<std::string>{"job.slots = 3\n"});
    REQUIRE(world.states.size() == 1);
    CHECK(world.last() == "3 applied");
    CHECK(world.states[0].hash == sha256Of(world.wanted->document));
    const auto since = world.states[0].since;
    CHECK(world.hellos.size() == 2); // one that brought it, and one that told of it
    world.look();
    world.look();
    CHECK(world.madeSo.size() == 1);
    CHECK(world.states.size() == 1);
    CHECK(world.states[0].since == since);
    CHECK(world.standing.size() == 1); // the daily job
}

TEST_CASE("fleet.md §4.3: the last version wins, and nobody can say an older one again") {
    Lenient world;
    world.settle();
    world.want(3, "job.slots = 3\n");
    world.goOn();
    const auto old = world.wanted;
    world.want(4, "job.slots = 4\n");
    world.goOn();
    CHECK(world.last() == "4 applied");
    const auto newer = world.wanted;
    world.wanted = old; // a stolen broker's
    world.look();
    CHECK(world.complaints.back().find("old-version") != std::string::npos);
    world.newest.desired.push_back(sha256Of(old->document)); // and a stolen server's
    std::ranges::sort(world.newest.desired);
    world.sayNews();
    world.look();
    CHECK(world.complaints.back().find("version 4 of the desired state stands") != std::string::npos);
    CHECK(world.last() == "4 applied");
    CHECK(world.madeSo.back() == "job.slots = 4\n");
    // Where the newer one means it no more the older one counts again.
    world.newest.desired = {sha256Of(old->document)};
    world.sayNews();
    world.look();
    CHECK(world.last() == "3 applied");
    CHECK(world.madeSo.back() == "job.slots = 3\n");
}

TEST_CASE("fleet.md §4.3, §6.4: what the owner does not allow is refused, told, and looked at again") {
    Lenient world;
    world.allow("\"get\"");
    world.settle();
    world.want(1, "job.slots = 3\n");
    world.goOn();
    CHECK(world.last() == "1 refused: forbidden: this device does not let a fleet use policy");
    world.look();
    CHECK(world.states.size() == 1);
    CHECK(world.madeSo.empty());
    world.allow("\"policy\"");
    world.look();
    CHECK(world.last() == "1 applied");
}

TEST_CASE("fleet.md §4.3: what cannot be made so leaves what was there, and is told with its words") {
    Lenient world;
    world.settle();
    world.want(1, "job.slots = 3\n");
    world.goOn();
    world.cannotBe = Errand::StepEnded{78, true, "job.slots is out of range"};
    world.want(2, "job.slots = 0\n");
    world.goOn();
    CHECK(world.last() == "2 refused: job.slots is out of range");
    world.cannotBe = Errand::StepEnded{74, false, "no room: " + std::string(2'000, 'x') + "\n"};
    world.look();
    CHECK(world.states.back().holding == Holding::Waiting);
    const auto told = world.states.size();
    world.look(); // its words were cut, and are the same
    CHECK(world.states.size() == told);
    world.cannotBe.reset();
    world.look();
    CHECK(world.last() == "2 applied");
    CHECK(world.madeSo == std::vector<std::string>{"job.slots = 3\n", "job.slots = 0\n"});
}

TEST_CASE("fleet.md §4.3: what a person has changed there stays, and is told") {
    Lenient world;
    world.settle();
    world.want(1, "job.slots = 3\n");
    world.goOn();
    world.changes = "fleet-desired.toml is another one";
    world.look();
    CHECK(world.last() == "1 changed: fleet-desired.toml is another one");
    world.look();
    CHECK(world.states.size() == 2);
    CHECK(world.madeSo.size() == 1);
    world.changes.clear();
    world.look();
    CHECK(world.last() == "1 applied");
    world.changes = "again";
    world.want(2, "job.slots = 4\n");
    world.goOn();
    CHECK(world.last() == "2 applied");
}

TEST_CASE("fleet.md §4.3: a device that no document means any more is let go") {
    Lenient world;
    world.settle();
    world.want(1, "job.slots = 3\n");
    world.goOn();
    world.wantNothing();
    world.look();
    CHECK(world.last() == "1 released");
    CHECK(world.madeSo.back().empty());
    world.look();
    CHECK(world.states.size() == 2);
    world.want(2, "job.slots = 4\n");
    world.goOn();
    CHECK(world.last() == "2 applied");
}

TEST_CASE("fleet.md §4.3: what no operator has signed is not made so, and nothing is told of it") {
    Lenient world;
    world.settle();
    world.want(1, "job.slots = 3\n");
    world.wanted = sure(signedBy(world.server.statement, sure(desiredIn(world.wanted->document))));
    world.goOn();
    CHECK(world.madeSo.empty());
    CHECK(world.last() == "nothing");
    CHECK(world.complaints.back().find("not-signed") != std::string::npos);
}

TEST_CASE("fleet.md §4.3: an agent that dies at any word that it says is as it is to be in the end") {
    int deaths = 0;
    for (const bool diesBefore : {false, true})
        for (int n = 0; n < 60; ++n) {
            CAPTURE(n);
            CAPTURE(diesBefore);
            Lenient world;
            world.settle();
            world.diesAt = world.spoken + n;
            world.diesBefore = diesBefore;
            world.want(1, "job.slots = 3\n");
            world.look();
            world.want(2, "job.slots = 4\n");
            world.look();
            CAPTURE(world.did);
            CHECK(world.last() == "2 applied");
            CHECK(world.madeSo.back() == "job.slots = 4\n");
            CHECK(world.madeSo.size() <= 3); // at most one of them was made so twice
            CHECK(world.standing.size() == 1);
            deaths += world.spoken > world.diesAt ? 1 : 0;
        }
    CHECK(deaths > 20);
}

TEST_CASE("fleet.md §4.3: in any order of losses, repeats, deaths and changes the last version wins") {
    std::mt19937 random(20261128);
    const auto once = [&](unsigned in) { return random() % in == 0; };
    for (int timeline = 0; timeline < 60; ++timeline) {
        CAPTURE(timeline);
        Lenient world;
        world.settle();
        std::uint32_t version = 0;
        std::vector<Signed> said;
        for (int turn = 0; turn < 25; ++turn) {
            switch (random() % 7) {
            case 0:
            case 1:
                ++version;
                world.want(version, fmt::format("job.slots = {}\n", 1 + version % 9));
                said.push_back(*world.wanted);
                break;
            case 2: // an old one is said again, and then the right one
                if (said.empty()) break;
                world.wanted = said[random() % said.size()];
                world.look();
                world.wanted = said.back();
                break;
            case 3:
                world.cannotBe = once(2) ? std::optional(Errand::StepEnded{75, once(2), "no"}) : std::nullopt;
                break;
            case 4:
                if (!world.madeSo.empty()) world.changes = "a person was here";
                break;
            case 5:
                world.die();
                break;
            default:
                world.diesAt = world.spoken + static_cast<int>(random() % 12);
                world.diesBefore = once(2);
            }
            if (once(3) && !world.questions().empty() && world.agent) world.lose();
            if (once(2)) world.look();
        }
        world.diesAt = -1;
        world.cannotBe.reset();
        world.look();
        if (version == 0) continue;
        CHECK(world.states.back().version == version);
        const bool isChanged = world.states.back().holding == Holding::Changed;
        CHECK((isChanged || world.last() == fmt::format("{} applied", version)));
        CHECK(isChanged == !world.changes.empty());
        CHECK(world.madeSo.back() == fmt::format("job.slots = {}\n", 1 + version % 9));
        for (std::size_t n = 1; n < world.states.size(); ++n)
            CHECK(world.states[n].version >= world.states[n - 1].version);
    }
}

} // namespace stint::fleet
