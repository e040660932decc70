// Nothing of what was started outlives its end: not an orphan, not a fork bomb, not the daemon's own death
// (architecture.md, running a job; jobs.md §5.4, §12.3, §12.5).
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/cgroup/cgroup.hpp"
#include "base/unix/process.hpp"
#include "process/world.hpp"
#include "stintd/process/enclosure.hpp"

namespace stint {
namespace {

// An orphan in a session of its own that does not hear SIGTERM, and says its pid.
const std::string orphan = "(setsid sh -c 'trap \"\" TERM HUP; echo $$ >&3; exec sleep 1000' &) ; ";

/// An orphan that has also left its cgroup, where root or the cgroup's owner may.
std::string fugitive() {
    const std::optional<CgroupMount> mount = unifiedMount();
    const std::string leave = mount ? "echo $$ >" + mount->point.string() + "/cgroup.procs 2>/dev/null; " : "";
    return "(setsid sh -c 'trap \"\" TERM HUP; " + leave + "echo $$ >&3; exec sleep 1000' &) ; ";
}

} // namespace

TEST_CASE("a process is gone only when what it started is gone too") {
    bool cgroups = bothWays();
    CAPTURE(cgroups);
    World world(cgroups);
    auto started = world.processes->start(shell(orphan + "read leave <&3; exit 3"));
    REQUIRE(started.ok());
    pid_t left = pidIn(started->socket);
    CHECK(alive(left));
    bool aliveWhenTold = true;
    world.onGone = [&](ProcessId) { aliveWhenTold = alive(left); };
    REQUIRE(::write(started->socket.get(), "\n", 1) == 1);
    Gone gone = world.waitForEnd(started->id);
    CHECK_FALSE(aliveWhenTold);
    CHECK(WEXITSTATUS(gone.status) == 3);
    CHECK_FALSE(gone.killed);
}

TEST_CASE("kill takes the process and its orphans at once, whatever they do with SIGTERM") {
    bool cgroups = bothWays();
    CAPTURE(cgroups);
    World world(cgroups);
    auto started = world.processes->start(shell("trap '' TERM; " + orphan + "while :; do read more <&3; done"));
    REQUIRE(started.ok());
    const pid_t left = pidIn(started->socket);
    world.processes->kill(started->id);
    CHECK(world.ended.empty()); // never told from inside the call
    CHECK(world.processes->anyAlive({"com.example.app"}));
    CHECK(world.processes->survivors({"com.example.app"}) == 1); // until it is seen to be dead
    Gone gone = world.waitForEnd(started->id);
    CHECK(gone.killed);
    CHECK(WIFSIGNALED(gone.status));
    CHECK(WTERMSIG(gone.status) == SIGKILL);
    CHECK_FALSE(alive(left));
    CHECK_FALSE(world.processes->anyAlive({"com.example.app"}));
    CHECK(world.processes->survivors({"com.example.app"}) == 0);
}

TEST_CASE("killing an app leaves every other app alone") { // jobs.md §5.4
    bool cgroups = bothWays();
    CAPTURE(cgroups);
    World world(cgroups);
    auto first = world.processes->start(shell("echo $$ >&3; read end <&3", "com.example.one"));
    auto second = world.processes->start(shell(orphan + "read end <&3", "com.example.one"));
    auto other = world.processes->start(shell("echo $$ >&3; read end <&3", "com.example.one.more"));
    REQUIRE(first.ok());
    REQUIRE(second.ok());
    REQUIRE(other.ok());
    const pid_t pids[] = {pidIn(first->socket), pidIn(second->socket), pidIn(other->socket)};
    CHECK(world.processes->killApp({"com.example.one"}) == 2);
    CHECK(world.waitForEnd(first->id).killed);
    CHECK(world.waitForEnd(second->id).killed);
    CHECK_FALSE(alive(pids[0]));
    CHECK_FALSE(alive(pids[1]));
    CHECK(alive(pids[2]));
    CHECK(world.processes->killApp({"com.example.one"}) == 0);
    world.processes->kill(other->id);
    world.waitForEnd(other->id);
}

TEST_CASE("a process that is killed in the moment of its start does not get away") {
    bool cgroups = bothWays();
    CAPTURE(cgroups);
    World world(cgroups);
    const std::string mark = "STINT_TEST_EARLY=" + std::to_string(::getpid()) + (cgroups ? "c" : "r");
    for (int i = 0; i < 50; ++i) {
        Command command = shell("sleep 1000 & sleep 1000");
        command.environment["STINT_TEST_EARLY"] = mark.substr(mark.find('=') + 1);
        auto started = world.processes->start(command);
        REQUIRE(started.ok());
        CHECK(world.processes->killApp(command.app) == 1);
        CHECK(world.waitForEnd(started->id).killed);
    }
    CHECK(withEnvironment(mark) == 0);
}

TEST_CASE("a fork bomb is killed whole") {
    bool cgroups = bothWays();
    CAPTURE(cgroups);
    World world(cgroups);
    // 300 orphans, each pair in a session of its own.
    const std::string bomb = "trap '' TERM INT HUP; n=0; echo up >&3; "
                             "while [ $n -lt 150 ]; do n=$((n+1)); (setsid sh -c 'sleep 1000 & wait' &); done; "
                             "echo exploded >&3; read end <&3";
    Command command = shell(bomb);
    const std::string value = std::to_string(::getpid()) + (cgroups ? "c" : "r");
    command.environment["STINT_TEST_BOMB"] = value;
    auto started = world.processes->start(command);
    REQUIRE(started.ok());
    CHECK(line(started->socket) == "up");
    bool early = false;
    SUBCASE("while it forks") { early = true; }
    SUBCASE("when it has forked") { CHECK(line(started->socket) == "exploded"); }
    CAPTURE(early);
    world.processes->kill(started->id);
    CHECK(world.waitForEnd(started->id).killed);
    CHECK(withEnvironment("STINT_TEST_BOMB=" + value) == 0);
}

TEST_CASE("what has left its cgroup, its session and its parents is still its app's, and dies with it") {
    const bool cgroups = bothWays();
    CAPTURE(cgroups);
    World world(cgroups, "", true);
    auto started = world.processes->start(shell(fugitive() + "read leave <&3; exit 3", "com.example.one"));
    auto other = world.processes->start(shell(fugitive() + "read leave <&3", "com.example.other"));
    REQUIRE(started.ok());
    REQUIRE(other.ok());
    const pid_t left = pidIn(started->socket), others = pidIn(other->socket);
    CHECK(world.processes->ownerOf(left).value() == std::pair(AppId{"com.example.one"}, started->id));
    bool aliveWhenTold = false;
    world.onGone = [&](ProcessId) { aliveWhenTold = alive(left); };
    SUBCASE("when it is killed") {
        world.processes->kill(started->id);
        CHECK(WTERMSIG(world.waitForEnd(started->id).status) == SIGKILL);
    }
    SUBCASE("when its app is stopped") { // jobs.md §5.4
        CHECK(world.processes->killApp({"com.example.one"}) == 1);
        CHECK(world.waitForEnd(started->id).killed);
    }
    SUBCASE("when it ends by itself") {
        REQUIRE(::write(started->socket.get(), "\n", 1) == 1);
        CHECK(WEXITSTATUS(world.waitForEnd(started->id).status) == 3);
    }
    CHECK_FALSE(aliveWhenTold);
    CHECK(alive(others)); // no other app's
    world.processes.reset();
    CHECK_FALSE(alive(left)); // it does not outlive the daemon
    CHECK_FALSE(alive(others));
}

TEST_CASE("a reaper that was stopped reaps all the same") {
    const bool cgroups = bothWays();
    CAPTURE(cgroups);
    World world(cgroups, "", true);
    auto started =
        world.processes->start(shell(fugitive() + "read go <&3; kill -STOP $PPID; echo stopped >&3; read end <&3"));
    REQUIRE(started.ok());
    const pid_t left = pidIn(started->socket);
    REQUIRE(::write(started->socket.get(), "\n", 1) == 1);
    CHECK(line(started->socket) == "stopped");
    CHECK(world.processes->killApp({"com.example.app"}) == 1);
    CHECK(world.waitForEnd(started->id).killed);
    CHECK_FALSE(alive(left));
}

TEST_CASE("who moves into another app's cgroup is not that app") { // architecture.md, who is calling (1)
    World world(true, "", true);
    if (!world.processes->enclosesAll()) return; // there are none
    auto other = world.processes->start(shell("echo $$ >&3; read end <&3", "com.example.other"));
    REQUIRE(other.ok());
    const std::string place = readFile("/proc/" + std::to_string(pidIn(other->socket)) + "/cgroup").value();
    const std::string directory = unifiedMount()->point.string() + cgroupPath(place).value();
    auto started = world.processes->start(
        shell("(setsid sh -c 'echo $$ >" + directory + "/cgroup.procs; echo $$ >&3; read end <&3' &); read end <&3"));
    REQUIRE(started.ok());
    const pid_t moved = pidIn(started->socket);
    CHECK(readFile("/proc/" + std::to_string(moved) + "/cgroup") == place);
    CHECK(world.processes->ownerOf(moved).value() == std::pair(AppId{"com.example.app"}, started->id));
    world.processes->kill(started->id);
    CHECK(world.waitForEnd(started->id).killed);
    CHECK_FALSE(alive(moved));
    CHECK(world.processes->anyAlive({"com.example.other"}));
}

TEST_CASE("a process is found by itself and by its orphans, and no other is") { // architecture.md, who is calling (1)
    bool cgroups = bothWays();
    CAPTURE(cgroups);
    World world(cgroups);
    auto started = world.processes->start(shell(orphan + "read go <&3; echo $$ >&3; read end <&3"));
    REQUIRE(started.ok());
    const pid_t left = pidIn(started->socket);
    REQUIRE(::write(started->socket.get(), "\n", 1) == 1);
    const pid_t main = pidIn(started->socket);
    std::pair expected(AppId{"com.example.app"}, started->id);
    CHECK(world.processes->ownerOf(main).value() == expected);
    CHECK(world.processes->ownerOf(left).value() == expected);
    CHECK(world.processes->ownerOf(::getpid()).value() == std::nullopt);
    CHECK(world.processes->ownerOf(1).value() == std::nullopt);
    CHECK_FALSE(world.processes->ownerOf(1 << 30).ok()); // no such process
    world.processes->kill(started->id);
    world.waitForEnd(started->id);
    CHECK_FALSE(world.processes->ownerOf(main).ok());
}

TEST_CASE("of a process that is too deep below another nobody can say whose it is") { // architecture.md, who is calling
    World world(false);
    Command command = shell("sh -c \"$DEEP\"; :");
    command.environment["LEFT"] = "70";
    command.environment["DEEP"] = "if [ $LEFT -gt 0 ]; then LEFT=$((LEFT-1)) sh -c \"$DEEP\"; :; "
                                  "else echo $$ >&3; read end <&3; fi";
    auto started = world.processes->start(command);
    REQUIRE(started.ok());
    const auto owner = world.processes->ownerOf(pidIn(started->socket));
    REQUIRE_FALSE(owner.ok());
    CHECK(owner.error().code == Errc::SECURITY);
    CHECK(owner.error().message.find("is more than 64 processes deep") != std::string::npos);
    world.processes->kill(started->id);
    world.waitForEnd(started->id);
}

TEST_CASE("a process that has killed its reaper is no stranger, and is waited for") { // architecture.md, who is calling
    World world(false, "", true);
    auto started = world.processes->start(shell(orphan + "read go <&3; kill -9 $PPID"));
    REQUIRE(started.ok());
    const pid_t left = pidIn(started->socket);
    REQUIRE(::write(started->socket.get(), "\n", 1) == 1);
    world.waitForEnd(started->id);
    const auto owner = world.processes->ownerOf(left);
    REQUIRE_FALSE(owner.ok());
    CHECK(owner.error().message.find("has left the app") != std::string::npos);
    ::kill(left, SIGKILL);
    world.runUntil([&] { return !processStat(left); }); // not even its zombie
}

namespace {

struct Daemon {
    pid_t pid = 0;
    pid_t main = 0;
    pid_t left = 0;
};

// Another process that starts one of ours, and is then killed like a daemon that crashed.
Daemon crashedDaemon(bool cgroups, const std::string& instance) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const Fd out(ends[0]), in(ends[1]);
    Daemon daemon;
    daemon.pid = ::fork();
    REQUIRE(daemon.pid >= 0);
    if (daemon.pid == 0) {
        auto* world = new World(cgroups, instance);
        auto started = world->processes->start(shell(fugitive() + "read go <&3; echo $$ >&3; exec sleep 1000"));
        pid_t pids[2] = {};
        pids[0] = pidIn(started->socket);
        [[maybe_unused]] auto asked = ::write(started->socket.get(), "\n", 1);
        pids[1] = pidIn(started->socket);
        [[maybe_unused]] auto said = ::write(in.get(), pids, sizeof pids);
        ::pause();
        ::_exit(0);
    }
    pid_t pids[2] = {};
    REQUIRE(::read(out.get(), pids, sizeof pids) == sizeof pids);
    daemon.left = pids[0];
    daemon.main = pids[1];
    return daemon;
}

void crash(const Daemon& daemon) {
    ::kill(daemon.pid, SIGKILL);
    ::waitpid(daemon.pid, nullptr, 0);
}

} // namespace

TEST_CASE("when the daemon is killed, what it started dies without anybody's help") {
    bool cgroups = bothWays();
    CAPTURE(cgroups);
    const Daemon daemon = crashedDaemon(cgroups, "test of sudden death " + std::to_string(::getpid()));
    Fd main = openPidfd(daemon.main);
    REQUIRE(main);
    crash(daemon);
    CHECK(hasEnded(main, 30'000));
    const World cleaner(true, "test of sudden death " + std::to_string(::getpid()));
}

TEST_CASE("a new daemon of the instance finds nothing alive that a former one had started") { // jobs.md §12.5
    bool cgroups = bothWays();
    CAPTURE(cgroups);
    bool cgroupsNow = cgroups;
    SUBCASE("and keeps its processes in the same way") {}
    SUBCASE("and keeps its processes in the other way") { cgroupsNow = !cgroups; }
    CAPTURE(cgroupsNow);
    const std::string instance = "test of leftovers " + std::to_string(::getpid());
    const Daemon daemon = crashedDaemon(cgroups, instance);
    const Daemon stranger = crashedDaemon(cgroups, instance + " of another user's");
    crash(daemon);
    {
        World world(cgroupsNow, instance);
        CHECK_FALSE(alive(daemon.main));
        CHECK_FALSE(alive(daemon.left));
        CHECK(alive(stranger.main));
        CHECK(alive(stranger.left));
        auto started = world.processes->start(shell("exit 0"));
        REQUIRE(started.ok());
        CHECK(world.waitForEnd(started->id).status == 0);
    }
    crash(stranger);
    const World cleaner(cgroups, instance + " of another user's");
    CHECK_FALSE(alive(stranger.left));
}

TEST_CASE("what does not die of a former daemon keeps neither the next nor a process from starting") { // jobs.md §12.5
    bool cgroups = bothWays();
    CAPTURE(cgroups);
    const std::string instance = "test of what does not die " + std::to_string(::getpid());
    const Daemon daemon = crashedDaemon(cgroups, instance);
    const Fd main = openPidfd(daemon.main);
    // The process acts like one that is stuck in the kernel: it stops on its way out, until its tracer lets it go.
    REQUIRE(::ptrace(PTRACE_SEIZE, daemon.main, nullptr, PTRACE_O_TRACEEXIT) == 0);
    crash(daemon);
    {
        World world(cgroups, instance, false, std::chrono::milliseconds(100));
        // A reaper kills it again and again, which ends even that stop.
        if (world.processes->enclosesAll()) CHECK((alive(daemon.main) && world.complaints.size() == 1));
        auto started = world.processes->start(shell("exit 0"));
        REQUIRE(started.ok());
        CHECK(world.waitForEnd(started->id).status == 0);
    }
    ::ptrace(PTRACE_DETACH, daemon.main, nullptr, nullptr);
    CHECK(hasEnded(main, 30'000));
    CHECK(World(cgroups, instance).complaints.empty());
}

TEST_CASE("what only looks like a former daemon's reaper, and does not end, keeps no daemon from starting") {
    const std::filesystem::path place =
        std::filesystem::temp_directory_path() / ("reapers-" + std::to_string(::getpid()));
    std::filesystem::create_directories(place);
    const std::filesystem::path program = place / "stint-exec";
    std::filesystem::copy_file("/bin/sh", program, std::filesystem::copy_options::overwrite_existing);
    const std::string instance = "test of a false reaper " + std::to_string(::getpid());
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const Fd out(ends[0]), in(ends[1]);
    const pid_t pretends = ::fork();
    REQUIRE(pretends >= 0);
    if (pretends == 0) {
        ::dup2(in.get(), STDOUT_FILENO);
        const char* const deaf = "trap '' TERM; echo; while :; do read never; done < /dev/null";
        ::execl(program.c_str(), "stint-exec", "-c", deaf, "--reap", instance.c_str(), nullptr);
        ::_exit(1);
    }
    char deafNow = 0;
    REQUIRE(::read(out.get(), &deafNow, 1) == 1);
    const Fd pidfd = openPidfd(pretends);
    CHECK(killReaperLeftovers(instance, std::chrono::milliseconds(50)));
    CHECK(hasEnded(pidfd));
    ::waitpid(pretends, nullptr, 0);
    std::filesystem::remove_all(place);
}

TEST_CASE("what holds the processes is said") {
    std::string found = World(true).processes->description();
    bool said = found.starts_with("cgroup v2 at /") || found.starts_with("no cgroup: ");
    CHECK_MESSAGE(said, found);
    CHECK(World(true).processes->enclosesAll() == found.starts_with("cgroup v2 at /"));
    CHECK(World(false).processes->description() == "no cgroup: not wanted; kept by reapers, advisory");
    CHECK_FALSE(World(false).processes->enclosesAll());
}

} // namespace stint
