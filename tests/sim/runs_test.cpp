// An app's behaviour with a job that is started: every option of `runs:` (scenario.md).
#include "stage.hpp"

using namespace stint;
using namespace stint::sim;

namespace {

const std::string transferKeys = "user_initiated: true, network: {type: any}, ";

} // namespace

TEST_CASE("it works for a time and reports that it is done, or wants another try") {
    CHECK(times(played(oneJob("runs: {for: 5min}")), "finished") == Times{5min});
    const Played again = played(oneJob("runs: {for: 5min, then: retry}", "", "8min"));
    CHECK(times(again, "finished") == Times{5min});
    CHECK(times(again, "started") == Times{0s, 5min + 30s}); // jobs.md §6.2, the default back-off
}

TEST_CASE("nothing said of its work: it works until it is stopped or reports by an entry") {
    CHECK(times(played(oneJob("runs: {}", "", "29min")), "finished").empty());
    CHECK(times(played(oneJob("latency: 1min", "  - {at: 2min, finish: {job: com.example.mail/7}}")), "finished") ==
          Times{2min});
}

TEST_CASE("what comes after no work comes at once") {
    CHECK(times(played(oneJob("runs: {then: done}")), "finished") == Times{0s});
}

TEST_CASE("it transfers at the network's rate, and stands still without one") { // 75 MB at 50 Mbit/s: 12 s
    CHECK(times(played(oneJob("runs: {bytes: {down: 75MB}}")), "finished") == Times{12s});
    CHECK(times(played(oneJob("runs: {bytes: {up: 75MB}}")), "finished") == Times{1min});
    const Played cut =
        played(oneJob("runs: {bytes: {down: 75MB}}", "  - {at: 6s, device: {network: none}}\n"
                                                     "  - {at: 1min, device: {network: {down: 5Mbps}}}\n"));
    CHECK(times(cut, "finished") == Times{2min}); // half at 50, half at 5 Mbit/s
}

TEST_CASE("it resumes where it was cut short, unless it starts over") {
    const std::string offline = "  - {at: 2min, device: {network: none}}\n"
                                "  - {at: 3min, device: {network: {transport: wifi}}}\n";
    CHECK(times(played(oneJob(transferKeys + "runs: {for: 5min}", offline)), "finished") == Times{6min});
    CHECK(times(played(oneJob(transferKeys + "runs: {for: 5min, resumes: false}", offline)), "finished") ==
          Times{8min});
    CHECK(times(played(oneJob(transferKeys + "runs: {bytes: {down: 1875MB}}", offline)), "finished") == Times{6min});
}

TEST_CASE("after a report the next run starts over") {
    const Played again = played(oneJob("periodic: {every: 1h}, runs: {for: 5min}", "", "1h10min"));
    CHECK(times(again, "finished") == Times{5min, 1h + 5min});
}

TEST_CASE("it keeps what it did over a reboot and a restart of the daemon") {
    const std::string cut = "  - {at: 2min, reboot: {off_for: 10min}}\n  - {at: 14min, restart_daemon: {}}\n";
    const Played kept = played(oneJob("persisted: true, runs: {for: 5min}", cut));
    CHECK(times(kept, "started") == Times{0s, 12min, 14min});
    CHECK(times(kept, "finished") == Times{15min});
    // The process is gone both times, and nobody was asked.
    CHECK(linesOf(kept, {"stopped"}) ==
          std::vector<std::string>{"stopped com.example.mail/7 at 2min reason=UNDEFINED asked=false",
                                   "stopped com.example.mail/7 at 14min reason=UNDEFINED asked=false"});
}

TEST_CASE("it hangs, or loses its parameters, when its work is done") {
    CHECK(times(played(oneJob("runs: {for: 1min, then: hang}", "", "20min")), "finished").empty());
    const Played lost = played(oneJob("runs: {for: 1min, then: abandon}", "", "31min")); // jobs.md §4.5
    CHECK(linesOf(lost, {"stopped"}) ==
          std::vector<std::string>{"stopped com.example.mail/7 at 30min reason=TIMEOUT_ABANDONED asked=true"});
}

TEST_CASE("it connects late, or never") {
    CHECK(times(played(oneJob("runs: {for: 1min, connects_after: 300ms}")), "started") == Times{300ms});
    CHECK(times(played(oneJob("runs: {for: 1min, connects_after: 300ms}")), "finished") == Times{1min + 300ms});
    CHECK(times(played(oneJob("runs: {connects_after: never}", "", "20s")), "started").empty());
}

TEST_CASE("it answers onStartJob in each way there is") {
    CHECK(times(played(oneJob("runs: {for: 1min, answers_after: 2s}")), "finished") == Times{1min});
    CHECK(times(played(oneJob("runs: {for: 1min, start: returns_false}")), "finished") == Times{0s});
    CHECK(times(played(oneJob("runs: {for: 1min, start: hang}", "", "1min")), "unresponsive") == Times{8s});
    const Played crashed = played(oneJob("runs: {for: 1min, start: crash}", "", "10s"));
    CHECK(times(crashed, "stopped") == Times{0s, 0s, 0s}); // jobs.md §6.3: at once, at once, then with a back-off
}

TEST_CASE("it answers onStopJob in each way there is") {
    const std::string lost = "  - {at: 1min, device: {charging: false}}\n"
                             "  - {at: 1min5s, expect: {job: com.example.mail/7, is: ";
    const auto after = [&](const std::string& runs, const std::string& is) {
        return played(oneJob("charging: true, runs: {" + runs + "}", lost + is + "}}\n")).findings.back().held();
    };
    CHECK(after("for: 1h", "pending"));
    CHECK(after("for: 1h, on_stop: drop", "absent"));
    CHECK(after("for: 1h, on_stop: hang", "running")); // for eight seconds
    CHECK(after("for: 1h, answers_after: 6s", "running"));
    CHECK(after("for: 1h, answers_after: 4s, on_stop: drop", "absent"));
}

TEST_CASE("a user-initiated run posts its notification at once, late, or never; another one only when told") {
    CHECK(times(played(oneJob(transferKeys + "runs: {for: 1min}")), "notified") == Times{0s});
    CHECK(times(played(oneJob(transferKeys + "runs: {for: 1min, notifies_after: 9s}")), "notified") == Times{9s});
    CHECK(times(played(oneJob(transferKeys + "runs: {for: 1min, notifies_after: never}", "", "20s")), "notified")
              .empty());
    CHECK(times(played(oneJob("runs: {for: 1min}")), "notified").empty());
    CHECK(times(played(oneJob("runs: {for: 1min, notifies_after: 2s}")), "notified") == Times{2s});
}

TEST_CASE("its notification stays or goes when the job ends") { // jobs.md §5.1
    CHECK(times(played(oneJob(transferKeys + "runs: {for: 1min}")), "notification_removed").empty());
    CHECK(times(played(oneJob(transferKeys + "runs: {for: 1min, notification_end: remove}")), "notification_removed") ==
          Times{1min});
}

TEST_CASE("jobs of one number in two namespaces have a notification each") {
    const Played two = played(oneJob(transferKeys + "runs: {for: 1min, notification_end: remove}",
                                     "  - {at: 0s, schedule: {job: com.example.mail/sync#7, user_initiated: true, "
                                     "network: {type: any}, runs: {for: 2min, notification_end: remove}}}\n"));
    std::vector<Field> ids;
    for (const Happening& one : two.history)
        if (one.what == "notification_removed") ids.push_back(one.fields.front());
    CHECK(ids == std::vector<Field>{{"id", std::int64_t{7}}, {"id", std::int64_t{1'000'007}}});
}

TEST_CASE("its process dies some time after the start") {
    const Played crashed = played(oneJob("runs: {for: 1h, crash_after: 40s}", "", "1min"));
    CHECK(linesOf(crashed, {"stopped"}) ==
          std::vector<std::string>{"stopped com.example.mail/7 at 40s reason=UNDEFINED asked=false"});
    CHECK(times(crashed, "started") == Times{0s, 40s});
}

TEST_CASE("one crash is one for the crash guard, however many jobs the process hosted") { // jobs.md §12.3
    std::string jobs;
    for (int id = 1; id <= 3; ++id)
        jobs += "  - {at: 0s, schedule: {job: com.example.mail/" + std::to_string(id) + ", runs: {for: 1h}}}\n";
    const Played crashed = played(mailBegins + jobs + "  - {at: 10s, crash: com.example.mail}\nuntil: 1min\n");
    CHECK(times(crashed, "stopped") == Times{10s, 10s, 10s});
    CHECK(times(crashed, "started").size() == 6);
}

TEST_CASE("it takes a work item at its start and after each completion, and the last one ends the run") {
    const Played worked =
        played(oneJob("work_items: [a, b]", "  - {at: 10s, complete_work: {job: com.example.mail/7, item: a}}\n"
                                            "  - {at: 15s, enqueue: {job: com.example.mail/7, item: c}}\n"
                                            "  - {at: 20s, complete_work: {job: com.example.mail/7, item: b}}\n"
                                            "  - {at: 30s, complete_work: {job: com.example.mail/7, item: c}}\n"));
    CHECK(linesOf(worked, {"work", "finished"}) ==
          std::vector<std::string>{
              "work com.example.mail/7 at 0s item=a count=1", "work com.example.mail/7 at 10s item=b count=1",
              "work com.example.mail/7 at 20s item=c count=1", "finished com.example.mail/7 at 30s rescheduled=false"});
}

TEST_CASE("an app that runs with nothing in hand takes an item as soon as there is one") {
    const Played worked =
        played(oneJob("runs: {for: 5min}", "  - {at: 1min, enqueue: {job: com.example.mail/7, item: a}, "
                                           "expect: success}\n"));
    CHECK(worked.passed());
    CHECK(linesOf(worked, {"work"}) == std::vector<std::string>{"work com.example.mail/7 at 1min item=a count=1"});
}

TEST_CASE("an item that was not completed is handed out again") { // jobs.md §2.5
    const Played worked = played(oneJob("work_items: [a], runs: {crash_after: 10s}", "", "15s"));
    CHECK(linesOf(worked, {"work"}) == std::vector<std::string>{"work com.example.mail/7 at 0s item=a count=1",
                                                                "work com.example.mail/7 at 10s item=a count=2"});
}

TEST_CASE("a call that the builder refuses is traced, and touches nothing") {
    const Played refused =
        played(oneJob("runs: {for: 1min}", "  - {at: 30s, schedule: {job: com.example.mail/7, priority: max}, "
                                           "expect: IllegalArgumentException}\n"));
    CHECK(refused.passed());
    CHECK(linesOf(refused, {"refused", "finished"}) ==
          std::vector<std::string>{"refused com.example.mail/7 at 30s result=IllegalArgumentException",
                                   "finished com.example.mail/7 at 1min rescheduled=false"});
}

TEST_CASE("what an app says of a run that is over changes nothing") { // jobs.md §4.2
    const Played late =
        played(oneJob("runs: {for: 1min}", "  - {at: 2min, finish: {job: com.example.mail/7, reschedule: true}}\n"
                                           "  - {at: 2min, notify: {job: com.example.mail/7, id: 9}}\n"
                                           "  - {at: 2min, transferred: {job: com.example.mail/7, down: 1MB}}\n"
                                           "  - {at: 2min, complete_work: {job: com.example.mail/7, item: a}}\n"
                                           "  - {at: 3min, expect: {job: com.example.mail/7, is: absent}}\n"));
    CHECK(late.passed());
    CHECK(times(late, "finished") == Times{1min});
    CHECK(times(late, "notified").empty());
}

TEST_CASE("of a recording the app does nothing by itself, and the core wakes at the recorded ticks alone") {
    const Played recorded =
        played("ticks: recorded\nuntil: 1h\ndevice: {charging: true}\napps: {com.example.mail: {}}\ntimeline:\n"
               "  - {at: 0s, schedule: {job: com.example.mail/7, runs: external}}\n"
               "  - {at: 1s, connected: com.example.mail/7}\n"
               "  - {at: 2s, answer: {job: com.example.mail/7, start: true}}\n"
               "  - {at: 30min1s7ms, tick: {}}\n"
               "  - {at: 30min2s, answer: {job: com.example.mail/7, stop: false}}\n");
    CHECK(linesOf(recorded, {"started", "stopped", "dropped"}) ==
          std::vector<std::string>{"started com.example.mail/7 at 1s overdue=false kind=regular",
                                   "stopped com.example.mail/7 at 30min1s7ms reason=TIMEOUT asked=true",
                                   "dropped com.example.mail/7 at 30min2s reason=TIMEOUT"});
}
