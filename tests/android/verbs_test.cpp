// The shell's verbs: which there are, and those of standby buckets (limits.md §2.7).
#include <doctest/doctest.h>

#include "android/verbs_stage.hpp"

using namespace stint;

TEST_CASE("a word that is no shell verb ends with 1 and names those there are") {
    Shell shell;
    CHECK(shell.fails("", 1, "am, cmd deviceidle, jobscheduler"));
    CHECK(shell.fails("pm list packages", 1, "\"pm\" is not a shell verb"));
    CHECK(shell.fails("cmd", 20, "deviceidle, jobscheduler"));
    CHECK(shell.fails("cmd package list", 20, "Can't find service: package"));
}

TEST_CASE("a service without a verb lists its verbs, and refuses an unknown one") {
    Shell shell;
    for (const std::string service : {"am", "cmd deviceidle", "cmd jobscheduler"}) {
        CAPTURE(service);
        CHECK(shell.run(service).code == 0);
        for (const char* help : {" help", " -h", " --help"})
            CHECK(shell.out(service) == shell.out(service + help));
        CHECK(shell.run(service + " dance").code == -1);
    }
    CHECK(shell.fails("am dance", -1, "Unknown command: dance"));
    CHECK(shell.run("cmd jobscheduler dance").out == shell.out("cmd jobscheduler help")); // jobs.md §8
    CHECK(shell.out("cmd jobscheduler help").find("get-job-state") != std::string::npos);
}

TEST_CASE("--help behind a verb says what it takes, and does nothing") {
    Shell shell;
    for (const std::string service : {"am", "cmd deviceidle", "cmd jobscheduler"}) {
        std::istringstream lines(shell.out(service + " --help"));
        std::string usage, title;
        for (std::getline(lines, title); std::getline(lines, usage);) {
            usage.erase(0, usage.find_first_not_of(' '));
            const std::string verb = usage.substr(0, usage.find(' '));
            CAPTURE(usage);
            if (verb != "help") CHECK(shell.out(fmt::format("{} {} --help", service, verb)) == usage + "\n");
        }
    }
    CHECK(shell.out("cmd deviceidle get deep") == "ACTIVE\n");
}

TEST_CASE("a bucket is set by name or by value, and read as its value") { // limits.md §2.1, §2.7
    Shell shell;
    // clang-format off
    struct Row { const char* word; const char* value; };
    for (const auto& r : {Row{"active",      "10\n"}, Row{"10", "10\n"},
                          Row{"working_set", "20\n"}, Row{"11", "20\n"},
                          Row{"frequent",    "30\n"}, Row{"30", "30\n"},
                          Row{"rare",        "40\n"}, Row{"31", "40\n"},
                          Row{"restricted",  "45\n"}, Row{"41", "45\n"},
                          Row{"never",       "50\n"}, Row{"50", "50\n"}}) {
        // clang-format on
        CAPTURE(r.word);
        const VerbAnswer set = shell.run(std::string("am set-standby-bucket --user 0 com.example.mail ") + r.word);
        CHECK(set.code == 0);
        CHECK(set.out.empty());
        CHECK(set.err.empty());
        CHECK(shell.out("am get-standby-bucket com.example.mail") == r.value);
        CHECK(shell.app().bucketReason == BucketReason::ForcedByUser);
    }
    CHECK(shell.out("am get-standby-bucket") == "com.example.mail: 50\n");
}

TEST_CASE("a bucket that is none, and an app that is not installed, change nothing") { // limits.md §2.7
    Shell shell;
    shell.run("am set-standby-bucket com.example.mail rare");
    const std::string set = "am set-standby-bucket ";
    CHECK(shell.fails(set + "com.example.mail 9", -1, "from 10 to 50"));
    CHECK(shell.fails(set + "com.example.mail 51", -1, "from 10 to 50"));
    CHECK(shell.fails(set + "com.example.mail -10", -1, "from 10 to 50"));
    CHECK(shell.fails(set + "com.example.mail 99999999999", -1, "Unknown bucket"));
    CHECK(shell.fails(set + "com.example.mail exempted", -1, "Unknown bucket: exempted"));
    CHECK(shell.fails(set + "com.example.mail often", -1, "Unknown bucket: often"));
    CHECK(shell.fails(set + "com.example.nobody rare", -1, "com.example.nobody"));
    CHECK(shell.fails(set + "com.example.mail", -1, "expected PACKAGE BUCKET"));
    CHECK(shell.fails(set + "com.example.mail rare active", -1, "expected PACKAGE BUCKET"));
    CHECK(shell.fails(set + "--loud com.example.mail rare", -1, "unknown option --loud"));
    CHECK(shell.fails("am get-standby-bucket com.example.nobody", -1, "com.example.nobody"));
    CHECK(shell.fails("am get-standby-bucket a b", -1, "at most one"));
    CHECK(shell.app().bucket == Bucket::Rare);
}

TEST_CASE("an exempted app keeps its bucket when another is set") { // limits.md §2.7
    Shell shell;
    shell.event(BatteryUseSet{{}, mail, BatteryUse::Unrestricted});
    CHECK(shell.run("am set-standby-bucket com.example.mail rare").code == 0);
    CHECK(shell.out("am get-standby-bucket com.example.mail") == "5\n");
}

TEST_CASE("set-inactive forces rare, and takes the app back into use") { // limits.md §2.7
    Shell shell;
    shell.change([](Device& device) {
        device.plugged = false;
        device.charging = false;
    });
    CHECK(shell.run("am set-inactive com.example.mail true").code == 0);
    CHECK(shell.app().bucket == Bucket::Rare);
    CHECK(shell.out("am get-inactive com.example.mail") == "Idle=true\n");
    CHECK(shell.run("am set-inactive com.example.mail false").code == 0);
    CHECK(shell.app().bucket == Bucket::Active);
    CHECK(shell.app().bucketReason == BucketReason::Usage);
    CHECK(shell.out("am get-inactive com.example.mail") == "Idle=false\n");
    CHECK(shell.fails("am set-inactive com.example.mail maybe", -1, "neither true nor false"));
    CHECK(shell.fails("am set-inactive com.example.nobody true", -1, "com.example.nobody"));
    CHECK(shell.fails("am get-inactive com.example.nobody", -1, "com.example.nobody"));
    CHECK(shell.fails("am get-inactive", -1, "expected PACKAGE"));
}

TEST_CASE("force-stop takes all jobs of an app, and says nothing") { // jobs.md §7.4
    Shell shell;
    CHECK(shell.out("am force-stop com.example.mail").empty());
    CHECK(shell.fails("am force-stop com.example.nobody", -1, "com.example.nobody"));
    CHECK(shell.fails("am force-stop", -1, "expected PACKAGE"));
    CHECK(shell.fails("am force-stop --loud com.example.mail", -1, "unknown option --loud"));
}

TEST_CASE("while charging no app is inactive") { // limits.md §2.9
    Shell shell;
    shell.run("am set-inactive com.example.mail true");
    CHECK(shell.out("am get-inactive com.example.mail") == "Idle=false\n");
}

TEST_CASE("get-battery-charging tells what counts as charging, not whether somebody said so") { // jobs.md §8
    Shell shell;
    shell.change([](Device& device) { device.charging = false; });
    CHECK(shell.out("cmd jobscheduler get-battery-charging") == "false\n");
    shell.change([](Device& device) { device.charging = true; });
    CHECK(shell.out("cmd jobscheduler get-battery-charging") == "true\n");
}
