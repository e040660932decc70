#include "base/spawn/spawn.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "base/unix/paths.hpp"

namespace stint {

int spawnDetached(pid_t& pid, std::vector<std::string> words, std::vector<std::string> environment,
                  const std::function<void(posix_spawn_file_actions_t*)>& outputs) {
    FileActions files;
    const OwnSession session;
    ::posix_spawn_file_actions_addopen(&files.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    outputs(&files.actions);
    ::posix_spawn_file_actions_addchdir_np(&files.actions, "/");
    return ::posix_spawnp(&pid, words.front().c_str(), &files.actions, &session.attributes, pointersTo(words).data(),
                          pointersTo(environment).data());
}

} // namespace stint
