// The job that `stint run` makes of its words: one of the shell app, with an order that no list of jobs shows.
#include <doctest/doctest.h>

#include "faces/cli/program.hpp"
#include "faces/cli/run/run_job.hpp"
#include "faces/views/output.hpp"
#include "words.hpp"

using namespace stint;
using namespace stint::cli;
using namespace stint::cli::test;

namespace {

const Order here{.arguments = {}, .directory = "/here", .umask = 027, .environment = {"SECRET=x", "PATH=/bin"}};

CommandWanted wanted(Words line) {
    line.insert(line.begin(), "run");
    auto made = parse(line);
    REQUIRE(made.ok());
    auto command = commandWantedBy(made->arguments, here);
    REQUIRE(command.ok());
    return *command;
}

JobInfo jobOf(const Words& line) {
    auto made = jobFor(wanted(line), "/spool", 7s);
    REQUIRE(made.ok());
    return *made;
}

} // namespace

TEST_CASE("every word behind the dashes is the command's own") {
    auto command = wanted({"--name", "mine", "--quiet", "--", "ls", "--json", "-h", "--", "--name"});
    CHECK(command.order.arguments == Words{"ls", "--json", "-h", "--", "--name"});
    CHECK(command.order.directory == "/here");
    CHECK(command.label == "mine");
    CHECK(wanted({"--", "ls", "-l"}).label == "ls -l");
    CHECK(wanted({"--", "printf", "\x1b[2J"}).label == "printf \xEF\xBF\xBD[2J");
}

TEST_CASE("a command without its dashes is refused, and so is none") {
    for (const Words& line : {Words{"run", "ls"}, Words{"run", "a", "--", "b"}, Words{"run"}, Words{"run", "--"},
                              Words{"run", "ls", "-l"}}) {
        auto made = parse(line);
        CHECK(!made.ok());
        if (!made.ok()) CHECK(made.error().code == Errc::ILLEGAL_ARGUMENT);
    }
}

TEST_CASE("a command without conditions is a regular job that needs nothing") {
    const JobInfo made = jobOf({"--", "true"});
    CHECK(made.getService().name == "Command");
    CHECK(!made.isUserInitiated());
    CHECK(!made.isPersisted());
    CHECK(!made.isRequireCharging());
    CHECK(!made.getRequiredNetwork());
    CHECK(made.getExtras().getString("spool") == "/spool");
    CHECK(made.getExtras().getLong("grace") == 7000);
    CHECK(!made.getExtras().containsKey("retries"));
}

TEST_CASE("each condition reaches the job") {
    const JobInfo made = jobOf({"--charging", "--battery-not-low", "--storage-not-low", "--network", "not-roaming",
                                "--persisted", "--backoff", "2min", "--retries", "3", "--", "true"});
    CHECK(made.isRequireCharging());
    CHECK(made.isRequireBatteryNotLow());
    CHECK(made.isRequireStorageNotLow());
    CHECK(made.getNetworkType() == JobInfo::NETWORK_TYPE_NOT_ROAMING);
    CHECK(made.isPersisted());
    CHECK(made.getInitialBackoff() == 2min);
    CHECK(made.getExtras().getLong("retries") == 3);
    CHECK(jobOf({"--device-idle", "--every", "1d", "--", "true"}).isRequireDeviceIdle());
    CHECK(jobOf({"--every", "1d", "--", "true"}).getPeriod()->interval == 24h);
    CHECK(jobOf({"--every", "1d", "--", "true"}).isPersisted()); // it says that it goes on
    CHECK(jobOf({"--expedited", "--", "true"}).isExpedited());
}

TEST_CASE("limits stand with the job, by systemd's names, the last of each") { // limits.md §13
    CHECK(!jobOf({"--", "true"}).getExtras().containsKey("limits"));
    const auto limits = [](const Words& line) { return jobOf(line).getExtras().getString("limits"); };
    CHECK(limits({"-p", "TasksMax=20", "--property", "MemoryMax=1024K", "-p", "TasksMax=7", "--", "true"}) ==
          "MemoryMax=1M TasksMax=7");
}

TEST_CASE("work in pieces rests a little longer each time, other work twice as long") { // jobs.md §6.2
    const auto policy = [](const Words& line) { return jobOf(line).getBackoffPolicy(); };
    CHECK(policy({"--", "true"}) == JobInfo::BACKOFF_POLICY_EXPONENTIAL);
    CHECK(policy({"--backoff", "1min", "--", "true"}) == JobInfo::BACKOFF_POLICY_EXPONENTIAL);
    CHECK(policy({"--save-time", "1min", "--", "true"}) == JobInfo::BACKOFF_POLICY_LINEAR);
    CHECK(jobOf({"--save-time", "1min", "--", "true"}).getInitialBackoff() == 30s);
    CHECK(jobOf({"--save-time", "1min", "--backoff", "10s", "--", "true"}).getInitialBackoff() == 10s);
    CHECK_FALSE(jobOf({"--save-time", "1min", "--device-idle", "--", "true"}).hasExplicitBackoff());
}

TEST_CASE("user-initiated implies a network, and says so only where none was asked for") { // jobs.md §1.2, V12
    auto implied = wanted({"--user-initiated", "--", "true"});
    const JobInfo made = jobFor(implied, "/spool", 7s).value();
    CHECK(made.isUserInitiated());
    CHECK(made.getNetworkType() == JobInfo::NETWORK_TYPE_ANY);
    REQUIRE(adjustments(implied, made).size() == 1);
    CHECK(adjustments(implied, made)[0].find("--network any") != std::string::npos);
    auto asked = wanted({"--user-initiated", "--network", "unmetered", "--", "true"});
    CHECK(adjustments(asked, jobFor(asked, "/spool", 7s).value()).empty());
}

TEST_CASE("what is raised to the least there is, is told") { // jobs.md §0
    auto command = wanted({"--every", "1min", "--backoff", "1s", "--", "true"});
    auto told = adjustments(command, jobFor(command, "/spool", 7s).value());
    REQUIRE(told.size() == 2);
    CHECK(told[0] == "--backoff 1s is raised to 10s, the least there is");
    CHECK(told[1] == "--every 1min is raised to 15min, the least there is");
}

TEST_CASE("a period that is raised begins like one that is not") { // jobs.md §6.5
    for (const char* const every : {"1s", "5min", "15min", "1h", "2d"}) {
        CAPTURE(every);
        const JobInfo made = jobFor(wanted({"--every", every, "--", "true"}), "/spool", 7s).value();
        REQUIRE(made.isPeriodic());
        CHECK(made.getPeriod()->flex == made.getPeriod()->interval);
    }
}

TEST_CASE("nothing of the environment is in the job") {
    auto made = jobOf({"--", "true"});
    for (const auto& [key, value] : made.getExtras().entries())
        if (const auto* text = std::get_if<std::string>(&value.held)) CHECK(text->find("SECRET") == std::string::npos);
}

TEST_CASE("the limit is told with what is left of the app's time") { // jobs.md §4.4
    RunLimits limits{.longest = 30min, .answer = 8s, .quota = {}};
    CHECK(limits.grace() == 6s);
    CHECK(limitText(limits, JobClass::Regular, {}) ==
          "may run for 30min at a time, as a regular job, from its beginning again until it is done");
    limits.quota = {.allowed = 10min, .window = 4h, .used = 6min, .left = 4min};
    CHECK(limitText(limits, JobClass::Regular, {}) ==
          "may run for 30min at a time, as a regular job, from its beginning again until it is done; all commands "
          "together for 10min in 4h, 4min left");
    limits.quota = {.allowed = 10min, .window = 4h, .used = 10min, .left = 0s};
    CHECK(limitText(limits, JobClass::Regular, {}).ends_with("for 10min in 4h, used up"));
}

TEST_CASE("on a terminal output keeps its lines and tabs, and steers nothing") {
    CHECK(shownOutput("a\tb\nc\r\nd\re\n") == "a\tb\nc\nd\ne\n");
    CHECK(shownOutput("\x1b[31m\x07") == "\xEF\xBF\xBD[31m\xEF\xBF\xBD");
    CHECK(shownOutput("zw\xC3\xB6lf") == "zw\xC3\xB6lf");
}
