#include <set>

#include <doctest/doctest.h>

#include "faces/screen/exit_code.hpp"
#include "faces/views/phrases.hpp"
#include "samples.hpp"

using namespace stint;
using namespace stint::cli;
using namespace stint::cli::test;

TEST_CASE("a waiting job says why in words and by the documentation's name") { // jobs.md §9.1
    CHECK(waitingText(waiting(PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY), at(0s)) ==
          "waiting: no network that fits (CONSTRAINT_CONNECTIVITY)");
    auto job = waiting(PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY);
    job.earliest = at(28s);
    CHECK(waitingText(job, at(0s)) ==
          "waiting at least 28s: its delay or back-off is not over (CONSTRAINT_MINIMUM_LATENCY)");
    CHECK(waitingText(job, at(28s)) == "waiting: its delay or back-off is not over (CONSTRAINT_MINIMUM_LATENCY)");
    job.reasons.push_back(PENDING_JOB_REASON_CONSTRAINT_CHARGING);
    CHECK(reasonsText(job.reasons).ends_with("; the device is not charging (CONSTRAINT_CHARGING)"));
}

TEST_CASE("a job's state is one word") { // jobs.md §4.1
    struct Row {
        RunState state;
        std::string_view word;
    };
    for (auto& r : {Row{RunState::Binding, "starting"}, Row{RunState::Starting, "starting"},
                    Row{RunState::Executing, "running"}, Row{RunState::Stopping, "stopping"}}) {
        auto job = running(0);
        job.runState = r.state;
        CHECK(stateWord(job) == r.word);
    }
    CHECK(stateWord(waiting(PENDING_JOB_REASON_QUOTA)) == "waiting");
    CHECK(stateWord(saved()) == "done");
    CHECK(stateWord(finished({}, {66, "404"})) == "failed");
    // An app that did not answer (jobs.md §4.3) has said nothing: that is no success.
    CHECK(stateWord(finished({STOP_REASON_UNDEFINED, InternalReason::Anr}, {})) == "failed");
    CHECK(stateWord(finished({STOP_REASON_USER, InternalReason::UserUiStop}, {})) == "stopped");
}

TEST_CASE("a job that was taken away has not succeeded, whatever its outcome holds") { // jobs.md §4.6
    struct Row {
        Ending ending;
        Outcome outcome;
        int code;
        std::string_view text;
    };
    // clang-format off
    for (auto& r : {Row{{STOP_REASON_UNDEFINED, InternalReason::SuccessfulFinish},    {0, "saved x"},        0,  "saved x"},
                    Row{{STOP_REASON_UNDEFINED, InternalReason::SuccessfulFinish},    {0, ""},               0,  "done"},
                    Row{{STOP_REASON_UNDEFINED, InternalReason::SuccessfulFinish},    {66, "404 Not Found"}, 66, "404 Not Found"},
                    Row{{STOP_REASON_UNDEFINED, InternalReason::SuccessfulFinish},    {3, ""},               3,  "failed with exit code 3"},
                    Row{{STOP_REASON_CANCELLED_BY_APP, InternalReason::Canceled},       {},                    1,  "cancelled (CANCELLED_BY_APP)"},
                    Row{{STOP_REASON_USER, InternalReason::UserUiStop},               {},                    1,  "stopped by the user (USER)"},
                    Row{{STOP_REASON_UNDEFINED, InternalReason::Anr},                 {},                    1,  "dropped: its app did not answer when it was to start"},
                    Row{{STOP_REASON_TIMEOUT, InternalReason::Timeout},               {},                    1,  "stopped at its time limit (TIMEOUT)"}}) {
        // clang-format on
        auto job = finished(r.ending, r.outcome);
        CHECK(exitCodeOf(*job.completed) == r.code);
        CHECK(endText(*job.completed) == r.text);
    }
}

TEST_CASE("what was seen of a transfer stands beside the size that its end names") {
    auto end = *saved().completed;
    CHECK(measuredEndText(end, {12s, 96_MiB}) == "saved /home/a/x.iso (100 MiB in 12s, 8 MiB/s)");
    CHECK(measuredEndText(end, {}) == "saved /home/a/x.iso (100 MiB)"); // nothing was seen
    CHECK(measuredEndText(end, {200ms, 100_MiB}) == "saved /home/a/x.iso (100 MiB in 200ms, 500 MiB/s)");
    end.outcome.text += "; begun anew: the file changed";
    CHECK(measuredEndText(end, {12s, 96_MiB}) ==
          "saved /home/a/x.iso (100 MiB in 12s, 8 MiB/s); begun anew: the file changed");
    end.outcome.text = "copied";
    CHECK(measuredEndText(end, {12s, 96_MiB}) == "copied (100 MiB in 12s, 8 MiB/s)");
}

TEST_CASE("a transfer is said to be begun anew where its notification says so, and nowhere else") {
    CHECK(anewOf(saying(running(0), "1 MiB of 2 MiB (begun anew: the file changed)")) ==
          "begun anew: the file changed");
    CHECK(anewOf(saying(running(0), "1 MiB of 2 MiB")).empty());
    CHECK(anewOf(saying(running(0), "saved /home/a/x.iso (100 MiB)")).empty());
    CHECK(anewOf(running(0)).empty());
}

TEST_CASE("upload is shown where it is upload that moves") {
    auto job = running(0, NETWORK_BYTES_UNKNOWN);
    job.transferredUp = 3_MiB;
    job.estimatedUp = 12_MiB;
    CHECK(percentOf(progressOf(job)) == 25);
}

TEST_CASE("times are told to the next second") {
    CHECK(ago(at(0s), at(190s)) == "3min10s ago");
    CHECK(ahead(at(1500ms), at(0s)) == "in 2s");
    CHECK(ahead(at(0s), at(5s)) == "in 0s"); // it is over
}

TEST_CASE("each kind of error ends with a sysexit of its own meaning") { // linux.md §A.10
    CHECK(exitCodeOf(Errc::ILLEGAL_ARGUMENT) == 64);
    CHECK(exitCodeOf(Errc::ILLEGAL_STATE) == 1);
    CHECK(exitCodeOf(Errc::SECURITY) == 77);
    CHECK(exitCodeOf(Errc::LIMIT_EXCEEDED) == 75);
    CHECK(exitCodeOf(Errc::STORAGE) == 74);
    CHECK(exitCodeOf(Errc::BUSY) == 75);
    CHECK(exitCodeOf(Errc::UNAVAILABLE) == 69);
    CHECK(exitCodeOf(Errc::SYSTEM) == 71);
}

TEST_CASE("the kind is what a job runs as, and a periodic one says how often") { // jobs.md §1.4
    JobView job = running(0);
    CHECK(kindText(job) == "user-initiated");
    job.kind = JobClass::Expedited;
    CHECK(kindText(job) == "expedited");
    job.kind = JobClass::Regular;
    job.info = JobInfo::Builder(JobId(7), "Sync").setPeriodic(90min).build().value();
    CHECK(kindText(job) == "regular, every 1h30min");
    job.demoted = true;
    CHECK(kindText(job) == "regular (demoted)");
}
