// stint-push between a daemon, a session bus, and a real server of the line.
#pragma once
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "line/daemon.hpp"
#include "mailbox/stage.hpp"
#include "notify/private_bus.hpp"
#include "push/envelope/bytes.hpp"
#include "push/line/registrar.hpp"

namespace stint::test {

struct LineStage {
    LineStage() {
        const auto directory = bus.directory();
        ::setenv("XDG_RUNTIME_DIR", directory.c_str(), 1);
        ::setenv("XDG_STATE_HOME", directory.c_str(), 1);
        for (const auto* const name : {"stint", "stint/push"}) {
            std::filesystem::create_directory(directory / name);
            std::filesystem::permissions(directory / name, std::filesystem::perms::owner_all);
        }
        sd_event_new(&loop);
        daemon.emplace(loop, directory / "stint");
        app.emplace(loop, "org.example.App");
        server.emplace(nats);
        server->open();
    }
    ~LineStage() {
        program.reset();
        app.reset();
        daemon.reset();
        sd_event_unref(loop);
    }

    void join() const {
        const auto file = bus.directory() / "stint/push/line.toml";
        std::filesystem::remove(file);
        std::ofstream(file) << fmt::format(
            "[server]\norigin = \"https://push.example\"\nbrokers = [\"{}\"]\nkey = \"{}\"\n"
            "[device]\nname = \"{}\"\nshard = \"{}\"\nline_key = \"{}\"\n",
            nats.urlOf(device), in64(charactersOf(server->keys.publicKey)), device, shardOf(device),
            in64(charactersOf(key)));
        std::filesystem::permissions(file, std::filesystem::perms::owner_read);
    }
    void begin() {
        program.emplace(loop);
        REQUIRE(until(loop, [this] { return daemon->isConnected(); }));
        REQUIRE(soon([this] { return !app->registers(2, "no name", "t").starts_with("The name"); }));
    }
    bool soon(const std::function<bool()>& isSo) const { return until(loop, isSo); }
    /// Registers, and waits for the endpoint.
    wire::LineEntry registered(int version, const std::string& token) {
        const std::string answer = app->registers(version, "org.example.App", token);
        CHECK(answer == (version == 1 ? "NEW_ENDPOINT" : "REGISTRATION_SUCCEEDED"));
        const std::string told = "NewEndpoint " + token + " https://push.example/push/v1/";
        REQUIRE(soon([&] { return app->last().starts_with(told); }));
        // The app is told before it is written down that the server has it.
        REQUIRE(soon([&] { return !detailsIn(daemon->line.entries.back().details)->at.empty(); }));
        return daemon->line.entries.back();
    }
    Envelope envelope(const wire::LineEntry& to, const std::string& text, Urgency urgency = Urgency::Normal) const {
        return {.to = {shardOf(device), device, urgency, to.name},
                .id = newId(),
                .sent = wallNow(),
                .ttl = 1h,
                .topic = {},
                .body = text};
    }
    void post(const wire::LineEntry& to, const std::vector<std::string>& texts, Urgency urgency = Urgency::Normal) {
        std::vector<Envelope> envelopes;
        for (const auto& text : texts)
            envelopes.push_back(envelope(to, text, urgency));
        REQUIRE(server->keep(envelopes, key) == static_cast<int>(texts.size()));
    }

    PrivateBus bus;
    NatsServer nats;
    std::string device = nats.devices[0];
    LineKey key = newLineKey();
    sd_event* loop = nullptr;
    std::optional<FakeDaemon> daemon;
    std::optional<App> app;
    std::optional<Server> server;
    std::optional<Program> program;
};

} // namespace stint::test
