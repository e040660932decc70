#include "taskmanager/peer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <optional>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/fd.hpp"
#include "base/proc.hpp"
#include "base/split.hpp"

namespace stint::taskmanager {
namespace {

namespace fs = std::filesystem;

struct DiagRequest {
    nlmsghdr header;
    inet_diag_req_v2 question;
};

/// Family, port and address as sock_diag has them; false where it is no socket of the internet.
bool put(const sockaddr_storage& from, unsigned char& family, __be16& port, __be32* address) {
    family = static_cast<unsigned char>(from.ss_family);
    if (from.ss_family == AF_INET) {
        const auto& four = reinterpret_cast<const sockaddr_in&>(from);
        port = four.sin_port;
        std::memcpy(address, &four.sin_addr, sizeof four.sin_addr);
        return true;
    }
    if (from.ss_family != AF_INET6) return false;
    const auto& six = reinterpret_cast<const sockaddr_in6&>(from);
    port = six.sin6_port;
    std::memcpy(address, &six.sin6_addr, sizeof six.sin6_addr);
    return true;
}

/// The question for the peer's own socket: its source is our peer, its destination we.
std::optional<DiagRequest> questionFor(int accepted) {
    sockaddr_storage ours{}, theirs{};
    socklen_t size = sizeof ours;
    if (::getsockname(accepted, reinterpret_cast<sockaddr*>(&ours), &size) != 0) return std::nullopt;
    size = sizeof theirs;
    if (::getpeername(accepted, reinterpret_cast<sockaddr*>(&theirs), &size) != 0) return std::nullopt;
    DiagRequest request{};
    request.header = {sizeof request, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 0, 0};
    request.question.sdiag_protocol = IPPROTO_TCP;
    request.question.idiag_states = ~0U;
    inet_diag_sockid& id = request.question.id;
    id.idiag_cookie[0] = id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    unsigned char family = 0;
    if (!put(theirs, request.question.sdiag_family, id.idiag_sport, id.idiag_src)) return std::nullopt;
    if (!put(ours, family, id.idiag_dport, id.idiag_dst)) return std::nullopt;
    return request;
}

bool holds(const fs::path& process, const std::string& socket) {
    std::error_code ignored;
    for (const auto& descriptor : fs::directory_iterator(process / "fd", ignored))
        if (fs::read_symlink(descriptor.path(), ignored) == socket) return true;
    return false;
}

bool isInJob(const fs::path& process) {
    const auto text = readFile(process / "cgroup");
    const auto path = text ? cgroupPath(*text) : std::nullopt;
    return path && isOfJob(*path);
}

} // namespace

PeerSocket peerOf(int accepted) {
    const auto request = questionFor(accepted);
    const Fd netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG));
    if (!request || !netlink) return {};
    if (::send(netlink.get(), &*request, sizeof *request, 0) != static_cast<ssize_t>(sizeof *request)) return {};
    alignas(nlmsghdr) std::array<char, 1024> answer{}; // the kernel has answered before send() returns
    const ssize_t length = ::recv(netlink.get(), answer.data(), answer.size(), 0);
    if (length < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(inet_diag_msg)))) return {};
    const auto* const header = reinterpret_cast<const nlmsghdr*>(answer.data());
    if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY) return {};
    const auto* const told = static_cast<const inet_diag_msg*>(NLMSG_DATA(header));
    // A socket that its owner has closed belongs to nobody any more; its user is then told as 0.
    if (told->idiag_inode == 0) return {Peer::Unknown, 0};
    return {told->idiag_uid == ::getuid() ? Peer::Ours : Peer::Foreign, told->idiag_inode};
}

bool isOfJob(std::string_view cgroupPath) {
    // As stintd names them: stint-INSTANCE, of sixteen digits, and below it app.PACKAGE.
    constexpr std::string_view instance = "stint-";
    const auto parts = splitAt(cgroupPath, "/");
    const auto isPair = [&](std::string_view above, std::string_view below) {
        return above.starts_with(instance) && above.size() == instance.size() + 16 && below.starts_with("app.");
    };
    return std::ranges::adjacent_find(parts, isPair) != parts.end();
}

bool isHeldByJob(std::uint64_t inode) {
    if (inode == 0) return false;
    const std::string socket = fmt::format("socket:[{}]", inode);
    std::error_code ignored;
    for (const auto& process : fs::directory_iterator("/proc", ignored))
        if (isInJob(process.path()) && holds(process.path(), socket)) return true;
    return false;
}

} // namespace stint::taskmanager
