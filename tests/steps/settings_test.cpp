// fleet.md §4.4: settings, by a real stintd.
#include "steps/stage.hpp"

#include <csignal>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contract/model/view.hpp"
#include "fleet/steps/desired.hpp"
#include "fleet/steps/settings.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/names.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/views.hpp"
#include "link/wire/writer.hpp"

namespace stint::fleet {

namespace {

/// stintd, with that stage's files; it dies with the test.
class Stintd {
public:
    explicit Stintd(const Stage& stage) : runtime_(stage.home.path / "run") {
        fs::create_directory(runtime_);
        fs::permissions(runtime_, fs::perms::owner_all);
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        log_ = Fd(ends[0]);
        const fs::path program = stage.ground.helper.parent_path() / "stintd";
        process_ = ::fork();
        REQUIRE(process_ >= 0);
        if (process_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::dup2(ends[1], STDERR_FILENO);
            ::setenv("XDG_RUNTIME_DIR", runtime_.c_str(), 1);
            ::setenv("XDG_STATE_HOME", (stage.home.path / "state").c_str(), 1);
            ::setenv("XDG_CONFIG_HOME", stage.ground.config.parent_path().c_str(), 1);
            ::setenv("XDG_DATA_HOME", stage.ground.apps.parent_path().parent_path().c_str(), 1);
            ::unsetenv("DBUS_SESSION_BUS_ADDRESS");
            ::execl(program.c_str(), program.c_str(), nullptr);
            ::_exit(127);
        }
        ::close(ends[1]);
        std::string heard; // until it says what it is: then it listens
        for (char letter = 0; heard.find(" slot") == std::string::npos && ::read(log_.get(), &letter, 1) == 1;)
            heard += letter;
        REQUIRE_MESSAGE(heard.find(" slot") != std::string::npos, heard);
    }
    ~Stintd() {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }
    Stintd(const Stintd&) = delete;
    Stintd& operator=(const Stintd&) = delete;

    Result<wire::Bus> connect() const {
        auto socket = wire::connectSocket(runtime_ / "stint" / wire::socketName);
        if (!socket.ok()) return socket.error();
        return wire::clientOver(std::move(*socket));
    }
    AppView app(const std::string& package) const {
        const auto bus = connect().value();
        const auto call = wire::newCall(bus.get(), wire::taskManagerInterface, "ListApps").value();
        wire::Writer writer(call);
        { const wire::DictionaryWriter noOptions(writer); }
        const auto answer = wire::call(bus.get(), call, Duration(30s)).value();
        wire::Reader reader(answer);
        const auto apps = wire::readRows<AppView>(reader).value();
        for (const AppView& each : apps)
            if (each.manifest.package.name == package) return each;
        return {};
    }

private:
    fs::path runtime_;
    Fd log_; ///< has room for all that it says here
    pid_t process_ = -1;
};

constexpr const char* both = R"([[app]]
package = "com.example.mail"
bucket = "rare"
data-saver-exempt = "yes"
revoke = ["SCHEDULE_EXACT_ALARM"]
[[app]]
package = "com.example.news"
battery = "unrestricted"
)";

struct Owned {
    Owned() {
        fs::create_directories(stage.ground.apps);
        for (const std::string name : {"com.example.mail", "com.example.news"})
            write(stage.ground.apps / (name + ".toml"), "package = \"" + name +
                                                            "\"\npermissions = [\"SCHEDULE_EXACT_ALARM\"]\n"
                                                            "command = [\"/bin/true\"]\n");
        daemon.emplace(stage);
        stage.ground.daemon = [this] { return daemon->connect(); };
    }
    Errand::StepEnded set(const std::string& text) { return stage.run(content(StepKind::Settings, text)); }

    Stage stage;
    std::optional<Stintd> daemon;
};

} // namespace

TEST_CASE("settings are read by their rows, and told with their place where they are wrong") { // fleet.md §4.4
    const auto read = settingsIn(both, "settings");
    REQUIRE_MESSAGE(read.ok(), read.error().message);
    REQUIRE(read->size() == 2);
    CHECK(read->at(0) == AppSettings{"com.example.mail", "rare", "", "yes", {"SCHEDULE_EXACT_ALARM"}, {}});
    const std::vector<std::pair<std::string, std::string>> rows{
        {"", "settings: "},
        {"[[app]]\nbucket = \"rare\"", "settings:1:1: "},
        {"[[app]]\npackage = \"a.b\"\nbucket = \"red\"", "settings:3:10: "},
        {"[[app]]\npackage = \"a.b\"\nbatery = \"optimized\"", "settings:3:1: "},
        {"[[app]]\npackage = \"a.b\"\ndata-saver-exempt = true", "settings:3:"},
        {"[[app]]\npackage = \"a.b\"\n[[app]]\npackage = \"a.b\"", "settings:3:1: "}};
    for (const auto& [text, place] : rows) {
        CAPTURE(text);
        const auto wrong = settingsIn(text, "settings");
        REQUIRE(!wrong.ok());
        CHECK_MESSAGE(wrong.error().message.starts_with("settings"), wrong.error().message);
    }
}

TEST_CASE("settings are what `stint app` sets") { // fleet.md §4.4
    Owned world;
    const auto set = world.set(both);
    CHECK_MESSAGE(set.code == 0, set.words);
    const AppView mail = world.daemon->app("com.example.mail");
    CHECK(mail.bucket == Bucket::Rare);
    CHECK(mail.batteryUse == BatteryUse::Optimized);
    CHECK(mail.dataSaverExempt);
    CHECK(mail.revoked.contains("SCHEDULE_EXACT_ALARM"));
    CHECK(world.daemon->app("com.example.news").batteryUse == BatteryUse::Unrestricted);
    REQUIRE(world.set("[[app]]\npackage = \"com.example.mail\"\ngrant = [\"SCHEDULE_EXACT_ALARM\"]\n").code == 0);
    CHECK(world.daemon->app("com.example.mail").revoked.empty());
}

TEST_CASE("settings of which one cannot be are none") { // fleet.md §4.4
    Owned world;
    const std::string good = "[[app]]\npackage = \"com.example.mail\"\nbattery = \"restricted\"\n";
    for (const std::string bad :
         {"[[app]]\npackage = \"com.example.none\"\nbattery = \"optimized\"\n",
          "[[app]]\npackage = \"com.example.news\"\nrevoke = [\"CAMERA\"]\n",
          "[[app]]\npackage = \"com.example.news\"\nbattery = \"unrestricted\"\nbucket = \"rare\"\n"}) {
        CAPTURE(bad);
        const auto refused = world.set(good + bad);
        CHECK(refused.code != 0);
        CHECK_MESSAGE(refused.isForGood, refused.words);
        CHECK(world.daemon->app("com.example.mail").batteryUse == BatteryUse::Optimized);
        CHECK(world.daemon->app("com.example.news").batteryUse == BatteryUse::Optimized);
    }
}

TEST_CASE("without stintd settings wait") { // fleet.md §4.4
    Owned world;
    world.daemon.reset();
    world.stage.ground.daemon = [] { return Result<wire::Bus>(fail(Errc::UNAVAILABLE, "nobody listens")); };
    const auto waits = world.set(both);
    CHECK(waits.code != 0);
    CHECK(!waits.isForGood);
}

TEST_CASE("a desired state is made so whole or not at all, and what a person changes of it is seen") { // fleet.md §4.3
    Owned world;
    const Ground& ground = world.stage.ground;
    const fs::path file = ground.config / "policy.d" / "fleet-desired.toml";
    const auto desired = [](std::string policy, std::string settings) {
        return Desired{
            .version = 1, .made = {}, .targets = "all", .policy = std::move(policy), .settings = std::move(settings)};
    };
    const Desired whole = desired("job.slots = 3\n", both);
    for (int twice = 0; twice < 2; ++twice)
        CHECK_MESSAGE(makeSo(ground, whole).code == 0, makeSo(ground, whole).words);
    CHECK(contentOf(file) == whole.policy);
    CHECK(world.daemon->app("com.example.news").batteryUse == BatteryUse::Unrestricted);
    CHECK(changedSince(ground, whole).value() == "");

    struct Row {
        const char *policy, *settings;
    };
    for (const Row& row : {Row{"job.slots = 0\n", both}, Row{"job.slots = 4\n", "[[app]]\npackage = \"a.none\"\n"},
                           Row{"job.slots = 4\n", "[[app]]\nbucket = \"rare\"\n"}}) {
        const auto refused = makeSo(ground, desired(row.policy, row.settings));
        CHECK(refused.code != 0);
        CHECK_MESSAGE(refused.isForGood, refused.words);
        CHECK(contentOf(file) == whole.policy);
    }
    REQUIRE(world.set("[[app]]\npackage = \"com.example.mail\"\ngrant = [\"SCHEDULE_EXACT_ALARM\"]\n").code == 0);
    CHECK(changedSince(ground, whole).value() == "com.example.mail/revoke");
    REQUIRE(world.set("[[app]]\npackage = \"com.example.news\"\nbattery = \"optimized\"\n").code == 0);
    CHECK(changedSince(ground, desired("job.slots = 3\n", "[[app]]\npackage = \"com.example.news\"\n"
                                                          "battery = \"unrestricted\"\n"))
              .value() == "com.example.news/battery");
    fs::remove(file);
    CHECK(changedSince(ground, whole).value() == "fleet-desired.toml is gone");
    REQUIRE(makeSo(ground, whole).code == 0);
    CHECK(changedSince(ground, whole).value() == "");
    REQUIRE(makeSo(ground, {}).code == 0);
    CHECK_FALSE(fs::exists(file));
    CHECK(makeSo(ground, {}).code == 0); // again
}

TEST_CASE("a policy and an app of a campaign's count in the stintd that runs") { // fleet.md §6.4
    Owned world;
    REQUIRE(
        world.stage.run(content(StepKind::App, "package = \"com.example.new\"\ncommand = [\"/bin/true\"]\n")).code ==
        0);
    while (world.daemon->app("com.example.new").manifest.package.name.empty()) { // each question is a turn of stintd's
    }
    REQUIRE(world.stage.run(content(StepKind::Policy, "job.schedule_rate = 77")).code == 0);
    const auto rate = [&] {
        const auto bus = world.daemon->connect().value();
        const auto call = wire::newCall(bus.get(), wire::limitsInterface, "Policy").value();
        wire::Writer writer(call);
        { const wire::DictionaryWriter noOptions(writer); }
        const auto answer = wire::call(bus.get(), call, Duration(30s)).value();
        wire::Reader reader(answer);
        for (const auto& row : wire::readRows<wire::PolicyRow>(reader).value())
            if (row.key == "job.schedule_rate") return row.value;
        return std::string();
    };
    while (rate() != "77") {
    }
}

} // namespace stint::fleet
