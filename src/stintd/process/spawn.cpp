#include "stintd/process/spawn.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <tuple>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/unix/program.hpp"
#include "base/unix/socket_pair.hpp"
#include "stintd/process/exec/order.hpp"

namespace stint {
namespace {

constexpr int socketInChild = order::socketInChild;
constexpr int cgroupInChild = 4;

// PROPOSAL: a user waits for a service that is no background work, but others use the machine at the same moment.
constexpr int niceness = 5;
// PROPOSAL: files that services make are as readable as a user's; systemd gives its user units the same.
constexpr const char* serviceUmask = "022";

// -1 stands for /dev/null as stdin, and for the daemon's own stderr as stdout and stderr.
Result<std::array<Fd, 3>> stdioOf(const Command& command) {
    const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null) return fail(Errc::SYSTEM, "cannot open /dev/null: {}", std::strerror(errno));
    const bool canComplain = ::fcntl(STDERR_FILENO, F_GETFD) >= 0;
    std::array<Fd, 3> stdio;
    for (std::size_t i = 0; i < stdio.size(); ++i) {
        const int otherwise = i == 0 || !canComplain ? null.get() : STDERR_FILENO;
        const int given = command.stdio[i] >= 0 ? command.stdio[i] : otherwise;
        stdio[i] = Fd(::fcntl(given, F_DUPFD_CLOEXEC, 0));
        if (!stdio[i]) return fail(Errc::SYSTEM, "cannot pass on a descriptor: {}", std::strerror(errno));
    }
    return stdio;
}

std::vector<std::string> wordsFor(const Command& command, const Entrance& entrance, const Helper& helper,
                                  const std::string& directory) {
    std::vector<std::string> words{helper.program.string(), "--parent", std::to_string(::getpid())};
    if (helper.descriptors != 0) words.insert(words.end(), {"--files", std::to_string(helper.descriptors)});
    words.insert(words.end(), entrance.arguments.begin(), entrance.arguments.end());
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

Result<Prepared> prepare(const Command& command, Entrance entrance, const Environment& own, const Helper& helper) {
    Environment environment = environmentFor(command, own);
    const std::string directory = command.directory.empty() ? homeDirectory(environment).string() : command.directory;
    if (command.arguments.empty()) return fail(Errc::SYSTEM, "cannot start a command that is empty");
    STINT_TRY(findProgram(command.arguments.front(), environment.at("PATH"), directory));

    auto stdio = STINT_TRY(stdioOf(command));
    Prepared prepared{.words = wordsFor(command, entrance, helper, directory),
                      .stdio = std::move(stdio),
                      .cgroup = std::move(entrance.cgroup)};
    if (command.service) {
        std::tie(prepared.ours, prepared.socket) = STINT_TRY(socketPair());
        environment["STINT_SOCKET_FD"] = std::to_string(socketInChild);
    }
    for (const auto& [name, value] : environment)
        prepared.variables.push_back(name + '=' + value);
    return prepared;
}

Result<Born> spawn(const Prepared& prepared) {
    std::vector<std::string> words = prepared.words;
    Fd procs;
    if (prepared.cgroup) {
        procs = Fd(::openat(prepared.cgroup.get(), "cgroup.procs", O_WRONLY | O_CLOEXEC));
        if (!procs) return fail(Errc::SYSTEM, "cannot open the cgroup.procs of a process: {}", std::strerror(errno));
        words.insert(words.begin() + 1, {"--cgroup", std::to_string(cgroupInChild)});
    }
    const auto& [in, out, complaints] = prepared.stdio;
    const std::array given{in.get(), out.get(), complaints.get(), prepared.socket.get(), procs.get()};
    return posixSpawn(prepared.words.front(), std::move(words), prepared.variables, given);
}

} // namespace stint
