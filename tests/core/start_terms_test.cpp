// A person's wishes for a job's start beside Android's contract (jobs.md §14): the part that scenarios cannot say.
#include <doctest/doctest.h>

#include "core/stage.hpp"

using namespace stint;

namespace {

Reply scheduleOn(Stage& stage, std::int32_t id, StartTerms terms, bool persisted = false) {
    return stage.ask(Schedule{
        .call = {1}, .app = mail, .info = *stage.job(id).setPersisted(persisted).build(), .terms = std::move(terms)});
}

StartTerms after(std::int32_t id) {
    StartTerms terms;
    terms.after = {Stage::key(id)};
    return terms;
}

StartTerms onCalendar(std::string calendar) {
    StartTerms terms;
    terms.calendar = std::move(calendar);
    return terms;
}

StartTerms loosening(WallTime at, std::vector<Condition> then) {
    StartTerms terms;
    terms.loosensAt = at;
    terms.then = std::move(then);
    return terms;
}

Reply hold(Stage& stage, std::int32_t id, bool on = true) {
    return stage.ask(HoldJob{.call = {1}, .key = Stage::key(id), .on = on});
}

} // namespace

TEST_CASE("a job that cannot be waited for is refused by its name, and nothing is scheduled") { // jobs.md §14.1
    Stage stage;
    CHECK(scheduleOn(stage, 2, after(1)).error->code == Errc::ILLEGAL_ARGUMENT); // nobody knows it
    CHECK(scheduleOn(stage, 2, after(2)).error->message == "com.example.mail/2 cannot wait for itself");
    stage.schedule(stage.job(1));
    stage.ask(Cancel{.call = {1}, .app = mail, .id = JobId{1}});
    CHECK(scheduleOn(stage, 2, after(1)).error->code == Errc::ILLEGAL_STATE); // it has not succeeded
    StartTerms others = after(3);
    others.after[0].app = AppId{"com.example.other"};
    CHECK(scheduleOn(stage, 2, others).error->code == Errc::SECURITY);
    others.after.assign(101, Stage::key(3));
    CHECK(scheduleOn(stage, 2, others).error->code == Errc::LIMIT_EXCEEDED);
    StartTerms past;
    past.at = stage.wallAtStart - 1s;
    CHECK(scheduleOn(stage, 2, past).error->code == Errc::ILLEGAL_ARGUMENT);
    CHECK_FALSE(stage.tracked(2));
}

TEST_CASE("a time that is as far as can be is a thousand years away, and no record is unfit by it") { // §1.2 d, §14.1
    Stage stage;
    StartTerms far = loosening(WallTime::max(), {{"network", "any"}});
    far.at = WallTime::max();
    far.promised = WallTime::min(); // the core's to say
    CHECK_FALSE(scheduleOn(stage, 1, far, true).error);
    const WallTime farthest = stage.wallAtStart + longestWait;
    CHECK(stage.view(1)->terms.at == farthest);
    stage.restart();
    REQUIRE(stage.view(1));
    CHECK(stage.view(1)->terms.loosensAt == farthest);
    CHECK_FALSE(stage.view(1)->terms.promised);
    CHECK(stage.view(1)->reasons != std::vector{PENDING_JOB_REASON_UNDEFINED}); // not set aside
}

TEST_CASE("a job is waited for no more once it has succeeded, before the one that waits was scheduled") { // §14.1
    Stage stage;
    stage.schedule(stage.job(1));
    stage.finish(1, false);
    CHECK_FALSE(scheduleOn(stage, 2, after(1)).error);
    CHECK(stage.runs(2));
}

TEST_CASE("an exit code that is not 0 is no success: what waited ends, and so does what waited for that") { // §14.1
    Stage stage;
    stage.schedule(stage.job(1));
    scheduleOn(stage, 2, after(1));
    scheduleOn(stage, 3, after(2));
    stage.event(JobFinished{mail, stage.run(1), false, {3, "exit 3"}});
    for (const std::int32_t id : {2, 3}) {
        CAPTURE(id);
        REQUIRE_FALSE(stage.tracked(id));
        CHECK(stage.view(id)->completed->outcome.exitCode == 1);
    }
    CHECK(stage.view(2)->completed->outcome.text == "not started: com.example.mail/1 has not succeeded: exit 3");
}

TEST_CASE("a run that was begun by force goes on when the other fails, and has its time limit") { // jobs.md §14.1, §4.4
    Stage stage;
    stage.schedule(stage.job(1).setMinimumLatency(1h));
    scheduleOn(stage, 2, after(1));
    stage.event(RunJob{{1}, Stage::key(2), Override::Full});
    REQUIRE(stage.runs(2));
    stage.ask(Cancel{.call = {1}, .app = mail, .id = JobId{1}});
    REQUIRE(stage.runs(2));
    CHECK(stage.view(2)->terms.after.empty());
    stage.until(40min);
    CHECK(stage.times(2, Trace::What::Stopped) == std::vector<Duration>{30min});
}

TEST_CASE("a run that was begun by force waits, when it is retried, for those that have not ended") { // jobs.md §14.1
    Stage stage;
    stage.schedule(stage.job(1).setMinimumLatency(10h));
    stage.schedule(stage.job(3).setMinimumLatency(10h));
    StartTerms both = after(1);
    both.after.push_back(Stage::key(3));
    scheduleOn(stage, 2, both);
    stage.event(RunJob{{1}, Stage::key(2), Override::Full});
    REQUIRE(stage.runs(2));
    stage.ask(Cancel{.call = {1}, .app = mail, .id = JobId{1}});
    stage.finish(2, true);
    REQUIRE(stage.tracked(2));
    CHECK(stage.view(2)->terms.after == std::vector{Stage::key(3)});
    stage.ask(Cancel{.call = {1}, .app = mail, .id = JobId{3}});
    CHECK_FALSE(stage.tracked(2)); // no run of it is under way: the other's end is its own
}

TEST_CASE("all jobs of an app may go at once, those that wait for each other, too") { // jobs.md §2.6, §7.4, §14.1
    for (const Event& end : {Event{CancelAll{.call = {1}, .app = mail}}, Event{ForceStop{{1}, mail}},
                             Event{AppUninstalled{mail}}, Event{StopApp{{1}, mail}}}) {
        CAPTURE(end.index());
        Stage stage;
        stage.schedule(stage.transfer(1));
        scheduleOn(stage, 2, after(1));
        scheduleOn(stage, 3, after(2));
        stage.event(end);
        for (const std::int32_t id : {1, 2, 3})
            CHECK_FALSE(stage.tracked(id));
    }
}

TEST_CASE("what others wait for may end while no daemon is there to hear of it") { // jobs.md §14.1, §7.2
    Stage stage;
    stage.schedule(stage.job(1)); // ends with its boot
    scheduleOn(stage, 2, after(1), true);
    stage.restart("second boot");
    CHECK_FALSE(stage.tracked(2));
    CHECK(stage.view(2)->completed->outcome.text.find("a reboot ended it") != std::string::npos);
}

TEST_CASE("terms and holds outlive a restart and a boot with their job") { // jobs.md §14.1, §14.2
    Stage stage;
    stage.schedule(stage.job(1).setPersisted(true).setMinimumLatency(2h));
    scheduleOn(stage, 2, after(1), true);
    scheduleOn(stage, 3, {.after = {}, .at = stage.wallAtStart + 3h, .calendar = {}}, true);
    scheduleOn(stage, 4, {}, true);
    hold(stage, 4);
    for (const std::string boot : {"first boot", "second boot"}) {
        CAPTURE(boot);
        stage.restart(boot);
        stage.until(stage.now.elapsed - at(0s) + 1min);
        CHECK(stage.view(2)->terms == after(1));
        CHECK(stage.why(2) == std::vector{PENDING_JOB_REASON_USER});
        CHECK(stage.why(3) == std::vector{PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY});
        CHECK(stage.earliest(3) == 3h);
        CHECK(stage.view(4)->held);
        CHECK_FALSE(stage.runs(4));
    }
    hold(stage, 4, false);
    CHECK(stage.runs(4));
}

TEST_CASE("a hold and a retry of a job that is not there, or has ended, are refused") { // jobs.md §14.2, §14.3
    Stage stage;
    CHECK(hold(stage, 1).error->code == Errc::ILLEGAL_ARGUMENT);
    stage.schedule(stage.job(1));
    CHECK(stage.ask(RetryJob{.call = {1}, .key = Stage::key(1)}).error->code == Errc::ILLEGAL_STATE); // it runs
    stage.finish(1, false);
    CHECK(hold(stage, 1).error->code == Errc::ILLEGAL_STATE);
    CHECK(stage.ask(RetryJob{.call = {1}, .key = Stage::key(1)}).error->code == Errc::ILLEGAL_STATE);
}

namespace {

/// The stage's app is built in, and its job 1 has failed; it was scheduled with an extra and a time.
void failOne(Stage& stage) {
    Manifest manifest = Stage::manifestOf(mail);
    manifest.builtIn = true;
    stage.install(manifest);
    PersistableBundle extras;
    extras.putString("password", "secret");
    StartTerms terms;
    terms.at = stage.clock().wall + 1h;
    REQUIRE(
        !stage.ask(Schedule{.call = {1}, .app = mail, .info = *stage.job(1).setExtras(extras).build(), .terms = terms})
             .error);
    stage.until(61min);
    REQUIRE(stage.runs(1));
    stage.event(JobFinished{mail, stage.run(1), false, {7, "exit 7"}});
}

std::optional<Error> retry(Stage& stage, std::int32_t id) {
    return stage.ask(RetryJob{.call = {1}, .key = Stage::key(id)}).error;
}

Reply clear(Stage& stage, std::int32_t id, bool all = false) {
    return stage.ask(ClearEnded{.call = {1}, .key = Stage::key(id), .all = all});
}

} // namespace

TEST_CASE("what has failed is scheduled again as it was, and is no ended job any more") { // jobs.md §14.3
    Stage stage;
    failOne(stage);
    REQUIRE(stage.completed.size() == 1);
    CHECK(!retry(stage, 1));
    CHECK(stage.completed.empty());
    REQUIRE(stage.runs(1)); // its time has come
    CHECK(stage.view(1)->info->getExtras().getString("password") == "secret");
    stage.event(JobFinished{mail, stage.run(1), false, {}});
    REQUIRE(stage.completed.size() == 1);
    CHECK(*stage.completed.front().again == Again{}); // one that ended well keeps nothing
    CHECK(retry(stage, 1)->message.find("has ended well") != std::string::npos);
}

TEST_CASE("a retry is told of the jobs that the first time was told of") { // jobs.md §14.1, §14.3
    Stage stage;
    failOne(stage);
    stage.ask(Schedule{
        .call = {1}, .app = mail, .info = *stage.job(2).build(), .terms = StartTerms{.afterFailure = {Stage::key(1)}}});
    stage.event(JobFinished{mail, stage.run(2), false, {3, "exit 3"}});
    REQUIRE(!retry(stage, 2));
    REQUIRE(stage.view(2)->terms.ended.size() == 1);
    CHECK(stage.view(2)->terms.ended.front().key == Stage::key(1));
}

TEST_CASE("a job of an app that is not built in keeps nothing, and is not retried") { // jobs.md §14.3
    Stage stage;
    stage.schedule(stage.job(1));
    stage.event(JobFinished{mail, stage.run(1), false, {7, "exit 7"}});
    CHECK(*stage.completed.front().again == Again{});
    CHECK(retry(stage, 1)->message.find("nothing is kept") != std::string::npos);
}

TEST_CASE("what has ended is cleared, and what has not is not") { // jobs.md §14.3
    Stage stage;
    failOne(stage);
    stage.schedule(stage.job(2));
    CHECK(clear(stage, 2).error->code == Errc::ILLEGAL_STATE);
    CHECK(clear(stage, 9).error->code == Errc::ILLEGAL_ARGUMENT);
    const auto log = stage.log.size();
    CHECK(clear(stage, 1).count == 1);
    CHECK(stage.completed.empty());
    CHECK(stage.log.size() == log);
    CHECK(retry(stage, 1)->code == Errc::ILLEGAL_ARGUMENT);
    CHECK(clear(stage, 0, true).count == 0);
    CHECK(stage.runs(2));
}

TEST_CASE("numbers of the built-in apps are one series, and none is given twice") { // jobs.md §2.1, architecture.md
    Stage stage;
    const AppId shell{std::string(shellPackage)};
    const auto installOwn = [&] {
        for (const AppId& app : {mail, shell}) {
            Manifest manifest = Stage::manifestOf(app);
            manifest.builtIn = true;
            stage.install(manifest);
        }
    };
    const auto add = [&](const AppId& app) {
        const auto info = *stage.job(0).setPersisted(true).build();
        return stage.ask(Schedule{.call = {1}, .app = app, .info = info, .newId = true}).id.value;
    };
    installOwn();
    CHECK(add(mail) == 1);
    CHECK(add(shell) == 2);
    stage.finish(1, false);
    CHECK(add(mail) == 3);
    stage.finish(3, false);
    stage.restart();
    installOwn();
    CHECK(add(shell) == 4); // 3 is in the history
}

TEST_CASE("a calendar that is none, that never comes, or that stands beside another time is refused") { // §14.1
    Stage stage;
    const auto messageOf = [&stage](StartTerms terms) { return scheduleOn(stage, 1, std::move(terms)).error->message; };
    CHECK(messageOf(onCalendar("whenever")) == "calendar: \"whenever\" is not a day of the week; write Mon, Tue, …");
    CHECK(messageOf(onCalendar("*-02-30")) == "calendar \"*-02-30\" never comes due");
    StartTerms both = onCalendar("daily");
    both.at = stage.wallAtStart + 1h;
    CHECK(messageOf(both) == "a job with a calendar may have no other time, deadline or period");
    CHECK_FALSE(stage.tracked(1));
}

TEST_CASE("another zone moves the times of a calendar that are to come") { // jobs.md §14.1
    Stage stage;
    scheduleOn(stage, 1, onCalendar("*-*-* 12:00"));
    const WallTime inUtc = *stage.view(1)->terms.at;
    stage.event(ZoneRead{TimeZone({{WallTime{}, 2h}})});
    CHECK(*stage.view(1)->terms.at == inUtc - 2h);
    CHECK(stage.view(1)->earliest == inUtc - 2h);
}

TEST_CASE("a calendar outlives a restart, and its run that was missed meanwhile comes once") { // jobs.md §14.1
    Stage stage;
    scheduleOn(stage, 1, onCalendar("*-*-* *:00"), true);
    const WallTime first = *stage.view(1)->terms.at;
    stage.restart();
    CHECK(stage.view(1)->terms.at == first);
    CHECK(stage.view(1)->terms.calendar == "*-*-* *:00");
}

TEST_CASE("conditions that loosen must be some that the job may have, at a time to come") { // jobs.md §14.1
    Stage stage;
    const WallTime later = stage.wallAtStart + 1h;
    const auto messageOf = [&stage](StartTerms terms) { return scheduleOn(stage, 1, std::move(terms)).error->message; };
    CHECK(messageOf(loosening(stage.wallAtStart, {{"charging", "no"}})).ends_with("at a time to come"));
    CHECK(messageOf(loosening(later, {})) == "conditions that loosen need a time, and the conditions they become");
    CHECK(messageOf(loosening(later, {{"moon", "full"}}))
              .starts_with("there is no condition \"moon\"; the conditions are network"));
    CHECK(messageOf(loosening(later, {{"charging", "maybe"}})) == "charging is \"maybe\"; it must be yes or no");
    CHECK(messageOf(loosening(later, {{"network", "some"}})).starts_with("network is \"some\"; it must be one of any"));
    CHECK_FALSE(loosening(later, {{"bytes", "much"}}).then.empty());
    CHECK(scheduleOn(stage, 1, loosening(later, {{"bytes", "much"}})).error->code == Errc::ILLEGAL_ARGUMENT);
    CHECK_FALSE(stage.tracked(1));
}

TEST_CASE("conditions that a job may not have together are refused, and change nothing") { // jobs.md §14.4
    Stage stage;
    stage.change([](Device& d) { d.network.reset(); });
    stage.schedule(stage.transfer(1));
    const auto edit = [&stage](std::vector<Condition> conditions, std::int32_t id = 1) {
        return stage.ask(EditJob{.call = {1}, .key = Stage::key(id), .conditions = std::move(conditions)});
    };
    CHECK(edit({{"network", "none"}}).error->code == Errc::ILLEGAL_ARGUMENT); // V12
    CHECK(edit({{"bytes", "1MB"}}).error->code == Errc::ILLEGAL_ARGUMENT);
    CHECK(edit({{"charging", "no"}}, 9).error->message == "no job com.example.mail/9");
    CHECK(stage.view(1)->info->getRequiredNetwork().has_value());
    CHECK_FALSE(edit({{"network", "unmetered"}}).error);
    CHECK(stage.view(1)->info->getNetworkType() == JobInfo::NETWORK_TYPE_UNMETERED);
    stage.restart();
    CHECK(stage.view(1)->info->getNetworkType() == JobInfo::NETWORK_TYPE_UNMETERED);
}

TEST_CASE(
    "jobs that would wait for each other are refused, by however many others, and what the store says ends once") {
    Stage stage; // jobs.md §14.1
    stage.change([](Device& d) { d.network.reset(); });
    stage.schedule(stage.transfer(1));
    scheduleOn(stage, 2, after(1));
    StartTerms failed;
    failed.afterFailure = {Stage::key(2)};
    scheduleOn(stage, 3, failed);
    CHECK(scheduleOn(stage, 1, after(3)).error->message ==
          "com.example.mail/1 and com.example.mail/3 would wait for each other");
    CHECK(stage.view(1)->terms == StartTerms{});
    stage.ask(Cancel{.call = {1}, .app = mail, .id = JobId{1}});
    CHECK_FALSE(stage.tracked(2));
    CHECK(stage.runs(3)); // 2 has ended otherwise than well
}

TEST_CASE("a job is told which ended before it, how, and in which order, also after a restart and in a retry") {
    Stage stage; // jobs.md §14.1
    stage.change([](Device& d) { d.charging = d.plugged = false; });
    for (const std::int32_t id : {1, 2, 3})
        stage.schedule(stage.job(id));
    stage.finish(1, false);
    StartTerms terms{.after = {Stage::key(1), Stage::key(2)}, .afterFailure = {Stage::key(3)}};
    terms.ended = {{Stage::key(9), "claimed", 0, "", ""}};
    stage.ask(Schedule{
        .call = {1}, .app = mail, .info = stage.job(4).setRequiresCharging(true).build().value(), .terms = terms});
    stage.ask(Cancel{.call = {1}, .app = mail, .id = JobId{3}});
    stage.finish(2, false);
    stage.restart();
    const auto ended = stage.view(4)->terms.ended;
    REQUIRE(ended.size() == 3);
    CHECK(ended[0] == EndedJob{Stage::key(1), "", 0, "done", ""});
    CHECK(ended[1].key == Stage::key(3));
    CHECK(ended[1].exitCode == 1); // it was cancelled: its process's own code was never known
    CHECK(ended[2].key == Stage::key(2));
}

TEST_CASE("what began under a wrong clock began as long ago when the clock is set") { // jobs.md §7.3
    Stage stage;
    const WallTime right = stage.wallAtStart;
    stage.wallAtStart = WallTime{1h}; // of 1970
    stage.restart();
    stage.change([](Device& d) {
        d.plugged = false;
        d.charging = false;
    });
    stage.schedule(stage.job(1));
    stage.schedule(stage.job(2).setRequiresCharging(true));
    stage.until(1min);
    stage.wallAtStart = right;
    stage.event(ClockSet{});
    CHECK(stage.view(1)->started == right);
    CHECK(stage.core->explain(Stage::key(2), stage.clock()).front().since == right);
}

TEST_CASE("a request that a person types about a job is a use of its app, once it is granted") { // limits.md §2.2
    Stage stage;
    stage.schedule(stage.job(1).setRequiresCharging(true));
    stage.change([](Device& device) { device.charging = false; });
    const auto raises = [&](const Event& typed) {
        stage.event(BucketForced{.app = mail, .bucket = Bucket::WorkingSet});
        stage.ask(typed);
        return stage.core->apps(stage.clock()).at(0).bucket == Bucket::Active;
    };
    const JobInfo info = *stage.job(2).setRequiresCharging(true).build();
    CHECK(raises(Schedule{.app = mail, .info = info, .callerVisible = true, .onBehalf = true}));
    CHECK(raises(ScheduleAll{.app = mail, .jobs = {{.info = info}}, .callerVisible = true, .onBehalf = true}));
    CHECK(raises(HoldJob{.key = Stage::key(1), .on = true, .callerVisible = true}));
    CHECK(raises(HoldJob{.key = Stage::key(1), .on = false, .callerVisible = true}));
    CHECK(raises(EditJob{.key = Stage::key(1), .conditions = {{"charging", "yes"}}, .callerVisible = true}));
    CHECK_FALSE(raises(RetryJob{.key = Stage::key(1), .callerVisible = true})); // refused: it waits for no retry
    CHECK_FALSE(raises(HoldJob{.key = Stage::key(3), .callerVisible = true}));
    CHECK_FALSE(raises(HoldJob{.key = Stage::key(1), .on = true}));                  // a script's
    CHECK_FALSE(raises(Schedule{.app = mail, .info = info, .callerVisible = true})); // the app's own
}
