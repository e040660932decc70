#include "process/spawn.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "base/fail.hpp"
#include "base/pidfd.hpp"
#include "base/program.hpp"
#include "base/socket_pair.hpp"
#include "base/try.hpp"

namespace stint {
namespace {

constexpr int socketInChild = 3;
constexpr int cgroupInChild = 4;
// Descriptors are moved above all that is set up in the child, so that none of them is overwritten before its turn.
constexpr int clear = 10;

// PROPOSAL: a user waits for this one, but others use the machine at the same moment.
constexpr int niceness = 5;
// PROPOSAL: files that services make are as readable as a user's; systemd gives its user units the same.
constexpr const char* serviceUmask = "022";

struct FileActions {
    FileActions() { ::posix_spawn_file_actions_init(&actions); }
    ~FileActions() { ::posix_spawn_file_actions_destroy(&actions); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;

    posix_spawn_file_actions_t actions;
    std::vector<Fd> moved;
};

Result<void> give(FileActions& to, int descriptor, int inChild) {
    Fd high(::fcntl(descriptor, F_DUPFD_CLOEXEC, clear));
    if (!high) return fail(Errc::SYSTEM, "cannot pass on a descriptor: {}", std::strerror(errno));
    ::posix_spawn_file_actions_adddup2(&to.actions, high.get(), inChild);
    to.moved.push_back(std::move(high));
    return {};
}

// -1: nothing to read; what is written goes where the daemon's own complaints go.
Result<void> giveStdio(FileActions& to, const Command& command) {
    const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null) return fail(Errc::SYSTEM, "cannot open /dev/null: {}", std::strerror(errno));
    const bool canComplain = ::fcntl(STDERR_FILENO, F_GETFD) >= 0;
    for (int i = 0; i < 3; ++i) {
        const int otherwise = i == 0 || !canComplain ? null.get() : STDERR_FILENO;
        const int given = command.stdio[static_cast<std::size_t>(i)];
        STINT_TRY(give(to, given >= 0 ? given : otherwise, i));
    }
    return {};
}

std::vector<std::string> helperArguments(const Command& command, const Entrance& entrance, const Helper& helper,
                                         const std::string& directory) {
    std::vector<std::string> words{helper.program.string(), "--parent", std::to_string(::getpid())};
    if (helper.descriptors != 0) words.insert(words.end(), {"--files", std::to_string(helper.descriptors)});
    words.insert(words.end(), entrance.arguments.begin(), entrance.arguments.end());
    if (entrance.procs) words.insert(words.end(), {"--cgroup", std::to_string(cgroupInChild)});
    if (command.service) words.insert(words.end(), {"--keep", std::to_string(socketInChild)});
    if (command.background && !command.keepsPriority)
        words.emplace_back(entrance.weighed ? "--idle-io" : "--idle");
    else if (command.service)
        words.insert(words.end(), {"--nice", std::to_string(niceness)});
    if (command.cleanEnvironment) words.insert(words.end(), {"--umask", serviceUmask});
    words.insert(words.end(), {"--directory", directory, "--"});
    words.insert(words.end(), command.arguments.begin(), command.arguments.end());
    return words;
}

} // namespace

Result<Spawned> spawn(const Command& command, const Entrance& entrance, const Environment& own, const Helper& helper) {
    Environment environment = environmentFor(command, own);
    const std::string directory = command.directory.empty() ? homeDirectory(environment).string() : command.directory;
    if (command.arguments.empty()) return fail(Errc::SYSTEM, "cannot start a command that is empty");
    STINT_TRY(findProgram(command.arguments.front(), environment.at("PATH"), directory));

    FileActions files;
    STINT_TRY(giveStdio(files, command));
    Spawned spawned;
    Fd childEnd;
    if (command.service) {
        auto [ours, theirs] = STINT_TRY(socketPair());
        spawned.socket = std::move(ours);
        childEnd = std::move(theirs);
        STINT_TRY(give(files, childEnd.get(), socketInChild));
        environment["STINT_SOCKET_FD"] = std::to_string(socketInChild);
    }
    if (entrance.procs) STINT_TRY(give(files, entrance.procs.get(), cgroupInChild));

    std::vector<std::string> words = helperArguments(command, entrance, helper, directory);
    std::vector<std::string> variables;
    for (const auto& [name, value] : environment)
        variables.push_back(name + '=' + value);
    const int error = ::posix_spawn(&spawned.pid, helper.program.c_str(), &files.actions, nullptr,
                                    pointersTo(words).data(), pointersTo(variables).data());
    if (error != 0) return fail(Errc::SYSTEM, "cannot start {}: {}", helper.program.string(), std::strerror(error));

    spawned.pidfd = openPidfd(spawned.pid);
    if (!spawned.pidfd) {
        Error refused = fail(Errc::SYSTEM, "cannot watch process {}: {}", spawned.pid, std::strerror(errno));
        ::kill(spawned.pid, SIGKILL);
        ::waitpid(spawned.pid, nullptr, 0);
        return refused;
    }
    return spawned;
}

} // namespace stint
