// Reading a scenario: what is understood, and what a person is told of what is not (scenario.md).
#include "sim/scenario/scenario.hpp"

#include "base/time/time.hpp"
#include "stage.hpp"

using namespace stint;
using namespace stint::sim;

namespace {

/// All complaints about `text`.
std::string wrong(const std::string& text) {
    const auto scenario = readScenario(text, "x.yaml");
    return scenario ? "nothing is wrong" : scenario.error().message;
}

/// A file with one app and these lines as its timeline.
std::string timeline(const std::string& lines) { return "apps: {com.example.mail: {}}\ntimeline:\n" + lines; }

bool begins(const std::string& text, std::string_view with) { return text.starts_with(with); }
bool mentions(const std::string& text, std::string_view words) { return text.find(words) != std::string::npos; }

} // namespace

TEST_CASE("keys and words of the command line are those of a scenario") {
    const auto asked = [](const std::string& keys) {
        const Scenario scenario = read(timeline("  - {at: 0s, schedule: {job: com.example.mail/7, " + keys + "}}"));
        return std::get<action::Schedule>(scenario.timeline.at(0).action).asked.build().value();
    };
    const JobInfo job = asked("battery-not-low: true, network: {type: not-roaming}");
    CHECK(job.isRequireBatteryNotLow());
    CHECK(job.getNetworkType() == JobInfo::NETWORK_TYPE_NOT_ROAMING);
    CHECK(job == asked("battery_not_low: true, network: {type: not_roaming}"));
}

TEST_CASE("the whole example of the format is understood") { // scenario.md, a whole one
    const Scenario scenario = read(R"(
title: A user-initiated transfer stops when Wi-Fi goes and goes on when it is back
start: 2026-03-01T10:00:00Z
until: 24h
constants: {job.slots: 4, quota.allowed.rare: 5min}
apps:
  com.example.mail: {state: visible, bucket: rare, permissions: [POST_NOTIFICATIONS]}
timeline:
  - at: 0s
    schedule:
      job: com.example.mail/sync#1
      user_initiated: true
      network: {type: unmetered}
      estimated_bytes: {down: 3GB, up: 0}
      runs: {bytes: {down: 3GB}, resumes: true}
    expect: success
  - {at: 2026-03-01T10:01:00Z, app: com.example.mail, state: background}
  - {at: 2min, device: {network: {transport: cellular, metered: true, down: 20Mbps, up: 5Mbps}}}
  - at: 5min
    expect: {job: com.example.mail/sync#1, is: pending, why: [CONSTRAINT_CONNECTIVITY], next: unknown}
trace:
  - {at: [10min, 11min], job: com.example.mail/sync#1, what: stopped, reason: CONSTRAINT_CONNECTIVITY, asked: true}
  - {never: started, job: com.example.mail/sync#1, at: [12min, 1h]}
totals:
  - {job: com.example.mail/sync#1, starts: [1, 2], run_time: 8min, within: [0s, 4h]}
)");
    CHECK(scenario.start == std::chrono::sys_days{std::chrono::March / 1 / 2026} + 10h);
    CHECK(scenario.constants.size() == 2);
    CHECK(scenario.apps.at(AppId{"com.example.mail"}).bucket == "rare");
    REQUIRE(scenario.timeline.size() == 4);
    CHECK(scenario.timeline[0].location == SourceLocation{9, 5});
    CHECK(scenario.timeline[1].at == 1min);
    const auto& call = std::get<action::Schedule>(scenario.timeline[0].action);
    CHECK(textOf(call.job) == "com.example.mail/sync#1");
    CHECK(call.expect == "success");
    CHECK(call.behaves.payload->down == 3_GB);
    const auto info = call.asked.build();
    REQUIRE(info);
    CHECK(info->isUserInitiated());
    CHECK(info->getPriority() == JobInfo::PRIORITY_MAX);
    CHECK(info->getEstimatedNetworkUploadBytes() == 0);
    CHECK(scenario.trace[0].fields.size() == 2);
    CHECK(scenario.trace[1].never);
    CHECK(scenario.totals[0].measures.at(Measure::Starts).to == 2);
    CHECK(scenario.totals[0].measures.at(Measure::RunTime).from == 480'000);
}

TEST_CASE("a priority that is set beside what raises it is seen by the rules, whatever the order in the file") {
    const auto built = [](const std::string& keys) { // jobs.md §1.2, notes (a) and (b)
        const Scenario scenario =
            read(timeline("  - {at: 0s, schedule: {job: com.example.mail/1, network: {type: any}, " + keys + "}}"));
        return std::get<action::Schedule>(scenario.timeline[0].action).asked.build();
    };
    CHECK(built("priority: default, user_initiated: true").ok());
    CHECK(built("user_initiated: true, priority: default").ok());
    CHECK_FALSE(built("user_initiated: true, priority: high").ok());
    CHECK_FALSE(built("priority: high, user_initiated: true").ok());
}

TEST_CASE("an app is given what scenario.md says it has by default") {
    const AppSetup app = read("apps: {com.example.mail: {}}\ntimeline: []").apps.at(AppId{"com.example.mail"});
    CHECK(app.state == ProcessState::Background);
    CHECK(app.permissions.size() == 4);
    CHECK(app.services.at("Jobs").permission == bindJobService);
}

TEST_CASE("each mistake is named with its place, and with what would be right") {
    // clang-format off
    struct Row { std::string text; std::string_view begins; std::string_view mentions; };
    for (const Row& row : {
        Row{"titel: x", "x.yaml:1:1: unknown key \"titel\" of a scenario", "did you mean \"title\"?"},
        Row{"device: {screeen: off}", "x.yaml:1:10: unknown key \"screeen\" of device", "\"screen\""},
        Row{"device: {screen: yes}", "x.yaml:1:18: screen cannot be \"yes\"", "on"},
        Row{"device: {charging: yes}", "x.yaml:1:20: charging cannot be \"yes\"", "true"},
        Row{"device: {battery: 101}", "x.yaml:1:19: battery cannot be \"101\"", "0 to 100"},
        Row{"device: {network: {down: 10MB}}", "x.yaml:1:26: down cannot be \"10MB\"; it is a rate", "800kbps"},
        Row{"device: {network: some}", "x.yaml:1:19: network cannot be \"some\"", "none"},
        Row{"device: [screen]", "x.yaml:1:9: device is a list; write a map", ""},
        Row{"device: {battery_saver: true, battery-saver: false}", "x.yaml:1:31: \"battery_saver\" stands twice in device", ""},
        Row{"device: {screen: on, screen: off}", "x.yaml:1:22: \"screen\" stands twice in device", ""},
        Row{"until: 5 minutes", "x.yaml:1:8: \"5 minutes\" is not a duration", "1h30min"},
        Row{"until: 1000000d", "x.yaml:1:8: 1000000d is too long", "ten years (3653d) at most"},
        Row{"timeline: [{at: 90000h, tick: {}}]", "x.yaml:1:17: 3750d is too long", "ten years"},
        Row{"timeline: [{at: 0s, reboot: {off_for: 4000d}}]", "x.yaml:1:39: 4000d is too long", "ten years"},
        Row{"until: 5min\ntitle: caf\xe9", "x.yaml:2:11: this is not UTF-8", "save the file as UTF-8"},
        Row{"title: café \xef\xbf\xbd, \xff", "x.yaml:1:16: this is not UTF-8", ""},
        Row{"until: -5min", "x.yaml:1:8: \"-5min\" is not a duration", ""},
        Row{"start: yesterday", "x.yaml:1:8: start: \"yesterday\" is not a time of day", "2026-01-05T08:00:00Z"},
        Row{"start: 2026-02-30T08:00:00Z", "x.yaml:1:8: start: \"2026-02-30T08:00:00Z\" is not a time of day", ""},
        Row{"policy: android14", "x.yaml:1:9: policy cannot be \"android14\" (did you mean \"android16\"?)", ""},
        Row{"constants: {job.slot: 4}", "x.yaml:1:13: unknown constant \"job.slot\" (did you mean \"job.slots\"?)", ""},
        Row{"constants: {job.slots: 0}", "x.yaml:1:24: job.slots: ", "1"},
        Row{"constants: {job.bind_timeout: 5}", "x.yaml:1:31: job.bind_timeout: \"5\" is not a duration", ""},
        Row{"constants: {quota.allowed.rar: 5min}", "x.yaml:1:13: unknown constant", "quota.allowed.rare"},
        Row{"constants: {quota.allowed.rare: often}", "x.yaml:1:33: quota.allowed.rare: \"often\" is not a duration", ""},
        Row{"constants: {job.max_runtime_regular: 5min}", "x.yaml:1:13: unknown constant", "run.max_free"},
        Row{"constants: {battery.okay: 3}", "x.yaml:1:12: battery.okay (3) is below battery.low (15)", ""},
        Row{"apps: {mail: {}}", "x.yaml:1:8: app: \"mail\" is not an app", "com.example.mail"},
        Row{"apps: {com.example.mail: {state: bakground}}", "x.yaml:1:34: state cannot be \"bakground\"", "\"background\""},
        Row{"apps: {com.example.mail: {may_start_from_background: [overlays]}}", "x.yaml:1:55: may_start_from_background cannot be \"overlays\"", "\"overlay\""},
        Row{"", "x.yaml:1:1: the file is empty", "timeline"},
        Row{"a: [", "x.yaml:1:1: this is not YAML", "end of sequence"},
        Row{",a: b", "x.yaml:1:1: this is not YAML", "continues"},
        Row{"- a\n,b", "x.yaml:2:1: this is not YAML", "continues"},
        Row{"--- ,", "x.yaml:1:5: this is not YAML", "continues"},
        Row{"title: a\n---\ntitle: b", "x.yaml:2:1: a second document begins here", ""},
        Row{"- a", "x.yaml:1:1: a scenario is a list; write a map", ""},
    }) {
        CAPTURE(row.text);
        const std::string message = wrong(row.text);
        CAPTURE(message);
        CHECK(begins(message, row.begins));
        CHECK(mentions(message, row.mentions));
    }
    // clang-format on
}

TEST_CASE("a file that unfolds to more than a person writes is refused before it is kept") {
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 20; ++i) {
        bomb += fmt::format("a{}: &a{} [", i, i);
        for (int k = 0; k < 10; ++k)
            bomb += fmt::format("{}*a{}", k ? ", " : "", i - 1);
        bomb += "]\n";
    }
    CHECK(mentions(wrong(bomb), "aliases unfolded"));
    CHECK(mentions(wrong("a: &a [*a]"), "an alias stands within what it names"));
    CHECK(mentions(wrong("a: " + std::string(100, '[') + std::string(100, ']')), "deep"));
    CHECK(mentions(wrong("a: " + std::string(100'000, '[')), "deep"));
    CHECK(mentions(wrong(std::string(100'000, '-')), "is a single value"));
    CHECK(mentions(wrong("title: " + std::string(41 << 20, 'x')), "at most"));
}

TEST_CASE("an alias stands for what it names") { // scenario.md: it is YAML
    const Scenario scenario = read(timeline("  - {at: 0s, schedule: &call {job: com.example.mail/1, latency: 10h}}\n"
                                            "  - {at: 1s, schedule: *call}\n"));
    CHECK(scenario.timeline.size() == 2);
}

TEST_CASE("each mistake in a timeline is named with its place, and with what would be right") {
    // clang-format off
    struct Row { std::string line; std::string_view begins; std::string_view mentions; };
    for (const Row& row : {
        Row{"{at: 0s, schedul: {job: com.example.mail/1}}", "x.yaml:3:14: unknown verb \"schedul\"", "\"schedule\""},
        Row{"{at: 0s}", "x.yaml:3:5: an entry lacks its verb", ""},
        Row{"{tap: com.example.mail}", "x.yaml:3:5: the entry lacks at", "10min"},
        Row{"{at: 0s, tap: com.example.mail, crash: com.example.mail}", "x.yaml:3:5: an entry has exactly one verb", "crash"},
        Row{"{at: 0s, tap: com.example.mail, expect: success}", "x.yaml:3:37: unknown key \"expect\"", ""},
        Row{"{at: 0s, app: com.example.mail, stat: top}", "x.yaml:3:37: unknown key \"stat\" (did you mean \"state\"?)", ""},
        Row{"{at: soon, tap: com.example.mail}", "x.yaml:3:10: \"soon\" is not a duration", ""},
        Row{"{at: 2020-01-01T00:00:00Z, tap: com.example.mail}", "x.yaml:3:10: 2020-01-01T00:00:00Z is before the start", "2026-01-05"},
        Row{"{at: 0s, tap: com.example.male}", "x.yaml:3:5: no app com.example.male is installed here", "did you mean com.example.mail?"},
        Row{"{at: 0s, cancel: com.example.mail}", "x.yaml:3:22: job: \"com.example.mail\" is not a job: there is no '/' in it", "com.example.mail/7"},
        Row{"{at: 0s, cancel: com.example.mail/seven}", "x.yaml:3:22: job: \"com.example.mail/seven\" is not a job", ""},
        Row{"{at: 0s, cancel_all: com.example.mail/7}", "x.yaml:3:26: cancel_all: \"com.example.mail/7\" is not a handle", "package/namespace#"},
        Row{"{at: 0s, schedule: {latency: 5min}}", "x.yaml:3:24: schedule lacks job", ""},
        Row{"{at: 0s, schedule: {job: com.example.mail/1, lateny: 5min}}", "x.yaml:3:50: unknown key \"lateny\" of schedule", "\"latency\""},
        Row{"{at: 0s, schedule: {job: com.example.mail/1, latency: 5 minutes}}", "x.yaml:3:59: latency: \"5 minutes\" is not a duration", "1h30min"},
        Row{"{at: 0s, schedule: {job: com.example.mail/1, network: {type: wifi}}}", "x.yaml:3:66: network type cannot be \"wifi\"", "unmetered"},
        Row{"{at: 0s, schedule: {job: com.example.mail/1, network: {}}}", "x.yaml:3:59: a network is asked for by its type", "{type: any}"},
        Row{"{at: 0s, schedule: {job: com.example.mail/1, network: {capabilities: [METERED]}}}", "x.yaml:3:75: capability cannot be \"METERED\"", "NOT_METERED"},
        Row{"{at: 0s, schedule: {job: com.example.mail/1, priority: urgent}}", "x.yaml:3:60: priority cannot be \"urgent\"", "default"},
        Row{"{at: 0s, schedule: {job: com.example.mail/1, estimated_bytes: {down: 1 GB}}}", "x.yaml:3:74: down: \"1 GB\" is not a size", ""},
        Row{"{at: 0s, schedule: {job: com.example.mail/1, metered_bytes: 200}}", "x.yaml:3:65: metered_bytes: \"200\" is not a size", ""},
        Row{"{at: 0s, schedule: {job: com.example.mail/1, runs: {bytes: {down: 1}}}}", "x.yaml:3:71: down: \"1\" is not a size", ""},
        Row{"{at: 0s, schedule: {job: com.example.mail/1, runs: {for: 1min, bytes: {down: 1B}}}}", "x.yaml:3:56: runs works for a time or transfers bytes", ""},
        Row{"{at: 0s, schedule: {job: com.example.mail/1}, expect: sucess}", "x.yaml:3:59: expect cannot be \"sucess\"", "\"success\""},
        Row{"{at: 0s, expect: {job: com.example.mail/1}}", "x.yaml:3:22: nothing is expected of the job", ""},
        Row{"{at: 0s, expect: success}", "x.yaml:3:22: what is expected, and of whom?", ""},
        Row{"{at: 0s, run: \"cmd deviceidle step deep; rm -rf /\"}", "x.yaml:3:19: run is one command and no shell, which \"deep;\" is for", "write an entry for each"},
        Row{"{at: 0s, alarm: {app: com.example.mail, type: window, after: 1h}}", "x.yaml:3:21: an alarm of type window lacks its window", "window: 15min"},
        Row{"{at: 0s, expect: {app: com.example.mail, quota_left: -9}}", "x.yaml:3:58: quota_left: \"9\" is not a duration", ""},
        Row{"{at: 0s, run: \"\"}", "x.yaml:3:19: run lacks its command", ""},
        Row{"{at: 0s, run: \"cmd jobscheduler help\", expect_exit: many}", "x.yaml:3:57: expect_exit cannot be \"many\"", "from 0 to 255"},
    }) {
        CAPTURE(row.line);
        const std::string message = wrong(timeline("  - " + row.line));
        CAPTURE(message);
        CHECK(begins(message, row.begins));
        CHECK(mentions(message, row.mentions));
    }
    // clang-format on
}

TEST_CASE("a job that is used before it is scheduled is named, and one that never is") {
    const auto twoLines = [](const std::string& first, const std::string& second) {
        return wrong(timeline("  - " + first + "\n  - " + second));
    };
    const std::string call = "{at: 1min, schedule: {job: com.example.mail/1}}";
    for (const std::string use : {"finish: {job: com.example.mail/1}", "enqueue: {job: com.example.mail/1, item: a}"}) {
        CAPTURE(use);
        CHECK(twoLines("{at: 0s, " + use + "}", call) ==
              "x.yaml:3:5: com.example.mail/1 is used before it is scheduled, in line 4");
    }
    CHECK(twoLines(call, "{at: 2min, finish: {job: com.example.mail/12}}") ==
          "x.yaml:4:5: no job com.example.mail/12 is scheduled in this file (did you mean com.example.mail/1?)");
    // jobs.md §2.6: to cancel an unknown id does no harm, and a scenario may show it.
    CHECK(twoLines(call, "{at: 2min, cancel: com.example.mail/99}") == "nothing is wrong");
    CHECK(twoLines("{at: 0s, cancel: com.example.mail/1}", call) == "nothing is wrong");
}

TEST_CASE("an expectation names only jobs that an entry of the file schedules") { // scenario.md, expectations of state
    const std::string call = "  - {at: 1min, schedule: {job: com.example.mail/1}}\n";
    const auto file = [&](const std::string& rest) { return wrong(timeline(call + rest)); };
    const std::string unknown =
        ": no job com.example.mail/2 is scheduled in this file (did you mean com.example.mail/1?)";
    CHECK(file("  - {at: 2min, expect: {job: com.example.mail/2, is: absent}}") == "x.yaml:4:5" + unknown);
    CHECK(file("  - {at: 2min, expect: {app: com.example.mail, task_manager: {jobs: [2]}}}") == "x.yaml:4:5" + unknown);
    CHECK(file("trace:\n  - {never: started, job: com.example.mail/2}") == "x.yaml:5:5" + unknown);
    CHECK(file("totals:\n  - {job: com.example.mail/2, starts: 0}") == "x.yaml:5:5" + unknown);
    // Where that entry comes later, the expectation is one like any other.
    for (const std::string is : {"absent", "pending"})
        CHECK(wrong(timeline("  - {at: 0s, expect: {job: com.example.mail/1, is: " + is + "}}\n" + call)) ==
              "nothing is wrong");
}

TEST_CASE("an event out of order, or one that can never come, is named") {
    const auto lines = [](const std::string& text) { return wrong(timeline(text)); };
    CHECK(lines("  - {at: 5min, tap: com.example.mail}\n  - {at: 4min, tap: com.example.mail}") ==
          "x.yaml:4:5: 4min is out of order: the entry before is at 5min; write them in time order");
    CHECK(lines("  - {at: 5min, reboot: {off_for: 2min}}\n  - {at: 6min, tap: com.example.mail}") ==
          "x.yaml:4:5: at 6min the device is off, until 7min; only device:, server: and messages via the line may "
          "stand here");
    CHECK(lines("  - {at: 5min, reboot: {off_for: 2min}}\n  - {at: 7min, tap: com.example.mail}") ==
          "nothing is wrong");
    CHECK(lines("  - {at: 5min, tap: com.example.mail}\nuntil: 4min") ==
          "x.yaml:3:5: 5min is after the end of the run, until: 4min");
    const std::string call = "  - {at: 0s, schedule: {job: com.example.mail/1}}\ntrace:\n";
    CHECK(lines(call + "  - {at: 5min, job: com.example.mail/1, what: started}\n"
                       "  - {at: 4min, job: com.example.mail/1, what: stopped}") ==
          "x.yaml:6:5: 4min is out of order: an effect before it comes at 5min; write them in time order");
}

TEST_CASE("an expectation of an effect names the words there are") {
    const auto effect = [](const std::string& line) {
        return wrong(timeline("  - {at: 0s, schedule: {job: com.example.mail/1}}\ntrace:\n  - " + line));
    };
    CHECK(mentions(effect("{job: com.example.mail/1, what: startet}"), "did you mean \"started\"?"));
    CHECK(begins(effect("{job: com.example.mail/1, what: started, reason: QUOTA}"),
                 "x.yaml:5:46: a field of started cannot be \"reason\""));
    CHECK(mentions(effect("{job: com.example.mail/1, what: stopped, reason: QUOTTA}"), "\"QUOTA\""));
    CHECK(begins(effect("{job: com.example.mail/1}"), "x.yaml:5:5: the entry lacks what"));
    CHECK(begins(effect("{what: started}"), "x.yaml:5:5: whom is started about?"));
    CHECK(begins(effect("{job: com.example.mail/1, what: killed}"), "x.yaml:5:5: killed is about an app"));
    CHECK(begins(effect("{at: [2min, 1min], job: com.example.mail/1, what: started}"),
                 "x.yaml:5:10: the range ends before it begins"));
    CHECK(begins(effect("{at: [2min], job: com.example.mail/1, what: started}"), "x.yaml:5:10: a range has two ends"));
}

TEST_CASE("all mistakes of a file are told at once, in its order") {
    CHECK(wrong("titel: x\ndevice: {screen: dark}\nuntil: 5 minutes\n") ==
          wrong("titel: x\n") + "\n" + "x.yaml:2:18: screen cannot be \"dark\"; it is one of on, off\n" +
              "x.yaml:3:8: " + parseDuration("5 minutes").error().message);
}

TEST_CASE("an anchor stands for what it names") {
    const Scenario scenario = read(timeline("  - {at: 0s, schedule: &call {job: com.example.mail/1}, expect: success}\n"
                                            "  - {at: 0s, schedule: *call, expect: success}"));
    REQUIRE(scenario.timeline.size() == 2);
    CHECK(textOf(std::get<action::Schedule>(scenario.timeline[1].action).job) == "com.example.mail/1");
}
