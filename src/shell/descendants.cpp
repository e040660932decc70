#include "shell/descendants.hpp"

#include <cstdlib>
#include <filesystem>
#include <vector>

#include <fmt/core.h>

#include "base/pidfd.hpp"
#include "base/proc.hpp"

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

} // namespace

void signalDescendants(pid_t ancestor, int signal) {
    // All are held before the first is told: it may end at once, and its children then have another parent.
    std::vector<std::pair<pid_t, Fd>> found;
    std::vector<pid_t> parents{ancestor};
    for (std::size_t i = 0; i < parents.size(); ++i) {
        const pid_t parent = parents[i];
        for (const pid_t child : childrenOf(parent)) {
            Fd pidfd = openPidfd(child);
            auto stat = processStat(child);
            if (!pidfd || !stat || stat->parent != parent) continue; // it has ended, and the number may be another's
            found.emplace_back(child, std::move(pidfd));
            parents.push_back(child);
        }
    }
    for (const auto& [pid, pidfd] : found)
        sendSignal(pidfd, signal);
}

} // namespace stint::shell
