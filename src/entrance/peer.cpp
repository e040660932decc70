#include "entrance/peer.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/cgroup/cgroup.hpp"
#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/words.hpp"
#include "base/unix/process.hpp"

namespace stint::entrance {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostKnown = 1024; ///< cgroups of jobs
constexpr std::uint64_t rootCgroup = 1; ///< its number

/// A process, and the cgroup in which it stands.
struct Standing {
    pid_t pid = 0;
    std::string cgroup; ///< its path; empty: in no cgroup v2
};

std::vector<Standing> allProcesses() {
    std::vector<Standing> all;
    std::error_code error;
    for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
        const auto pid = numberIn<pid_t>(entry->path().filename().native());
        const auto text = pid ? readFile(entry->path() / "cgroup") : std::nullopt;
        if (text) all.push_back({*pid, cgroupPath(*text).value_or("")});
    }
    return all;
}

/// The cgroup with this number in which a process stands.
std::optional<CgroupPlace> placeWith(std::uint64_t id, const CgroupMount& mount, const std::vector<Standing>& all) {
    std::string seen;
    for (const Standing& each : all) {
        if (each.cgroup.empty() || each.cgroup == seen) continue; // most often many stand together
        seen = each.cgroup;
        auto place = placeOf(mount, each.cgroup);
        if (place && idOf(place->directory) == id) return place;
    }
    return std::nullopt;
}

/// True if the process stands in a job's cgroup, or below a reaper; also where that cannot be found out.
bool isJobs(const Standing& process) {
    if (isOfJob(process.cgroup)) return true;
    const auto isBelow = anyInLine(process.pid, runsStintExec);
    return !isBelow.ok() || *isBelow;
}

bool holds(pid_t process, const std::string& socket) {
    std::error_code error, unknown; // the process may end meanwhile
    for (fs::directory_iterator entry(fmt::format("/proc/{}/fd", process), error), end; !error && entry != end;
         entry.increment(error))
        if (fs::read_symlink(entry->path(), unknown) == socket) return true;
    return false;
}

bool isAlive(int connection) {
    tcp_info about{};
    socklen_t size = sizeof about;
    return ::getsockopt(connection, IPPROTO_TCP, TCP_INFO, &about, &size) == 0 &&
           (about.tcpi_state == TCP_ESTABLISHED || about.tcpi_state == TCP_CLOSE_WAIT);
}

/// True while a process may still send by the socket, or has sent everything and still reads.
bool isHeld(const TcpSocket& socket) {
    const std::array connected{TCP_ESTABLISHED, TCP_FIN_WAIT1, TCP_FIN_WAIT2};
    return socket.inode != 0 && std::ranges::find(connected, socket.state) != connected.end();
}

Error isAJobs() { return fail(Errc::SECURITY, "this connection was made by a process of a job"); }

} // namespace

Result<Peers> Peers::open() {
    auto kernel = STINT_TRY(SockDiag::open());
    return Peers(std::move(kernel));
}

PeerSocket Peers::of(int accepted) {
    if (!kernel_) return {.whose = Peer::Unknown};
    sockaddr_storage ours{}, theirs{};
    socklen_t ourSize = sizeof ours, theirSize = sizeof theirs;
    if (::getsockname(accepted, reinterpret_cast<sockaddr*>(&ours), &ourSize) != 0 ||
        ::getpeername(accepted, reinterpret_cast<sockaddr*>(&theirs), &theirSize) != 0)
        return {};
    const auto socket = kernel_->find(theirs, ours);
    if (!socket || !isHeld(*socket) || socket->user != ::getuid() || !isAlive(accepted)) return {};
    return {Peer::Ours, socket->inode, socket->cgroup};
}

bool isOfJob(std::string_view cgroupPath) {
    // The names that stintd gives: stint-INSTANCE, of sixteen digits, and below it app.PACKAGE.
    constexpr std::string_view instance = "stint-";
    const auto parts = splitAt(cgroupPath, "/");
    const auto isPair = [&](std::string_view above, std::string_view below) {
        return above.starts_with(instance) && above.size() == instance.size() + 16 && below.starts_with("app.");
    };
    return std::ranges::adjacent_find(parts, isPair) != parts.end();
}

// A socket's cgroup is the one in which it was made, whoever has the socket now, and however well that process hides.
// But a process may move to another cgroup to make one: where it could, a process that is no job's must be seen to hold
// the socket.
Result<void> Makers::includeNoJob(const PeerSocket& peer) {
    if (peer.whose == Peer::Unknown) return {};
    if (jobs_.contains(peer.cgroup)) return isAJobs();
    std::vector<Standing> beside = allProcesses();
    const auto mount = unifiedMount();
    if (mount && peer.cgroup != 0) {
        const auto place = placeWith(peer.cgroup, *mount, beside);
        if (!place) return fail(Errc::SECURITY, "nobody stands any more where this connection was made");
        if (isOfJob(place->path)) {
            if (jobs_.size() == mostKnown) jobs_.clear();
            jobs_.insert(peer.cgroup);
            return isAJobs();
        }
        std::erase_if(beside, [&](const Standing& each) { return each.cgroup != place->path; });
        // LINUX: before 5.15 the kernel named the root as every socket's cgroup where a v1 hierarchy of networks was
        // in use.
        const bool isOpen =
            peer.cgroup == rootCgroup || ::access((place->directory / "cgroup.procs").c_str(), W_OK) == 0;
        if (!isOpen && std::ranges::none_of(beside, [](const auto& each) { return isJobs(each); })) return {};
    }
    const std::string socket = fmt::format("socket:[{}]", peer.inode);
    for (const Standing& each : beside)
        if (holds(each.pid, socket) && !isJobs(each)) return {};
    return fail(Errc::SECURITY, "nobody can be seen to have made this connection who is not a process of a job");
}

} // namespace stint::entrance
