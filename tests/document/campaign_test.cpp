// A campaign's file (fleet.md §4): what it may say, what it gets where it says nothing, and what is refused.
#include "fleet/document/campaign.hpp"

#include <doctest/doctest.h>

#include "base/time/time.hpp"
#include "document/given.hpp"

using namespace stint;
using namespace stint::fleet;

namespace {

std::string messageOf(const std::string& toml) {
    const auto campaign = campaignFromFile(toml, "n.toml", madeThen);
    return campaign.ok() ? "accepted" : campaign.error().message;
}

/// The shortest campaign, with other lines at its beginning, in its step and at its end.
std::string shortest(const std::string& first, const std::string& step = "", const std::string& last = "") {
    return "name = \"n\"\n" + first + "[[step]]\nrun = [\"/bin/true\"]\n" + step + last;
}
std::string steps(const std::string& all) { return "name = \"n\"\ntargets = \"all\"\nexpires = \"1d\"\n" + all; }

const std::string usual = "targets = \"all\"\nexpires = \"30d\"\n";
const std::string get =
    "[[step]]\nget = {url = \"https://a/f\", sha256 = \"" + std::string(64, 'a') + "\", size = 1, to = \"f\"}\n";
const std::string run = "[[step]]\nrun = [\"/bin/true\"]\n";
const std::string verify = "[[step]]\nverify = [\"/bin/true\"]\n";

} // namespace

TEST_CASE("the campaign of fleet.md is read") { // fleet.md §4
    const auto read = campaignFromFile(nightFile, "night.toml", madeThen);
    REQUIRE_MESSAGE(read.ok(), read.error().message);
    CHECK(read->name == "firmware 4.2");
    CHECK(read->targets->text() == "label site=berlin and label model=p1 and not label lab=yes");
    CHECK(read->expires == 24h * 30);
    CHECK(read->job.isRequireCharging());
    CHECK(read->job.getNetworkType() == JobInfo::NETWORK_TYPE_UNMETERED);
    CHECK(read->waitMax == 24h * 7);
    CHECK(read->late == std::vector<Condition>{{"network", "any"}, {"bytes", "50M"}});
    REQUIRE(read->steps.size() == 3);
    CHECK(read->steps[0].source.size == 41'234'567);
    CHECK(read->steps[1].command == std::vector<std::string>{"/usr/bin/apply-fw", "fw.img"});
    CHECK(read->steps[1].timeout == 10min);
    CHECK(read->steps[1].commit);
    CHECK(read->steps[2].afterRestart);
    CHECK(read->steps[2].timeout == 1h);
    const Plan& plan = read->plan;
    CHECK(plan.atATime == 200);
    CHECK(plan.waves ==
          std::vector<Amount>{{.count = 10}, {.count = 100}, {.share = 100}, {.share = 1'000}, {.share = wholeShare}});
    CHECK(plan.waveOk == 9'500);
    CHECK(plan.stopAt == 200);
    CHECK(plan.stopMin == 50);
    CHECK(plan.failures ==
          Failures{}.add(fleet::Outcome::Failed).add(fleet::Outcome::Rejected).add(fleet::Outcome::TimedOut));
    CHECK(plan.retries == 2);
}

TEST_CASE("what a file leaves out has the values of the law") { // fleet.md §4
    const auto read = campaignFromFile(shortest(usual), "n.toml", madeThen);
    REQUIRE_MESSAGE(read.ok(), read.error().message);
    CHECK(read->plan ==
          Plan{.atATime = 200,
               .waves = {{.share = wholeShare}},
               .waveOk = 9'500,
               .soak = 0s,
               .stopAt = 1'000,
               .stopMin = 10,
               .failures =
                   Failures{}.add(fleet::Outcome::Failed).add(fleet::Outcome::Rejected).add(fleet::Outcome::TimedOut),
               .spread = 0s,
               .beginWithin = 24h * 14,
               .endWithin = 24h,
               .retries = 0,
               .retryAfter = 1h});
    CHECK(read->steps[0].timeout == 10min);
    CHECK(read->waitMax == 0s);
    // Where a campaign expires before 14 days, its devices may use all of its time.
    const auto brief = campaignFromFile(shortest("targets = \"all\"\nexpires = \"2d\"\n"), "n.toml", madeThen);
    CHECK(brief->plan.beginWithin == 48h);
}

TEST_CASE("a job's conditions have their names on the command line, or JobInfo's own") { // fleet.md §4
    const auto of = [](const std::string& job) {
        const auto read = campaignFromFile(shortest(usual, "", "[job]\n" + job), "n.toml", madeThen);
        REQUIRE_MESSAGE(read.ok(), read.error().message);
        return read->job;
    };
    CHECK(of("charging = true\nbattery-not-low = true\nlatency = \"1h\"\n") ==
          of("requires-charging = true\nrequires-battery-not-low = true\nminimum-latency = \"1h\"\n"));
    CHECK(of("charging = false\n") == of(""));
    CHECK(of("network = \"cellular\"\n").getNetworkType() == JobInfo::NETWORK_TYPE_CELLULAR);
}

TEST_CASE("a file's mistake is told with its line, and what would be right") { // issue 36, fleet.md §4
    struct Row {
        std::string toml, why;
    };
    const std::string second = "n.toml:2:";
    for (
        const auto& [toml, why] : {
            Row{shortest("targets = \"all\"\n"),
                "n.toml:1:1: expires is missing: how long devices may begin it, such as "
                "expires = \"30d\", at most 90 days"},
            Row{shortest("expires = \"91d\"\ntargets = \"all\"\n"), second + "11: expires is 91d; write 1min to 90d"},
            Row{shortest("expires = 30\ntargets = \"all\"\n"),
                second + "11: expires is a whole number; write a duration in quotes, such as \"30min\""},
            Row{shortest("expires = \"1d\"\n"), "n.toml:1:1: targets is missing: which devices are meant, such as "
                                                "targets = \"label site=berlin\""},
            Row{shortest("targets = \"lable a=b\"\nexpires = \"1d\"\n"),
                second + "11: targets: at column 1: there is no \"lable\" (did you mean \"label\"?)"},
            Row{shortest("targets = \"all\"\nids = [\"4TQ0123456789ABCDEFGHJKMNP\"]\nexpires = \"1d\"\n"),
                second + "11: targets and ids are both there; leave one of them out"},
            Row{shortest("ids = [\"4TQ\"]\nexpires = \"1d\"\n"),
                second +
                    "7: ids has a wrong entry: it is \"4TQ\"; it should be a device's id, which has 26 characters"},
            Row{shortest("ids = []\nexpires = \"1d\"\n"), second + "7: ids has 0 entries; write 1 to 2000"},
            Row{shortest("ids = [\"4TQ0123456789ABCDEFGHJKMNP\"]\nopen = true\nexpires = \"1d\"\n"),
                "n.toml:1:1: open = true goes with targets, not with ids, which are what they are"},
            Row{shortest("expire = \"1d\"\n" + usual),
                second + "10: unknown key \"expire\" in a campaign (did you mean \"expires\"?)"},
            Row{shortest("expires = 1.5\n"),
                second + "11: a number with a fraction stands here, which a campaign has nowhere"},
            Row{shortest("made = 1\n" + usual), second + "8: unknown key \"made\" in a campaign"},
            Row{"name = \"a\\u001bb\"\n" + usual + run, "n.toml:1:8: name is \"a�b\"; it should be readable text, "
                                                        "without control characters"},
            // The job's conditions.
            Row{shortest(usual, "", "[job]\nchargin = true\n"),
                "n.toml:7:11: unknown key \"chargin\" in job (did you mean \"charging\"?)"},
            Row{shortest(usual, "", "[job]\ncharging = true\nrequires-charging = true\n"),
                "n.toml:8:21: job.requires-charging is job.charging again; leave one of them out"},
            Row{shortest(usual, "", "[job]\nnetwork = \"wifi\"\n"),
                "n.toml:6:1: job: network is \"wifi\"; it must be one of any, unmetered, not-roaming, cellular, none"},
            Row{shortest(usual, "", "[job]\ncharging = true\ndeadline = \"1min\"\n"),
                "n.toml:6:1: job: V10: 1min between latency and deadline are too few for a job with constraints; leave "
                "at least 15min"},
            Row{shortest(usual, "", "[job]\nlate = \"fail\"\n"),
                "n.toml:7:8: job.late says what comes after wait-max, which is missing"},
            Row{shortest(usual, "", "[job]\nwait-max = \"1d\"\nlate = \"degrade: wifi=no\"\n"),
                "n.toml:8:8: job.late is \"degrade: wifi=no\": there is no condition \"wifi\"; the conditions are "
                "network, battery-not-low, charging, storage-not-low, device-idle"},
            Row{shortest(usual, "", "[job]\nwait-max = \"1d\"\nlate = \"wait\"\n"),
                "n.toml:8:8: job.late is \"wait\": write \"fail\", or conditions: \"degrade: network=any,bytes<=50M\""},
            // The steps.
            Row{steps(""), "n.toml:1:1: a campaign has steps; begin each with [[step]]"},
            Row{steps("[[step]]\ncommit = true\n"),
                "n.toml:4:1: step 1 does nothing; give it one of get, run, verify, policy, app and settings"},
            Row{steps("[[step]]\nrun = [\"/bin/true\"]\nverify = [\"/bin/true\"]\n"),
                "n.toml:4:1: step 1 has run and verify; each has a [[step]] of its own"},
            Row{steps("[[step]]\nrun = [\"true\"]\n"),
                "n.toml:5:7: step 1: run begins with \"true\"; write the program's whole path, as the device's list of "
                "commands has it"},
            Row{steps(run + "timout = \"1min\"\n"),
                "n.toml:6:10: unknown key \"timout\" in step 1 (run) (did you mean \"timeout\"?)"},
            Row{steps(verify + run),
                "n.toml:4:1: step 1 verifies before anything was done; put it after the steps that it "
                "judges"},
            Row{steps(run + verify + get),
                "n.toml:8:1: step 3 comes after a verify, which is about all steps; put it before that"},
            Row{steps(get + get), "n.toml:6:1: step 2 gets \"f\" for the second time; give it another name"},
            Row{steps(run + "commit = true\n" + run + "commit = true\n"),
                "n.toml:7:1: step 2 has commit = true, as step 1 has; there is one such point"},
            Row{steps(get + "commit = true\n"), "n.toml:6:10: unknown key \"commit\" in step 1 (get)"},
            Row{steps("[[step]]\nget = {url = \"ftp://a/f\", sha256 = \"\", size = 1, to = \"f\"}\n"),
                "n.toml:5:14: step 1: get.url is \"ftp://a/f\"; it should be a URL: https://HOST/PATH"},
            Row{steps("[[step]]\nget = {url = \"https://me:secret@a/f\"}\n"),
                "n.toml:5:14: step 1: get.url is \"https://me:secret@a/f\"; it should be a URL without a password, "
                "which "
                "all devices would read"},
            Row{steps("[[step]]\nget = {url = \"https://a/f\"}\n"),
                "n.toml:5:7: step 1: get needs url, sha256, size and to"},
            Row{steps("[[step]]\npolicy = {text = \"a\", url = \"https://a/f\"}\n"),
                "n.toml:5:10: step 1: policy has its text and a URL; leave one of them out"},
            Row{steps("[[step]]\nsettings = {text = \"" + std::string(4'097, 'a') + "\"}\n"),
                "n.toml:5:20: step 1: settings.text has 4097 bytes; write 1 to 4096"},
            Row{steps(run + "timeout = \"23h30min\"\n" + verify + "within = \"31min\"\n"),
                "n.toml:7:1: step 2 may end 1d1min after the begin, and rollout.end-within is 1d; make the steps' "
                "times "
                "shorter, or that longer"},
            // The rollout.
            Row{shortest(usual, "", "[rollout]\nat-a-time = 0\n"),
                "n.toml:7:13: rollout.at-a-time is 0; write a number from 1 to 1000000"},
            Row{shortest(usual, "", "[rollout]\nwave = [10, 5, \"100%\"]\n"),
                "n.toml:7:8: rollout.wave has 5 after 10; each is more than the one before it, which it contains"},
            Row{shortest(usual, "", "[rollout]\nwave = [\"10%\", 5, \"10%\", \"100%\"]\n"),
                "n.toml:7:8: rollout.wave has 10% after 10%; each is more than the one before it, which it contains"},
            Row{shortest(usual, "", "[rollout]\nwave = [10, \"50%\"]\n"),
                "n.toml:7:8: rollout.wave ends before all devices; let \"100%\" be the last one"},
            Row{shortest(usual, "", "[rollout]\nwave = [10, \"half\"]\n"),
                "n.toml:7:8: rollout.wave has a wrong entry: it is \"half\"; write a share in quotes, from \"0.01%\" "
                "to "
                "\"100%\""},
            Row{shortest(usual, "", "[rollout]\nstop = {of = \"all\"}\n"),
                "n.toml:7:14: rollout.stop.of is \"all\"; it can only be \"ended\""},
            Row{shortest(usual, "", "[rollout]\nstop = {types = [\"unreachable\"]}\n"),
                "n.toml:7:17: rollout.stop.types has \"unreachable\"; write some of failed, rejected, timed-out, "
                "expired"},
            Row{shortest(usual, "", "[rollout]\nstop = {failures = \"0%\"}\n"),
                "n.toml:7:20: rollout.stop.failures is \"0%\"; write a share in quotes, from \"0.01%\" to \"100%\", or "
                "\"none\""},
            Row{shortest(usual, "", "[rollout]\nbegin-within = \"31d\"\n"),
                "n.toml:7:16: rollout.begin-within is 31d, and the campaign expires after 30d"},
            Row{shortest(usual, "", "[rollout]\nspread = \"15d\"\n"),
                "n.toml:7:10: rollout.spread is 15d, and a device has to begin within 14d"},
            Row{shortest(usual, "", "[rollout]\nretries = 1\nend-within = \"30min\"\n"),
                "n.toml:6:1: rollout.retry-after is 1h, and a device has to end within 30min"},
            Row{shortest(usual, "", "[job]\nwait-max = \"20d\"\n"),
                "n.toml:1:1: rollout.begin-within is 14d, and job.wait-max is longer: 20d"},
            Row{shortest(usual, "", "[rollout]\nsoak = \"1 h\"\n"),
                "n.toml:7:8: rollout.soak is wrong: \"1 h\" is not a duration: \" h\" is not a unit; write numbers "
                "with the "
                "units d h min s ms, largest first and without spaces, such as 1h30min or 250ms"},
            Row{shortest(usual, "", "rollout = 1\n"), "n.toml:6:11: unknown key \"rollout\" in step 1 (run)"},
        })
        CHECK(messageOf(toml) == why);
    // At the edge of end-within: all steps together may take as long as the device has.
    CHECK(messageOf(steps(run + "timeout = \"23h30min\"\n" + verify + "within = \"30min\"\n")) == "accepted");
    std::string many;
    for (int n = 0; n < 33; ++n)
        many += run + "timeout = \"1s\"\n";
    CHECK(messageOf(steps(many)) == "n.toml:4:1: 33 steps; a campaign has 32 at most");
    std::string large;
    for (int n = 0; n < 20; ++n)
        large += "[[step]]\npolicy = {text = \"" + std::string(4'000, 'a') + "\"}\n";
    CHECK(messageOf(steps(large)).starts_with("n.toml: its document would have 80"));
    CHECK(messageOf(std::string(300'000, '#')).ends_with("is it a campaign?"));
}
