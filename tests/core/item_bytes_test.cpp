// A run's reports on the bytes of single items of its work (jobs.md §2.5, §4.7).
#include <limits>

#include <doctest/doctest.h>

#include "core/stage.hpp"

using namespace stint;

namespace {

struct Working : Stage {
    /// A transfer with two items of 100 bytes each, one of which it works on.
    Working() {
        const auto info = transfer(1).build().value();
        for (int nth = 0; nth < 2; ++nth)
            ask(Schedule{
                .call = {1}, .app = mail, .info = info, .callerVisible = true, .work = WorkItem{.estimatedDown = 100}});
        // The second item has joined the run (§2.5): its estimate is not the run's yet.
        item = ask(DequeueWork{{1}, mail, run(1)}).item->id;
    }
    void say(bool estimate, std::uint64_t of, Bytes down) {
        event(BytesUpdated{mail, run(1), estimate, down, NETWORK_BYTES_UNKNOWN, of});
    }

    std::uint64_t item = 0;
};

} // namespace

TEST_CASE("an item's bytes move those of its run by as much") { // §4.7
    Working stage;
    CHECK(stage.view(1)->estimatedDown == 100);
    stage.say(true, stage.item, 250);
    CHECK(stage.view(1)->estimatedDown == 250);
    CHECK(stage.core->work(Stage::key(1), 0, 1).at(0).estimatedDown == 250);
    stage.say(false, stage.item, 40);
    stage.say(false, stage.item, 60);
    CHECK(stage.view(1)->transferredDown == 60);
    const std::uint64_t next = stage.ask(DequeueWork{{1}, mail, stage.run(1)}).item->id;
    stage.say(false, next, 5);
    CHECK(stage.view(1)->transferredDown == 65);
    stage.ask(CompleteWork{{1}, mail, stage.run(1), stage.item});
    CHECK(stage.view(1)->transferredDown == 65); // what was moved stays moved
    stage.say(true, next, NETWORK_BYTES_UNKNOWN);
    CHECK(stage.view(1)->estimatedDown == 150);
    stage.say(true, next, std::numeric_limits<Bytes>::max()); // an app may say any number
    CHECK(stage.view(1)->estimatedDown == std::numeric_limits<Bytes>::max());
}

TEST_CASE("of an item that the run does not work on nothing is heard") { // §4.7, §4.2
    Working stage;
    stage.say(false, stage.item + 1, 40); // not handed out
    stage.say(true, 99, 40);
    CHECK(stage.view(1)->transferredDown == 0);
    CHECK(stage.view(1)->estimatedDown == 100);
}
