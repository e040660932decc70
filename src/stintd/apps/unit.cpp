#include "stintd/apps/unit.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <sstream>

#include "base/unix/fd.hpp"

namespace stint {
namespace {

constexpr std::string_view prefix = "app-";
constexpr std::string_view scope = ".scope";
constexpr std::string_view service = ".service";

// The unit is the last part of the path that names one; a unit may have cgroups of its own below it.
std::string_view unitIn(std::string_view path) {
    while (!path.empty()) {
        const std::size_t slash = path.rfind('/');
        const std::string_view part = path.substr(slash + 1);
        if (part.ends_with(scope) || part.ends_with(service)) return part;
        if (slash == std::string_view::npos) break;
        path = path.substr(0, slash);
    }
    return {};
}

int hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// systemd.unit(5), string escaping: "-" inside an id is \x2d.
std::string unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text.substr(i, 2) == "\\x" && i + 3 < text.size();
        const int high = escape ? hexDigit(text[i + 2]) : -1;
        const int low = escape ? hexDigit(text[i + 3]) : -1;
        if (high >= 0 && low >= 0) {
            plain += static_cast<char>(high * 16 + low);
            i += 3;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

std::string_view lastPart(std::string_view text) { return text.substr(text.rfind('-') + 1); }

std::string_view withoutLastPart(std::string_view text) {
    const std::size_t dash = text.rfind('-');
    return dash == std::string_view::npos ? std::string_view() : text.substr(0, dash);
}

} // namespace

std::vector<std::string> appIdsOfUnit(std::string_view cgroupPath) {
    std::string_view unit = unitIn(cgroupPath);
    if (!unit.starts_with(prefix)) return {};
    const bool isScope = unit.ends_with(scope);
    unit.remove_suffix(isScope ? scope.size() : service.size());
    unit.remove_prefix(prefix.size());
    const std::size_t at = unit.find('@');
    const bool hasInstance = at != std::string_view::npos;
    unit = unit.substr(0, at);

    std::vector<std::string> ids;
    auto add = [&](std::string_view id) {
        if (!id.empty()) ids.push_back(unescaped(id));
    };
    if (!isScope) add(lastPart(unit));
    // Scopes end in a random part, and so do the services of some launchers.
    if (!hasInstance) add(lastPart(withoutLastPart(unit)));
    return ids;
}

std::optional<std::string> appIdOfFlatpak(std::string_view info) {
    std::istringstream lines{std::string(info)};
    bool inApplication = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('[')) inApplication = line == "[Application]";
        if (inApplication && line.starts_with("name=")) return line.substr(5);
    }
    return std::nullopt;
}

std::optional<std::string> flatpakOf(pid_t pid) {
    const std::string root = "/proc/" + std::to_string(pid) + "/root";
    const Fd directory(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK));
    if (!directory) return std::nullopt;
    const Fd file(::openat(directory.get(), ".flatpak-info", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    char text[4096]; // [Application] comes first
    const ssize_t size = ::read(file.get(), text, sizeof text);
    return size > 0 ? appIdOfFlatpak({text, static_cast<std::size_t>(size)}) : std::nullopt;
}

} // namespace stint
