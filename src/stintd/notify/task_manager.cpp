#include "stintd/notify/task_manager.hpp"

#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/spawn/detached.hpp"
#include "base/unix/pidfd.hpp"
#include "base/unix/program.hpp"

namespace stint {
namespace {

constexpr std::size_t mostAtOnce = 8; ///< a person may hold the button down

/// The command in PATH, where a person's shell finds it; else beside this program.
std::filesystem::path ourCommand() {
    auto found = findOnPath("stint");
    return found.ok() ? std::move(*found) : ownDirectory() / "stint";
}

/// Our environment without the variables that are about this process alone.
std::vector<std::string> environmentFor(const std::string& token) {
    std::vector<std::string> variables;
    for (char** each = environ; *each; ++each) {
        const std::string_view variable = *each;
        const bool own = variable.starts_with("NOTIFY_SOCKET=") || variable.starts_with("XDG_ACTIVATION_TOKEN=") ||
                         variable.starts_with("LISTEN_");
        if (!own) variables.emplace_back(variable);
    }
    if (!token.empty()) variables.push_back("XDG_ACTIVATION_TOKEN=" + token);
    return variables;
}

} // namespace

void TaskManagerPage::open(const std::optional<JobKey>& job, const std::string& token) {
    if (children_.size() >= mostAtOnce) return;
    if (const auto started = start(job, token); !started.ok())
        news_(fmt::format("cannot open the Task Manager: {}", started.error().message));
}

Result<void> TaskManagerPage::start(const std::optional<JobKey>& job, const std::string& token) {
    std::vector<std::string> words{ourCommand().native(), "ui"};
    if (job) words.insert(words.end(), {"--job", textOf(*job)});
    pid_t pid = 0;
    const int error = spawnDetached(pid, words, environmentFor(token), [](posix_spawn_file_actions_t* files) {
        ::posix_spawn_file_actions_addopen(files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    });
    if (error != 0) return fail(Errc::SYSTEM, "{}: {}", words.front(), std::strerror(error));
    Child& child = children_[pid];
    child.owner = this;
    child.pid = pid;
    child.pidfd = openPidfd(pid);
    sd_event_source* source = nullptr;
    const int added = sd_event_add_io(loop_, &source, child.pidfd.get(), EPOLLIN, exited, &child);
    child.exit.reset(source);
    if (added >= 0) return {};
    children_.erase(pid);
    return fail(Errc::SYSTEM, "process {} cannot be watched: {}", pid, std::strerror(-added));
}

int TaskManagerPage::exited(sd_event_source*, int, std::uint32_t, void* data) {
    Child& child = *static_cast<Child*>(data);
    TaskManagerPage& self = *child.owner;
    int status = 0;
    const bool known = ::waitpid(child.pid, &status, WNOHANG) == child.pid; // else it was waited for with the orphans
    if (known && WIFEXITED(status) && WEXITSTATUS(status) != 0)
        self.news_(fmt::format("the Task Manager was not opened: `stint ui` ended with {}", WEXITSTATUS(status)));
    self.children_.erase(child.pid);
    return 0;
}

} // namespace stint
