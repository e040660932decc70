// Entries of a timeline, and their effects on the simulated device and its apps (scenario.md, timeline and time).
#include "stage.hpp"

using namespace stint;
using namespace stint::sim;

namespace {

/// The expectations of state in `lines`, of an app with these keys, in the order they stand.
std::vector<bool> holds(const std::string& app, const std::string& lines) {
    std::vector<bool> held;
    const Played run = played("device: {charging: true}\napps: {com.example.mail: " + app + "}\ntimeline:\n" + lines);
    for (const Finding& finding : run.findings)
        held.push_back(finding.held());
    return held;
}

std::string state(const std::string& at, const std::string& is) {
    return "  - {at: " + at + ", expect: {app: com.example.mail, state: " + is + "}}\n";
}

const std::vector<bool> allThree{true, true, true};

} // namespace

TEST_CASE("an app is where the scenario says, at 0s and after each change") {
    for (const std::string is : {"top", "visible", "foreground_service", "background", "not_running"}) {
        CAPTURE(is);
        CHECK(holds("{state: " + is + "}", state("0s", is)) == std::vector{true});
        for (const std::string next : {"top", "visible", "foreground_service", "background", "not_running"}) {
            CAPTURE(next);
            CHECK(holds("{state: " + is + "}", "  - {at: 1s, app: com.example.mail, state: " + next + "}\n" +
                                                   state("1s", next)) == std::vector{true});
        }
    }
}

TEST_CASE("a process that was started for a job ends with it") {
    CHECK(holds("{state: not_running}", state("0s", "not_running") +
                                            "  - {at: 1min, schedule: {job: com.example.mail/7, runs: {for: 1min}}}\n" +
                                            state("1min", "background") + state("2min", "not_running")) == allThree);
}

TEST_CASE("a foreground service outlives the screen, and ends with the process") { // jobs.md §5.5
    CHECK(holds("{state: visible}",
                "  - {at: 0s, foreground_service: {app: com.example.mail, start: true}, expect: success}\n"
                "  - {at: 1s, app: com.example.mail, state: background}\n" +
                    state("1s", "foreground_service") + "  - {at: 2s, crash: com.example.mail}\n" +
                    state("2s", "not_running")) == allThree);
    CHECK(holds("{state: background}", "  - {at: 0s, foreground_service: {app: com.example.mail, start: true}, "
                                       "expect: ForegroundServiceStartNotAllowed}\n") == std::vector{true});
}

TEST_CASE("after a reboot no app is on screen, and the core remembers no word about it") {
    CHECK(holds("{state: top}", "  - {at: 1min, reboot: {off_for: 1min}}\n" + state("2min", "not_running") +
                                    "  - {at: 3min, app: com.example.mail, state: top}\n" + state("3min", "top")) ==
          std::vector{true, true});
}

TEST_CASE("after a restart of the daemon every app is where it was") { // jobs.md §12.5
    for (const std::string is : {"top", "visible", "background"}) {
        CAPTURE(is);
        CHECK(holds("{state: " + is + "}", "  - {at: 1min, restart_daemon: {}}\n" + state("1min", is)) ==
              std::vector{true});
    }
}

TEST_CASE("the device changes while the power is off, and is seen so at boot") {
    const Played run =
        played("until: 1h\ndevice: {charging: true, network: none}\napps: {com.example.mail: {}}\ntimeline:\n"
               "  - {at: 0s, schedule: {job: com.example.mail/7, persisted: true, network: {type: any}, "
               "runs: {for: 1min}}}\n"
               "  - {at: 10min, reboot: {off_for: 10min}}\n"
               "  - {at: 15min, device: {network: {transport: wifi}}}\n");
    CHECK(times(run, "started") == Times{20min});
}

TEST_CASE("nothing happens while the power is off, and the wall clock goes on") {
    const Played run = played(oneJob("persisted: true, periodic: {every: 15min}, runs: {for: 1min}",
                                     "  - {at: 5min, reboot: {off_for: 1h}}\n", "65min30s"));
    CHECK(times(run, "started") == Times{0s, 65min});
    CHECK(run.history.back().wall - run.history.front().wall == run.history.back().at);
}

TEST_CASE("the clock at boot, and one that is set, show in the trace; elapsed time goes on") {
    const Played run = played(oneJob("persisted: true, runs: {for: 20min}",
                                     "  - {at: 5min, reboot: {off_for: 1min, clock: 2030-01-01T00:00:00Z}}\n"
                                     "  - {at: 10min, clock: {set: 2026-06-01T00:00:00Z}}\n"));
    REQUIRE(times(run, "started") == Times{0s, 6min});
    REQUIRE(times(run, "finished") == Times{21min});
    for (const Happening& one : run.history) {
        if (one.what == "started" && one.at == 6min) CHECK(formatWall(one.wall) == "2030-01-01T00:00:00.000Z");
        if (one.what == "finished") CHECK(formatWall(one.wall) == "2026-06-01T00:11:00.000Z");
    }
}

TEST_CASE("low memory takes cached processes first, then those with running jobs, and nothing that is seen") {
    const Played run =
        played("until: 1min\ndevice: {charging: true}\napps:\n"
               "  com.example.a: {}\n  com.example.b: {}\n  com.example.c: {state: visible}\n"
               "  com.example.d: {state: not_running}\n  com.example.e: {state: not_running}\ntimeline:\n"
               "  - {at: 0s, schedule: {job: com.example.a/1, runs: {for: 10min}}}\n"
               "  - {at: 0s, schedule: {job: com.example.c/1, runs: {for: 10min}}}\n"
               "  - {at: 0s, schedule: {job: com.example.d/1, runs: {for: 10min}}}\n"
               "  - {at: 10s, device: {memory: low}}\n"
               "  - {at: 20s, device: {memory: low}}\n");
    CHECK(linesOf(run, {"killed", "stopped"}) ==
          std::vector<std::string>{"killed com.example.b at 10s reason=low_memory",
                                   "killed com.example.a at 10s reason=low_memory",
                                   "killed com.example.d at 10s reason=low_memory",
                                   "stopped com.example.a/1 at 10s reason=UNDEFINED asked=false",
                                   "stopped com.example.d/1 at 10s reason=UNDEFINED asked=false"});
}

TEST_CASE("an app that does not answer is killed, and its other jobs lose their process") { // jobs.md §4.8
    const Played run = played(mailBegins + "  - {at: 0s, schedule: {job: com.example.mail/1, runs: {start: hang}}}\n"
                                           "  - {at: 0s, schedule: {job: com.example.mail/2, runs: {for: 1min}}}\n"
                                           "  - {at: 9s, expect: {job: com.example.mail/2, is: running}}\n");
    CHECK(run.passed());
    CHECK(times(run, "killed") == Times{8s});
    CHECK(times(run, "started") == Times{0s, 0s, 8s});
}

TEST_CASE("permissions and conditions may change while the app runs") { // jobs.md §2.3
    const std::string call =
        "schedule: {job: com.example.mail/7, user_initiated: true, network: {type: any}}, expect: ";
    CHECK(holds("{may_start_from_background: [overlay]}",
                "  - {at: 1s, " + call +
                    "success}\n  - {at: 2s, app: com.example.mail, may_start_from_background: []}\n" + "  - {at: 3s, " +
                    call + "failure}\n") == std::vector{true, true});
    CHECK(holds("{state: visible}",
                "  - {at: 1s, app: com.example.mail, permissions: [POST_NOTIFICATIONS]}\n  - {at: 1s, " + call +
                    "failure}\n") == std::vector{true}); // declared, and taken back
    CHECK(holds("{state: visible, permissions: [POST_NOTIFICATIONS]}",
                "  - {at: 1s, " + call + "SecurityException}\n") == std::vector{true});
}

TEST_CASE("an app is installed, updated and removed") { // jobs.md §7.4
    const Played run = played("device: {charging: true}\ntimeline:\n"
                              "  - {at: 1min, install: {com.example.new: {state: background, bucket: active}}}\n"
                              "  - {at: 1min, schedule: {job: com.example.new/1, runs: {for: 1h}}, expect: success}\n"
                              "  - {at: 2min, update: com.example.new}\n"
                              "  - {at: 2min, expect: {job: com.example.new/1, is: running}}\n"
                              "  - {at: 3min, uninstall: com.example.new}\n"
                              "  - {at: 3min, expect: {job: com.example.new/1, is: absent}}\n");
    CHECK(run.passed());
    CHECK(linesOf(run, {"stopped"}) ==
          std::vector<std::string>{"stopped com.example.new/1 at 3min reason=USER asked=true"});
}

TEST_CASE("the Task Manager shows a row, its button and its jobs") { // jobs.md §5.4
    const std::string call =
        "  - {at: 0s, schedule: {job: com.example.mail/7, user_initiated: true, network: {type: any}, "
        "runs: {for: 5min}}}\n";
    CHECK(
        holds("{state: visible}",
              call +
                  "  - {at: 1min, expect: {app: com.example.mail, task_manager: {row: true, stop: true, jobs: [7]}}}\n"
                  "  - {at: 6min, expect: {app: com.example.mail, task_manager: {row: false, jobs: []}}}\n") ==
        std::vector{true, true});
    CHECK(holds("{state: visible, system: true}",
                call + "  - {at: 1min, expect: {app: com.example.mail, task_manager: {row: true, stop: false}}}\n"
                       "  - {at: 2min, stop_app: com.example.mail}\n"
                       "  - {at: 2min, expect: {job: com.example.mail/7, is: running}}\n") == std::vector{true, true});
    CHECK(holds("{state: visible, hidden: true}",
                call + "  - {at: 1min, expect: {app: com.example.mail, task_manager: {row: false}}}\n") ==
          std::vector{true});
}

TEST_CASE("a shell verb ends with its exit code") { // jobs.md §8
    const auto exits = [](const std::string& line, int code) {
        const Played run =
            played(mailBegins + "  - {at: 0s, run: \"" + line + "\", expect_exit: " + std::to_string(code) + "}\n");
        INFO(run.findings.front().happened.value_or(""));
        return run.passed();
    };
    CHECK(exits("cmd jobscheduler run com.example.mail 7", 23));
    CHECK(exits("cmd jobscheduler run com.example.nobody 7", 24));
    CHECK(exits("cmd jobscheduler run -f -s com.example.mail 7", 255));
    CHECK(exits("cmd jobscheduler timeout", 0));
    CHECK_FALSE(exits("cmd jobscheduler timeout", 1));
}

TEST_CASE("what falls due at an entry's time has happened before it, and what follows from it before the next") {
    const Played run = played(oneJob("latency: 5min, runs: {for: 5min}",
                                     "  - {at: 5min, expect: {job: com.example.mail/7, is: running}}\n"
                                     "  - {at: 10min, expect: {job: com.example.mail/7, is: absent}}\n"));
    CHECK(run.passed());
}
