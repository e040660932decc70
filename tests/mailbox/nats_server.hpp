// A real nats-server on loopback, with the accounts of push.md §2.1, and its files in a directory of the test's own.
#pragma once
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/port.hpp"
#include "push/envelope/names.hpp"

namespace stint::test {

/// Looks now and then until it is so; false: it was not within 20 s. (More often would use up a device's reads.)
inline bool eventually(const std::function<bool()>& isSo) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!isSo()) {
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
}

/// By nats-server's word of a stream: from 2.10 on it may compress messages, and tells when it took one.
inline bool isFrom210(std::string_view word) { return word.find("compression") != std::string_view::npos; }

class NatsServer {
public:
    /// `limits`: more of its `jetstream` block. `hasJetStream`: else whoever likes answers what is asked of that.
    explicit NatsServer(std::string limits = "", bool hasJetStream = true)
        : limits_(std::move(limits)), hasJetStream_(hasJetStream) {
        std::string name = "/tmp/stint-nats-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        directory_ = name;
        for (std::string& device : devices)
            device = push::newDevice();
        configure();
        start();
        REQUIRE(eventually([this] { return hasBegun(); }));
    }
    ~NatsServer() {
        if (pid_ > 0) kill();
        std::filesystem::remove_all(directory_);
    }
    NatsServer(const NatsServer&) = delete;
    NatsServer& operator=(const NatsServer&) = delete;

    void start() {
        pid_ = ::fork();
        REQUIRE(pid_ >= 0);
        if (pid_ > 0) return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const std::string file = config(), log = (directory_ / "log").string();
        ::execlp("nats-server", "nats-server", "-c", file.c_str(), "-l", log.c_str(), nullptr);
        ::_exit(127);
    }
    void kill() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }

    /// It lives, and says nothing from the return on: a signal takes its time to stop all threads.
    void freeze() const {
        ::kill(pid_, SIGSTOP);
        REQUIRE(::waitpid(pid_, nullptr, WUNTRACED) == pid_);
    }
    void thaw() const { ::kill(pid_, SIGCONT); }

    std::filesystem::path store() const { return directory_ / "js"; }
    const std::filesystem::path& directory() const { return directory_; }
    std::string url() const { return fmt::format("nats://server:secret@127.0.0.1:{}", port_.number()); }
    std::string urlOf(const std::string& device) const {
        return fmt::format("nats://{}:secret@127.0.0.1:{}", device, port_.number());
    }
    std::array<std::string, 2> devices; ///< those that have a user

private:
    std::string config() const { return (directory_ / "nats.conf").string(); }

    void configure() const {
        std::string users;
        for (const std::string& device : devices)
            users += fmt::format("{{user: \"{0}\", password: secret, permissions: {{"
                                 "publish: [\"stint.box.*.{0}\", \"stint.reg.*.{0}\", \"stint.f.*.*.{0}\"], "
                                 "subscribe: [\"stint.live.*.{0}.>\", \"_INBOX.{0}.>\"]}}}}, ",
                                 device);
        const std::string store =
            fmt::format("jetstream {{ store_dir: \"{}\" {} }}\n", this->store().string(), limits_);
        std::ofstream(config()) << fmt::format(
            "listen: \"127.0.0.1:{}\"\nports_file_dir: \"{}\"\nserver_name: test\n{}"
            "accounts {{ STINT {{ {} users: [{{user: server, password: secret}}], exports: ["
            "{{service: \"stint.box.*.*\"}}, {{service: \"stint.reg.*.*\"}}, {{service: \"stint.f.*.*.*\"}}, "
            "{{stream: \"stint.live.>\"}}] }},\n"
            "DEVICES {{ users: [{}], imports: ["
            "{{service: {{account: STINT, subject: \"stint.box.*.*\"}}}}, "
            "{{service: {{account: STINT, subject: \"stint.reg.*.*\"}}}}, "
            "{{service: {{account: STINT, subject: \"stint.f.*.*.*\"}}}}, "
            "{{stream: {{account: STINT, subject: \"stint.live.>\"}}}}] }} }}\n",
            port_.number(), directory_.string(), hasJetStream_ ? store : "", hasJetStream_ ? "jetstream: enabled," : "",
            users);
    }

    bool hasBegun() const {
        return std::ranges::any_of(std::filesystem::directory_iterator(directory_),
                                   [](const auto& entry) { return entry.path().extension() == ".ports"; });
    }

    std::string limits_;
    bool hasJetStream_;
    std::filesystem::path directory_;
    pid_t pid_ = 0;
    Port port_;
};

} // namespace stint::test
