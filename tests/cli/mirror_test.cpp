// The mirror of the daemon's jobs: each case is a talk with a daemon, and what a screen would be told of it.
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "faces/control/mirror.hpp"
#include "samples.hpp"

using namespace stint;
using namespace stint::cli;
using namespace stint::cli::test;

namespace {

JobView numbered(std::int32_t id, JobView job) {
    job.key.id = id;
    return job;
}

JobView pending(std::int32_t id) { return numbered(id, waiting(PENDING_JOB_REASON_APP)); }

/// The job that has the number after this one, scheduled later.
JobView next(JobView job) {
    job.scheduled = at(5s);
    return job;
}

/// A mirror, and the changes that it has reported: "+7" came, "~7" changed, "-7" is gone, "-7!" with its end.
struct Mirrored {
    std::vector<std::string> changes;
    Mirror mirror{[this](Mirror::Change change, const JobView& job) {
        const char sign = change == Mirror::Change::Came ? '+' : change == Mirror::Change::Gone ? '-' : '~';
        CHECK((change == Mirror::Change::Gone) == (job.state == JobView::State::Finished));
        changes.push_back(fmt::format("{}{}{}", sign, job.key.id.value, job.completed ? "!" : ""));
    }};

    std::vector<std::string> taken() { return std::exchange(changes, {}); }

    void ask() {
        REQUIRE(mirror.wantsNews());
        mirror.newsAsked();
    }
    void list(const std::vector<JobView>& jobs) {
        REQUIRE(mirror.stale().has(Topic::Jobs));
        mirror.reading(Topic::Jobs);
        mirror.page(jobs, false);
        mirror.settle();
    }
    void begin(const std::vector<JobView>& jobs) {
        mirror.begin(Topic::Jobs);
        ask();
        list(jobs);
    }
};

using Reported = std::vector<std::string>;

} // namespace

TEST_CASE("news are asked for before anything is read, so that no change falls between") {
    Mirrored talk;
    talk.mirror.begin(Topic::Jobs | Topic::Apps);
    CHECK(talk.mirror.stale().none());
    CHECK(!talk.mirror.isWhole());
    talk.ask();
    CHECK(!talk.mirror.wantsNews());
    CHECK(talk.mirror.stale() == (Topic::Jobs | Topic::Apps));
    talk.list({pending(7)});
    CHECK(!talk.mirror.isWhole());
    talk.mirror.reading(Topic::Apps);
    CHECK(talk.mirror.stale().none());
    talk.mirror.read(Topic::Apps);
    CHECK(talk.mirror.isWhole());
}

TEST_CASE("a notice is asked for again once what it named was read, and what changed meanwhile is read again") {
    Mirrored talk;
    talk.begin({});
    talk.mirror.take(Topics(Topic::Jobs));
    CHECK(!talk.mirror.wantsNews());
    talk.mirror.reading(Topic::Jobs);
    talk.mirror.take(Topics(Topic::Jobs)); // another one, while it is read
    CHECK(talk.mirror.stale().none());
    talk.mirror.page({}, false);
    CHECK(!talk.mirror.wantsNews());
    talk.list({});
    talk.ask();
    CHECK(!talk.mirror.wantsNews());
    CHECK(talk.mirror.stale().none());
}

TEST_CASE("a list that nobody follows is never stale, and one that is followed anew is") {
    Mirrored talk;
    talk.begin({});
    talk.mirror.take(Topic::Apps | Topic::Device);
    CHECK(talk.mirror.stale().none());
    talk.ask();
    talk.mirror.follow(Topics::all());
    CHECK(talk.mirror.stale().none()); // not before the daemon was asked for their news
    talk.ask();
    CHECK(talk.mirror.stale() == Topics::all() - Topic::Jobs);
    talk.mirror.follow(Topic::Jobs);
    talk.ask();
    CHECK(talk.mirror.stale().none());
}

TEST_CASE("news and pages are changes of the same jobs, and what is as it was is none") {
    Mirrored talk;
    talk.begin({pending(7), pending(8)});
    CHECK(talk.taken() == Reported{"+7", "+8"});
    talk.mirror.take(pending(7));
    CHECK(talk.taken().empty());
    talk.mirror.take(numbered(7, running(0)));
    talk.mirror.take(pending(9));
    talk.mirror.take(numbered(8, saved()));
    CHECK(talk.taken() == Reported{"~7", "+9", "-8!"});
    CHECK(talk.mirror.jobs().size() == 2);
    talk.mirror.take(numbered(10, saved())); // came and went between two news
    CHECK(talk.taken() == Reported{"-10!"});
}

TEST_CASE("a complete listing takes away what it does not name, and a page of it nothing") {
    Mirrored talk;
    talk.begin({pending(7), pending(8), pending(9)});
    talk.taken();
    talk.mirror.take(Topics(Topic::Jobs));
    talk.mirror.reading(Topic::Jobs);
    talk.mirror.page({pending(7)}, true);
    talk.mirror.settle();
    CHECK(talk.taken().empty());
    talk.mirror.take(pending(6)); // its place was passed already
    talk.mirror.page({pending(9)}, false);
    CHECK(talk.taken() == Reported{"+6"});
    talk.mirror.settle();
    CHECK(talk.taken() == Reported{"-8"});
}

TEST_CASE("an end that was sent before a listing, and is read after it, is still that job's end") {
    Mirrored talk;
    talk.begin({pending(7)});
    talk.taken();
    talk.mirror.take(Topics(Topic::Jobs));
    talk.mirror.reading(Topic::Jobs);
    talk.mirror.page({}, false);
    talk.mirror.take(numbered(7, saved()));
    talk.mirror.settle();
    CHECK(talk.taken() == Reported{"-7!"});
}

TEST_CASE("a number that is given to another job is the end of one and the beginning of the other") {
    Mirrored talk;
    talk.begin({pending(7)});
    talk.taken();
    talk.mirror.take(next(pending(7)));
    CHECK(talk.taken() == Reported{"-7", "+7"});
    talk.mirror.take(next(pending(7)));
    talk.mirror.take(numbered(7, saved())); // an end, but of the first
    CHECK(talk.taken() == Reported{"-7", "-7!"});
    JobView unknown = pending(8);
    talk.mirror.take(unknown);
    unknown.scheduled = {}; // as an old history has it
    unknown.label = "renamed";
    talk.mirror.take(unknown);
    CHECK(talk.taken() == Reported{"+8", "~8"});
}

TEST_CASE("on a new connection all is asked anew, and compared with what was known before") {
    Mirrored talk;
    talk.begin({pending(7), pending(8), pending(9)});
    talk.mirror.take(Topics(Topic::Jobs));
    talk.mirror.reading(Topic::Jobs);
    talk.mirror.page({}, false); // and here the daemon dies
    talk.taken();
    talk.mirror.begin(Topic::Jobs);
    talk.mirror.settle();
    CHECK(talk.taken().empty());
    talk.ask();
    talk.list({pending(7), next(pending(8))});
    CHECK(talk.taken() == Reported{"-8", "+8", "-9"});
}
