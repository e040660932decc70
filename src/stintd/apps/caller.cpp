#include "stintd/apps/caller.hpp"

#include <cerrno>
#include <cstring>
#include <sstream>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/result/errors.hpp"
#include "base/unix/fd.hpp"
#include "base/unix/process.hpp"

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 // Linux 6.5; newer than the C library's headers
#endif

namespace stint {
namespace {

// The kernel's descriptor of the peer, which no reuse of its pid can deceive; older kernels offer none.
Fd peerPidfd(int socket, pid_t pid) {
    int descriptor = -1;
    socklen_t size = sizeof descriptor;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &descriptor, &size) == 0) return Fd(descriptor);
    return openPidfd(pid);
}

std::optional<Program> programOf(pid_t pid) {
    struct stat file {};
    if (::stat(fmt::format("/proc/{}/exe", pid).c_str(), &file) != 0) return std::nullopt;
    return Program{file.st_dev, file.st_ino};
}

// The pid is that process's, and /proc/PID is about it, as long as the pidfd has not ended.
bool isStillThere(const PeerProcess& peer) {
    std::optional<ProcessStat> stat = processStat(peer.pid);
    return stat && stat->startTime == peer.startTime && programOf(peer.pid) == peer.program && !hasEnded(peer.pidfd);
}

const Manifest* firstOf(const std::vector<std::string>& ids, const Registry& registry) {
    for (const std::string& id : ids)
        if (const Manifest* manifest = registry.find(id)) return manifest;
    return nullptr;
}

const Manifest* byUnit(pid_t pid, const Registry& registry) {
    std::optional<std::string> text = readFile(fmt::format("/proc/{}/cgroup", pid));
    if (!text) return nullptr;
    // On a hybrid machine systemd keeps its units in a v1 hierarchy, which is named "name=systemd".
    for (const std::string_view hierarchy : {"", "name=systemd"}) {
        std::optional<std::string> path = cgroupPath(*text, hierarchy);
        const Manifest* manifest = path ? firstOf(appIdsOfUnit(*path), registry) : nullptr;
        if (manifest) return manifest;
    }
    return nullptr;
}

const Manifest* byFlatpak(pid_t pid, const Registry& registry) {
    std::optional<std::string> id = flatpakOf(pid);
    return id ? registry.find(*id) : nullptr;
}

const Manifest* byProgram(pid_t pid, const Registry& registry) {
    const std::string exe = fmt::format("/proc/{}/exe", pid);
    if (const Manifest* manifest = registry.byExecutable(exe)) return manifest;
    // PROPOSAL: an app that runs on while its package is upgraded stays itself. The kernel marks the path of a file
    // that was replaced; without this the app would turn into the user's shell, with more rights.
    std::error_code error;
    std::string name = std::filesystem::read_symlink(exe, error).string();
    constexpr std::string_view mark = " (deleted)";
    if (error || !name.ends_with(mark)) return nullptr;
    name.resize(name.size() - mark.size());
    return registry.byExecutable(name);
}

Error hasGone(pid_t pid) {
    return fail(Errc::SECURITY, "process {} has ended; nobody can say which app connects", pid);
}

} // namespace

Result<PeerProcess> peerOf(pid_t pid, uid_t uid, Fd pidfd) {
    std::optional<ProcessStat> stat = processStat(pid);
    if (!pidfd || !stat || hasEnded(pidfd)) return hasGone(pid);
    return PeerProcess{pid, uid, stat->startTime, std::move(pidfd), programOf(pid)};
}

Result<PeerProcess> peerOf(int socket) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return fail(Errc::SYSTEM, "cannot ask who connects: {}", std::strerror(errno));
    if (credentials.uid != ::getuid())
        return fail(Errc::SECURITY, "process {} belongs to user {}; this daemon serves user {} alone", credentials.pid,
                    credentials.uid, ::getuid());
    std::optional<ProcessStat> before = processStat(credentials.pid);
    PeerProcess peer = STINT_TRY(peerOf(credentials.pid, credentials.uid, peerPidfd(socket, credentials.pid)));
    if (!before || before->startTime != peer.startTime) return hasGone(peer.pid);
    return peer;
}

Caller identify(const PeerProcess& peer, const Registry& registry, const OwnerOf& ownerOf) {
    Result<std::optional<AppId>> started = ownerOf(peer.pid);
    if (!started) return {.app = {}, .unknown = std::move(started).error().message};
    const Manifest* manifest = nullptr;
    if (!*started) manifest = byUnit(peer.pid, registry);
    if (!*started && !manifest) manifest = byFlatpak(peer.pid, registry);
    if (!*started && !manifest) manifest = byProgram(peer.pid, registry);

    // The answers may be about another process by now: then nothing is known, and nothing is granted.
    if (!isStillThere(peer)) return {.app = {}, .unknown = hasGone(peer.pid).message};
    if (*started) return {.app = **started};
    if (manifest) return {.app = manifest->package};
    return {.app = AppId{std::string(shellPackage)}, .isOperator = true};
}

bool runsAnother(const PeerProcess& peer) {
    std::optional<ProcessStat> stat = processStat(peer.pid);
    if (!stat || stat->startTime != peer.startTime) return false;
    const std::optional<Program> program = programOf(peer.pid);
    // LINUX: a process that is ending loses its program before it is seen to have ended.
    const bool isLeaving = !program && errno == ENOENT;
    return program != peer.program && !isLeaving && !hasEnded(peer.pidfd);
}

bool inTerminalForeground(const PeerProcess& peer) {
    std::optional<ProcessStat> stat = processStat(peer.pid);
    if (!stat || stat->terminal == 0 || stat->foreground != stat->group) return false;
    return stat->startTime == peer.startTime && !hasEnded(peer.pidfd);
}

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
