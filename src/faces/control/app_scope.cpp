#include "faces/control/app_scope.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <random>

#include <fmt/format.h>
#include <unistd.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/unix/program.hpp"

namespace stint::cli {
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
