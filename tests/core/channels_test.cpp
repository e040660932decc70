// Notification channels: the manifest's, and those that an app creates itself (jobs.md §5.1, §5.3).
#include <doctest/doctest.h>

#include "core/stage.hpp"

using namespace stint;

namespace {

struct Talking : Stage {
    using Stage::Stage;

    std::optional<Error> create(const std::string& id, const std::string& name, const std::string& importance = "low") {
        return ask(ChannelCreated{{1}, mail, {id, name, importance}}).error;
    }
    std::optional<Error> remove(const std::string& id) { return ask(ChannelDeleted{{1}, mail, id}).error; }
    /// The running job 1 shows something by it.
    std::optional<Error> show(const std::string& channel) {
        return ask(NotificationSet{{1}, mail, run(1), 9, Notification::Builder(channel).setSmallIcon("mail").build()})
            .error;
    }
};

} // namespace

TEST_CASE("a channel that the app creates may be shown by, over restarts and boots") { // §5.1
    Talking stage;
    stage.schedule(stage.transfer(1).setPersisted(true));
    CHECK(stage.show("sync")->code == Errc::ILLEGAL_ARGUMENT);
    CHECK_FALSE(stage.create("sync", "Synchronisation"));
    CHECK_FALSE(stage.show("sync"));
    for (const char* boot : {"first boot", "second boot"}) {
        stage.restart(boot);
        stage.until(stage.now.elapsed - at(0s) + 1min); // apps may start
        REQUIRE(stage.runs(1));
        CHECK_FALSE(stage.show("sync"));
    }
}

TEST_CASE("a channel without an id, without a name, of no known importance, or one too many is refused") { // §5.1
    Constants constants;
    constants.maxChannelsPerApp = 2;
    Talking stage(constants);
    CHECK(stage.create("", "Synchronisation")->code == Errc::ILLEGAL_ARGUMENT);
    CHECK(stage.create("sync", "")->code == Errc::ILLEGAL_ARGUMENT);
    CHECK(stage.create("sync", "Synchronisation", "urgent")->code == Errc::ILLEGAL_ARGUMENT);
    CHECK_FALSE(stage.create("sync", "Synchronisation"));
    CHECK_FALSE(stage.create("default", "All the rest")); // its name only
    CHECK(stage.create("news", "News")->code == Errc::ILLEGAL_STATE);
    CHECK_FALSE(stage.create("sync", "Sync")); // the name of one that is there
}

TEST_CASE("a channel in use by a user-initiated job cannot be deleted, and what another shows goes with it") { // §5.3
    Talking stage;
    REQUIRE_FALSE(stage.create("sync", "Synchronisation"));
    stage.schedule(stage.transfer(1));
    REQUIRE_FALSE(stage.show("sync"));
    CHECK(stage.remove("sync")->code == Errc::SECURITY);
    stage.finish(1, false);
    CHECK(stage.shown.contains({mail, 9})); // detached, it stays
    CHECK_FALSE(stage.remove("sync"));
    CHECK_FALSE(stage.shown.contains({mail, 9}));
    CHECK_FALSE(stage.remove("sync")); // an unknown one is fine
    CHECK(stage.remove("default")->code == Errc::ILLEGAL_ARGUMENT);
}
