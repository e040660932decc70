#include "stintd/process/reaper_enclosure.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>

#include "base/result/fail.hpp"
#include "base/text/number.hpp"
#include "base/unix/ancestry.hpp"
#include "base/unix/pidfd.hpp"
#include "base/unix/proc.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

std::optional<pid_t> pidOf(const fs::path& directory) { return numberIn<pid_t>(directory.filename().native()); }

// Its arguments are the process's own claim; that it is ours and runs stint-exec comes from the kernel.
bool isReaper(pid_t pid, const std::string& instance) {
    if (!runsStintExec(pid)) return false;
    const std::string directory = "/proc/" + std::to_string(pid);
    struct stat status {};
    if (::stat(directory.c_str(), &status) != 0 || status.st_uid != ::getuid()) return false;
    const std::string mark = std::string("--reap") + '\0' + instance + '\0';
    return readFile(directory + "/cmdline").value_or("").find(mark) != std::string::npos;
}

std::vector<Fd> reapersOf(const std::string& instance) {
    std::vector<Fd> found;
    std::error_code error;
    for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
        std::optional<pid_t> pid = pidOf(entry->path());
        if (!pid) continue;
        Fd pidfd = openPidfd(*pid); // opened first, so that what is read is of the pinned process
        if (pidfd && isReaper(*pid, instance)) found.push_back(std::move(pidfd));
    }
    return found;
}

} // namespace

void endReaper(const Fd& pidfd) {
    sendSignal(pidfd, SIGTERM);
    sendSignal(pidfd, SIGCONT); // a stopped one must run to see it
}

bool killReaperLeftovers(const std::string& instance, std::chrono::milliseconds forEach) {
    const std::vector<Fd> left = reapersOf(instance);
    // Each got SIGTERM when its daemon died; once more does no harm.
    for (const Fd& reaper : left)
        endReaper(reaper);
    const auto until = steady_clock::now() + forEach;
    bool gone = true;
    for (const Fd& reaper : left) {
        if (hasEnded(reaper, until)) continue;
        sendSignal(reaper, SIGKILL);
        gone &= hasEnded(reaper, steady_clock::now() + forEach);
    }
    return gone;
}

Result<Entrance> ReaperEnclosure::make(const AppId&, ProcessId, const CgroupLimits&) {
    Entrance entrance;
    entrance.arguments = {"--reap", instance_};
    return entrance;
}

void ReaperEnclosure::kill(const AppId&, ProcessId, const Fd& pidfd) { endReaper(pidfd); }

std::string ReaperEnclosure::description() const { return "no cgroup: " + why_ + "; kept by reapers, advisory"; }

} // namespace stint
