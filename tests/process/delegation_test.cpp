// A daemon that is not root, in a cgroup that was delegated to its user, as systemd does with Delegate=yes (linux.md
// A.6, §C): the common case of an installed stintd.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "base/cgroup/cgroup.hpp"
#include "base/unix/process.hpp"
#include "process/world.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr uid_t user = 12345;

fs::path delegated() {
    auto mount = unifiedMount();
    fs::path cgroup = mount ? mount->point / ("stint-test-delegated-" + std::to_string(::getpid())) : fs::path();
    if (!mount || ::mkdir(cgroup.c_str(), 0755) != 0) return {};
    for (const char* name : {"", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control"})
        if (::chown((cgroup / name).c_str(), user, user) != 0) return {};
    return cgroup;
}

// A check by a user's daemon there: 0 where all is as it should be, else the number of the first fault.
int asUser(const fs::path& cgroup) {
    const Fd procs(::open((cgroup / "cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
    if (::write(procs.get(), "0", 1) != 1 || ::setgid(user) != 0 || ::setuid(user) != 0) return 1;
    if (::access(helper().c_str(), X_OK) != 0) return 0; // this tree is root's alone: nothing can be shown
    World world(true);
    if (!world.processes->description().starts_with("cgroup v2 at " + cgroup.string())) return 2;
    auto started = world.processes->start(shell("(setsid sleep 1000 &); cat /proc/self/cgroup >&3; read end <&3"));
    if (!started) return 3;
    if (line(started->socket).empty()) return 4;
    world.processes->kill(started->id);
    return world.waitForEnd(started->id).killed ? 0 : 5;
}

} // namespace

TEST_CASE("a user's daemon keeps its processes in the cgroup that was delegated to it") {
    if (::getuid() != 0) return; // root delegates
    const fs::path cgroup = delegated();
    if (cgroup.empty()) {
        MESSAGE("no cgroup can be made here: not tested");
        return;
    }
    pid_t daemon = ::fork();
    REQUIRE(daemon >= 0);
    if (daemon == 0) ::_exit(asUser(cgroup));
    int status = 0;
    ::waitpid(daemon, &status, 0);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(waitUntilEmpty(openEvents(cgroup), std::chrono::steady_clock::now() + 30s));
    removeCgroup(cgroup);
    CHECK_FALSE(fs::exists(cgroup));
}

} // namespace stint
