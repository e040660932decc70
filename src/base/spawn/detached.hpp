// A program that outlives the process that starts it: in a session of its own, away from the terminal and its signals.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include <spawn.h>
#include <sys/types.h>

namespace stint {

/// Starts `words` with that environment, in "/", with an empty stdin and no signal blocked or ignored; `outputs` sets
/// its stdout and stderr. Returns 0 and sets `pid`, or returns an errno. A name without a slash is looked for in PATH.
int spawnDetached(pid_t& pid, std::vector<std::string> words, std::vector<std::string> environment,
                  const std::function<void(posix_spawn_file_actions_t*)>& outputs);

} // namespace stint
