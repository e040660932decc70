// An app looks up its own jobs in every namespace, and why they wait (jobs.md §2.1, §9).
#include <doctest/doctest.h>

#include "bus/world.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/views.hpp"

using namespace stint;
using namespace stint::wire;

namespace {

wire::Message askJob(World& world, Client& client, const char* member, std::int32_t id, const std::string& space = "") {
    return world.ask(client, jobSchedulerInterface, member, [&](Writer& writer) {
        writer.int32(id).string(space);
        noOptions(writer);
    });
}

std::vector<std::int32_t> reasonsIn(Reader reader) {
    std::vector<std::int32_t> reasons;
    REQUIRE(reader
                .array("i",
                       [&](Reader& element) -> Result<void> {
                           reasons.push_back(element.int32().value());
                           return {};
                       })
                .ok());
    return reasons;
}

} // namespace

TEST_CASE("pending reasons are those of the job, -1 while it runs, -2 where there is none") { // jobs.md §9.1
    World world;
    world.owner.track({mail, "", 1}).reasons = {PENDING_JOB_REASON_CONSTRAINT_CHARGING,
                                                PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY};
    world.owner.track({mail, "sync", 2}).state = JobView::State::Running;
    Client app = world.connectApp("com.example.mail");
    CHECK(reasonsIn(Reader(askJob(world, app, "GetPendingJobReasons", 1))) == std::vector{5, 9});
    CHECK(reasonsIn(Reader(askJob(world, app, "GetPendingJobReasons", 2, "sync"))) == std::vector{-1});
    CHECK(reasonsIn(Reader(askJob(world, app, "GetPendingJobReasons", 2))) == std::vector{-2});
    Client other = world.connectApp("com.example.other");
    CHECK(reasonsIn(Reader(askJob(world, other, "GetPendingJobReasons", 1))) == std::vector{-2});
}

TEST_CASE("who watches what a job waits for is told it, and each time that it is something else, until it is gone") {
    World world; // jobs.md §9.1
    JobView& job = world.owner.track({mail, "sync", 1});
    job.reasons = {PENDING_JOB_REASON_QUOTA};
    Client app = world.connectApp("com.example.mail");
    Client quiet = world.connectApp("com.example.mail");
    Client other = world.connectApp("com.example.other");
    using All = std::vector<std::vector<std::int32_t>>;
    const auto told = [&](Client& client) {
        world.settle(client);
        All all;
        for (const wire::Message& message : client.named("PendingJobReasons")) {
            Reader reader(message);
            CHECK(reader.int32().value() == 1);
            CHECK(reader.string().value() == "sync");
            all.push_back(reasonsIn(reader));
        }
        client.inbox.clear();
        return all;
    };
    CHECK(!askJob(world, app, "WatchPendingJobReasons", 1, "sync").isError());
    CHECK(told(app) == All{{14}});
    CHECK(!askJob(world, other, "WatchPendingJobReasons", 1, "sync").isError());
    CHECK(told(other) == All{{-2}}); // it has none
    world.server->changed(Topics(Topic::Device));
    CHECK(told(app) == All{}); // it waits for the same

    job.reasons = {PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY, PENDING_JOB_REASON_QUOTA};
    world.server->changed(Topics(Topic::Alarms));
    CHECK(told(app) == All{}); // of which no job waits for anything
    world.server->changed(Topics(Topic::Device));
    CHECK(told(app) == All{{6, 14}});
    job.state = JobView::State::Running;
    world.server->changed(JobKey{mail, "sync", 1});
    CHECK(told(app) == All{{-1}});
    CHECK(world.server->wantsTopics());
    world.owner.known.erase({mail, "sync", 1});
    world.server->changed(Topics(Topic::Jobs));
    CHECK(told(app) == All{{-2}});
    CHECK(!world.server->wantsTopics()); // of a job that is gone nobody is told any more
    CHECK(told(quiet) == All{});
    CHECK(told(other) == All{});
}

TEST_CASE("a job's history is told to its app and to the operator; of an unknown job there is none") { // jobs.md §9.2
    World world;
    world.owner.track({mail, "", 1});
    world.owner.past = {{WallTime(1s), {PENDING_JOB_REASON_CONSTRAINT_CHARGING}},
                        {WallTime(2s), {PENDING_JOB_REASON_APP}}};
    Client app = world.connectApp("com.example.mail");
    const wire::Message answer = askJob(world, app, "GetPendingJobReasonsHistory", 1);
    Reader reader(answer);
    CHECK(readList(reader, readRow<HistoryEntry>).value() == world.owner.past);
    CHECK(askJob(world, app, "GetPendingJobReasonsHistory", 2).error().code == Errc::ILLEGAL_ARGUMENT);

    const auto lookAt = [&](Client& client, std::int32_t id) {
        return world.ask(client, taskManagerInterface, "History", [id](Writer& writer) {
            writer.string("com.example.mail").string("").int32(id);
            noOptions(writer);
        });
    };
    Client person = world.connectOperator();
    CHECK(!lookAt(person, 1).isError());
    CHECK(lookAt(person, 2).error().code == Errc::ILLEGAL_ARGUMENT);
    Client other = world.connectApp("com.example.other");
    CHECK(lookAt(other, 1).error().code == Errc::SECURITY);
}

TEST_CASE("all pending jobs come with their namespaces, page by page, and no other app's") { // jobs.md §2.1
    World world;
    for (std::int32_t id = 1; id <= 60; ++id) {
        world.owner.track({mail, "", id});
        world.owner.track({mail, "sync", id});
    }
    world.owner.track({AppId{"com.example.other"}, "", 1});
    Client app = world.connectApp("com.example.mail");
    std::vector<std::pair<std::string, std::int32_t>> all;
    int pages = 0;
    for (bool more = true; more; ++pages) {
        const wire::Message answer =
            world.ask(app, jobSchedulerInterface, "GetPendingJobsInAllNamespaces", [&](Writer& w) {
                DictionaryWriter options(w);
                if (all.empty()) return;
                options.put("afterNamespace", all.back().first);
                options.put("afterId", all.back().second);
            });
        Reader reader(answer);
        REQUIRE(reader
                    .array("(sa{sv})",
                           [&](Reader& element) {
                               return element.structure("sa{sv}", [&](Reader& fields) -> Result<void> {
                                   const std::string space = fields.string().value();
                                   all.emplace_back(space, readJob(fields).value().getId().value);
                                   return {};
                               });
                           })
                    .ok());
        more = reader.boolean().value();
    }
    CHECK(pages == 2);
    REQUIRE(all.size() == 120);
    CHECK(all.front() == std::pair<std::string, std::int32_t>("", 1));
    CHECK(all.back() == std::pair<std::string, std::int32_t>("sync", 60));
}
