// `stint get` against a daemon that answers as it is told.
#include <algorithm>
#include <csignal>
#include <fstream>

#include <unistd.h>

#include <doctest/doctest.h>

#include "fake_daemon.hpp"
#include "link/wire/codec.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/views.hpp"
#include "ran.hpp"
#include "samples.hpp"

using namespace stint;
using namespace stint::cli;
using namespace stint::cli::test;
using wire::Reader;
using wire::Writer;

namespace {

/// The arguments of a Schedule call.
struct Asked {
    std::optional<JobInfo> job;
    bool newId = false;
    std::string as;
    bool refusalIsError = false;
};

Asked readSchedule(const wire::Message& call) {
    Asked asked;
    Reader reader(call);
    asked.job = wire::readJob(reader).value();
    (void)reader.string().value();
    wire::DictionaryReader options("options", wire::UnknownKeys::Refuse);
    options.take("newId", asked.newId).take("as", asked.as).take("refusalIsError", asked.refusalIsError);
    options.read(reader).value();
    return asked;
}

/// Asked for its jobs it has none; else it answers so.
FakeDaemon::Answer withoutJobs(FakeDaemon::Answer answer) {
    return [answer = std::move(answer)](Talk& talk, const wire::Message& call) {
        if (call.member() != "ListJobs") return answer(talk, call);
        talk.reply(call, [](Writer& writer) {
            wire::writeList(writer, std::vector<JobView>{}, wire::writeRow<JobView>);
            writer.boolean(false);
        });
    };
}

/// Accepts what it is asked for as job 7, which ends so.
FakeDaemon::Answer ending(const JobView& end, std::vector<Asked>& asked) {
    return withoutJobs([&asked, end](Talk& talk, const wire::Message& call) {
        if (call.member() == "Schedule") {
            asked.push_back(readSchedule(call));
            return talk.reply(call, [](Writer& writer) { writer.int32(1).int32(7); });
        }
        talk.reply(call, [](Writer& writer) { wire::writeRow<JobView>(writer, running(0)); });
        talk.jobChanged(end);
    });
}

} // namespace

TEST_CASE("get schedules for the transfer app under a new id, and ends as the transfer does") {
    std::vector<Asked> asked;
    FakeDaemon fake(ending(saved(), asked));
    std::string target = (fake.directory() / "x.iso").native();
    auto it = ran({"get", "http://h/x.iso", "-o", target});
    CHECK(it.code == 0);
    CHECK(it.out.starts_with("saved /home/a/x.iso (100 MiB")); // as the transfer says; here with a rate or without
    CHECK(it.err.find("org.stint.transfer/7: downloading to " + target) != std::string::npos);
    fake.calls();
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].newId);
    CHECK(asked[0].as == "org.stint.transfer");
    CHECK(asked[0].job->isPersisted());
    CHECK(asked[0].job->getExtras().getString("output") == target);
}

TEST_CASE("several downloads are asked for in one call, and one by one where not all of them may be") { // jobs.md §2.7
    for (const bool fits : {true, false}) {
        CAPTURE(fits);
        std::int32_t accepted = 0;
        FakeDaemon fake(withoutJobs([&](Talk& talk, const wire::Message& call) {
            if (call.member() == "ScheduleAll" && fits)
                return talk.reply(
                    call, [](Writer& writer) { writer.int32(1).openArray("i").int32(7).int32(8).int32(9).close(); });
            if (call.member() == "ScheduleAll")
                return talk.refuse(call, Errc::ILLEGAL_STATE, "job 1 of the list: at most 1 are allowed");
            if (call.member() == "Schedule" && ++accepted > 1)
                return talk.refuse(call, Errc::ILLEGAL_STATE, "at most 1 are allowed");
            if (call.member() == "Schedule") return talk.reply(call, [](Writer& writer) { writer.int32(1).int32(7); });
            talk.reply(call, [](Writer& writer) { wire::writeRow<JobView>(writer, running(0)); });
        }));
        const auto it =
            ran({"get", "--no-wait", "http://h/a", "http://h/b", "http://h/c", "-o", fake.directory().native() + "/"});
        CHECK((it.code == 0) == fits);
        const auto calls = fake.calls();
        CHECK(std::ranges::count(calls, "ScheduleAll") == 1);
        CHECK(std::ranges::count(calls, "Schedule") == (fits ? 0 : 2));
        if (fits) continue;
        CHECK(it.err.find(": at most 1 are allowed") != std::string::npos);
        CHECK(it.err.find("1 more of the files are not scheduled either") != std::string::npos);
    }
}

TEST_CASE("a transfer that fails ends get with the code it names") { // linux.md §A.10
    std::vector<Asked> asked;
    const FakeDaemon fake(ending(finished({}, {66, "404 Not Found"}), asked));
    CHECK(ran({"get", "--quiet", "http://h/x", "-o", (fake.directory() / "x").native()}).code == 66);
}

TEST_CASE("with --user-initiated a job that may not be one is refused with 77, and nothing else is scheduled") {
    FakeDaemon fake(withoutJobs([](Talk& talk, const wire::Message& call) {
        if (readSchedule(call).refusalIsError) talk.refuse(call, Errc::REFUSED, "nobody looks");
    }));
    auto it = ran({"get", "--user-initiated", "http://h/x", "-o", (fake.directory() / "x").native()});
    CHECK(it.code == 77);
    CHECK(it.err.ends_with(": nobody looks; without --user-initiated it is scheduled as a regular job\n"));
    CHECK(fake.calls() == std::vector<std::string>{"ListJobs", "Schedule"});
}

TEST_CASE("without it a job that may not be user-initiated is scheduled as a regular one") { // architecture.md, what is
                                                                                             // visible
    std::vector<Asked> asked;
    FakeDaemon fake(withoutJobs([&](Talk& talk, const wire::Message& call) {
        if (call.member() != "Schedule")
            return talk.reply(call, [](Writer& writer) { wire::writeRow<JobView>(writer, saved()); });
        asked.push_back(readSchedule(call));
        const bool regular = !asked.back().job->isUserInitiated();
        if (!regular) return talk.refuse(call, Errc::REFUSED, "it is not visible");
        talk.reply(call, [](Writer& writer) { writer.int32(1).int32(7); });
    }));
    auto it = ran({"get", "--charging", "http://h/x", "-o", (fake.directory() / "x").native()});
    CHECK(it.code == 0);
    CHECK(it.err.find("scheduled as a regular job, with the same conditions") != std::string::npos);
    fake.calls();
    REQUIRE(!asked.empty());
    CHECK(!asked.back().job->isUserInitiated());
    CHECK(asked.back().job->isRequireCharging());
}

TEST_CASE("what can be known to be wrong is refused before anything is scheduled") { // linux.md §A.10
    FakeDaemon fake([](Talk& talk, const wire::Message& call) { talk.refuse(call, Errc::SYSTEM, "not to be called"); });
    auto in = [&](const char* name) { return (fake.directory() / name).native(); };
    std::ofstream(in("taken")) << "x";
    CHECK(ran({"get", "gopher://h/x"}).code == 64);
    CHECK(ran({"get", "http://h/x", "--checksum", "md5:1"}).code == 64);
    CHECK(ran({"get", "http://h/x", "--network", "wifi"}).code == 64);
    CHECK(ran({"get", "http://h/x", "-o", in("taken")}).code == 73);
    CHECK(ran({"get", "http://h/taken", "-o", fake.directory().native()}).code == 73);
    CHECK(ran({"get", "http://h/x", "-o", in("no-such-directory/x")}).code == 73);
    CHECK(fake.calls().empty());
}

TEST_CASE("Ctrl-C detaches from a download, says so, and how to come back") {
    FakeDaemon fake(withoutJobs([](Talk& talk, const wire::Message& call) {
        if (call.member() == "Schedule") return talk.reply(call, [](Writer& writer) { writer.int32(1).int32(7); });
        talk.reply(call, [](Writer& writer) { wire::writeRow<JobView>(writer, running(0)); });
        ::kill(::getpid(), SIGINT);
    }));
    auto it = ran({"get", "http://h/x", "-o", (fake.directory() / "x").native()});
    CHECK(it.code == 75); // linux.md §A.10: it goes on
    CHECK(it.err.ends_with("stint: detached; the transfer goes on as org.stint.transfer/7 (stint watch 7 to follow, "
                           "stint cancel 7 to stop it)\n"));
    CHECK(it.out.empty());
    auto calls = fake.calls();
    CHECK(std::find(calls.begin(), calls.end(), "Cancel") == calls.end());
}

TEST_CASE("under --json a download is a line a turn, from scheduled to ended") {
    std::vector<Asked> asked;
    const FakeDaemon fake(ending(saved(), asked));
    auto it = ran({"get", "--json", "http://h/x", "-o", (fake.directory() / "x").native()});
    CHECK(it.out.starts_with(R"({"schema":1,"event":"scheduled","output":")" + (fake.directory() / "x").native()));
    CHECK(it.out.find(R"({"schema":1,"event":"ended",)") != std::string::npos);
    CHECK(it.err.empty());
}

TEST_CASE("--no-wait returns once the job is accepted") {
    const std::vector<Asked> asked;
    const FakeDaemon fake(withoutJobs([&](Talk& talk, const wire::Message& call) {
        if (call.member() == "Schedule") return talk.reply(call, [](Writer& writer) { writer.int32(1).int32(7); });
        talk.reply(call, [](Writer& writer) {
            wire::writeRow<JobView>(writer, waiting(PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY));
        });
    }));
    CHECK(ran({"get", "--quiet", "--no-wait", "http://h/x", "-o", (fake.directory() / "x").native()}).code == 0);
}
