// Programs started by posix_spawn(): its arguments beside the words, freed at the end of their scope; and a program
// that outlives the process that starts it, in a session of its own, away from the terminal and its signals.
#pragma once
#include <csignal>
#include <functional>
#include <string>
#include <vector>

#include <spawn.h>
#include <sys/types.h>

namespace stint {

/// The descriptors that the new process has.
struct FileActions {
    FileActions() { ::posix_spawn_file_actions_init(&actions); }
    ~FileActions() { ::posix_spawn_file_actions_destroy(&actions); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;

    posix_spawn_file_actions_t actions;
};

/// A session of its own, in which no signal is blocked or ignored, whatever this process blocks or ignores.
struct OwnSession {
    OwnSession() {
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        ::posix_spawnattr_init(&attributes);
        ::posix_spawnattr_setsigmask(&attributes, &none);
        ::posix_spawnattr_setsigdefault(&attributes, &all);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    ~OwnSession() { ::posix_spawnattr_destroy(&attributes); }
    OwnSession(const OwnSession&) = delete;
    OwnSession& operator=(const OwnSession&) = delete;

    posix_spawnattr_t attributes;
};

/// Starts `words` with that environment, in "/", with an empty stdin and no signal blocked or ignored; `outputs` sets
/// its stdout and stderr. Returns 0 and sets `pid`, or returns an errno. A name without a slash is looked for in PATH.
int spawnDetached(pid_t& pid, std::vector<std::string> words, std::vector<std::string> environment,
                  const std::function<void(posix_spawn_file_actions_t*)>& outputs);

} // namespace stint
