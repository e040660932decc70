// scheduleAll(): all jobs of a list, or none (jobs.md §2.7): what scenarios cannot say.
#include <doctest/doctest.h>

#include <functional>

#include "core/stage.hpp"

using namespace stint;

namespace {

JobOfList plain(const Stage& stage, std::int32_t id) { return {.info = *stage.job(id).build()}; }

Reply scheduleAll(Stage& stage, std::vector<JobOfList> jobs, bool newId = false, bool visible = true) {
    return stage.ask(
        ScheduleAll{.call = {1}, .app = mail, .jobs = std::move(jobs), .newId = newId, .callerVisible = visible});
}

std::vector<std::int32_t> numbersOf(const Reply& reply) {
    std::vector<std::int32_t> numbers;
    for (const JobId id : reply.ids)
        numbers.push_back(id.value);
    return numbers;
}

/// The jobs that the steps of a stage write down, a list a step.
std::vector<std::vector<std::int32_t>> savedBy(Stage& stage, const std::function<void()>& what) {
    std::vector<std::vector<std::int32_t>> saved;
    stage.steps = [&saved](const Step& step) {
        std::vector<std::int32_t> jobs;
        for (const Record& record : step.records)
            if (const auto* save = std::get_if<SaveJob>(&record)) jobs.push_back(save->job.key.id.value);
        if (!jobs.empty()) saved.push_back(jobs);
    };
    what();
    stage.steps = {};
    return saved;
}

} // namespace

TEST_CASE("one job of a list that may not be keeps all of it out, and is named by its place") { // jobs.md §2.7
    struct Row {
        const char* what;
        std::vector<JobOfList> jobs;
        Errc code;
        const char* message;
    };
    Stage stage;
    stage.schedule(stage.job(9).setMinimumLatency(1h));
    const auto with = [&](std::int32_t id, auto change) {
        JobOfList job = plain(stage, id);
        change(job);
        return job;
    };
    const JobOfList one = plain(stage, 1), replaces = plain(stage, 9);
    const JobOfList seen{.info = *stage.transfer(2).build()};
    const JobOfList unknown{.info = *JobInfo::Builder(2, "Other").build()};
    const auto keyed = [&](std::int32_t id, std::int32_t other) {
        return with(id, [&](JobOfList& job) { job.terms.after = {Stage::key(other)}; });
    };
    const auto placed = [&](std::int32_t id, std::vector<std::int32_t> places) {
        return with(id, [&](JobOfList& job) { job.after = std::move(places); });
    };
    // clang-format off
    const Row rows[] = {
        {"no job",           {},                                           Errc::ILLEGAL_ARGUMENT, "a list without jobs"},
        {"no such service",  {one, replaces, unknown},                     Errc::ILLEGAL_ARGUMENT, "job 2 of the list: unknown service"},
        {"nobody looks",     {one, seen},                                  Errc::REFUSED,          "job 1 of the list: com.example.mail is not visible"},
        {"twice",            {one, replaces, one},                         Errc::ILLEGAL_ARGUMENT, "job 2 of the list: com.example.mail/1 stands in the list twice"},
        {"no such place",    {one, placed(2, {2})},                        Errc::ILLEGAL_ARGUMENT, "job 1 of the list: it waits for job 2 of a list that has 2 jobs"},
        {"before the first", {one, placed(2, {-1})},                       Errc::ILLEGAL_ARGUMENT, "job 1 of the list: it waits for job -1"},
        {"itself",           {one, placed(2, {1})},                        Errc::ILLEGAL_ARGUMENT, "job 1 of the list: com.example.mail/2 cannot wait for itself"},
        {"each other",       {placed(1, {1}), placed(2, {2}), placed(3, {0})}, Errc::ILLEGAL_ARGUMENT, "job 0 of the list: com.example.mail/1 and com.example.mail/2 would wait for each other"},
        {"by their names",   {keyed(1, 2), keyed(2, 1)},                   Errc::ILLEGAL_ARGUMENT, "job 0 of the list: com.example.mail/1 and com.example.mail/2 would wait for each other"},
        {"one nobody knows", {one, keyed(2, 77)},                          Errc::ILLEGAL_ARGUMENT, "job 1 of the list: no job com.example.mail/77 to wait for"},
        {"too many others",  {one, placed(2, std::vector<std::int32_t>(101, 0))}, Errc::LIMIT_EXCEEDED, "job 1 of the list: a job may wait for 100 others"},
        {"a guard",          {one, with(2, [](JobOfList& job) { job.terms.guard = "charging"; })}, Errc::ILLEGAL_ARGUMENT, "job 1 of the list: a guard is scheduled by itself"},
    };
    // clang-format on
    for (const Row& row : rows) {
        CAPTURE(row.what);
        Reply reply;
        const auto saved = savedBy(stage, [&] { reply = scheduleAll(stage, row.jobs, false, false); });
        REQUIRE(reply.error);
        CAPTURE(reply.error->message);
        CHECK(reply.error->code == row.code);
        CHECK(reply.error->message.starts_with(row.message));
        CHECK(saved.empty());
        CHECK_FALSE(stage.tracked(1));
        CHECK(stage.times(9, Trace::What::Replaced).empty());
    }
}

TEST_CASE("a list is written down in one step, and its jobs have new numbers in its order") { // jobs.md §2.7
    Stage stage;
    stage.schedule(stage.job(2).setMinimumLatency(1h));
    JobOfList second = plain(stage, 0), third = plain(stage, 0);
    second.after = {2}; // behind it
    third.afterFailure = {0};
    Reply reply;
    const auto saved = savedBy(stage, [&] { reply = scheduleAll(stage, {plain(stage, 0), second, third}, true); });
    CHECK(numbersOf(reply) == std::vector{1, 3, 4});
    REQUIRE_FALSE(saved.empty());
    REQUIRE(saved.front().size() >= 3); // and once more where one starts
    CHECK(std::vector(saved.front().begin(), saved.front().begin() + 3) == std::vector{1, 3, 4});
    CHECK(stage.view(3)->terms.after == std::vector{Stage::key(4)});
    CHECK(stage.view(4)->terms.afterFailure == std::vector{Stage::key(1)});
    stage.finish(1, false);
    CHECK_FALSE(stage.tracked(4)); // it is not needed
}

TEST_CASE("a list may not close a circle through a job that is there") { // jobs.md §2.7, §14.1
    Stage stage;
    stage.schedule(stage.job(1).setMinimumLatency(1h));
    StartTerms terms;
    terms.after = {Stage::key(1)};
    stage.ask(Schedule{.call = {1}, .app = mail, .info = *stage.job(2).build(), .terms = terms});
    JobOfList first = plain(stage, 1);
    first.terms.after = {Stage::key(2)};
    CHECK(scheduleAll(stage, {plain(stage, 3), first}).error->message ==
          "job 1 of the list: com.example.mail/1 and com.example.mail/2 would wait for each other");
    CHECK_FALSE(scheduleAll(stage, {first, plain(stage, 2)}).error); // which replaces the one that waits for it
}

TEST_CASE("the cap counts a list as a whole, and what it replaces not at all") { // jobs.md §2.4, §2.7
    Constants constants;
    constants.maxJobsPerApp = 4;
    Stage stage(constants);
    for (const std::int32_t id : {1, 2})
        stage.schedule(stage.job(id).setMinimumLatency(1h));
    const auto refused = scheduleAll(stage, {plain(stage, 3), plain(stage, 1), plain(stage, 4), plain(stage, 5)});
    REQUIRE(refused.error);
    CHECK(refused.error->code == Errc::ILLEGAL_STATE);
    CHECK(refused.error->message.starts_with("job 3 of the list: com.example.mail has 4 jobs already"));
    CHECK_FALSE(scheduleAll(stage, {plain(stage, 3), plain(stage, 1), plain(stage, 4), plain(stage, 2)}).error);
}

TEST_CASE("a list holds as much together as its jobs would one by one") { // jobs.md §2.7
    Stage stage;
    const std::string large(60 * 1024, 'x');
    std::vector<JobOfList> jobs;
    for (std::int32_t id = 1; id <= 150; ++id) // 8.8 MiB each time, in jobs that are replaced
        jobs.push_back(
            {.info =
                 *stage.job(id).setMinimumLatency(1h).setExtras(PersistableBundle().putString("body", large)).build()});
    for (int time = 0; time < 8; ++time)
        CHECK_FALSE(scheduleAll(stage, jobs).error);
}

TEST_CASE("each persisted job of a list is a call for the rate") { // jobs.md §2.4, §2.7
    Constants constants;
    constants.scheduleRate = 3;
    Stage stage(constants);
    Manifest debuggable = Stage::manifestOf(mail);
    debuggable.debuggable = true;
    stage.install(debuggable);
    const auto persisted = [&](std::int32_t id) {
        return JobOfList{.info = *stage.job(id).setPersisted(true).build()};
    };
    CHECK_FALSE(scheduleAll(stage, {persisted(1), persisted(2), plain(stage, 3), plain(stage, 4)}).error);
    const auto refused = scheduleAll(stage, {persisted(5), plain(stage, 6), persisted(7)});
    REQUIRE(refused.error);
    CHECK(refused.error->code == Errc::LIMIT_EXCEEDED);
    CHECK(refused.error->message.starts_with("job 2 of the list: "));
    CHECK_FALSE(stage.tracked(5));
}

TEST_CASE("a list comes to what its jobs come to one by one") { // jobs.md §2.7
    Stage together, apart;
    const auto jobs = [](const Stage& stage) {
        return std::vector<JobOfList>{plain(stage, 3),
                                      {.info = *stage.transfer(2).build()},
                                      plain(stage, 1), // runs already
                                      {.info = *stage.job(4).setExpedited(true).build()},
                                      {.info = *stage.job(5).setRequiresCharging(true).build()}};
    };
    for (Stage* stage : {&together, &apart})
        stage->schedule(stage->job(1));
    CHECK_FALSE(scheduleAll(together, jobs(together)).error);
    for (const JobOfList& job : jobs(apart))
        CHECK_FALSE(apart.ask(Schedule{.call = {1}, .app = mail, .info = job.info, .callerVisible = true}).error);
    for (const std::int32_t id : {1, 2, 3, 4, 5}) {
        CAPTURE(id);
        CHECK(together.runs(id) == apart.runs(id));
        CHECK(together.why(id) == apart.why(id));
        for (const auto what : {Trace::What::Scheduled, Trace::What::Replaced, Trace::What::Started})
            CHECK(together.times(id, what) == apart.times(id, what));
    }
}
