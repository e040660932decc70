// The notifications that apps show by themselves (push.md §4.3), seen on a session bus.
#include <chrono>

#include "line/daemon.hpp"
#include "notify/private_bus.hpp"
#include "push/line/notification_watch.hpp"

namespace {

using namespace stint;
using namespace stint::test;

struct WatchStage {
    WatchStage() {
        const auto directory = bus.directory();
        ::setenv("XDG_RUNTIME_DIR", directory.c_str(), 1);
        std::filesystem::create_directory(directory / "stint");
        std::filesystem::permissions(directory / "stint", std::filesystem::perms::owner_all);
        sd_event_new(&loop);
        daemon.emplace(loop, directory / "stint");
        gate = Gate::open(loop, {}).value();
        asking = wire::openSessionBus(loop).value();
        watch.emplace(loop, asking.get(), *gate);
    }
    ~WatchStage() {
        watch.reset();
        asking.reset();
        gate.reset();
        daemon.reset();
        sd_event_unref(loop);
    }
    bool soon(const std::function<bool()>& isSo) const { return until(loop, isSo); }
    void begin() {
        watch->follow(true, {"org.example.App"});
        REQUIRE(soon([&] { return daemon->watches == std::vector{true}; }));
    }

    PrivateBus bus;
    sd_event* loop = nullptr;
    std::optional<FakeDaemon> daemon;
    std::unique_ptr<Gate> gate;
    wire::Bus asking;
    std::optional<NotificationWatch> watch;
};

/// A connection that shows notifications, to nobody: the bus has no server of them.
class ShowingApp {
public:
    explicit ShowingApp(sd_event* loop, const std::string& name = {}) : bus_(wire::openSessionBus(loop).value()) {
        if (!name.empty()) sd_bus_request_name_async(bus_.get(), nullptr, name.c_str(), 0, nullptr, nullptr);
    }
    void notify(const std::string& name = "org.example.App") {
        sd_bus_message* made = nullptr;
        sd_bus_message_new_method_call(bus_.get(), &made, "org.example.Server", "/org/freedesktop/Notifications",
                                       "org.freedesktop.Notifications", "Notify");
        const auto call = wire::Message::owning(made);
        sd_bus_message_append(made, "susssasa{sv}i", name.c_str(), 0U, "", "3 new", "", 0, 0, -1);
        sd_bus_message_set_expect_reply(made, 0);
        REQUIRE(wire::send(bus_.get(), call));
    }
    void add(const char* interface, const char* path) {
        sd_bus_message* made = nullptr;
        sd_bus_message_new_method_call(bus_.get(), &made, "org.example.Server", path, interface, "AddNotification");
        const auto call = wire::Message::owning(made);
        sd_bus_message_append(made, "sa{sv}", "1", 0);
        sd_bus_message_set_expect_reply(made, 0);
        REQUIRE(wire::send(bus_.get(), call));
    }

private:
    wire::Bus bus_;
};

using Showers = std::vector<std::pair<std::uint32_t, std::string>>;

} // namespace

TEST_CASE("who shows a notification is told by its process, and by the connector's name that it owns") { // push.md §4.3
    WatchStage stage;
    stage.begin();
    const auto self = static_cast<std::uint32_t>(::getpid());
    ShowingApp app(stage.loop, "org.example.App"), stranger(stage.loop);
    app.notify("whatever");
    REQUIRE(stage.soon([&] { return stage.daemon->showed == Showers{{self, "org.example.App"}}; }));
    stranger.notify("org.example.App"); // who says so is not believed
    REQUIRE(stage.soon([&] { return stage.daemon->showed.size() == 2; }));
    CHECK(stage.daemon->showed.back() == Showers::value_type{self, ""});
    for (const char* interface : {"org.freedesktop.portal.Notification", "org.gtk.Notifications"}) {
        ShowingApp boxed(stage.loop);
        const auto before = stage.daemon->showed.size();
        boxed.add(interface, "/org/example");
        REQUIRE(stage.soon([&] { return stage.daemon->showed.size() == before + 1; }));
    }
}

TEST_CASE("a flood of notifications costs the daemon one word a second, and the last of them is told") { // push.md §4.3
    WatchStage stage;
    stage.begin();
    ShowingApp app(stage.loop, "org.example.App");
    const auto begun = std::chrono::steady_clock::now();
    for (int n = 0; n < 100; ++n) {
        for (int each = 0; each < 1'000; ++each)
            app.notify();
        sd_event_run(stage.loop, 0);
    }
    REQUIRE(stage.soon([&] { return stage.daemon->showed.size() >= 2; })); // the first, and what came after it
    const auto took = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begun);
    CHECK(std::ssize(stage.daemon->showed) <= took.count() + 2);
}

TEST_CASE("strangers that flood take no app's place") { // push.md §4.3
    WatchStage stage;
    stage.begin();
    ShowingApp app(stage.loop, "org.example.App");
    app.notify();
    REQUIRE(stage.soon([&] { return stage.daemon->showed.size() == 1; }));
    stage.daemon->showed.clear();
    std::vector<std::unique_ptr<ShowingApp>> strangers;
    for (int n = 0; n < 60; ++n)
        strangers.push_back(std::make_unique<ShowingApp>(stage.loop));
    for (int n = 0; n < 3; ++n) {
        for (const auto& stranger : strangers)
            stranger->notify();
        app.notify();
        stage.daemon->showed.clear();
        REQUIRE(stage.soon([&] {
            return std::ranges::any_of(stage.daemon->showed, [](auto& one) { return one.second == "org.example.App"; });
        }));
        CHECK(std::ranges::count(stage.daemon->showed, "", [](auto& one) { return one.second; }) <= 2 * 16);
    }
}

TEST_CASE("a watch that is not wanted any more is none, and begins again") { // push.watch_notifications
    WatchStage stage;
    stage.begin();
    ShowingApp app(stage.loop, "org.example.App");
    stage.watch->follow(false, {"org.example.App"});
    REQUIRE(stage.soon([&] { return stage.daemon->watches == std::vector{true, false}; }));
    app.notify();
    stage.watch->follow(true, {"org.example.App"});
    REQUIRE(stage.soon([&] { return stage.daemon->watches == std::vector{true, false, true}; }));
    CHECK(stage.daemon->showed.empty());
    app.notify();
    REQUIRE(stage.soon([&] { return stage.daemon->showed.size() == 1; }));
}
