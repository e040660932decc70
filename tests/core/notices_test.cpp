// Stint's own notices on the desktop about jobs that a person asked for, and the effect of a press on one (jobs.md
// §5.6).
#include <doctest/doctest.h>
#include <fmt/core.h>

#include "contract/model/agent.hpp"
#include "contract/model/effect.hpp"
#include "core/stage.hpp"

using namespace stint;

namespace {

const AppId notices{std::string(noticeOwner)};

struct OnDesktop : Stage {
    OnDesktop() {
        until(5s);
        effects.clear();
    }
    void onMetered() {
        change([](Device& d) { d.network = cellular(); });
    }
    Reply scheduleUnmetered(std::int32_t id) {
        return schedule(transfer(id).setRequiredNetworkType(JobInfo::NETWORK_TYPE_UNMETERED));
    }
    /// The newest of that owner that was shown.
    std::optional<ShowNotification> newest(const AppId& owner) const {
        std::optional<ShowNotification> found;
        for (const Effect& effect : effects)
            if (const auto* shows = std::get_if<ShowNotification>(&effect); shows && shows->app == owner)
                found = *shows;
        return found;
    }
    void press(const ShowNotification& shown, std::string_view key) {
        event(NotificationTapped{shown.app, shown.id, std::string(key)});
    }
    bool isShown(const ShowNotification& one) const { return shown.contains({one.app, one.id}); }
    std::vector<std::optional<JobKey>> opened() const {
        std::vector<std::optional<JobKey>> found;
        for (const Effect& effect : effects)
            if (const auto* open = std::get_if<OpenTaskManager>(&effect)) found.push_back(open->job);
        return found;
    }
};

std::vector<std::string> keysOf(const std::vector<Notification::Action>& actions) {
    std::vector<std::string> keys;
    for (const auto& action : actions)
        keys.push_back(action.key);
    return keys;
}
using Keys = std::vector<std::string>;

} // namespace

TEST_CASE("what a transfer shows has Later and Why behind the app's own, and Why opens its job") { // jobs.md §5.6
    OnDesktop desk;
    desk.schedule(desk.transfer(1));
    const auto shown = desk.newest(mail);
    REQUIRE(shown);
    CHECK(keysOf(shown->ours) == Keys{"stint:later", "stint:why"});
    desk.press(*shown, press::why);
    desk.press(*shown, press::whole);
    CHECK(desk.opened() == std::vector<std::optional<JobKey>>{Stage::key(1), Stage::key(1)});
    CHECK(desk.count<CallAction>() == 0);
}

TEST_CASE("an app's own Later and its own click stay the app's") { // jobs.md §5.1
    OnDesktop desk;
    desk.schedule(desk.transfer(1));
    desk.event(NotificationSet{{},
                               mail,
                               desk.run(1),
                               9,
                               Notification::Builder("default")
                                   .setSmallIcon("mail")
                                   .addAction("later", "Later")
                                   .addAction("default", "Open")
                                   .build(),
                               JOB_END_NOTIFICATION_POLICY_DETACH});
    desk.until(7s);
    const auto shown = desk.newest(mail);
    REQUIRE(shown);
    CHECK(keysOf(shown->ours) == Keys{"stint:why"});
    desk.press(*shown, press::whole);
    CHECK(desk.opened().empty());
    CHECK(desk.count<CallAction>() == 1);
}

TEST_CASE("a job that nobody asked for by hand has nothing of ours") {
    OnDesktop desk;
    desk.schedule(desk.job(1));
    desk.event(NotificationSet{{},
                               mail,
                               desk.run(1),
                               9,
                               Notification::Builder("default").setSmallIcon("mail").build(),
                               JOB_END_NOTIFICATION_POLICY_DETACH});
    REQUIRE(desk.newest(mail));
    CHECK(desk.newest(mail)->ours.empty());
}

TEST_CASE("Later pauses the job, which says so, and Resume lets it go on") { // jobs.md §14.2
    OnDesktop desk;
    desk.schedule(desk.transfer(1));
    const ShowNotification transfer = *desk.newest(mail);
    desk.press(transfer, press::later);
    desk.until(8s);
    CHECK(desk.view(1)->held);
    CHECK_FALSE(desk.runs(1));
    CHECK_FALSE(desk.isShown(transfer));
    const auto paused = desk.newest(notices);
    REQUIRE(paused);
    CHECK(paused->notification.getText() == "paused");
    CHECK(keysOf(paused->ours) == Keys{"stint:resume", "stint:cancel", "stint:why"});
    desk.press(*paused, press::resume);
    CHECK(desk.runs(1));
    CHECK_FALSE(desk.isShown(*paused));
}

TEST_CASE("a transfer that waits for ten seconds says for what, and Run anyway passes over it") {
    OnDesktop desk;
    desk.onMetered();
    desk.scheduleUnmetered(1);
    desk.until(14s);
    CHECK_FALSE(desk.newest(notices)); // it may have been for a moment
    desk.until(15s);
    const auto waits = desk.newest(notices);
    REQUIRE(waits);
    CHECK(waits->notification.getText() == "waits for an unmetered network");
    CHECK(keysOf(waits->ours) == Keys{"stint:run", "stint:cancel", "stint:why"});
    desk.press(*waits, press::runAnyway);
    CHECK(desk.runs(1));
    CHECK_FALSE(desk.isShown(*waits));
}

TEST_CASE("what is paused or waits says how far its runs have come") { // jobs.md §4.7, §5.6
    OnDesktop desk;
    desk.schedule(desk.transfer(1));
    desk.event(BytesUpdated{.app = mail, .run = desk.run(1), .estimate = true, .down = 4096, .up = 0});
    desk.event(BytesUpdated{.app = mail, .run = desk.run(1), .down = 1024, .up = 0});
    desk.press(*desk.newest(mail), press::later);
    desk.until(8s);
    REQUIRE(desk.newest(notices));
    const ShowNotification paused = *desk.newest(notices);
    CHECK(paused.notification.getText() == "paused at 1 KiB of 4 KiB (25 %)");
    desk.change([](Device& d) { d.network.reset(); });
    desk.press(paused, press::resume);
    desk.until(30s);
    CHECK(desk.newest(notices)->notification.getText() == "waits for a network, at 1 KiB of 4 KiB (25 %)");
}

TEST_CASE("where there is no network at all, to run anyway is not offered") {
    OnDesktop desk;
    desk.change([](Device& d) { d.network.reset(); });
    desk.schedule(desk.transfer(1));
    desk.until(20s);
    REQUIRE(desk.newest(notices));
    CHECK(desk.newest(notices)->notification.getText() == "waits for a network");
    CHECK(keysOf(desk.newest(notices)->ours) == Keys{"stint:cancel", "stint:why"});
}

TEST_CASE("Cancel takes the job away, and its notification with it") {
    OnDesktop desk;
    desk.onMetered();
    desk.scheduleUnmetered(1);
    desk.until(20s);
    const ShowNotification waits = *desk.newest(notices);
    desk.press(waits, press::cancel);
    CHECK_FALSE(desk.tracked(1));
    CHECK_FALSE(desk.isShown(waits));
}

TEST_CASE("what was dismissed comes back only when it has something else to say") { // jobs.md §5.3
    OnDesktop desk;
    desk.onMetered();
    desk.scheduleUnmetered(1);
    desk.until(20s);
    const ShowNotification waits = *desk.newest(notices);
    desk.event(NotificationDismissed{waits.app, waits.id});
    desk.effects.clear();
    desk.change([](Device& d) { d.dataSaver = true; });
    desk.until(30s);
    CHECK_FALSE(desk.newest(notices));
    desk.event(HoldJob{{}, Stage::key(1), true});
    REQUIRE(desk.newest(notices));
    CHECK(desk.newest(notices)->notification.getText() == "paused");
}

TEST_CASE("no more than five jobs are shown as waiting at once") {
    OnDesktop desk;
    desk.onMetered();
    for (std::int32_t id = 1; id <= 9; ++id)
        desk.scheduleUnmetered(id);
    desk.until(1min);
    CHECK(std::ranges::count_if(desk.shown, [](const auto& one) { return one.first == notices; }) == 5);
}

TEST_CASE("a press that nobody has offered does nothing") {
    OnDesktop desk;
    desk.schedule(desk.transfer(1));
    desk.press({.app = notices, .id = 77}, press::cancel);
    desk.press({.app = notices, .id = -1}, "stint:nonsense");
    desk.press({.app = AppId{"com.example.none"}, .id = 9}, press::cancel);
    CHECK(desk.runs(1));
}

TEST_CASE("the digest opens the Task Manager, and its time is written down") {
    OnDesktop desk;
    desk.onMetered();
    desk.scheduleUnmetered(1);
    std::vector<WallTime> written;
    desk.steps = [&](const Step& step) {
        for (const Record& record : step.records)
            if (const auto* digest = std::get_if<SaveDigest>(&record)) written.push_back(digest->shown);
    };
    desk.until(26h);
    REQUIRE(written.size() == 1);
    desk.press({.app = notices, .id = 0}, press::open);
    CHECK(desk.opened() == std::vector<std::optional<JobKey>>{std::nullopt});
}

TEST_CASE("a Stop whose processes do not die is told until they have died") { // jobs.md §5.4
    OnDesktop desk;
    desk.schedule(desk.transfer(1));
    desk.event(StopApp{{}, mail});
    desk.effects.clear();
    desk.until(14s);
    CHECK(desk.count<CountSurvivors>() == 0); // they have ten seconds
    desk.until(15s);
    REQUIRE(desk.count<CountSurvivors>() == 1);
    desk.event(SurvivorsCounted{mail, 2});
    const auto told = desk.newest(notices);
    REQUIRE(told);
    CHECK(told->notification.getTitle() == "com.example.mail does not stop");
    const auto list = desk.core->all<TaskRow>(desk.clock());
    REQUIRE(list.size() == 1);
    CHECK(list[0].survivors == 2);
    desk.event(AppSeen{mail, false, false});
    CHECK(desk.count<CountSurvivors>() == 2);
    desk.event(SurvivorsCounted{mail, 0});
    CHECK_FALSE(desk.isShown(*told));
    CHECK(desk.core->all<TaskRow>(desk.clock()).empty());
}

TEST_CASE("a Stop whose processes have died is told of by nobody") {
    OnDesktop desk;
    desk.schedule(desk.transfer(1));
    desk.event(StopApp{{}, mail});
    desk.until(1min);
    desk.event(SurvivorsCounted{mail, 0});
    desk.effects.clear();
    desk.until(1h);
    CHECK(desk.effects.empty());
}

namespace {

/// The fleet's agent, and jobs as it has them for campaigns (fleet.md §6.4).
struct InFleet : OnDesktop {
    InFleet() {
        installed = {.package = agent, .permissions = {std::string(receiveBootCompleted)}};
        installed.services[agentService] = {
            .name = agentService, .command = {"/bin/true"}, .permission = std::string(bindJobService)};
        install(installed);
        effects.clear();
    }
    /// Its job waits, and asks a person in that name; empty: it asks nobody.
    void waits(const std::string& asker, const AppId& app, const std::string& campaign = "20261123-nvc38b7g") {
        auto job = JobInfo::Builder(JobId(1), agentService)
                       .setPersisted(true)
                       .setMinimumLatency(30 * 24h)
                       .setExtras(PersistableBundle().putString(agentAsksExtra, asker))
                       .build();
        event(Schedule{.call = {}, .app = app, .space = campaign, .info = job.value(), .onBehalf = true, .terms = {}});
    }
    /// Starts of the job by which a person answers: the campaigns, with what was said.
    std::vector<std::pair<std::string, bool>> answers() const {
        std::vector<std::pair<std::string, bool>> found;
        for (const Effect& effect : effects)
            if (const auto* start = std::get_if<CallStart>(&effect); start && start->key.id == agentAnswerJob)
                found.emplace_back(start->key.space, start->info.getExtras().getBoolean(agentYesExtra));
        return found;
    }
    std::ptrdiff_t notices() const {
        return std::ranges::count_if(shown, [](const auto& one) { return one.first == ::notices; });
    }

    const AppId agent{std::string(agentPackage)};
};
using Answers = std::vector<std::pair<std::string, bool>>;

} // namespace

TEST_CASE("a fleet's campaign asks a person, is answered by either action, and says nothing more when it has been") {
    InFleet desk; // fleet.md §6.4
    desk.waits("firmware (by fleet office)", desk.agent);
    const auto asks = desk.newest(notices);
    REQUIRE(asks);
    CHECK(asks->notification.getTitle() == "firmware (by fleet office) asks to begin here");
    CHECK(keysOf(asks->ours) == Keys{"stint:allow", "stint:refuse"});
    desk.press(*asks, press::refuse);
    desk.press(*asks, press::allow); // the last word counts
    CHECK(desk.answers() == Answers{{"20261123-nvc38b7g", false}, {"20261123-nvc38b7g", true}});
    CHECK(desk.isShown(*asks)); // until the agent has heard it
    desk.waits("", desk.agent);
    CHECK_FALSE(desk.isShown(*asks));
    desk.press(*asks, press::allow);
    CHECK(desk.answers().size() == 2);
}

TEST_CASE("what asks a person is shown once, and again by the next daemon alone") {
    InFleet desk;
    desk.waits("firmware (by fleet office)", desk.agent);
    const ShowNotification asks = *desk.newest(notices);
    desk.event(NotificationDismissed{asks.app, asks.id});
    desk.effects.clear();
    desk.waits("firmware (by fleet office)", desk.agent); // its agent began anew
    desk.until(28 * 24h);
    CHECK(desk.count<ShowNotification>() == 0);
    desk.restart("second boot");
    CHECK(desk.newest(notices) == std::optional(asks));
    CHECK(desk.count<ShowNotification>() == 1);
}

TEST_CASE("no app but the fleet's agent asks a person so, and a fleet's many hide nothing that a person asked for") {
    InFleet desk;
    desk.install(Stage::manifestOf(mail));
    desk.waits("Stint (by fleet office)", mail);
    CHECK_FALSE(desk.newest(notices));
    for (int n = 0; n < 9; ++n)
        desk.waits("firmware (by fleet office)", desk.agent, fmt::format("20261123-nvc38b7{}", n));
    CHECK(desk.notices() == 5);
    desk.onMetered();
    for (std::int32_t id = 1; id <= 9; ++id)
        desk.scheduleUnmetered(id);
    desk.until(1min);
    CHECK(desk.notices() == 10);
}
