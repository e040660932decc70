// `stint cmd jobscheduler`, `stint run-now`, and what else goes by the shell's verbs (jobs.md §8).
#include <doctest/doctest.h>

#include "fake_daemon.hpp"
#include "link/wire/codec.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/views.hpp"
#include "ran.hpp"
#include "samples.hpp"
#include "words.hpp"

using namespace stint;
using namespace stint::cli::test;
using wire::Reader;
using wire::Writer;

namespace {

struct Shell {
    std::int32_t code = 0;
    std::string out;
    std::string err;
};

/// Knows one job, if any, and what keeps it; answers the shell's verbs with `shell`, and keeps their words.
FakeDaemon::Answer answering(Shell shell, Words& words, std::optional<JobView> known = {},
                             std::vector<Blocker> blockers = {}) {
    return [=, &words](Talk& talk, const wire::Message& call) {
        if (call.member() == "Shell") {
            words = Reader(call).strings().value();
            return talk.reply(call,
                              [&](Writer& writer) { writer.int32(shell.code).string(shell.out).string(shell.err); });
        }
        if (call.member() == "ListJobs")
            return talk.reply(call, [&](Writer& writer) {
                wire::writeList(writer, known ? std::vector{*known} : std::vector<JobView>{}, wire::writeRow<JobView>);
                writer.boolean(false);
            });
        Reader reader(call);
        const std::string package = reader.string().value(), space = reader.string().value();
        if (!known || known->key != JobKey{AppId{package}, space, JobId(reader.int32().value())})
            return talk.refuse(call, Errc::ILLEGAL_ARGUMENT, "no such job");
        talk.reply(call, [&](Writer& writer) {
            wire::writeRow<JobView>(writer, *known);
            if (call.member() == "Explain") wire::writeRows(writer, blockers);
        });
    };
}

Blocker shut(PendingReason reason, std::string detail) {
    Blocker blocker;
    blocker.reason = reason;
    blocker.detail = std::move(detail);
    return blocker;
}

} // namespace

TEST_CASE("every word behind cmd jobscheduler goes to the daemon, dashes and all") { // jobs.md §8
    Words words;
    FakeDaemon fake(answering({}, words));
    Words line{"cmd", "jobscheduler", "run", "-f", "--json", "-h", "-q", "--", "-n", "a b", "com.example.mail", "-7"};
    CHECK(ran(line).code == 0);
    fake.calls();
    CHECK(words == Words{line.begin() + 2, line.end()});
}

TEST_CASE("the shell's answer is printed as it is, and its code's low byte is the end") { // jobs.md §8
    struct Row {
        Shell shell;
        int code;
    };
    // clang-format off
    for (const auto& r : {Row{{0, "Running job [FORCED]\n", ""},                        0},
                          Row{{0, "12\n\n", ""},                                        0},
                          Row{{1, "", "Error: unknown option maybe\n"},                 1},
                          Row{{-1, "Heartbeat command is no longer supported\n", ""}, 255},
                          Row{{-1000, "", "Package not found: p / user 0\n"},          24},
                          Row{{-1001, "unknown(p/jid1)\n", "and more\n"},              23},
                          Row{{-1002, "", ""},                                         22}}) {
        // clang-format on
        Words words;
        const FakeDaemon fake(answering(r.shell, words));
        auto made = ran({"cmd", "jobscheduler", "get-job-state", "p", "1"});
        CHECK(made.code == r.code);
        CHECK(made.out == r.shell.out);
        CHECK(made.err == r.shell.err);
    }
}

TEST_CASE("a name in the shell's answer cannot steer the terminal") {
    Words words;
    const FakeDaemon fake(answering({0, "Stopping job: p/\x1b[2J#7 S\n", ""}, words));
    CHECK(ran({"cmd", "jobscheduler", "timeout"}).out == "Stopping job: p/�[2J#7 S\n");
}

TEST_CASE("--json before cmd makes one object of the answer") {
    Words words;
    const FakeDaemon fake(answering({-1001, "a\n", "b\n"}, words));
    auto made = ran({"--json", "cmd", "jobscheduler", "get-job-state", "p", "1"});
    CHECK(made.out == R"({"schema":1,"code":-1001,"out":"a\n","err":"b\n"})"
                      "\n");
    CHECK(made.code == 23);
}

TEST_CASE("cmd without its service, or with one that is not there, ends with Android's 20") {
    CHECK(ran({"cmd"}).code == 20);
    auto other = ran({"cmd", "package", "list"});
    CHECK(other.code == 20);
    CHECK(other.err == "cmd: Can't find service: package\n");
}

TEST_CASE("the shell's verbs are the operator's: who is not ends with 77") { // linux.md §A.10
    const FakeDaemon fake(
        [](Talk& talk, const wire::Message& call) { talk.refuse(call, Errc::SECURITY, "only the operator"); });
    auto made = ran({"cmd", "jobscheduler", "timeout"});
    CHECK(made.code == 77);
    CHECK(made.err == "stint: cannot ask jobscheduler: only the operator\n");
}

TEST_CASE("run-now runs by run -f and names what it passes over") { // jobs.md §8
    Words words;
    auto job = waiting(PENDING_JOB_REASON_CONSTRAINT_CHARGING);
    const std::vector<Blocker> kept{shut(PENDING_JOB_REASON_CONSTRAINT_CHARGING, "not charging"),
                                    shut(PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY, "")};
    FakeDaemon fake(answering({0, "Running job [FORCED]\n", ""}, words, job, kept));
    auto made = ran({"run-now", "7"});
    CHECK(made.code == 0);
    CHECK(made.out == "org.stint.transfer/7 runs now, although:\n"
                      "  not charging (CONSTRAINT_CHARGING)\n"
                      "  its delay or back-off is not over (CONSTRAINT_MINIMUM_LATENCY)\n");
    auto json = ran({"run-now", "7", "--json"}).out;
    CHECK(json.find(R"("runs":true,"overrides":[{"reason":5,)") != std::string::npos);
    CHECK(ran({"run-now", "7", "--quiet"}).out.empty());
    fake.calls();
    CHECK(words == Words{"run", "-f", "org.stint.transfer", "7"});
}

TEST_CASE("run-now names the namespace of a job that has one") {
    Words words;
    auto job = waiting(PENDING_JOB_REASON_CONSTRAINT_CHARGING);
    job.key = {AppId{"com.example.mail"}, "sync", JobId(-3)};
    FakeDaemon fake(answering({}, words, job));
    CHECK(ran({"run-now", "com.example.mail/sync#-3"}).code == 0);
    fake.calls();
    CHECK(words == Words{"run", "-f", "-n", "sync", "com.example.mail", "-3"});
}

TEST_CASE("run-now ends with 75 where something cannot be passed over, and says what") { // jobs.md §8
    Words words;
    const FakeDaemon fake(
        answering({-1002, "", "Job 7 in package … has functional constraints but --force not specified\n"}, words,
                  waiting(PENDING_JOB_REASON_APP),
                  {shut(PENDING_JOB_REASON_CONSTRAINT_CHARGING, "not charging"),
                   shut(PENDING_JOB_REASON_APP, "the app is not installed")}));
    auto made = ran({"run-now", "7"});
    CHECK(made.code == 75);
    CHECK(made.out.empty());
    CHECK(made.err == "stint: cannot run org.stint.transfer/7 now: the app is not installed (APP)\n");
    CHECK(ran({"run-now", "7", "--json"}).out.find(R"("runs":false,"blockers":[)") != std::string::npos);
}

TEST_CASE("run-now ends with 66 where there is no such job, or it has ended, or it ends meanwhile") {
    Words words;
    {
        const FakeDaemon fake(answering({}, words));
        CHECK(ran({"run-now", "7"}).code == 66);
    }
    {
        const FakeDaemon fake(answering({}, words, saved()));
        CHECK(ran({"run-now", "7"}).code == 66);
    }
    CHECK(words.empty());
    const FakeDaemon fake(answering({-1001, "", "Could not find job 7\n"}, words, waiting(PENDING_JOB_REASON_APP)));
    CHECK(ran({"run-now", "7"}).code == 66);
}

TEST_CASE("run-now leaves a job that runs alone") {
    Words words;
    const FakeDaemon fake(answering({}, words, running(0)));
    auto made = ran({"run-now", "7"});
    CHECK(made.code == 0);
    CHECK(made.err == "org.stint.transfer/7 is running already\n");
    CHECK(words.empty());
}

TEST_CASE("cancel --all takes every job of a package, and ends with 66 where there is no such package") { // jobs.md §8
    Words words;
    {
        const FakeDaemon fake(answering({0, "Canceling all jobs for com.example.mail in user 0\n", ""}, words));
        auto made = ran({"cancel", "--all", "com.example.mail"});
        CHECK(made.code == 0);
        CHECK(made.out.empty());
    }
    CHECK(words == Words{"cancel", "com.example.mail"});
    const FakeDaemon fake(answering({-1000, "", "Package p not found.\n"}, words));
    auto gone = ran({"cancel", "--all", "p"});
    CHECK(gone.code == 66);
    CHECK(gone.err == "stint: cannot cancel the jobs of p: no app p is installed; `stint apps` lists those that are\n");
}
