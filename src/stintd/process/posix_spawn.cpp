#include "stintd/process/posix_spawn.hpp"

#include <fcntl.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/spawn/spawn_terms.hpp"
#include "base/unix/pidfd.hpp"
#include "base/unix/program.hpp"

namespace stint {
namespace {

// Descriptors are first moved above the child's places, so that none is overwritten before its turn.
constexpr int clear = 10;

struct Given : FileActions {
    std::vector<Fd> moved;
};

Result<void> give(Given& to, int descriptor, int inChild) {
    Fd high(::fcntl(descriptor, F_DUPFD_CLOEXEC, clear));
    if (!high) return fail(Errc::SYSTEM, "cannot pass on a descriptor: {}", std::strerror(errno));
    ::posix_spawn_file_actions_adddup2(&to.actions, high.get(), inChild);
    to.moved.push_back(std::move(high));
    return {};
}

} // namespace

Result<Born> pinned(pid_t pid) {
    Born born{pid, openPidfd(pid)};
    if (born.pidfd) return born;
    Error refused = fail(Errc::SYSTEM, "cannot watch process {}: {}", pid, std::strerror(errno));
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return refused;
}

Result<Born> posixSpawn(const std::filesystem::path& program, std::vector<std::string> words,
                        std::vector<std::string> variables, std::span<const int> descriptors) {
    Given files;
    for (std::size_t place = 0; place < descriptors.size(); ++place)
        if (descriptors[place] >= 0) STINT_TRY(give(files, descriptors[place], static_cast<int>(place)));
    pid_t pid = 0;
    const int error = ::posix_spawn(&pid, program.c_str(), &files.actions, nullptr, pointersTo(words).data(),
                                    pointersTo(variables).data());
    if (error != 0) return fail(Errc::SYSTEM, "cannot start {}: {}", program.string(), std::strerror(error));
    return pinned(pid);
}

} // namespace stint
