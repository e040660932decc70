// The caller, and the question whether a user is looking (architecture.md, who is calling, what is visible; jobs.md
// §12.1, §12.2): real processes, and the kernel's word alone.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "apps/desk.hpp"
#include "apps/visitor.hpp"
#include "base/unix/process.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;

Result<std::optional<AppId>> nobody(pid_t) { return std::optional<AppId>(); }

bool operator==(const Caller& caller, const std::pair<const char*, bool>& expected) {
    return caller.app.name == expected.first && caller.isOperator == expected.second;
}

// Copies of a program that waits; an app's, and one of nobody's.
void copyProgram(const fs::path& to) { fs::copy_file("/bin/sleep", to); }

fs::path unifiedCgroups() {
    std::istringstream lines(readFile("/proc/self/mountinfo").value_or(""));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        std::string id, parent, device, root, point;
        if (line.find(" - cgroup2 ") != std::string::npos && fields >> id >> parent >> device >> root >> point)
            return point;
    }
    return {};
}

} // namespace

TEST_CASE("a process of nobody's app is the shell, and may do what its user may") { // (4)
    Desk desk;
    desk.open({desk.root}, builtInManifests("/libexec"));
    Visitor visitor;
    PeerProcess peer = visitor.peer();
    CHECK(peer.pid == visitor.pid);
    CHECK(peer.uid == ::getuid());
    CHECK(peer.startTime == processStat(visitor.pid)->startTime);
    CHECK(identify(peer, *desk.registry, nobody) == std::pair("org.stint.shell", true));
}

TEST_CASE("a process that Stint started is its app, and no operator, whatever else it may be") { // (1)
    Desk desk;
    copyProgram(desk.root / "program");
    install(desk.root, "com.example.a", "executable = \"" + (desk.root / "program").string() + "\"");
    desk.open({desk.root});
    Visitor visitor({.program = desk.root / "program"});
    auto started = [&](pid_t pid) -> Result<std::optional<AppId>> {
        return pid == visitor.pid ? std::optional(AppId{"com.example.job"}) : std::nullopt;
    };
    CHECK(identify(visitor.peer(), *desk.registry, started) == std::pair("com.example.job", false));
}

TEST_CASE("a process that runs an app's program is that app") { // (3)
    Desk desk;
    copyProgram(desk.root / "program");
    install(desk.root, "com.example.a", "executable = \"" + (desk.root / "program").string() + "\"");
    desk.open({desk.root});
    const Visitor visitor({.program = desk.root / "program", .name = "org.stint.shell"});
    Caller app = identify(visitor.peer(), *desk.registry, nobody);
    CHECK(app == std::pair("com.example.a", false));

    // An upgrade puts another file in its place while it runs.
    copyProgram(desk.root / "program.new");
    fs::rename(desk.root / "program.new", desk.root / "program");
    CHECK(identify(visitor.peer(), *desk.registry, nobody) == std::pair("com.example.a", false));
}

TEST_CASE("a process that only bears an app's name is not that app") {
    Desk desk;
    copyProgram(desk.root / "program");
    copyProgram(desk.root / "other");
    install(desk.root, "com.example.a", "executable = \"" + (desk.root / "program").string() + "\"");
    desk.open({desk.root});
    const Visitor visitor({.program = desk.root / "other", .name = desk.root / "program"});
    CHECK(readFile("/proc/" + std::to_string(visitor.pid) + "/cmdline")->starts_with((desk.root / "program").string()));
    CHECK(identify(visitor.peer(), *desk.registry, nobody) == std::pair("org.stint.shell", true));
}

TEST_CASE("a process in a desktop's unit is the app of that unit") { // (2)
    Desk desk;
    install(desk.root, "com.example.unit-app");
    desk.open({desk.root});
    const std::string name = "app-stint-com.example.unit\\x2dapp-" + std::to_string(::getpid()) + ".scope";
    fs::path cgroup = unifiedCgroups() / name;
    if (::mkdir(cgroup.c_str(), 0755) != 0) {
        MESSAGE("no cgroup can be made here: not tested");
        return;
    }
    auto join = [&] {
        const Fd procs(::open((cgroup / "cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
        return ::write(procs.get(), "0", 1) == 1;
    };
    {
        const Visitor visitor({.before = join});
        CHECK(identify(visitor.peer(), *desk.registry, nobody) == std::pair("com.example.unit-app", false));
        fs::remove(desk.root / "com.example.unit-app.toml");
        desk.runUntil([&] { return !desk.changes.empty(); });
        CHECK(identify(visitor.peer(), *desk.registry, nobody) == std::pair("org.stint.shell", true)); // no manifest
    }
    CHECK(::rmdir(cgroup.c_str()) == 0);
}

TEST_CASE("a process in a Flatpak sandbox is the app of that sandbox") { // (2)
    if (::getuid() != 0) return;                                         // a root of one's own is made by root alone
    Desk desk;
    install(desk.root, "com.example.sandboxed");
    desk.open({desk.root});
    fs::create_directories(desk.root / "sandbox");
    write(desk.root / "sandbox" / ".flatpak-info", "[Application]\nname=com.example.sandboxed\n");
    const Visitor visitor({.before = [&] { return ::chroot((desk.root / "sandbox").c_str()) == 0; }});
    CHECK(identify(visitor.peer(), *desk.registry, nobody) == std::pair("com.example.sandboxed", false));
}

TEST_CASE("a process of another user is refused") {
    if (::getuid() != 0) return;
    const Visitor visitor({.before = [] { return ::setuid(12345) == 0; }});
    auto peer = peerOf(visitor.connection.get());
    REQUIRE_FALSE(peer.ok());
    CHECK(peer.error().code == Errc::SECURITY);
    CHECK(peer.error().message.find("belongs to user 12345; this daemon serves user 0 alone") != std::string::npos);
}

TEST_CASE("a process of which nobody can say where it comes from is nobody, whatever it runs") {
    Desk desk;
    copyProgram(desk.root / "program");
    install(desk.root, "com.example.a", "executable = \"" + (desk.root / "program").string() + "\"");
    desk.open({desk.root});
    const Visitor visitor({.program = desk.root / "program"});
    auto hidden = [](pid_t) -> Result<std::optional<AppId>> { return Error{Errc::SECURITY, "too deep"}; };
    const Caller caller = identify(visitor.peer(), *desk.registry, hidden);
    CHECK(caller == std::pair("", false));
    CHECK(caller.unknown == "too deep");
}

TEST_CASE("a process that has executed another program is not what it was") {
    Desk desk;
    desk.open({desk.root});
    Visitor visitor;
    PeerProcess peer = visitor.peer();
    REQUIRE(peer.program);
    CHECK_FALSE(runsAnother(peer));
    PeerProcess before = visitor.peer();
    ++before.program->inode; // of the file that it ran before
    CHECK(runsAnother(before));
    CHECK(identify(before, *desk.registry, nobody) == std::pair("", false)); // between the look and the answer
    visitor.end();
    CHECK_FALSE(runsAnother(peer)); // what it said last is still its word
}

TEST_CASE("a process that has ended is nobody and sees nothing") {
    Desk desk;
    desk.open({desk.root});
    Visitor visitor({.terminal = true});
    const PeerProcess peer = visitor.peer();
    CHECK(inTerminalForeground(peer));
    visitor.end();
    CHECK(identify(peer, *desk.registry, nobody) == std::pair("", false));
    CHECK_FALSE(identify(peer, *desk.registry, nobody).unknown.empty());
    CHECK_FALSE(inTerminalForeground(peer));
    auto late = peerOf(visitor.connection.get());
    REQUIRE_FALSE(late.ok());
    CHECK(late.error().code == Errc::SECURITY);
    CHECK_FALSE(peerOf(-1).ok());
}

TEST_CASE("a process that another had pinned is known as long as it lives") { // linux.md §A.7
    Visitor visitor;
    Fd pinned = openPidfd(visitor.pid);
    Fd tooLate = openPidfd(visitor.pid);
    auto known = peerOf(visitor.pid, ::getuid(), std::move(pinned));
    REQUIRE(known.ok());
    CHECK(known.value().startTime == visitor.peer().startTime);
    visitor.end();
    CHECK_FALSE(peerOf(visitor.pid, ::getuid(), std::move(tooLate)).ok());
    CHECK_FALSE(peerOf(visitor.pid, ::getuid(), Fd()).ok());
}

TEST_CASE("a pid that was given to another process is not taken for the first") {
    Desk desk;
    desk.open({desk.root});
    Visitor first, second({.terminal = true});
    PeerProcess peer = first.peer();
    first.end();
    peer.pid = second.pid; // as if the number had been used again
    CHECK_FALSE(identify(peer, *desk.registry, nobody).isOperator);
    CHECK_FALSE(inTerminalForeground(peer));
    peer.startTime = second.peer().startTime; // within the same tick of the clock, even
    CHECK_FALSE(identify(peer, *desk.registry, nobody).isOperator);
    CHECK_FALSE(inTerminalForeground(peer));
}

TEST_CASE("only the foreground of a terminal is visible") { // jobs.md §12.2
    const Visitor foreground({.terminal = true});
    CHECK(inTerminalForeground(foreground.peer()));
    const Visitor background({.terminal = true, .behindAnother = true});
    CHECK_FALSE(inTerminalForeground(background.peer()));
    const Visitor without({.before = [] { return ::setsid() > 0; }});
    CHECK_FALSE(inTerminalForeground(without.peer()));
}

TEST_CASE("visible is what is in the foreground at this moment") {
    Visitor job({.terminal = true, .behindAnother = true});
    const PeerProcess peer = job.peer();
    CHECK_FALSE(inTerminalForeground(peer));
    job.tellShell("fg");
    CHECK(inTerminalForeground(peer));
    job.tellShell("bg");
    CHECK_FALSE(inTerminalForeground(peer));
}

TEST_CASE("a process whose terminal was closed is not visible") {
    Visitor visitor({.before = [] { return std::signal(SIGHUP, SIG_IGN) != SIG_ERR; }, .terminal = true});
    const PeerProcess peer = visitor.peer();
    CHECK(inTerminalForeground(peer));
    visitor.terminal = Fd();
    CHECK_FALSE(inTerminalForeground(peer));
}

} // namespace stint
