#include "faces/control/detached.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/core.h>
#include <fmt/format.h>

#include "base/result/errors.hpp"
#include "base/spawn/spawn.hpp"
#include "base/unix/fd.hpp"
#include "base/unix/paths.hpp"
#include "link/wire/errors.hpp"

namespace stint::cli {

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

Result<pid_t> startDetached(const std::vector<std::string>& words, const Surroundings& around) {
    // Opened here, so that an error of it is not reported as the program's.
    const Fd output(::open(around.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!output) return within(fmt::format("cannot write the log {}", around.output), wire::errorFromErrno(errno));
    pid_t child = 0;
    const int error =
        spawnDetached(child, words, environmentWith(around.variables), [&](posix_spawn_file_actions_t* files) {
            posix_spawn_file_actions_adddup2(files, output.get(), STDERR_FILENO);
            posix_spawn_file_actions_adddup2(files, around.answers < 0 ? STDERR_FILENO : around.answers, STDOUT_FILENO);
        });
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

namespace {

namespace fs = std::filesystem;

Result<fs::path> scopeStarter() { return findOnPath("systemd-run"); }

} // namespace

bool hasUserManager() {
    const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
    std::error_code unknown;
    return runtime && fs::is_socket(fs::path(runtime) / "systemd/private", unknown) && scopeStarter().ok();
}

std::string scopeName(const std::string& package, unsigned random) {
    std::string name;
    for (const char c : package)
        name += c == '-' ? "\\x2d" : std::string(1, c);
    return fmt::format("app-stint-{}-{:x}.scope", name, random);
}

Result<void> becomeInScope(const std::string& package, std::vector<std::string> command, const fs::path& here) {
    const fs::path program = STINT_TRY(findOnPath(command.front(), here));
    const fs::path starter = STINT_TRY(scopeStarter());
    command.front() = program.string();
    std::vector<std::string> words{starter.string(),
                                   "--user",
                                   "--scope",
                                   "--quiet",
                                   "--collect",
                                   "--slice=app.slice",
                                   "--description=" + package,
                                   "--unit=" + scopeName(package, std::random_device{}()),
                                   "--"};
    words.insert(words.end(), command.begin(), command.end());
    ::execv(words.front().c_str(), pointersTo(words).data());
    return fail(Errc::SYSTEM, "cannot run {}: {}", words.front(), std::strerror(errno));
}

} // namespace stint::cli
