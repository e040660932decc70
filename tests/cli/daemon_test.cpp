// The verbs against a daemon that answers as it is told.
#include <algorithm>
#include <csignal>
#include <utility>

#include <doctest/doctest.h>
#include <poll.h>

#include "faces/control/daemon.hpp"
#include "faces/control/lookup.hpp"
#include "faces/follow/follow.hpp"
#include "fake_daemon.hpp"
#include "link/wire/codec.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/reader.hpp"
#include "ran.hpp"
#include "samples.hpp"

using namespace stint;
using namespace stint::cli;
using namespace stint::cli::test;
using wire::Reader;
using wire::Writer;

namespace {

void replyJob(Talk& talk, const wire::Message& call, const JobView& job) {
    talk.reply(call, [&](Writer& writer) { wire::writeRow<JobView>(writer, job); });
}

/// The answer of ListApps: com.example.mail alone.
void replyMail(Talk& talk, const wire::Message& call) {
    AppView mail;
    mail.manifest.package = AppId{"com.example.mail"};
    talk.reply(call, [&](Writer& writer) { wire::writeList(writer, std::vector{mail}, wire::writeRow<AppView>); });
}

/// Knows these jobs, and watches and explains no other; cancels what it is asked to.
FakeDaemon::Answer knowing(std::vector<JobView> jobs, std::vector<Blocker> blockers = {}) {
    return [=](Talk& talk, const wire::Message& call) {
        if (call.member() == "Cancel") return talk.reply(call, [](Writer&) {});
        Reader reader(call);
        const std::string package = reader.string().value(), space = reader.string().value();
        const JobKey key{AppId{package}, space, JobId(reader.int32().value())};
        for (const auto& job : jobs)
            if (job.key == key)
                return talk.reply(call, [&](Writer& writer) {
                    wire::writeRow<JobView>(writer, job);
                    if (call.member() == "Explain") wire::writeRows(writer, blockers);
                });
        talk.refuse(call, Errc::ILLEGAL_ARGUMENT, "no such job");
    };
}

JobView of(JobView job, std::string package, JobId id) {
    job.key = {AppId{std::move(package)}, "", id};
    return job;
}

/// Follows job 7 on `paper`, and sends this process `signals` before.
Result<Followed> followed(const Paper& paper, const std::vector<int>& signals = {}, const Beside& beside = {}) {
    auto read = Signals::open();
    auto daemon = Daemon::connect(Screen{OutputOptions{}});
    REQUIRE(daemon.ok());
    auto job = daemon->watch(running(0).key);
    REQUIRE(job.ok());
    for (const int signal : signals)
        std::raise(signal);
    ProgressReporter reporter(paper.screen());
    return follow(*daemon, *job, reporter, *read, paper.screen(), beside);
}

} // namespace

TEST_CASE("without a daemon a command ends with 69") { // linux.md §A.10
    const FakeDaemon gone([](Talk&, const wire::Message&) {});
    std::filesystem::remove(gone.directory() / "stint" / "bus");
    CHECK(ran({"jobs"}).code == 69);
    CHECK(ran({"get", "http://h/f", "-o", (gone.directory() / "f").native()}).code == 69);
}

TEST_CASE(
    "a question whose answer is lost with the daemon is asked again, what has an effect is not") { // linux.md §A.10
    for (const int deaths : {1, 3, 4}) {
        CAPTURE(deaths);
        int asked = 0;
        FakeDaemon daemon([&](Talk& talk, const wire::Message& call) {
            if (++asked <= deaths) return talk.hangUp();
            replyMail(talk, call);
        });
        auto connected = Daemon::connectIfThere();
        REQUIRE(connected.ok());
        const auto apps = connected->ask(calls::apps());
        CHECK(apps.ok() == (deaths <= 3)); // bounded
        if (!apps.ok()) CHECK(apps.error().code == Errc::UNAVAILABLE);
    }
    // Each call once; a question four times.
    FakeDaemon daemon([](Talk& talk, const wire::Message&) { talk.hangUp(); });
    const auto connected = [] { return std::move(Daemon::connectIfThere()).value(); };
    CHECK(!connected().ask(calls::cancel(running(0).key)).ok());
    CHECK(!connected().shell({"cancel", "com.example.mail"}).ok());
    CHECK(!connected().work(running(0).key, 1).ok());
    CHECK(!connected().ask(calls::quota("com.example.mail")).ok());
    CHECK(!connected().ask(calls::deviceLimits()).ok());
    CHECK(!connected().shell({"get-job-state", "com.example.mail", "7"}).ok());
    std::vector<std::string> expected{"Cancel", "Shell"};
    for (const char* question : {"ListWork", "Quota", "ListDeviceLimits", "Shell"})
        expected.insert(expected.end(), 4, question);
    CHECK(daemon.calls() == expected);
}

TEST_CASE("who watches is told that the daemon is gone, and no other is asked in its place") {
    int asked = 0;
    FakeDaemon daemon([&](Talk& talk, const wire::Message& call) {
        if (++asked > 1) return talk.hangUp();
        replyJob(talk, call, running(0));
    });
    auto connected = Daemon::connectIfThere();
    REQUIRE(connected.ok());
    REQUIRE(connected->watch(running(0).key).ok());
    CHECK(!connected->ask(calls::apps()).ok());
    CHECK(daemon.calls() == std::vector<std::string>{"Watch", "ListApps"});
}

TEST_CASE("a bare number is the one of one's own jobs that has it") {
    auto transfer = of(running(0), "org.stint.transfer", 7);
    auto command = of(running(0), "org.stint.shell", 8);
    const FakeDaemon fake(knowing({transfer, command, of(saved(), "org.stint.transfer", 8)}));
    auto daemon = Daemon::connect(Screen{OutputOptions{}});
    REQUIRE(daemon.ok());
    CHECK(lookUp(*daemon, "7")->key == transfer.key);
    CHECK(lookUp(*daemon, "8")->key == command.key); // what runs goes before what has ended
    auto none = lookUp(*daemon, "9");
    REQUIRE(!none.ok());
    CHECK(none.error().code == Errc::ILLEGAL_STATE);
}

TEST_CASE("a bare number that two of one's own jobs have is refused, and both are named") {
    const FakeDaemon fake(knowing({of(running(0), "org.stint.transfer", 7), of(running(0), "org.stint.shell", 7)}));
    auto daemon = Daemon::connect(Screen{OutputOptions{}});
    REQUIRE(daemon.ok());
    auto two = lookUp(*daemon, "7");
    REQUIRE(!two.ok());
    CHECK(two.error().message == "7 may be org.stint.transfer/7 or org.stint.shell/7: say which");
    CHECK(two.error().code == Errc::ILLEGAL_ARGUMENT);
}

TEST_CASE("why ends with 0 where a job may run or runs, 75 where it waits, 66 where it is not") { // linux.md §A.10
    Blocker blocker;
    blocker.reason = PENDING_JOB_REASON_CONSTRAINT_CHARGING;
    auto why = [](const std::vector<JobView>& jobs, const std::vector<Blocker>& blockers) {
        const FakeDaemon fake(knowing(jobs, blockers));
        return ran({"why", "7", "--json"}).code;
    };
    CHECK(why({running(0)}, {}) == 0);
    CHECK(why({waiting(PENDING_JOB_REASON_APP)}, {}) == 0);
    CHECK(why({waiting(blocker.reason)}, {blocker}) == 75);
    CHECK(why({saved()}, {}) == 66);
    CHECK(why({}, {}) == 66);
}

TEST_CASE("cancel takes away what is there, and says 66 of what is not") {
    FakeDaemon fake(knowing({running(0), of(saved(), "org.stint.transfer", 8)}));
    CHECK(ran({"cancel", "7"}).code == 0);
    CHECK(ran({"cancel", "8"}).code == 66); // it has ended
    CHECK(ran({"cancel", "9"}).code == 66);
    CHECK(ran({"cancel", "7#"}).code == 64);
    auto calls = fake.calls();
    CHECK(std::count(calls.begin(), calls.end(), "Cancel") == 1);
}

TEST_CASE("a long list is asked for page by page") {
    FakeDaemon fake([](Talk& talk, const wire::Message& call) {
        std::int32_t after = 0;
        wire::DictionaryReader options("options", wire::UnknownKeys::Ignore);
        options.take("afterId", after);
        Reader reader(call);
        options.read(reader).value();
        std::vector<JobView> page;
        for (int i = 1; i <= 2 && after + i <= 5; ++i)
            page.push_back(of(waiting(PENDING_JOB_REASON_APP), "com.example.mail", after + i));
        talk.reply(call, [&](Writer& writer) {
            wire::writeList(writer, page, wire::writeRow<JobView>);
            writer.boolean(after + 2 < 5);
        });
    });
    auto daemon = Daemon::connect(Screen{OutputOptions{}});
    REQUIRE(daemon.ok());
    auto all = daemon->jobs(std::nullopt, false);
    REQUIRE(all.ok());
    REQUIRE(all->size() == 5);
    CHECK(all->back().key.id == 5);
    CHECK(fake.calls().size() == 3);
}

TEST_CASE("of the history as many are left out of the next page as are there") {
    const FakeDaemon fake([](Talk& talk, const wire::Message& call) {
        std::int32_t skip = 0;
        wire::DictionaryReader options("options", wire::UnknownKeys::Ignore);
        options.take("skip", skip);
        Reader reader(call);
        options.read(reader).value();
        std::vector<JobView> page;
        for (int i = 1; i <= 2 && skip + i <= 3; ++i)
            page.push_back(of(saved(), "com.example.mail", skip + i));
        talk.reply(call, [&](Writer& writer) {
            wire::writeList(writer, page, wire::writeRow<JobView>);
            writer.boolean(skip + 2 < 3);
        });
    });
    auto all = Daemon::connect(Screen{OutputOptions{}})->jobs(std::nullopt, true);
    REQUIRE(all.ok());
    REQUIRE(all->size() == 3);
    CHECK(all->back().key.id == 3);
}

TEST_CASE("why tells the history where it is asked for") { // jobs.md §9.2
    const FakeDaemon fake([](Talk& talk, const wire::Message& call) {
        std::vector<HistoryEntry> entries{{at(0s), {PENDING_JOB_REASON_CONSTRAINT_CHARGING, PENDING_JOB_REASON_QUOTA}},
                                          {at(60s), {PENDING_JOB_REASON_APP}}};
        talk.reply(call, [&](Writer& writer) {
            if (call.member() == "History") return wire::writeList(writer, entries, wire::writeRow<HistoryEntry>);
            wire::writeRow<JobView>(writer, waiting(PENDING_JOB_REASON_CONSTRAINT_CHARGING));
            if (call.member() == "Explain") wire::writeRows(writer, std::vector<Blocker>{});
        });
    });
    auto text = ran({"why", "org.stint.transfer/7", "--history"}).out;
    auto first = text.find("the device is not charging (CONSTRAINT_CHARGING); its app has used up its time (QUOTA)");
    REQUIRE(first != std::string::npos);
    CHECK(text.find("nothing but its app (APP)", first) != std::string::npos);
    CHECK(ran({"why", "org.stint.transfer/7"}).out.find("QUOTA") == std::string::npos);
    CHECK(ran({"why", "org.stint.transfer/7", "--history", "--json"})
              .out.ends_with(R"("blockers":[],"history":[{"when":1767600000000,"reasons":[)"
                             R"({"reason":5,"name":"CONSTRAINT_CHARGING"},{"reason":14,"name":"QUOTA"}]},)"
                             R"({"when":1767600060000,"reasons":[{"reason":1,"name":"APP"}]}]})"
                             "\n"));
    CHECK(ran({"why", "org.stint.transfer/7", "--json"}).out.ends_with("\"blockers\":[]}\n"));
}

TEST_CASE("what is followed is followed through the death of the daemon") {
    int watched = 0;
    const FakeDaemon fake([&](Talk& talk, const wire::Message& call) {
        if (++watched == 1) {
            replyJob(talk, call, running(10_MiB));
            talk.jobChanged(running(20_MiB));
            return talk.hangUp();
        }
        replyJob(talk, call, running(20_MiB)); // a new connection
        talk.jobChanged(saved());
    });
    const Paper paper;
    auto end = followed(paper);
    REQUIRE(end.ok());
    CHECK(!end->signal);
    CHECK(end->job.completed->outcome.exitCode == 0);
    const std::string said = paper.err();
    auto gone = said.find("stintd is gone");
    REQUIRE(gone != std::string::npos);
    CHECK(said.find("stintd is gone", gone + 1) == std::string::npos);
}

TEST_CASE("of several of which one has ended already, nothing is drawn that is not known") {
    const auto other = of(running(10_MiB), "org.stint.transfer", 8);
    const FakeDaemon fake([&](Talk& talk, const wire::Message& call) {
        replyJob(talk, call, other);
        talk.jobChanged(of(saved(), "org.stint.transfer", 8));
    });
    const Paper paper({}, false, true);
    auto signals = Signals::open();
    auto daemon = Daemon::connect(Screen{OutputOptions{}});
    REQUIRE(daemon.ok());
    REQUIRE(daemon->watch(other.key).ok());
    ProgressReporter reporter(paper.screen(), 2);
    std::vector<std::size_t> ends;
    REQUIRE(followAll(*daemon, {saved(), other}, reporter, *signals, paper.screen(),
                      [&](std::size_t which, const Result<JobView>&) { ends.push_back(which); })
                .ok());
    CHECK(ends == std::vector<std::size_t>{0, 1});
    CHECK(paper.err().find("no known reason") == std::string::npos);
    CHECK(paper.err().find("10 MiB of 100 MiB") != std::string::npos);
}

TEST_CASE("a number that was given to another job while the daemon was away is not taken for the same") {
    auto other = running(0);
    other.scheduled = at(5s);
    int watched = 0;
    const FakeDaemon fake([&](Talk& talk, const wire::Message& call) {
        if (call.member() == "ListJobs")
            return talk.reply(call, [](Writer& writer) {
                wire::writeList(writer, {of(saved(), "org.stint.transfer", 8), saved()}, wire::writeRow<JobView>);
                writer.boolean(false);
            });
        replyJob(talk, call, ++watched == 1 ? running(0) : other);
        if (watched == 1) talk.hangUp();
    });
    const Paper paper;
    auto end = followed(paper);
    REQUIRE(end.ok());
    CHECK(end->job.state == JobView::State::Finished);
    CHECK(end->job.key == running(0).key);
}

TEST_CASE("a number that is given to another job between two news is the first job's end") {
    auto other = running(0), othersEnd = saved();
    other.scheduled = othersEnd.scheduled = at(5s);
    othersEnd.completed->outcome.exitCode = 3;
    for (const JobView& news : {other, othersEnd}) {
        const FakeDaemon fake([&](Talk& talk, const wire::Message& call) {
            if (call.member() == "ListJobs")
                return talk.reply(call, [&](Writer& writer) {
                    wire::writeList(writer, {othersEnd, saved()}, wire::writeRow<JobView>);
                    writer.boolean(false);
                });
            replyJob(talk, call, running(0));
            talk.jobChanged(news);
        });
        const Paper paper;
        auto end = followed(paper);
        REQUIRE(end.ok());
        CHECK(end->job.completed->outcome.exitCode == 0);
    }
}

TEST_CASE("output is told before the end of its run, and behind what had become of the run by then") {
    auto stopping = running(0), waiting = running(0);
    stopping.runState = RunState::Stopping;
    waiting.state = JobView::State::Pending;
    const FakeDaemon fake([&](Talk& talk, const wire::Message& call) {
        replyJob(talk, call, running(0));
        for (const auto& news : {stopping, waiting, saved()})
            talk.jobChanged(news);
    });
    const Paper paper;
    bool written = true;
    const Beside output{-1, [&] {
                            if (std::exchange(written, false)) paper.screen().tell("its last words");
                            return Result<void>();
                        }};
    REQUIRE(followed(paper, {}, output).ok());
    const auto place = [err = paper.err()](std::string_view words) { return err.find(words); };
    INFO(paper.err());
    CHECK(place("stopping") < place("its last words"));
    CHECK(place("its last words") < place("waiting"));
    CHECK(place("waiting") != std::string::npos);
}

TEST_CASE("a job that a daemon came back without is not waited for") {
    int watched = 0;
    const FakeDaemon fake([&](Talk& talk, const wire::Message& call) {
        if (++watched > 1) return talk.refuse(call, Errc::ILLEGAL_ARGUMENT, "no such job");
        replyJob(talk, call, running(0));
        talk.hangUp();
    });
    const Paper paper;
    auto end = followed(paper);
    REQUIRE(!end.ok());
    CHECK(end.error().code == Errc::ILLEGAL_ARGUMENT);
}

TEST_CASE("Ctrl-C ends the following, not the job") {
    FakeDaemon fake(knowing({running(0)}));
    const Paper paper;
    auto end = followed(paper, {SIGWINCH, SIGINT}); // the first is only a new width
    REQUIRE(end.ok());
    CHECK(end->signal == SIGINT);
    CHECK(fake.calls() == std::vector<std::string>{"Watch"});
}

TEST_CASE("wait ends as the job does") {
    auto code = [](const JobView& end) {
        const FakeDaemon fake([&](Talk& talk, const wire::Message& call) {
            replyJob(talk, call, running(0));
            talk.jobChanged(of(saved(), "com.example.mail", 3)); // another's
            talk.jobChanged(end);
        });
        return ran({"wait", "org.stint.transfer/7"}).code;
    };
    CHECK(code(saved()) == 0);
    CHECK(code(finished({}, {66, "404 Not Found"})) == 66);
    CHECK(code(finished({STOP_REASON_USER, InternalReason::UserUiStop}, {})) == 1);
}

TEST_CASE("wait says nothing of a job that ends well, and one line under --json") {
    auto answer = [](Talk& talk, const wire::Message& call) {
        replyJob(talk, call, running(0));
        talk.jobChanged(saved());
    };
    const FakeDaemon fake(answer);
    auto silent = ran({"wait", "org.stint.transfer/7"});
    CHECK(silent.out.empty());
    CHECK(silent.err.empty());
    auto json = ran({"wait", "org.stint.transfer/7", "--json"});
    CHECK(json.out.starts_with(R"({"schema":1,"event":"ended",)"));
    CHECK(std::count(json.out.begin(), json.out.end(), '\n') == 1);
}

TEST_CASE("start passes on the exit code of the program, and its words") {
    std::vector<std::string> words;
    FakeDaemon fake([&](Talk& talk, const wire::Message& call) {
        if (call.member() == "ListApps") return replyMail(talk, call);
        Reader reader(call);
        words = {reader.string().value()};
        auto rest = reader.strings().value();
        words.insert(words.end(), rest.begin(), rest.end());
        talk.reply(call, [](Writer& writer) { writer.uint32(4000000000); }); // no pid of this machine
        talk.appExited(1, 0);                                                // another's
        talk.appExited(4000000000, 7);
    });
    CHECK(ran({"start", "com.example.mail", "--fetch", "all"}).code == 7);
    fake.calls();
    CHECK(words == std::vector<std::string>{"com.example.mail", "--fetch", "all"});
}

TEST_CASE("news of lists that have changed: those that are known, and one answer for each that is asked for") {
    FakeDaemon fake([](Talk& talk, const wire::Message& call) {
        Reader reader(call);
        CHECK(reader.string().value().empty());
        talk.reply(call, [](Writer& writer) { wire::DictionaryWriter nothing(writer); });
        talk.listsChanged({"apps", "weather", "finished"}); // one of a daemon that knows more
        talk.hangUp();
    });
    Daemon daemon = Daemon::connectIfThere().value();
    REQUIRE(daemon.watchEverything(Topics::all()).ok());
    std::vector<News> news;
    while (news.empty()) {
        pollfd watched{daemon.fd(), daemon.events(), 0};
        REQUIRE(::poll(&watched, 1, 10000) == 1);
        news = daemon.takeNews().value();
    }
    REQUIRE(news.size() == 1);
    CHECK(std::get<ListsChanged>(news[0]).topics == (Topic::Apps | Topic::Finished));
    CHECK(fake.calls() == std::vector<std::string>{"Watch"});
}

TEST_CASE("a program whose daemon died has died with it: start ends with 69") { // architecture.md, running a job
    const FakeDaemon fake([](Talk& talk, const wire::Message& call) {
        if (call.member() == "ListApps") return replyMail(talk, call);
        talk.reply(call, [](Writer& writer) { writer.uint32(4000000000); });
        talk.hangUp();
    });
    CHECK(ran({"start", "com.example.mail"}).code == 69);
}
