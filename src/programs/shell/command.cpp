#include "programs/shell/command.hpp"

#include <fcntl.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <vector>

#include "base/result/fail.hpp"
#include "base/spawn/spawn_terms.hpp"
#include "base/unix/pidfd.hpp"
#include "base/unix/program.hpp"
#include "programs/shell/descendants.hpp"

namespace stint::shell {
namespace {

constexpr int cgroupInChild = 3;

std::vector<std::string> wordsFor(const Order& order, Share share, const Command::Place& place,
                                  const std::filesystem::path& helper) {
    std::vector<std::string> words{helper.string(), "--parent", std::to_string(::getpid()), "--reap", "stint-shell"};
    if (share == Share::Leftover) words.emplace_back(place.weighed ? "--idle-io" : "--idle");
    if (place.waitsForAll) words.emplace_back("--all");
    if (place.procs) words.insert(words.end(), {"--cgroup", std::to_string(cgroupInChild)});
    words.insert(words.end(), {"--umask", fmt::format("{:o}", order.umask), "--directory", order.directory, "--"});
    words.insert(words.end(), order.arguments.begin(), order.arguments.end());
    return words;
}

Error cannotStart(const std::filesystem::path& helper, int error) {
    return fail(Errc::SYSTEM, "cannot start {}: {}", helper.string(), std::strerror(error));
}

} // namespace

Result<std::unique_ptr<Command>> Command::start(const Order& order, const std::filesystem::path& input, Share share,
                                                const Place& place, const std::filesystem::path& helper) {
    std::unique_ptr<Command> command(new Command);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail(Errc::SYSTEM, "cannot make a pipe: {}", std::strerror(errno));
    command->output_ = Fd(ends[0]);
    const Fd printed(ends[1]);
    ::fcntl(command->output(), F_SETFL, O_NONBLOCK);

    FileActions files;
    ::posix_spawn_file_actions_addopen(&files.actions, STDIN_FILENO, input.c_str(), O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files.actions, printed.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&files.actions, printed.get(), STDERR_FILENO);
    // The last action, and the target is a number that no other descriptor of ours has to pass through: all of them
    // are O_CLOEXEC.
    if (place.procs) ::posix_spawn_file_actions_adddup2(&files.actions, place.procs.get(), cgroupInChild);
    std::vector<std::string> words = wordsFor(order, share, place, helper);
    std::vector<std::string> variables = order.environment;
    const int error = ::posix_spawn(&command->pid_, helper.c_str(), &files.actions, nullptr, pointersTo(words).data(),
                                    pointersTo(variables).data());
    if (error != 0) {
        command->status_ = 0; // nothing to wait for
        return cannotStart(helper, error);
    }
    command->pidfd_ = openPidfd(command->pid_);
    if (!command->pidfd_) return cannotStart(helper, errno);
    return command;
}

Command::~Command() {
    if (status_) return;
    ::kill(pid_, SIGTERM); // the number is its own until it is waited for
    ::kill(pid_, SIGCONT);
    ::waitpid(pid_, nullptr, 0);
}

std::vector<pid_t> Command::outside(const std::string& cgroup) const { return descendantsOutside(pid_, cgroup); }

void Command::askToEnd() const {
    signalDescendants(pid_, SIGTERM);
    signalDescendants(pid_, SIGCONT); // a stopped process gets the signal only then
}

void Command::kill() const {
    sendSignal(pidfd_, SIGTERM);
    sendSignal(pidfd_, SIGCONT);
}

std::optional<int> Command::status() {
    int status = 0;
    if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) status_ = status;
    return status_;
}

} // namespace stint::shell
