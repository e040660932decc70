#include "programs/shell/descendants.hpp"

#include <cstdlib>
#include <filesystem>
#include <vector>

#include <fmt/core.h>

#include "base/unix/pidfd.hpp"
#include "base/unix/proc.hpp"

namespace stint::shell {
namespace {

namespace fs = std::filesystem;

// proc(5): each thread has its own children.
std::vector<pid_t> childrenOf(pid_t parent) {
    std::vector<pid_t> children;
    std::error_code error;
    for (fs::directory_iterator thread(fmt::format("/proc/{}/task", parent), error), end; !error && thread != end;
         thread.increment(error)) {
        std::string list = readFile(thread->path() / "children").value_or("");
        char* next = list.data();
        while (long pid = std::strtol(next, &next, 10))
            children.push_back(static_cast<pid_t>(pid));
    }
    return children;
}

struct Descendant {
    pid_t pid;
    Fd pidfd;
};

// All are held before the first is signalled: it may end at once, and its children then have another parent.
std::vector<Descendant> held(pid_t ancestor) {
    std::vector<Descendant> found;
    std::vector<pid_t> parents{ancestor};
    for (std::size_t i = 0; i < parents.size(); ++i) {
        const pid_t parent = parents[i];
        for (const pid_t child : childrenOf(parent)) {
            Fd pidfd = openPidfd(child);
            auto stat = processStat(child);
            if (!pidfd || !stat || stat->parent != parent) continue; // it has ended; another may have its number
            found.push_back({child, std::move(pidfd)});
            parents.push_back(child);
        }
    }
    return found;
}

} // namespace

void signalDescendants(pid_t ancestor, int signal) {
    for (const auto& [pid, pidfd] : held(ancestor))
        sendSignal(pidfd, signal);
}

std::vector<pid_t> descendantsOutside(pid_t ancestor, const std::string& cgroup) {
    std::vector<pid_t> outside;
    for (const auto& [pid, pidfd] : held(ancestor)) {
        const auto path = cgroupPath(readFile(fmt::format("/proc/{}/cgroup", pid)).value_or(""));
        if (path && *path != cgroup && !path->starts_with(cgroup + "/") && !hasEnded(pidfd)) outside.push_back(pid);
    }
    return outside;
}

} // namespace stint::shell
