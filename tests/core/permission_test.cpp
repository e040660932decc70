// A permission that the manifest declares and the user has taken back (jobs.md §2.1, §2.3, §4.4).
#include <doctest/doctest.h>

#include "core/stage.hpp"

using namespace stint;
using What = Trace::What;

namespace {

struct Revocable : Stage {
    void revoke() { event(PermissionsRevoked{{1}, mail, {std::string(runUserInitiatedJobs)}}); }
    void give() { event(PermissionsRevoked{{1}, mail, {}}); }
};

} // namespace

TEST_CASE("a revoked permission is a failure, an undeclared one an error") { // §2.3
    Revocable stage;
    stage.schedule(stage.job(1).setMinimumLatency(1h));
    stage.revoke();
    const Reply refused = stage.schedule(stage.transfer(1));
    CHECK(refused.error ==
          Error{Errc::REFUSED, "the user has taken the permission RUN_USER_INITIATED_JOBS back from com.example.mail"});
    CHECK_FALSE(stage.view(1)->info->isUserInitiated()); // the job that was there is untouched
    CHECK_FALSE(stage.core->canRunUserInitiatedJobs(mail));

    stage.restart("second boot"); // the user's word outlives it
    CHECK(stage.schedule(stage.transfer(1)).error->code == Errc::REFUSED);
    stage.give();
    CHECK(stage.core->canRunUserInitiatedJobs(mail));
    CHECK_FALSE(stage.schedule(stage.transfer(1)).error);

    Manifest without = Stage::manifestOf(mail);
    without.permissions.clear();
    stage.install(without);
    CHECK(stage.schedule(stage.transfer(2)).error->code == Errc::SECURITY);
}

TEST_CASE("a transfer accepted before runs as long as a regular job once the permission is gone") { // §4.4
    Revocable stage;
    stage.change([](Device& d) { d.network.reset(); });
    stage.schedule(stage.transfer(1));
    stage.revoke();
    stage.change([](Device& d) { d.network = Stage::wifi(); });
    REQUIRE(stage.runs(1));
    CHECK(stage.view(1)->kind == JobClass::UserInitiated);
    CHECK(stage.view(1)->clocks->guaranteed == stage.wallAtStart + 10min);
    CHECK(stage.view(1)->clocks->limit == stage.wallAtStart + 30min);
    stage.until(31min);
    CHECK(stage.last(1, What::Stopped).reason == STOP_REASON_TIMEOUT);
}
