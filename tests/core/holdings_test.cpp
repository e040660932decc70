// The limits of one app's holdings in the daemon (contract/rules/holdings.hpp): bytes and open files in its jobs.
#include <doctest/doctest.h>

#include <fcntl.h>

#include "core/stage.hpp"

namespace stint {
namespace {

constexpr std::size_t large = 60'000; // what extras may be at most is a little more
WorkItem itemOf(std::size_t bytes) {
    return {.extras = PersistableBundle().putString("text", std::string(bytes, 'x'))};
}

/// A job that waits for ever.
JobInfo::Builder waiting(std::int32_t id) { return JobInfo::Builder(JobId{id}, "Jobs").setRequiresDeviceIdle(true); }

Reply enqueue(Stage& stage, std::int32_t id, std::size_t bytes) {
    auto info = waiting(id).build().value();
    return stage.ask(Schedule{.call = {1}, .app = mail, .info = info, .callerVisible = true, .work = itemOf(bytes)});
}

Reply schedule(Stage& stage, const JobInfo::Builder& job) {
    auto info = job.build().value();
    return stage.ask(Schedule{.call = {1}, .app = mail, .info = info, .callerVisible = true});
}

JobInfo::Builder withFiles(std::int32_t id, int files) {
    ClipData clip;
    for (int file = 0; file < files; ++file)
        clip.items.push_back(
            {"/dev/null", std::make_shared<const ClipFile>(::open("/dev/null", O_RDONLY | O_CLOEXEC))});
    return waiting(id).setClipData(std::move(clip), ClipData::FLAG_GRANT_READ_URI_PERMISSION);
}

bool refused(const Reply& reply, std::string_view what) {
    return reply.error && reply.error->code == Errc::LIMIT_EXCEEDED &&
           reply.error->message.find(what) != std::string::npos;
}

/// Items for job 1 until there is no room for one more; how many.
int fill(Stage& stage) {
    int accepted = 0;
    while (accepted < 5000 && !enqueue(stage, 1, large).error)
        ++accepted;
    return accepted;
}

} // namespace

TEST_CASE("items are enqueued until an app's jobs hold what they may, and again once those are gone") {
    Stage stage;
    CHECK(fill(stage) == 1113);
    CHECK(refused(enqueue(stage, 1, large), "at most 64 MiB are allowed"));
    CHECK(refused(enqueue(stage, 2, large), "at most 64 MiB are allowed"));
    CHECK(stage.tracked(1));
    SUBCASE("by a cancel") { stage.event(Cancel{{1}, mail, "", JobId{1}}); }
    SUBCASE("by a job that takes the place of the one they were for") {
        CHECK_FALSE(schedule(stage, waiting(1)).error);
    }
    SUBCASE("but not by a restart of the daemon, and not for want of room of another app") {
        stage.restart();
        CHECK(refused(enqueue(stage, 1, large), "at most 64 MiB are allowed"));
        const Manifest other = Stage::manifestOf(AppId{"com.example.other"});
        stage.install(other);
        auto info = waiting(1).build().value();
        CHECK_FALSE(
            stage
                .ask(Schedule{
                    .call = {1}, .app = other.package, .info = info, .callerVisible = true, .work = itemOf(large)})
                .error);
        return;
    }
    CHECK_FALSE(enqueue(stage, 2, large).error);
}

TEST_CASE("an app's jobs keep as many files open as they may") {
    Stage stage;
    CHECK_FALSE(schedule(stage, withFiles(1, 100)).error);
    CHECK(refused(schedule(stage, withFiles(2, 29)), "129 open files, and at most 128 are allowed"));
    CHECK_FALSE(schedule(stage, withFiles(2, 28)).error);
    CHECK_FALSE(schedule(stage, withFiles(2, 20)).error); // in its place
    stage.event(Cancel{{1}, mail, "", JobId{1}});
    CHECK_FALSE(schedule(stage, withFiles(3, 100)).error);
}

} // namespace stint
