// A policy in TOML over the spec's constants (architecture.md, store): taken whole, or refused whole.
#include "contract/policy/policy.hpp"

#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using namespace stint;

namespace {

std::string messageOf(std::string_view toml) {
    auto policy = applyPolicy({}, toml, "p.toml");
    return policy ? "accepted" : policy.error().message;
}

bool mentions(const std::string& message, std::string_view words) { return message.find(words) != std::string::npos; }

/// A folder of its own for one test.
class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "stint-policy-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()));
        path_ = name;
    }
    ~Folder() { std::filesystem::remove_all(path_); }

    std::string file(const std::string& name) const { return (path_ / name).string(); }
    std::string write(const std::string& name, std::string_view text) const {
        std::ofstream{path_ / name} << text;
        return file(name);
    }

private:
    std::filesystem::path path_;
};

} // namespace

TEST_CASE("keys may be dotted, quoted, or in tables") {
    const std::string_view same[] = {
        "job.slots = 4\njob.crash_guard.crashes = 9\n", "\"job.slots\" = 4\n\"job.crash_guard.crashes\" = 9\n",
        "[job]\nslots = 4\n[job.crash_guard]\ncrashes = 9\n", "[job]\nslots = 4\ncrash_guard = {crashes = 9}\n"};
    for (std::string_view toml : same) {
        CAPTURE(toml);
        auto policy = applyPolicy({}, toml, "p.toml");
        REQUIRE(policy.ok());
        Constants expected;
        expected.slots = 4;
        expected.crashGuardCrashes = 9;
        CHECK(policy->constants == expected);
    }
}

TEST_CASE("a key of Android's that would do nothing is passed over, and told with its place") { // limits.md §11
    const auto policy = applyPolicy({}, "job.slots = 4\n[allowlist]\nsms = \"1min\"\n", "p.toml");
    REQUIRE(policy.ok());
    CHECK(policy->constants.slots == 4);
    CHECK(policy->passedOver ==
          std::vector<std::string>{
              "p.toml:3:7: \"allowlist.sms\" would do nothing here: no app is sent an SMS; leave it out"});
    CHECK(policy->origins.size() == 1);
    CHECK_FALSE(applyPolicy({}, "allowlist.smss = \"1min\"\n", "p.toml").ok());
}

TEST_CASE("every kind of value is read") {
    auto policy = applyPolicy({},
                              "job.bind_timeout = \"1min30s\"\n"
                              "job.slots = 4\n"
                              "storage.low_bytes = \"1.5GB\"\n"
                              "job.ui_estimate_factor = 1.5\n"
                              "job.use_data_estimates = false\n",
                              "p.toml");
    REQUIRE(policy.ok());
    CHECK(policy->constants.bindTimeout == 90s);
    CHECK(policy->constants.slots == 4);
    CHECK(policy->constants.storageLowBytes == 1500_MB);
    CHECK(policy->constants.uiEstimatePercent == 150);
    CHECK_FALSE(policy->constants.useDataEstimates);
}

TEST_CASE("a constant is found however its words are joined") {
    auto policy = applyPolicy({}, "job.bind-timeout = \"90s\"\n", "p.toml");
    REQUIRE(policy.ok());
    CHECK(policy->constants.bindTimeout == 90s);
    CHECK(policy->origins.contains("job.bind_timeout"));
    CHECK_FALSE(applyPolicy({}, "job.bind-timeout = \"90s\"\njob.bind_timeout = \"91s\"\n", "p.toml").ok());
}

TEST_CASE("an empty policy leaves the spec's constants") {
    for (const std::string_view toml : {"", "# nothing\n", "[job]\n"}) {
        auto policy = applyPolicy({}, toml, "p.toml");
        REQUIRE(policy.ok());
        CHECK(*policy == Policy{});
    }
}

TEST_CASE("every constant can be written into a policy and read back") {
    std::string toml;
    Constants changed;
    for (const ConstantRow& row : constantRows()) {
        const std::string text = constantText(changed, row);
        using enum ConstantKind;
        const bool quoted =
            row.kind == Time || row.kind == Size || row.kind == Choice || row.kind == TimeOrNone || text == "none";
        toml += std::string(row.key) + " = " + (quoted ? '"' + text + '"' : text) + "\n";
    }
    auto policy = applyPolicy({}, toml, "p.toml");
    REQUIRE_MESSAGE(policy.ok(), messageOf(toml));
    CHECK(policy->constants == changed);
    CHECK(policy->origins.size() == constantRows().size());
}

TEST_CASE("what is wrong is named with file, line and column, and what would be right") {
    struct Row {
        std::string_view toml, where, words;
    };
    // clang-format off
    for (auto& r : {Row{"job.slots = 4\njob.slot = 5\n",         "p.toml:2:12: ", "did you mean \"job.slots\"?"},
                    Row{"[jobs]\nslots = 4\n",                   "p.toml:2:9: ",  "did you mean \"job.slots\"?"},
                    Row{"[[job]]\nslots = 4\n",                  "p.toml:1:1: ",  "unknown constant \"job\""},
                    Row{"job.bind_timeout = 18\n",               "p.toml:1:20: ", "job.bind_timeout is a whole number; write a duration in quotes"},
                    Row{"job.bind_timeout = \"5 minutes\"\n",    "p.toml:1:20: ", "such as 1h30min"},
                    Row{"job.bind_timeout = \"0s\"\n",           "p.toml:1:20: ", "it is 1ms to 365d"},
                    Row{"job.bind_timeout = 07:32:00\n",         "p.toml:1:20: ", "is a date or a time; write a duration"},
                    Row{"job.slots = \"4\"\n",                   "p.toml:1:13: ", "is a string; write a whole number without quotes"},
                    Row{"job.slots = 4.0\n",                     "p.toml:1:13: ", "is a number with a fraction; write a whole number"},
                    Row{"job.slots = [4]\n",                     "p.toml:1:13: ", "is a list; write a whole number"},
                    Row{"job.slots = 0\n",                       "p.toml:1:13: ", "it is 1 to 1000"},
                    Row{"job.use_data_estimates = 1\n",          "p.toml:1:26: ", "write true or false"},
                    Row{"job.use_data_estimates = \"true\"\n",   "p.toml:1:26: ", "write true or false"},
                    Row{"job.ui_estimate_factor = 0.5\n",        "p.toml:1:26: ", "it is 1.00 to 1000.00"},
                    Row{"job.ui_estimate_factor = nan\n",        "p.toml:1:26: ", "is not a factor"},
                    Row{"job.ui_estimate_factor = inf\n",        "p.toml:1:26: ", "is not a factor"},
                    Row{"job.ui_estimate_factor = 1.355\n",      "p.toml:1:26: ", "at most two decimals"},
                    Row{"storage.low_bytes = 1000\n",            "p.toml:1:21: ", "write a size in quotes"},
                    Row{"job.slots = 4\n\"job.slots\" = 5\n",    "p.toml:2:15: ", "set twice"},
                    Row{"job.slots = \n",                        "p.toml:1:",     "this is not TOML"},
                    Row{"job.slots = 4\njob.slots = 5\n",        "p.toml:2:",     "this is not TOML"},
                    Row{"\xff\xfe = 1\n",                        "p.toml:1:",     "this is not TOML"},
                    Row{"transfer.unlimited = 22\n",             "p.toml:1:22: ", "write hours of the day in quotes, such as \"22:00-07:00\""},
                    Row{"transfer.unlimited = \"22-7\"\n",       "p.toml:1:22: ", "write two times such as 22:00-07:00"},
                    Row{"transfer.unlimited = \"22:00-24:00\"\n", "p.toml:1:22: ", "write two times such as 22:00-07:00"},
                    Row{"transfer.unlimited = \"07:00-07:00\"\n", "p.toml:1:22: ", "write two times such as 22:00-07:00"},
                    Row{"transfer.unlimited = \"-1:00-07:00\"\n", "p.toml:1:22: ", "write two times such as 22:00-07:00"},
                    Row{"transfer.rate = \"10B\"\n",             "p.toml:1:17: ", "transfer.rate"},
                    Row{"battery.low = 30\n",                    "p.toml: ",      "battery.okay (20) is below battery.low (30)"}}) {
        // clang-format on
        CAPTURE(r.toml);
        std::string message = messageOf(r.toml);
        CAPTURE(message);
        CHECK(message.starts_with(r.where));
        CHECK(mentions(message, r.words));
    }
}

TEST_CASE("a policy names networks, and says of each whether it is metered") { // linux.md §A.4
    auto policy = applyPolicy({},
                              "job.slots = 4\n[networks]\n\"Pixel hotspot\" = \"metered\"\nwlan0 = \"unmetered\"\n"
                              "\"Cafe.net\" = 'metered'\n\"job.slots\" = \"metered\"\nnobody = \"auto\"\n",
                              "p.toml");
    REQUIRE(policy.ok());
    CHECK(policy->networks == NetworkRules{{"Cafe.net", {true, "p.toml:5"}},
                                           {"Pixel hotspot", {true, "p.toml:3"}},
                                           {"job.slots", {true, "p.toml:6"}}, // a network may be called anything
                                           {"wlan0", {false, "p.toml:4"}}});
    CHECK(policy->constants.slots == 4);
    CHECK_FALSE(policy->origins.contains("wlan0"));
    CHECK(applyPolicy({}, "networks.wlan0 = \"metered\"\n", "p.toml")->networks.contains("wlan0"));
    CHECK(applyPolicy({}, "[networks]\n", "p.toml")->networks.empty());
}

TEST_CASE("what is wrong with a network is named with file, line and column, and what would be right") {
    struct Row {
        std::string_view toml, where, words;
    };
    // clang-format off
    for (auto& r : {Row{"[networks]\nwlan0 = \"dear\"\n",      "p.toml:2:9: ", "a network cannot be \"dear\"; it is metered, unmetered or auto"},
                    Row{"[networks]\nwlan0 = true\n",          "p.toml:2:9: ", "networks.wlan0 is a yes or no; write \"metered\", \"unmetered\" or \"auto\""},
                    Row{"[networks]\nCafe.net = \"metered\"\n", "p.toml:2:", "a name with a dot stands in quotes: \"Cafe.net\" = \"metered\""},
                    Row{"[networks]\n\"\" = \"metered\"\n",    "p.toml:2:6: ", "is not a network's name"},
                    Row{"[networks]\n\"a\\u001b\" = \"metered\"\n", "p.toml:2:", "is not a network's name"},
                    Row{"networks = \"metered\"\n",            "p.toml:1:12: ", "networks is a string; write a table: [networks]"},
                    Row{"[[networks]]\nwlan0 = \"metered\"\n", "p.toml:1:", "networks is a list; write a table: [networks]"},
                    Row{"[networks]\nwlan0 = \"dear\"\n[job]\nslots = 0\n", "p.toml:2:9: ", "dear"},
                    Row{"[job]\nslots = 0\n[networks]\nwlan0 = \"dear\"\n", "p.toml:2:9: ", "it is 1 to 1000"}}) {
        // clang-format on
        CAPTURE(r.toml);
        std::string message = messageOf(r.toml);
        CAPTURE(message);
        CHECK(message.starts_with(r.where));
        CHECK(mentions(message, r.words));
    }
}

TEST_CASE("of several mistakes the first in the file is named") {
    CHECK(messageOf("storage.low_percent = 200\nbattery.low = 200\n").starts_with("p.toml:1:"));
    CHECK(messageOf("battery.low = 1\n\nstorage.low_percent = 200\njob.slots = 0\n").starts_with("p.toml:3:"));
}

TEST_CASE("a deeply nested policy is refused, not followed") {
    std::string toml = "a = ";
    for (int i = 0; i < 100'000; ++i)
        toml += "[";
    CHECK(mentions(messageOf(toml), "this is not TOML"));
}

TEST_CASE("a later file stands over an earlier one, and each value remembers its line") {
    const Folder folder;
    const std::vector<PolicyFile> files{{folder.write("etc.toml", "job.slots = 4\njob.schedule_rate = 9\n")},
                                        {folder.file("absent.toml"), true},
                                        {folder.write("own.toml", "# mine\njob.slots = 8\n"), true}};
    auto policy = readPolicyFiles(files);
    REQUIRE(policy.ok());
    CHECK(policy->constants.slots == 8);
    CHECK(policy->constants.scheduleRate == 9);
    CHECK(policy->origins.find("job.slots")->second == folder.file("own.toml") + ":2");
    CHECK(policy->origins.find("job.schedule_rate")->second == folder.file("etc.toml") + ":2");
    CHECK_FALSE(policy->origins.contains("job.max_backoff"));
}

TEST_CASE(
    "a fleet's files stand over the system's and below the owner's, in the order of their names") { // fleet.md §6.4
    const Folder folder;
    std::filesystem::create_directories(folder.file("policy.d"));
    folder.write("policy.d/fleet-2.toml", "job.slots = 3\njob.schedule_rate = 20\njob.max_backoff = \"2h\"\n");
    folder.write("policy.d/fleet-1.toml", "job.slots = 2\njob.schedule_rate = 10\n");
    folder.write("policy.d/.hidden.toml", "job.slots = 0\n");
    folder.write("policy.d/fleet-3.toml~", "job.slots = 0\n");
    folder.write("policy.toml", "job.slots = 5\n");
    auto usual = usualPolicy(folder.file("."));
    std::erase_if(usual, [](const PolicyFile& file) { return file.path.starts_with("/etc"); });
    auto policy = readPolicyFiles(usual);
    REQUIRE(policy.ok());
    CHECK(policy->constants.slots == 5);
    CHECK(policy->constants.scheduleRate == 20);
    CHECK(policy->passedOver.empty());

    // A draft is judged in its place, before it is there.
    const PolicyFile draft{.path = folder.file("./policy.d/fleet-3.toml"), .text = "job.schedule_rate = 30\n"};
    policy = readPolicyFiles(filesOf(usual, draft));
    REQUIRE(policy.ok());
    CHECK(policy->constants.scheduleRate == 30);
    const PolicyFile bad{.path = folder.file("./policy.d/fleet-3.toml"), .text = "job.slots = 0\n"};
    CHECK(!readPolicyFiles(filesOf(usual, bad)).ok());
}

TEST_CASE("a fleet's policy that is wrong keeps the owner's from nothing") { // fleet.md §6.4
    const Folder folder;
    std::filesystem::create_directories(folder.file("policy.d"));
    folder.write("policy.d/fleet-1.toml", "job.schedule_rate = 10\n");
    folder.write("policy.d/fleet-2.toml", "job.slots = 0\n");
    folder.write("policy.toml", "job.slots = 5\n");
    auto usual = usualPolicy(folder.file("."));
    std::erase_if(usual, [](const PolicyFile& file) { return file.path.starts_with("/etc"); });
    const auto policy = readPolicyFiles(usual);
    REQUIRE(policy.ok());
    CHECK(policy->constants.slots == 5);
    CHECK(policy->constants.scheduleRate == Constants{}.scheduleRate);
    REQUIRE(policy->passedOver.size() == 1);
    CHECK(policy->passedOver[0].starts_with(folder.file("./policy.d/fleet-2.toml") + ":1:13: "));

    folder.write("policy.toml", "job.slots = 0\n"); // the owner's own mistake is told as ever
    const auto wrong = readPolicyFiles(usual);
    REQUIRE_FALSE(wrong.ok());
    CHECK(wrong.error().message.starts_with(folder.file("./policy.toml") + ":1:13: "));
}

TEST_CASE("a later file says otherwise of a network, or takes back what was said of it") {
    const Folder folder;
    const std::vector<PolicyFile> files{
        {folder.write("etc.toml", "[networks]\na = \"metered\"\nb = \"metered\"\nc = \"metered\"\n")},
        {folder.write("own.toml", "[networks]\na = \"unmetered\"\nb = \"auto\"\n")}};
    auto policy = readPolicyFiles(files);
    REQUIRE(policy.ok());
    CHECK(policy->networks ==
          NetworkRules{{"a", {false, folder.file("own.toml") + ":2"}}, {"c", {true, folder.file("etc.toml") + ":4"}}});
}

TEST_CASE("a file that was asked for must be there; an optional one need not") {
    const Folder folder;
    const std::vector<PolicyFile> asked{{folder.file("absent.toml")}};
    auto policy = readPolicyFiles(asked);
    REQUIRE_FALSE(policy.ok());
    CHECK(policy.error().code == Errc::SYSTEM);
    CHECK(policy.error().message == "cannot read policy " + folder.file("absent.toml") + ": No such file or directory");
    const std::vector<PolicyFile> optional{{folder.file("absent.toml"), true},
                                           {folder.file("no/such/folder.toml"), true}};
    CHECK(*readPolicyFiles(optional) == Policy{});
}

TEST_CASE("an optional file that is wrong is refused all the same") {
    const Folder folder;
    const std::vector<PolicyFile> files{{folder.write("own.toml", "job.slots = 0\n"), true}};
    auto policy = readPolicyFiles(files);
    REQUIRE_FALSE(policy.ok());
    CHECK(policy.error().message.starts_with(folder.file("own.toml") + ":1:13: "));
}

TEST_CASE("what cannot be a policy is not read, nor waited for: a folder, a device, a FIFO, a file far too large") {
    const Folder folder;
    REQUIRE(::mkfifo(folder.file("fifo.toml").c_str(), 0600) == 0);
    for (const std::string& path : {folder.file("."), std::string("/dev/zero"), folder.file("fifo.toml")}) {
        const std::vector<PolicyFile> files{{path, true}};
        const auto policy = readPolicyFiles(files);
        REQUIRE_FALSE(policy.ok());
        CHECK(policy.error().message == "cannot read policy " + path + ": it is not a regular file");
    }
    const std::vector<PolicyFile> large{{folder.write("large.toml", std::string(1'048'577, '#'))}};
    const auto policy = readPolicyFiles(large);
    REQUIRE_FALSE(policy.ok());
    CHECK(mentions(policy.error().message, "larger than 1048576 bytes"));
    const std::vector<PolicyFile> largest{{folder.write("largest.toml", std::string(1'048'576, '#'))}};
    CHECK(readPolicyFiles(largest).ok());
}

TEST_CASE("budgets are tables, one each, and a later file's stands in the place of an earlier one's") { // limits.md §14
    auto first = applyPolicy({},
                             "[[network_budget]]\napp = \"*\"\nclass = \"metered\"\nbytes = \"2GiB\"\nperiod = "
                             "\"month\"\n[[network_budget]]\napp = \"com.example.mail\"\nclass = \"roaming\"\n"
                             "bytes = \"none\"\nperiod = \"day\"\n",
                             "p.toml");
    REQUIRE(first.ok());
    CHECK(first->constants.networkBudgets ==
          std::vector<NetworkBudget>{{"*", NetworkCost::Metered, BudgetPeriod::Month, 2_GiB},
                                     {"com.example.mail", NetworkCost::Roaming, BudgetPeriod::Day, std::nullopt}});
    CHECK(first->origins.at("network_budget.*.metered.month") == "p.toml:1");
    auto second = applyPolicy(
        *first, "network_budget = [{app = \"*\", class = \"metered\", bytes = \"1GB\", period = \"month\"}]", "q.toml");
    REQUIRE(second.ok());
    REQUIRE(second->constants.networkBudgets.size() == 2);
    CHECK(second->constants.networkBudgets[1].bytes == 1_GB);
    CHECK(second->origins.at("network_budget.*.metered.month") == "q.toml:1");
}

TEST_CASE("a file with a budget that is none is refused whole, with its place") { // limits.md §14
    struct Row {
        std::string_view toml;
        std::string_view says;
    };
    for (const Row& row :
         {Row{"job.slots = 4\n[network_budget]\napp = \"*\"", "p.toml:2:1: network_budget is a list of tables"},
          Row{"[[network_budget]]\napp = \"*\"\nbits = \"1GB\"", "p.toml:3:8: a network_budget has no bits"},
          Row{"[[network_budget]]\napp = \"*\"\nbytes = 200", "p.toml:3:9: bytes is a whole number; write a string"},
          Row{"[[network_budget]]\napp = \"*\"\nclass = \"metered\"\nbytes = \"2\"\nperiod = \"day\"",
              "p.toml:1:1: bytes: \"2\" is not a size"},
          Row{"network_budget = [{app = \"*\", class = \"metered\", bytes = \"1GB\", period = \"day\"}, {app = "
              "\"*\", class = \"metered\", bytes = \"2GB\", period = \"day\"}]",
              "\"*\" has two metered budgets a day; leave one of them out"}}) {
        CAPTURE(row.toml);
        CAPTURE(messageOf(row.toml));
        CHECK(mentions(messageOf(row.toml), row.says));
    }
}
