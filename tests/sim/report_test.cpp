// The report of a played scenario, for a person and for a program; how expectations are judged (scenario.md).
#include "sim/judge/report.hpp"

#include "stage.hpp"

using namespace stint;
using namespace stint::sim;

namespace {

const std::string oneTransfer = R"(until: 3min
device: {charging: true}
apps: {com.example.mail: {state: visible}}
timeline:
  - {at: 0s, schedule: {job: com.example.mail/sync#7, user_initiated: true, network: {type: any}, runs: {for: 90s}}}
  - {at: 1min, device: {network: none}}
  - {at: 2min, device: {network: {transport: wifi}}}
)";

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines)
        text += line + "\n";
    return text;
}

/// The event that happened instead; empty where the expectation held.
std::string instead(const std::string& expectation) {
    const Finding finding = played(oneTransfer + expectation).findings.back();
    return finding.happened.value_or("");
}

std::string traceOf(const Played& played) {
    std::string text;
    for (const Happening& one : played.history)
        text += traceJson(one) + "\n";
    return text;
}

} // namespace

TEST_CASE("a trace is a table, times to the right, without what goes without saying") { // CONTRIBUTING.md §10
    CHECK("\n" + joined(traceTable(played(oneTransfer).history)) == R"(
     AT  WHAT         WHOM
     0s  scheduled    com.example.mail/sync#7
     0s  started      com.example.mail/sync#7  kind=user_initiated
     0s  notified     com.example.mail/sync#7  id=7 user_initiated=yes
   1min  stopped      com.example.mail/sync#7  reason=CONSTRAINT_CONNECTIVITY asked=yes
   1min  rescheduled  com.example.mail/sync#7  earliest=1min failures=0
   2min  started      com.example.mail/sync#7  kind=user_initiated
   2min  notified     com.example.mail/sync#7  id=7 user_initiated=yes
2min30s  finished     com.example.mail/sync#7  rescheduled=no
)");
}

TEST_CASE("a trace as JSON has its keys in a fixed order") { // scenario.md, the trace as JSON
    const History history = played(oneTransfer).history;
    REQUIRE(history.size() > 4);
    CHECK(traceJson(history[1]) ==
          R"({"at_ms":0,"wall":"2026-01-05T08:00:00.000Z","what":"started","app":"com.example.mail","job":7,)"
          R"("namespace":"sync","overdue":false,"kind":"user_initiated"})");
    CHECK(traceJson(history[3]) ==
          R"({"at_ms":60000,"wall":"2026-01-05T08:01:00.000Z","what":"stopped","app":"com.example.mail","job":7,)"
          R"("namespace":"sync","reason":"CONSTRAINT_CONNECTIVITY","asked":true})");
    CHECK(traceJson(history[4]) ==
          R"({"at_ms":60000,"wall":"2026-01-05T08:01:00.000Z","what":"rescheduled","app":"com.example.mail","job":7,)"
          R"("namespace":"sync","earliest":"1min","failures":0})");
}

TEST_CASE("the last line of JSON is the verdict") {
    const Scenario good = read(oneTransfer + "totals:\n  - {app: com.example.mail, starts: 2}\n");
    CHECK(verdictJson(good, *play(good, {})) == R"({"verdict":"pass","file":"x.yaml","expectations":1,"failed":[]})");
    const Scenario bad = read(oneTransfer + "totals:\n  - {app: com.example.mail, starts: 3}\n");
    CHECK(verdictJson(bad, *play(bad, {})) ==
          R"({"verdict":"fail","file":"x.yaml","expectations":1,"failed":[{"file":"x.yaml","line":9,)"
          R"("expected":"com.example.mail starts=3","happened":"starts=2"}]})");
}

TEST_CASE("what did not hold is told with its line, what happened instead, and the trace around it") {
    const Scenario scenario = read(oneTransfer + "trace:\n"
                                                 "  - {at: 0s, job: com.example.mail/sync#7, what: started}\n"
                                                 "  - {at: 61s, job: com.example.mail/sync#7, what: stopped}\n");
    const auto run = play(scenario, {});
    REQUIRE(run);
    CHECK("\n" + joined(verdictLines(scenario, *run, true)) == R"(
held   x.yaml:9: started com.example.mail/sync#7 at 0s
fail   x.yaml:10: expected stopped com.example.mail/sync#7 at 1min1s
       happened: stopped com.example.mail/sync#7 at 1min reason=CONSTRAINT_CONNECTIVITY asked=true
       |   AT  WHAT         WHOM
       |   0s  started      com.example.mail/sync#7  kind=user_initiated
       |   0s  notified     com.example.mail/sync#7  id=7 user_initiated=yes
       | 1min  stopped      com.example.mail/sync#7  reason=CONSTRAINT_CONNECTIVITY asked=yes
       | 1min  rescheduled  com.example.mail/sync#7  earliest=1min failures=0
       | 2min  started      com.example.mail/sync#7  kind=user_initiated
       | 2min  notified     com.example.mail/sync#7  id=7 user_initiated=yes
fail   x.yaml: 1 of 2 expectations did not hold
)");
    CHECK(verdictLines(scenario, *run, false).front().starts_with("fail   x.yaml:10:"));
}

TEST_CASE("an expectation of an effect is met by the first one behind the last that was met") { // scenario.md, trace
    const std::string job = "job: com.example.mail/sync#7";
    CHECK(instead("trace:\n  - {" + job + ", what: started}\n  - {at: 2min, " + job + ", what: started}") == "");
    CHECK(instead("trace:\n  - {at: [1min, 2min], " + job + ", what: started}") == "");
    CHECK(instead("trace:\n  - {at: 2min, " + job + ", what: started}\n  - {at: 2min, " + job + ", what: started}") ==
          "started com.example.mail/sync#7 at 2min overdue=false kind=user_initiated, before the effect of line 9");
    CHECK(instead("trace:\n  - {" + job + ", what: finished}\n  - {" + job + ", what: stopped}") ==
          "stopped com.example.mail/sync#7 at 1min reason=CONSTRAINT_CONNECTIVITY asked=true, before the effect of "
          "line 9");
    CHECK(instead("trace:\n  - {" + job + ", what: dropped}") == "nothing of the kind");
}

TEST_CASE("never is judged over the whole run, or in its range") {
    const std::string job = "job: com.example.mail/sync#7";
    CHECK(instead("trace:\n  - {never: dropped, " + job + "}") == "");
    CHECK(instead("trace:\n  - {never: stopped, " + job + "}") ==
          "stopped com.example.mail/sync#7 at 1min reason=CONSTRAINT_CONNECTIVITY asked=true");
    CHECK(instead("trace:\n  - {never: stopped, " + job + ", at: [61s, 3min]}") == "");
    CHECK(instead("trace:\n  - {never: stopped, " + job + ", reason: TIMEOUT}") == "");
}

TEST_CASE("totals count and sum, over a run or within a part of it") { // scenario.md, totals
    const std::string job = "totals:\n  - {job: com.example.mail/sync#7, ";
    CHECK(instead(job + "starts: 2, stops: 1, run_time: 90s}") == "");
    CHECK(instead(job + "starts: 1, within: [1s, 2min]}") == "");
    CHECK(instead(job + "starts: 0, within: [1s, 119s]}") == "");
    CHECK(instead(job + "run_time: 45s, within: [30s, 2min15s]}") == "");
    CHECK(instead(job + "run_time: [80s, 95s]}") == "");
    CHECK(instead(job + "run_time: [91s, 95s], starts: 2, stops: 4}") == "run_time=1min30s stops=1");
}

TEST_CASE("an app's run time is the time with at least one of its jobs running") {
    const auto total = [](const std::string& runTime) {
        return played(mailBegins +
                      "  - {at: 0s, schedule: {job: com.example.mail/1, runs: {for: 2min}}}\n"
                      "  - {at: 1min, schedule: {job: com.example.mail/2, runs: {for: 3min}}}\n"
                      "  - {at: 5min, schedule: {job: com.example.mail/3, runs: {for: 9min}}}\n"
                      "until: 6min\ntotals:\n  - {app: com.example.mail, run_time: " +
                      runTime + "}\n")
            .passed();
    };
    CHECK(total("5min")); // 0 to 4, and from 5 on until the end
    CHECK_FALSE(total("4min"));
}

TEST_CASE("an expectation of state says what is instead") {
    const auto at90 = [](const std::string& expected) { // online again at 2min; its back-off has no delay
        return instead("  - {at: 2min30s, expect: {job: com.example.mail/sync#7, " + expected + "}}");
    };
    CHECK(at90("is: absent") == "");
    CHECK(at90("is: running") == "absent");
    CHECK(at90("why: [CONSTRAINT_CHARGING]") == "absent, why []");
    const Played waiting =
        played("apps: {com.example.mail: {}}\ntimeline:\n"
               "  - {at: 0s, schedule: {job: com.example.mail/7, charging: true, latency: 5min, runs: {for: 1min}}}\n"
               "  - {at: 1s, expect: {job: com.example.mail/7, is: running, why: [CONSTRAINT_CHARGING], next: 5min, "
               "failures: 2}}\n"
               "  - {at: 1s, expect: {job: com.example.mail/7, is: pending, why: [CONSTRAINT_MINIMUM_LATENCY, "
               "CONSTRAINT_CHARGING], next: unknown, failures: 0}}\n");
    CHECK(waiting.findings[0].happened ==
          "pending, why [CONSTRAINT_CHARGING, CONSTRAINT_MINIMUM_LATENCY], next unknown, failures 0");
    CHECK(waiting.findings[1].held());
}

TEST_CASE("a run ends where it is told to, where the file says, or with the last that is expected") {
    const std::string call = mailBegins + "  - {at: 1min, schedule: {job: com.example.mail/7, runs: {for: 1min}}}\n";
    CHECK(endOf(read(call)) == 1min);
    CHECK(endOf(read(call + "  - {at: 2min, reboot: {off_for: 5min}}\n")) == 7min);
    CHECK(endOf(read(call + "trace:\n  - {at: [2min, 9min], job: com.example.mail/7, what: finished}\n")) == 9min);
    CHECK(endOf(read(call + "totals:\n  - {job: com.example.mail/7, starts: 1, within: [0s, 1h]}\n")) == 1h);
    CHECK(endOf(read(call + "until: 2h\n")) == 2h);
    const Played shorter =
        played(call + "  - {at: 2min, expect: {job: com.example.mail/7, is: absent}}\n", {.until = 90s});
    CHECK(shorter.findings.front().happened == "the run ended before it");
}

TEST_CASE("a policy's constants stand over the scenario's, and those over the spec's") {
    const std::string call = "constants: {run.max_free: 20min, run.min_guarantee: 5min}\n" +
                             oneJob("runs: {for: 1h, on_stop: drop}", "", "1h");
    CHECK(times(played(call), "stopped") == std::vector<Duration>{20min});
    CHECK(times(played(call, {.policy = {{"p.toml", "[run]\nmax_free = \"15min\"\n"}}}), "stopped") ==
          std::vector<Duration>{15min});
    const auto wrong = play(read(call), {.policy = {{"p.toml", "[run]\nmax_fre = \"15min\"\n"}}});
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().message.starts_with("p.toml:2:"));
}

TEST_CASE("the same file and policy give the same bytes") {
    const Scenario scenario = read(oneTransfer);
    CHECK(traceOf(*play(scenario, {})) == traceOf(*play(scenario, {})));
}
