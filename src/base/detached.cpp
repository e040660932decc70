#include "base/detached.hpp"

#include <csignal>

#include <fcntl.h>
#include <unistd.h>

#include "base/program.hpp"

namespace stint {

int spawnDetached(pid_t& pid, std::vector<std::string> words, std::vector<std::string> environment,
                  const std::function<void(posix_spawn_file_actions_t*)>& outputs) {
    posix_spawn_file_actions_t files{};
    posix_spawnattr_t how{};
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&how);
    ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    outputs(&files);
    ::posix_spawn_file_actions_addchdir_np(&files, "/");
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&how, &none);
    ::posix_spawnattr_setsigdefault(&how, &all);
    ::posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    const int error = ::posix_spawnp(&pid, words.front().c_str(), &files, &how, pointersTo(words).data(),
                                     pointersTo(environment).data());
    ::posix_spawnattr_destroy(&how);
    ::posix_spawn_file_actions_destroy(&files);
    return error;
}

} // namespace stint
