#include "stintd/process/environment.hpp"

#include <algorithm>
#include <array>

#include "base/unix/home_directory.hpp"
#include "base/unix/program.hpp"

namespace stint {
namespace {

constexpr std::array<std::string_view, 10> kept{
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "TMPDIR", "TZ",
};
// The common ways to name a proxy: curl reads http_proxy in small letters only, and the others in both.
constexpr std::array<std::string_view, 7> proxies{
    "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
};
// sd_notify(3), sd_listen_fds(3): addressed to the daemon by its own starter.
constexpr std::array<std::string_view, 11> daemonsOwn{
    "NOTIFY_SOCKET", "LISTEN_FDS",     "LISTEN_PID", "LISTEN_FDNAMES",   "WATCHDOG_USEC",   "WATCHDOG_PID",
    "INVOCATION_ID", "JOURNAL_STREAM", "MAINPID",    "SYSTEMD_EXEC_PID", "STINT_DELEGATED",
};

template <class Names> bool holds(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool isForServices(std::string_view name) {
    const bool place = name.starts_with("XDG_") && name.ends_with("_HOME");
    return place || name.starts_with("LC_") || holds(kept, name) || holds(proxies, name);
}

std::string valueOr(const Environment& environment, const std::string& name, std::string_view otherwise) {
    auto found = environment.find(name);
    return found == environment.end() ? std::string(otherwise) : found->second;
}

} // namespace

Environment environmentFrom(const char* const* strings) {
    Environment environment;
    for (; *strings; ++strings) {
        const std::string_view text(*strings);
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos) environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return environment;
}

Environment environmentFor(const Command& command, const Environment& own) {
    Environment environment;
    for (const auto& [name, value] : own) {
        if (command.cleanEnvironment ? isForServices(name) : !holds(daemonsOwn, name)) environment[name] = value;
    }
    environment.try_emplace("PATH", defaultPath);
    environment.try_emplace("HOME", homeDirectory(own).string());
    for (const auto& [name, value] : command.environment)
        environment[name] = value;
    return environment;
}

std::filesystem::path homeDirectory(const Environment& environment) {
    std::filesystem::path home = valueOr(environment, "HOME", "");
    if (home.empty()) home = homeDirectory();
    std::error_code ignored;
    return std::filesystem::is_directory(home, ignored) ? home : "/";
}

} // namespace stint
