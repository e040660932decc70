// Changes of content: the part that a run gets, and the part that is stored (jobs.md §3.2).
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/stage.hpp"

using namespace stint;

namespace {

using Paths = std::vector<std::string>;

class Photos : public Stage {
public:
    Photos() {
        watch = [this](const Effect& effect) {
            if (const auto* call = std::get_if<CallStart>(&effect)) told.push_back(call->triggeredUris);
        };
    }
    JobInfo::Builder photos(std::int32_t id) const {
        return job(id).addTriggerContentUri({"/photos", JobInfo::TriggerContentUri::FLAG_NOTIFY_FOR_DESCENDANTS});
    }
    void change(Duration when, const std::string& path) {
        until(when);
        event(ContentChanged{path});
    }

    std::vector<Paths> told; ///< of each run
};

/// The stored changes of content after the event.
std::vector<ContentChanges> written(Photos& stage, const Event& event) {
    std::vector<ContentChanges> all;
    for (const Record& record : stage.core->handle(event, stage.clock()).records)
        if (const auto* save = std::get_if<SaveContent>(&record)) all.push_back(save->changes);
    return all;
}

} // namespace

TEST_CASE("changes that come while the job waits for something else are told with the first") { // jobs.md §3.2
    Photos stage;
    stage.Stage::change([](Device& d) { d.plugged = false, d.charging.reset(); });
    stage.schedule(stage.photos(1).setRequiresCharging(true));
    stage.change(10s, "/photos/1");
    stage.change(1min, "/photos/2");
    stage.until(2min);
    stage.Stage::change([](Device& d) { d.plugged = true, d.charging = true; });
    CHECK(stage.times(1, Trace::What::Started) == std::vector<Duration>{2min}); // none of them waits for calm again
    CHECK(stage.told == std::vector<Paths>{{"/photos/1", "/photos/2"}});
}

TEST_CASE("a retry is told of the same changes again, and of those that came meanwhile") { // jobs.md §3.2
    Photos stage;
    stage.schedule(stage.photos(1));
    stage.change(10s, "/photos/1");
    stage.change(1min, "/photos/2"); // it runs
    stage.until(2min);
    stage.finish(1, true);
    stage.change(2min + 10s, "/photos/3"); // it rests
    stage.until(3min);
    CHECK(stage.times(1, Trace::What::Started) == std::vector<Duration>{20s, 2min + 30s});
    CHECK(stage.told == std::vector<Paths>{{"/photos/1"}, {"/photos/1", "/photos/2", "/photos/3"}});
}

TEST_CASE("a daemon's death loses no change, be it of a job that waits or of a run under way") { // jobs.md §3.2, §12.5
    Photos stage;
    stage.schedule(stage.photos(1));
    stage.change(10s, "/photos/1");
    stage.restart();
    stage.change(12s, "/photos/2");
    stage.until(30s);
    stage.change(40s, "/photos/3");
    stage.restart();
    CHECK(stage.times(1, Trace::What::Started) == std::vector<Duration>{22s, 40s});
    CHECK(stage.told == std::vector<Paths>{{"/photos/1", "/photos/2"}, {"/photos/1", "/photos/2", "/photos/3"}});
    stage.finish(1, false);
    stage.restart();
    CHECK_FALSE(stage.tracked(1));
}

TEST_CASE("the next job of an id is told of what came while the one before it ran, and of no more") { // jobs.md §3.2
    Photos stage;
    stage.schedule(stage.photos(1));
    stage.change(10s, "/photos/1");
    stage.change(1min, "/photos/2");
    stage.schedule(stage.photos(1)); // the old run answers at once
    stage.until(2min);
    stage.restart();
    stage.until(3min);
    CHECK(stage.told == std::vector<Paths>{{"/photos/1"}, {"/photos/2"}, {"/photos/2"}});
}

TEST_CASE("what brings no news is not written down") { // architecture.md: a step without records makes no transaction
    Photos stage;
    stage.schedule(stage.photos(1));
    stage.until(10s);
    CHECK(written(stage, ContentChanged{"/photos/1"}).size() == 1);
    CHECK(written(stage, ContentChanged{"/photos/1"}).empty());
    CHECK(written(stage, ContentChanged{"/music/1"}).empty());
    CHECK(written(stage, ContentChanged{"/photos/2"}).size() == 1);
    stage.now.elapsed += 999ms;
    CHECK(written(stage, ContentChanged{"/photos/2"}).empty());
    stage.now.elapsed += 1ms; // it starts a second later than is written down
    CHECK(written(stage, ContentChanged{"/photos/2"}).size() == 1);
    stage.until(1min);
    REQUIRE(stage.runs(1));
    CHECK(written(stage, ContentChanged{"/photos/1"}).empty());
    const auto more = written(stage, ContentChanged{"/photos/3"});
    REQUIRE(more.size() == 1);
    CHECK(Paths(more[0].uris.begin(), more[0].uris.end()) == Paths{"/photos/1", "/photos/2", "/photos/3"});
}

TEST_CASE("fifty paths are remembered, and from forty on the job waits no longer") { // jobs.md §3.2
    Photos stage;
    stage.schedule(stage.photos(1).setPriority(JobInfo::PRIORITY_MIN));
    for (int nth = 1; nth < 40; ++nth)
        stage.change(10s, fmt::format("/photos/{}", nth));
    CHECK_FALSE(stage.runs(1));
    stage.change(10s, "/photos/40");
    CHECK(stage.runs(1));
    REQUIRE(stage.told.size() == 1);
    CHECK(stage.told[0].size() == 40);
    for (int nth = 41; nth <= 60; ++nth)
        stage.change(20s, fmt::format("/photos/{}", nth));
    stage.crash(1);
    REQUIRE(stage.told.size() == 2);
    CHECK(stage.told[1].size() == 50);
}
