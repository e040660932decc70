#include "programs/shell/command.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>

#include <fmt/core.h>

#include "base/cgroup/cgroup.hpp"
#include "base/result/errors.hpp"
#include "base/spawn/spawn.hpp"
#include "base/text/number.hpp"
#include "base/unix/paths.hpp"
#include "base/unix/process.hpp"

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

namespace {

/// The leaf into which this process moves once it divides its cgroup; the command's is beside it.
constexpr const char* ownLeaf = "shell";
constexpr const char* commandLeaf = "command";

std::optional<CgroupPlace> enclosure() {
    const auto mount = unifiedMount();
    const auto path = cgroupPath(readFile("/proc/self/cgroup").value_or(""));
    const auto ours = path ? enclosureIn(*path) : std::nullopt;
    return mount && ours ? placeOf(*mount, *ours) : std::nullopt;
}

bool areHeld(const Controllers& needed, const Controllers& held) { return std::ranges::includes(held, needed); }

Error cannotHold(const CgroupLimits& asked, const std::string& why) {
    return fail(Errc::UNAVAILABLE, "cannot hold {} here: {}; stint doctor tells more", textOf(asked), why);
}

} // namespace

std::optional<std::string> enclosureIn(const std::string& path) {
    fs::path place(path);
    if (place.filename() == ownLeaf) place = place.parent_path();
    const std::string number = place.filename().string();
    const std::string app = place.parent_path().filename().string();
    const bool isOurs = app == "app.org.stint.shell" || app.starts_with("app.org.stint.guard.");
    if (!isOurs || !numberIn<std::uint64_t>(number)) return std::nullopt;
    return place.string();
}

Result<std::optional<CommandCgroup>> CommandCgroup::make(const CgroupLimits& asked, const CgroupLimits& otherwise,
                                                         Use use) {
    std::optional<CommandCgroup> none;
    const CgroupLimits all = withDefaults(asked, otherwise);
    const bool freezes = use == Use::Freezing;
    if (neededFor(all).empty() && !freezes) return none;
    const Controllers needed = neededFor(asked);
    const auto place = enclosure();
    if (!place && !needed.empty()) return cannotHold(asked, "stintd keeps it in no cgroup");
    if (!place) return none;
    const Held held = divide(place->directory, ownLeaf);
    if (!areHeld(needed, held.held)) return cannotHold(asked, held.why);
    const CgroupLimits possible = heldOf(all, held.held);
    if (neededFor(possible).empty() && !freezes) return none;

    CommandCgroup made({fmt::format("{}/{}", place->path, commandLeaf), place->directory / commandLeaf}, possible);
    STINT_TRY(makeCgroup(made.place_.directory));
    STINT_TRY(writeLimits(possible, made.place_.directory));
    return std::optional(std::move(made));
}

CommandCgroup::~CommandCgroup() {
    if (!place_.directory.empty()) removeCgroup(place_.directory);
}

Result<Fd> CommandCgroup::entrance() const {
    const fs::path file = place_.directory / "cgroup.procs";
    Fd procs(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (!procs) return fail(Errc::SYSTEM, "cannot open {}: {}", file.string(), std::strerror(errno));
    return procs;
}

namespace {

constexpr int cgroupInChild = 3;

std::vector<std::string> wordsFor(const Order& order, Share share, const Command::Place& place,
                                  const std::filesystem::path& helper) {
    std::vector<std::string> words{helper.string(), "--parent", std::to_string(::getpid()), "--reap", "stint-shell"};
    if (share == Share::Leftover) words.insert(words.end(), {"--idle-io", "--nice", std::to_string(place.niceness)});
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
