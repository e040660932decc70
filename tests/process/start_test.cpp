// A started process's surroundings, and the end of a command that cannot be started (architecture.md, running a job).
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/unix/process.hpp"
#include "process/world.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;

std::string statusField(pid_t pid, const std::string& name) {
    const std::string text = readFile("/proc/" + std::to_string(pid) + "/status").value_or("");
    std::size_t begin = text.find(name + ":\t");
    REQUIRE(begin != std::string::npos);
    begin += name.size() + 2;
    return text.substr(begin, text.find('\n', begin) - begin);
}

struct Pipe {
    Pipe() {
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        out = Fd(ends[0]);
        in = Fd(ends[1]);
    }
    Fd out, in;
};

int nicenessOf(pid_t pid) { return ::getpriority(PRIO_PROCESS, static_cast<id_t>(pid)); }

} // namespace

TEST_CASE("a process that ends is told as gone with its own status") {
    bool cgroups = bothWays();
    CAPTURE(cgroups);
    World world(cgroups);
    auto exits = world.processes->start(shell("exit 7"));
    auto dies = world.processes->start(shell("kill -ABRT $$"));
    REQUIRE(exits.ok());
    REQUIRE(dies.ok());

    Gone exited = world.waitForEnd(exits->id);
    CHECK(WIFEXITED(exited.status));
    CHECK(WEXITSTATUS(exited.status) == 7);
    CHECK_FALSE(exited.killed);
    CHECK(exited.app == AppId{"com.example.app"});
    Gone died = world.waitForEnd(dies->id);
    CHECK(WIFSIGNALED(died.status));
    CHECK(WTERMSIG(died.status) == SIGABRT);
    CHECK_FALSE(died.killed);
}

TEST_CASE("a service speaks to the daemon over the descriptor that STINT_SOCKET_FD names") {
    bool cgroups = bothWays();
    CAPTURE(cgroups);
    World world(cgroups);
    auto started = world.processes->start(shell("read question <&$STINT_SOCKET_FD; echo $question too >&3"));
    REQUIRE(started.ok());
    REQUIRE(::write(started->socket.get(), "warm\n", 5) == 5);
    CHECK(line(started->socket) == "warm too");
    world.waitForEnd(started->id);
    CHECK(line(started->socket).empty()); // its end is seen: nobody else holds it
}

TEST_CASE("a process gets no descriptor of the daemon's but its three and its socket") {
    bool cgroups = bothWays();
    CAPTURE(cgroups);
    const Fd leaky(::open("/dev/null", O_RDONLY)); // of a library that forgot O_CLOEXEC
    World world(cgroups);
    const Pipe input;
    Command command = shell("exec >&3; echo $$; read end"); // a shell that redirects for good keeps no copies
    command.stdio[0] = input.out.get();
    auto started = world.processes->start(command);
    REQUIRE(started.ok());
    std::set<std::string> descriptors;
    for (const auto& entry : fs::directory_iterator("/proc/" + line(started->socket) + "/fd"))
        descriptors.insert(entry.path().filename());
    CHECK(descriptors == std::set<std::string>{"0", "1", "2", "3"});
    world.processes->kill(started->id);
    world.waitForEnd(started->id);
}

TEST_CASE("a service sees a clean environment") {
    ::setenv("STINT_TEST_SECRET", "told to the daemon alone", 1);
    ::setenv("XDG_STATE_HOME", "/state", 1);
    ::setenv("https_proxy", "http://proxy.example:3128", 1);
    World world(true);
    Command command = shell("echo \"$STINT_TEST_SECRET|$XDG_STATE_HOME|$https_proxy|$ADDED|${PATH:+path}\" >&3");
    command.environment["ADDED"] = "by the caller";
    auto clean = world.processes->start(command);
    REQUIRE(clean.ok());
    CHECK(line(clean->socket) == "|/state|http://proxy.example:3128|by the caller|path");

    command.cleanEnvironment = false;
    auto own = world.processes->start(command);
    REQUIRE(own.ok());
    CHECK(line(own->socket).starts_with("told to the daemon alone|"));
    world.waitForEnd(clean->id);
    world.waitForEnd(own->id);
}

// limits.md §13
TEST_CASE("without a share of the processors background work is nicer than what a user waits for") {
    bool cgroups = bothWays();
    CAPTURE(cgroups);
    World world(cgroups);
    world.processes->limitBackground({.cpuWeight = 20});
    Command command = shell("echo $$ >&3; read end <&3");
    auto background = world.processes->start(command);
    command.background = false;
    auto foreground = world.processes->start(command);
    REQUIRE(background.ok());
    REQUIRE(foreground.ok());
    const bool isWeighed = world.processes->controllers().held.contains(Controller::Cpu);
    const int own = nicenessOf(0);
    const pid_t leftover = pidIn(background->socket);
    CHECK(nicenessOf(leftover) == (isWeighed ? own : own + 7));
    // LINUX: the session's own, where the kernel groups sessions; root may always set it.
    const auto group = readFile("/proc/" + std::to_string(leftover) + "/autogroup");
    if (group && ::geteuid() == 0 && !isWeighed) CHECK(group->ends_with(" nice " + std::to_string(own + 7) + '\n'));
    CHECK(nicenessOf(pidIn(foreground->socket)) == own + 5);
    world.processes->killApp({"com.example.app"});
    world.waitForEnd(background->id);
    world.waitForEnd(foreground->id);
}

TEST_CASE("no signal setting and no terminal of the daemon's reaches a process") {
    bool cgroups = bothWays();
    CAPTURE(cgroups);
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &blocked, &before);
    auto pipeBefore = std::signal(SIGPIPE, SIG_IGN);
    World world(cgroups);
    auto started = world.processes->start(shell("echo $$ >&3; read end <&3"));
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    std::signal(SIGPIPE, pipeBefore);
    REQUIRE(started.ok());
    pid_t pid = pidIn(started->socket);
    CHECK(statusField(pid, "SigBlk") == "0000000000000000");
    CHECK(statusField(pid, "SigIgn") == "0000000000000000");
    CHECK(processStat(pid)->session == pid);
    CHECK(processStat(pid)->terminal == 0);
    started->socket = Fd();
    world.waitForEnd(started->id);
}

TEST_CASE("a process starts in the directory it is given, else in the home directory") {
    ::setenv("HOME", "/usr", 1);
    World world(true);
    Command command = shell("pwd >&3");
    auto root = world.processes->start(command);
    command.directory.clear();
    auto home = world.processes->start(command);
    REQUIRE(root.ok());
    REQUIRE(home.ok());
    CHECK(line(root->socket) == "/");
    CHECK(line(home->socket) == "/usr");
    world.waitForEnd(root->id);
    world.waitForEnd(home->id);
}

TEST_CASE("an unknown program is refused by name before anything is started") {
    bool cgroups = bothWays();
    CAPTURE(cgroups);
    World world(cgroups);
    Command command = shell("");
    command.arguments = {"stint-no-such-program"};
    auto named = world.processes->start(command);
    REQUIRE_FALSE(named.ok());
    CHECK(named.error().code == Errc::SYSTEM);
    CHECK(named.error().message.starts_with("cannot start stint-no-such-program: no such program in PATH ("));
    command.arguments = {"/no/such/program"};
    auto path = world.processes->start(command);
    REQUIRE_FALSE(path.ok());
    CHECK(path.error().message == "cannot start /no/such/program: no such program");
    command.arguments = {};
    CHECK_FALSE(world.processes->start(command).ok());
    CHECK_FALSE(world.processes->anyAlive(command.app));
}

TEST_CASE("a program that cannot be executed ends with 127 and says why on stderr") {
    bool cgroups = bothWays();
    CAPTURE(cgroups);
    const fs::path script = fs::temp_directory_path() / ("stint-test-" + std::to_string(::getpid()));
    std::ofstream(script) << "#!/no/such/interpreter\n";
    fs::permissions(script, fs::perms::owner_all);
    const Pipe complaints;
    World world(cgroups);
    Command command = shell("");
    command.arguments = {script.string()};
    command.stdio[2] = complaints.in.get();
    auto started = world.processes->start(command);
    REQUIRE(started.ok());
    const Gone gone = world.waitForEnd(started->id);
    CHECK(WIFEXITED(gone.status));
    CHECK(WEXITSTATUS(gone.status) == 127);
    CHECK(line(complaints.out) == "stint: cannot start " + script.string() + ": No such file or directory");
    fs::remove(script);
}

TEST_CASE("a helper that is missing is named") {
    World world(true);
    auto opened = Processes::open(world.loop, world, {"/no/such/stint-exec", "test without a helper", true});
    REQUIRE(opened.ok());
    auto started = (*opened)->start(shell("true"));
    REQUIRE_FALSE(started.ok());
    CHECK(started.error().message == "cannot start /no/such/stint-exec: No such file or directory");
}

TEST_CASE("stint-exec runs nothing for a parent that is not its own") {
    const fs::path mark = fs::temp_directory_path() / ("stint-mark-" + std::to_string(::getpid()));
    const std::string command = helper().string() + " --parent 1 --directory / -- touch " + mark.string();
    const int status = std::system(command.c_str());
    CHECK(WEXITSTATUS(status) == 127);
    CHECK_FALSE(fs::exists(mark));
}

} // namespace stint
