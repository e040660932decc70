#include "notify/private_bus.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/unix/fd.hpp"

namespace stint {

namespace fs = std::filesystem;

PrivateBus::PrivateBus(const std::string& starts) {
    std::string name = (fs::temp_directory_path() / "stint-bus-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    fs::create_directory(directory_ / "services");
    if (!starts.empty()) {
        std::ofstream(directory_ / "services" / "org.freedesktop.Notifications.service")
            << "[D-BUS Service]\nName=org.freedesktop.Notifications\nExec=" << starts << "\n";
    }
    const std::string address = fmt::format("unix:path={}/bus", directory_.string());
    std::ofstream(directory_ / "bus.conf") << fmt::format(
        R"(<busconfig><type>session</type><listen>{}</listen><servicedir>{}/services</servicedir>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>)",
        address, directory_.string());
    ::setenv("DBUS_SESSION_BUS_ADDRESS", address.c_str(), 1);
    start();
}

PrivateBus::~PrivateBus() {
    kill();
    ::unsetenv("DBUS_SESSION_BUS_ADDRESS");
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
}

void PrivateBus::start() {
    std::error_code ignored;
    fs::remove(directory_ / "bus", ignored);
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const Fd reads(ends[0]);
    Fd writes(ends[1]);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, writes.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    const std::string configuration = fmt::format("--config-file={}/bus.conf", directory_.string());
    std::array<const char*, 5> words{"dbus-daemon", configuration.c_str(), "--nofork", "--print-address", nullptr};
    const int failed =
        ::posix_spawnp(&pid_, words[0], &actions, nullptr, const_cast<char* const*>(words.data()), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    REQUIRE(failed == 0);
    writes = Fd();
    char first = 0;
    REQUIRE(::read(reads.get(), &first, 1) == 1); // its address: it listens
}

void PrivateBus::kill() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
}

} // namespace stint
