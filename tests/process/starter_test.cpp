// The stint-exec that waits ready: what it starts is where it belongs at once, and whatever happens to it, processes
// are started (architecture.md, running a job).
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <optional>

#include "base/unix/process.hpp"
#include "process/world.hpp"

namespace stint {
namespace {

/// The one that serves this daemon; nullopt: it has none.
std::optional<pid_t> starterOf(pid_t daemon) {
    const std::string mark = std::string("--serve") + '\0' + std::to_string(daemon) + '\0';
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const pid_t pid = std::atoi(entry.path().filename().c_str());
        if (pid == 0 || readFile(entry.path() / "cmdline").value_or("").find(mark) == std::string::npos) continue;
        if (const auto stat = processStat(pid); stat && stat->parent == daemon && alive(pid)) return pid;
    }
    return std::nullopt;
}

std::string cgroupOf(pid_t pid) { return readFile("/proc/" + std::to_string(pid) + "/cgroup").value_or(""); }

/// And ends there.
void startsInItsPlace(World& world) {
    auto started = world.processes->start(shell("echo $$ >&3; read end <&3"));
    REQUIRE(started.ok());
    const std::string place = "/app.com.example.app/" + std::to_string(started->id.value);
    CHECK(cgroupOf(pidIn(started->socket)).find(place) != std::string::npos);
    world.processes->kill(started->id);
    CHECK(world.waitForEnd(started->id).killed);
}

/// nullopt: there are no cgroups here; then each process is started by a stint-exec of its own, and there is nothing to
/// test.
std::optional<pid_t> starterOf(World& world) {
    if (!world.processes->enclosesAll()) return std::nullopt;
    startsInItsPlace(world); // and so it can be seen: before, it may not even have its arguments
    const auto starter = starterOf(::getpid());
    REQUIRE(starter.has_value());
    return starter;
}

} // namespace

TEST_CASE("a process is in its cgroup, whoever starts it") {
    World world(true);
    if (!starterOf(world)) return;
    for (int i = 0; i < 20; ++i)
        startsInItsPlace(world);
}

TEST_CASE("a starter that has died is replaced by the next start") {
    World world(true);
    const auto first = starterOf(world);
    if (!first) return;
    const Fd pidfd = openPidfd(*first);
    sendSignal(pidfd, SIGKILL);
    REQUIRE(hasEnded(pidfd, 30'000));
    startsInItsPlace(world);
    CHECK(starterOf(world) != first);
}

TEST_CASE("a starter that does not answer dies when somebody waits for it, and what it owes is started without it") {
    World world(true);
    const auto silent = starterOf(world);
    if (!silent) return;
    const Fd pidfd = openPidfd(*silent);
    sendSignal(pidfd, SIGSTOP);
    const std::string mark = "STINT_TEST_OWED=" + std::to_string(::getpid());
    Command command = shell("echo up >&3; read end <&3");
    command.environment["STINT_TEST_OWED"] = std::to_string(::getpid());
    auto unwanted = world.processes->start(command);
    auto wanted = world.processes->start(command);
    REQUIRE(unwanted.ok());
    REQUIRE(wanted.ok());
    world.processes->kill(unwanted->id);
    CHECK(hasEnded(pidfd));
    CHECK(line(wanted->socket) == "up");
    CHECK(line(unwanted->socket).empty()); // it never was, and nobody has its end
    CHECK(withEnvironment(mark) == 2);     // it, and its reaper
    CHECK(world.waitForEnd(unwanted->id).killed);
    world.processes->kill(wanted->id);
    CHECK(world.waitForEnd(wanted->id).killed);
    startsInItsPlace(world); // by another one
}

TEST_CASE("who is frozen before it can say that it is there keeps nobody waiting, and does not cost the starter") {
    World world(true);
    if (!starterOf(world)) return;
    const AppId app{"com.example.cold"};
    const Fd place = world.processes->cgroupOf(app).value();
    const Fd freeze(::openat(place.get(), "cgroup.freeze", O_WRONLY | O_CLOEXEC));
    REQUIRE(freeze);
    REQUIRE(::write(freeze.get(), "1", 1) == 1); // as the app itself may, where it may leave
    auto frozen = world.processes->start(shell("echo up >&3; read end <&3", "com.example.cold"));
    REQUIRE(frozen.ok());
    world.processes->kill(frozen->id);
    CHECK(world.waitForEnd(frozen->id).killed);
    CHECK(line(frozen->socket).empty());
    CHECK(starterOf(::getpid()).has_value()); // one that was silent for so long would have been killed
    startsInItsPlace(world);
}

TEST_CASE("no end is missed, however soon it comes and whoever waits for all children") {
    World world(true, "", true);
    std::vector<ProcessId> started;
    for (int i = 0; i < 40; ++i) {
        auto one = world.processes->start(shell("exit 3"));
        REQUIRE(one.ok());
        started.push_back(one->id);
    }
    for (const ProcessId id : started)
        CHECK(WEXITSTATUS(world.waitForEnd(id).status) == 3);
}

TEST_CASE("a command that is too long for an order is started without one") {
    World world(true);
    Command command = shell("echo ${#STINT_TEST_LONG} >&3");
    command.environment["STINT_TEST_LONG"] = std::string(100'000, 'x');
    auto started = world.processes->start(command);
    REQUIRE(started.ok());
    CHECK(line(started->socket) == "100000");
    CHECK(world.waitForEnd(started->id).status == 0);
}

TEST_CASE("a starter ends with its daemon, however that ends") {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const Fd out(ends[0]), in(ends[1]);
    const std::string instance = "test of a starter's end " + std::to_string(::getpid());
    const pid_t daemon = ::fork();
    REQUIRE(daemon >= 0);
    if (daemon == 0) {
        auto* world = new World(true, instance);
        auto started = world->processes->start(shell("echo up >&3; read end <&3"));
        if (!started.ok() || line(started->socket) != "up") ::_exit(1);
        [[maybe_unused]] const auto said = ::write(in.get(), world->processes->enclosesAll() ? "c" : "r", 1);
        ::pause();
        ::_exit(0);
    }
    char way = 0;
    REQUIRE(::read(out.get(), &way, 1) == 1);
    const auto starter = starterOf(daemon);
    CHECK(starter.has_value() == (way == 'c'));
    const Fd pidfd = starter ? openPidfd(*starter) : Fd();
    ::kill(daemon, SIGKILL);
    ::waitpid(daemon, nullptr, 0);
    if (pidfd) CHECK(hasEnded(pidfd, 30'000));
    const World cleaner(true, instance);
}

} // namespace stint
