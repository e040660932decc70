// fleet.md §4.4, §6.4: policies and apps, put where the owner's stintd reads them.
#include "steps/stage.hpp"

#include "contract/policy/policy.hpp"
#include "fleet/steps/desired.hpp"
#include "fleet/steps/owned_files.hpp"
#include "transfer/nginx.hpp"

namespace stint::fleet {

namespace {

const std::string mail = R"(package = "com.example.mail"
command = ["/usr/bin/mail"]
[[service]]
name = "Sync"
command = ["/usr/bin/mail-sync"]
)";

fs::path policyIn(const Stage& stage, const std::string& name = "fleet-20261123-nvc38b7g-01.toml") {
    return stage.ground.config / "policy.d" / name;
}

std::size_t filesIn(const fs::path& directory) {
    std::error_code absent;
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory, absent), {}));
}

} // namespace

TEST_CASE("a policy is put beside the owner's, by its campaign and its step") { // fleet.md §4.4
    Stage stage;
    const auto put = stage.run(content(StepKind::Policy, "job.slots = 3"));
    CHECK_MESSAGE(put.code == 0, put.words);
    CHECK(contentOf(policyIn(stage)) == "job.slots = 3");
    stage.begin(content(StepKind::Policy, "job.slots = 2"), 0ms, night, 12);
    CHECK(stage.end().code == 0);
    CHECK(contentOf(policyIn(stage, "fleet-20261123-nvc38b7g-12.toml")) == "job.slots = 2");
    CHECK(filesIn(policyIn(stage).parent_path()) == 2);
    const auto read = readPolicyFiles(usualPolicy(stage.ground.config));
    REQUIRE(read.ok());
    CHECK(read->constants.slots == 2);
}

TEST_CASE("a wrong policy is refused whole, for good, with its place, and the one before stays") { // fleet.md §4.4
    Stage stage;
    REQUIRE(stage.run(content(StepKind::Policy, "job.slots = 3")).code == 0);
    for (const char* const wrong : {"job.slots = 2\njob.slot = 1", "job.slots = 0", "not TOML"}) {
        CAPTURE(wrong);
        const auto refused = stage.run(content(StepKind::Policy, wrong));
        CHECK(refused.code != 0);
        CHECK(refused.isForGood);
        CHECK(refused.words.starts_with("fleet-20261123-nvc38b7g-01.toml:"));
        CHECK(contentOf(policyIn(stage)) == "job.slots = 3");
        CHECK(filesIn(policyIn(stage).parent_path()) == 1);
    }
}

TEST_CASE("fleet.md §6.4: the owner's bytes are a budget that no policy of the fleet's stands above") {
    Stage stage;
    const auto budget = [&]() -> std::optional<Bytes> {
        const auto read = readPolicyFiles(usualPolicy(stage.ground.config));
        REQUIRE(read.ok());
        const auto& all = read->constants.networkBudgets;
        return all.empty() ? std::nullopt : all.front().bytes;
    };
    CHECK(putBudget(stage.ground.config, "").ok()); // there is none
    REQUIRE(putBudget(stage.ground.config, "500MB").ok());
    CHECK(budget() == 500'000'000);
    const std::string more = "[[network_budget]]\napp = \"org.stint.agent\"\nclass = \"metered\"\nbytes = "
                             "\"none\"\nperiod = \"month\"\n";
    REQUIRE(stage.run(content(StepKind::Policy, more)).code == 0);
    CHECK(budget() == 500'000'000);
    REQUIRE(putBudget(stage.ground.config, "1GB").ok());
    CHECK(budget() == 1'000'000'000);
    REQUIRE(putBudget(stage.ground.config, "").ok());
    CHECK(budget() == std::nullopt);
    fs::create_symlink("/dev/null", policyIn(stage, "fleet.toml")); // it is left alone
    CHECK(putBudget(stage.ground.config, "1GB").error().code == Errc::SECURITY);
}

TEST_CASE("fleet.md §4.3: what the owner's policy has otherwise is named, with its value and its place") {
    Stage stage;
    const fs::path& config = stage.ground.config;
    const auto wants = [&](const std::string& policy) {
        REQUIRE(putPolicy(config, desiredPolicyName, policy).code == 0);
        const Desired desired{.version = 1, .made = {}, .targets = "all", .policy = policy, .settings = {}};
        return changedSince(stage.ground, desired).value();
    };
    const std::string budget = "[[network_budget]]\napp = \"*\"\nclass = \"metered\"\nperiod = \"month\"\nbytes = ";
    CHECK(wants("job.slots = 7\n") == "");
    write(config / "policy.toml", "\n[job]\nslots = 5\n");
    CHECK(wants("job.slots = 7\n") == "job.slots is 5 here, by policy.toml:3");
    CHECK(wants("job.slots = 5\n") == "");
    CHECK(wants("job.schedule_rate = 9\n" + budget + "\"1GB\"\n") == "");
    write(config / "policy.toml", budget + "\"none\"\n");
    CHECK(wants(budget + "\"1GB\"\n") == "network_budget.*.metered.month is another one here, by policy.toml:1");
    CHECK(wants("[networks]\nhome = \"metered\"\n") == "");
    write(config / "policy.toml", "[networks]\nhome = \"unmetered\"\n");
    CHECK(wants("[networks]\nhome = \"metered\"\n") == "networks.home is otherwise here");
    fs::remove(policyIn(stage, desiredPolicyName));
    CHECK(changedSince(stage.ground,
                       {.version = 1, .made = {}, .targets = "all", .policy = "job.slots = 7\n", .settings = {}})
              .value() == "fleet-desired.toml is gone");
}

TEST_CASE("fleet.md §3: all policies of a fleet go with it, and nothing else beside them") {
    Stage stage;
    CHECK(removePolicies(stage.ground.config).ok()); // there is none
    REQUIRE(stage.run(content(StepKind::Policy, "job.slots = 3")).code == 0);
    REQUIRE(putPolicy(stage.ground.config, desiredPolicyName, "job.slots = 2").code == 0);
    REQUIRE(putBudget(stage.ground.config, "500MB").ok());
    for (const char* const other : {"mine.toml", "fleet-mine.toml", "fleet-20261123-nvc38b7g.toml"})
        write(policyIn(stage, other), "job.slots = 4");
    REQUIRE(filesIn(policyIn(stage).parent_path()) == 6);
    REQUIRE(removePolicies(stage.ground.config).ok());
    CHECK(filesIn(policyIn(stage).parent_path()) == 3);
    CHECK(contentOf(policyIn(stage, "fleet-mine.toml")) == "job.slots = 4");
}

TEST_CASE("a policy that contradicts the owner's is refused; where the owner's own is wrong it waits") {
    // fleet.md §4.4, §6.4
    Stage stage;
    fs::create_directories(stage.ground.config);
    const fs::path own = stage.ground.config / "policy.toml";
    write(own, "job.slots = 0\n");
    const auto waits = stage.run(content(StepKind::Policy, "job.schedule_rate = 9"));
    CHECK(waits.code != 0);
    CHECK(!waits.isForGood);
    CHECK(waits.words.find("this device's own policy is wrong: ") != std::string::npos);
    CHECK(filesIn(policyIn(stage).parent_path()) == 0);
    write(own, "job.slots = 7\n");
    CHECK(stage.run(content(StepKind::Policy, "job.slots = 2\njob.schedule_rate = 9")).code == 0);
    const auto read = readPolicyFiles(usualPolicy(stage.ground.config));
    REQUIRE(read.ok());
    CHECK(read->constants.slots == 7); // the owner stands above the fleet
    CHECK(read->constants.scheduleRate == 9);
}

TEST_CASE("what is to be put somewhere may come by its URL, and leaves nothing in the folder") { // fleet.md §4
    if (!transfer::Nginx::installed()) return;
    Directory files;
    Stage stage;
    const std::string text = "job.slots = 3\n" + std::string(5'000, '#') + "\n";
    write(files.path / "policy", text);
    const transfer::Nginx nginx(files.path);
    const auto put = stage.run(file(nginx.url("policy"), text, "", StepKind::Policy));
    CHECK_MESSAGE(put.code == 0, put.words);
    CHECK(contentOf(policyIn(stage)) == text);
    CHECK(filesIn(stage.folder()) == 0);
    const auto missing = stage.run(file(nginx.url("none"), text, "", StepKind::Policy));
    CHECK(missing.isForGood);
    Step large = file(nginx.url("policy"), text, "", StepKind::Policy);
    large.source.size = largestContent + 1;
    CHECK(stage.run(large).isForGood);
}

TEST_CASE("an app's manifest is put among the owner's under its package's name, or refused whole") { // fleet.md §4.4
    Stage stage;
    const fs::path there = stage.ground.apps / "com.example.mail.toml";
    CHECK(stage.run(content(StepKind::App, mail)).words == "com.example.mail.toml");
    CHECK(contentOf(there) == mail);
    const std::vector<std::string> wrong{mail + "colour = \"red\"", "package = \"../../x.y\"",       "package = 3",
                                         "label = \"none\"",        "package = \"org.stint.shell\"", "not TOML"};
    for (const std::string& text : wrong) {
        CAPTURE(text);
        const auto refused = stage.run(content(StepKind::App, text));
        CHECK(refused.code != 0);
        CHECK(refused.isForGood);
        CHECK(!refused.words.empty());
    }
    CHECK(contentOf(there) == mail);
    CHECK(filesIn(stage.ground.apps) == 1);
    CHECK(
        stage.run(content(StepKind::App, mail + "colour = \"red\"")).words.starts_with("com.example.mail.toml:6:1: "));
}

TEST_CASE("an app runs no program that the owner does not let a fleet run") { // fleet.md §6.4
    Stage stage;
    stage.owner.commands = {"/usr/bin/mail", "/usr/bin/mail-sync"};
    CHECK(stage.run(content(StepKind::App, mail)).code == 0);
    const std::vector<std::pair<std::string, std::string>> rows{
        {"package = \"com.example.a\"\ncommand = [\"/bin/sh\"]", "/bin/sh"},
        {"package = \"com.example.a\"\ncommand = [\"mail\"]", "mail"}, // by PATH it may be another
        {"package = \"com.example.a\"\nexecutable = \"/bin/sh\"", "/bin/sh"},
        {"package = \"com.example.a\"\n[[service]]\nname = \"S\"\ncommand = [\"/bin/sh\"]", "/bin/sh"},
        {"package = \"com.example.a\"\n[[receiver]]\nname = \"R\"\ncommand = [\"/bin/sh\"]", "/bin/sh"}};
    for (const auto& [text, program] : rows) {
        CAPTURE(text);
        const auto refused = stage.run(content(StepKind::App, text));
        CHECK(refused.isForGood);
        CHECK(refused.words == "this device does not let a fleet run " + program);
    }
    CHECK(filesIn(stage.ground.apps) == 1);
}

TEST_CASE("a link of the owner's in a file's place is left as it is") { // fleet.md §6.4
    Stage stage;
    fs::create_directories(stage.ground.apps);
    const fs::path outside = stage.home.path / "outside";
    write(outside, "the owner's");
    fs::create_symlink(outside, stage.ground.apps / "com.example.mail.toml");
    const auto refused = stage.run(content(StepKind::App, mail));
    CHECK(refused.code != 0);
    CHECK(contentOf(outside) == "the owner's");
    CHECK(fs::is_symlink(stage.ground.apps / "com.example.mail.toml"));
}

} // namespace stint::fleet
