// The desktop of one session: what is shown goes to a fake server in the same loop, and what comes back is kept.
#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "notify/fake_server.hpp"
#include "notify/private_bus.hpp"
#include "stintd/notify/desktop.hpp"

namespace stint {

inline const AppId transfer{"org.stint.transfer"};

struct Desk {
    Desk() {
        desktop.emplace(
            loop, [this](Event e) { events.push_back(std::move(e)); }, [this](auto& l) { news.push_back(l); });
    }
    ~Desk() {
        server.reset();
        desktop.reset();
        sd_event_unref(loop);
    }
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;

    static sd_event* newLoop() {
        sd_event* made = nullptr;
        REQUIRE(sd_event_new(&made) >= 0);
        return made;
    }
    /// Lets everybody work until it is so.
    template <class Condition> void until(Condition condition) {
        for (int idle = 0; !condition();) {
            const int ran = sd_event_run(loop, 10'000'000); // a guard against a hang, no measure of time
            REQUIRE(ran >= 0);
            REQUIRE_MESSAGE(ran > 0, "nothing happens any more");
            REQUIRE(++idle < 100'000);
        }
    }
    void show(std::int32_t id, const std::string& title, bool ongoing = true) {
        desktop->show({.app = transfer,
                       .id = id,
                       .notification = Notification::Builder("transfers")
                                           .setSmallIcon("folder-download")
                                           .setContentTitle(title)
                                           .addAction("stop", "Stop")
                                           .build(),
                       .ongoing = ongoing,
                       .importance = "default"},
                      {"Transfers", ""});
    }
    FakeServer& serve() {
        server.emplace(loop);
        server->serve();
        return *server;
    }
    const FakeServer::Notify& last() const { return server->notified.back(); }
    void untilNotified(std::size_t times) {
        until([&] { return server->notified.size() >= times; });
        CHECK(server->notified.size() == times);
    }
    /// Whatever the server has said before was heard when a press of what is shown by `id` is.
    void untilHeard(std::uint32_t id) {
        const std::size_t before = count<NotificationTapped>();
        server->pressed(id, "stop");
        until([&] { return count<NotificationTapped>() > before; });
        CHECK(count<NotificationTapped>() == before + 1);
    }
    template <class E> std::size_t count() const {
        return static_cast<std::size_t>(
            std::ranges::count_if(events, [](const Event& e) { return std::holds_alternative<E>(e); }));
    }
    template <class E> const E& lastOf() const {
        return std::get<E>(
            *std::find_if(events.rbegin(), events.rend(), [](const Event& e) { return std::holds_alternative<E>(e); }));
    }

    sd_event* loop = newLoop();
    std::vector<Event> events;
    std::vector<std::string> news;
    std::optional<Desktop> desktop;
    std::optional<FakeServer> server;
};

} // namespace stint
