#include "cli/daemon/detached.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <string_view>

#include <fmt/core.h>

#include "base/fail.hpp"
#include "base/program.hpp"
#include "wire/errors.hpp"

namespace stint::cli {
namespace {

std::vector<std::string> environmentWith(std::vector<std::string> variables) {
    for (char** variable = environ; *variable; ++variable) {
        const std::string_view one = *variable;
        const std::string_view name = one.substr(0, one.find('=') + 1);
        const bool isOurs =
            std::ranges::any_of(variables, [&](const std::string& other) { return other.starts_with(name); });
        if (!isOurs) variables.emplace_back(one);
    }
    return variables;
}

} // namespace

Result<pid_t> startDetached(std::vector<std::string> words, const Surroundings& around) {
    std::vector<std::string> environment = environmentWith(around.variables);
    posix_spawn_file_actions_t files{};
    posix_spawnattr_t how{};
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&how);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, around.output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&files, around.answers < 0 ? STDERR_FILENO : around.answers, STDOUT_FILENO);
    posix_spawn_file_actions_addchdir_np(&files, "/");
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setsigdefault(&how, &all);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    pid_t child = 0;
    const int error = ::posix_spawnp(&child, words.front().c_str(), &files, &how, pointersTo(words).data(),
                                     pointersTo(environment).data());
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
    if (error != 0) return within(fmt::format("cannot start {}", words.front()), wire::errorFromErrno(error));
    return child;
}

std::string lastWordsIn(const std::string& file, const std::string& program) {
    const std::string name = program + ": ";
    std::ifstream lines(file);
    std::string last;
    for (std::string line; std::getline(lines, line);)
        if (!line.empty()) last = line;
    return last.starts_with(name) ? last.substr(name.size()) : last;
}

} // namespace stint::cli
