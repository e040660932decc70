#include "stintd/helpers/helper_process.hpp"

#include <cstring>

#include <unistd.h>

#include "base/result/fail.hpp"
#include "base/spawn/spawn_terms.hpp"

namespace stint {

Result<pid_t> startHelper(const std::filesystem::path& program, const Fd& socket) {
    FileActions files;
    const OwnSession session;
    ::posix_spawn_file_actions_adddup2(&files.actions, socket.get(), STDIN_FILENO);
    std::string name = program.string();
    char* words[] = {name.data(), nullptr};
    pid_t pid = 0;
    const int error = ::posix_spawn(&pid, name.c_str(), &files.actions, &session.attributes, words, environ);
    if (error != 0) return fail(Errc::SYSTEM, "cannot start {}: {}", name, std::strerror(error));
    return pid;
}

} // namespace stint
