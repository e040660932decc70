// The edges that Hosts stands between, in memory: processes that are started and die when a test says so, a server that
// remembers what it is to tell them, and the manifests of one app.
#pragma once
#include <string>
#include <vector>

#include <fmt/core.h>

#include "stintd/apps/registry.hpp"
#include "stintd/daemon/hosts.hpp"

namespace stint {

class FakeLauncher final : public Launcher {
public:
    std::vector<Command> started;
    std::vector<ProcessId> killed;
    std::optional<Error> refusal;

    Result<Started> start(const Command& command) override {
        if (refusal) return *refusal;
        started.push_back(command);
        return Started{.id = {started.size()}};
    }
    void kill(ProcessId id) override { killed.push_back(id); }
    unsigned killApp(const AppId&) override { return 0; }
};

class FakeServer final : public Server {
public:
    std::uint64_t connections = 0;
    std::optional<Error> refusal;
    std::vector<ConnectionId> unbound;
    std::vector<ConnectionId> ended;
    std::vector<std::pair<ConnectionId, std::uint64_t>> handed; ///< deliveries
    std::vector<std::string> toLine;                            ///< all that the line is told

    Result<ConnectionId> adopt(Fd, BusCaller) override {
        if (refusal) return *refusal;
        return ConnectionId{++connections};
    }
    void callAlarm(ConnectionId to, const DeliverAlarm& call) override { handed.emplace_back(to, call.delivery); }
    void callMessage(ConnectionId to, const DeliverMessage& call) override { handed.emplace_back(to, call.delivery); }
    void unbind(ConnectionId to) override { unbound.push_back(to); }
    void close(ConnectionId connection) override { ended.push_back(connection); }

    // Methods of the daemon, not of Hosts.
    bool gather() override { return false; }
    void act() override {}
    void failAll(const Error&) override {}
    void reply(const Reply&) override {}
    void callStart(ConnectionId, const CallStart&) override {}
    void callStop(ConnectionId, const CallStop&) override {}
    void callNetworkChanged(ConnectionId, const CallNetworkChanged&) override {}
    void callAction(ConnectionId, const CallAction&) override {}
    void callServiceAction(ConnectionId, const CallServiceAction&) override {}
    void tellLine(ConnectionId, const wire::LineView& line) override {
        toLine.push_back(fmt::format("line of {}", line.entries.size()));
    }
    void checkLine(ConnectionId) override { toLine.emplace_back("check"); }
    void giveLine(ConnectionId, const DeliverMessage&) override { toLine.emplace_back("message"); }
    void tellNetwork(const NetworkAccess&) override {}
    void appExited(ConnectionId, pid_t, int) override {}
    void changed(const JobKey&) override {}
    void progressed(const JobKey&) override {}
    std::optional<Instant> tellsAt() const override { return std::nullopt; }
    bool wantsTopics() const override { return false; }
    void changed(Topics) override {}
};

class FakeRegistry final : public Registry {
public:
    Manifest manifest;

    std::vector<Manifest> all() const override { return {manifest}; }
    const Manifest* find(std::string_view package) const override {
        return package == manifest.package.name ? &manifest : nullptr;
    }
    void addBuiltIn(const Manifest&) override {}
    void addGuest(const AppId&) override {}
    void dropGuest(const AppId&) override {}
    std::vector<AppId> guests() const override { return {}; }
    bool isGuest(std::string_view) const override { return false; }
    std::filesystem::path ownDirectory() const override { return "/home/a/.local/share/stint/apps"; }
    const std::set<std::string>& errors() const override { return errors_; }
    const Manifest* byExecutable(const std::filesystem::path&) const override { return nullptr; }

private:
    std::set<std::string> errors_;
};

} // namespace stint
