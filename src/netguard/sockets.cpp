#include "netguard/sockets.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/fail.hpp"

namespace stint {
namespace {

struct Request {
    nlmsghdr header;
    inet_diag_req_v2 body;
};

bool isLoopback4(std::uint32_t address) { return (ntohl(address) >> 24) == 127; }

bool isLoopback(int family, const __be32* address) {
    if (family == AF_INET) return isLoopback4(address[0]);
    in6_addr six{};
    std::memcpy(&six, address, sizeof six);
    if (IN6_IS_ADDR_V4MAPPED(&six)) return isLoopback4(address[3]);
    return IN6_IS_ADDR_LOOPBACK(&six);
}

Request requestFor(int family, std::uint16_t type, std::uint16_t flags) {
    Request request{};
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = type;
    request.header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    request.body.sdiag_family = static_cast<std::uint8_t>(family);
    request.body.sdiag_protocol = IPPROTO_TCP;
    return request;
}

/// The cgroup of the socket; nothing where the kernel does not say.
CgroupId cgroupOf(const nlmsghdr* header) {
    const auto* body = static_cast<const inet_diag_msg*>(NLMSG_DATA(header));
    auto left = static_cast<int>(header->nlmsg_len - NLMSG_LENGTH(sizeof *body));
    CgroupId id;
    for (auto* one = reinterpret_cast<const rtattr*>(body + 1); RTA_OK(one, left); one = RTA_NEXT(one, left))
        if (one->rta_type == INET_DIAG_CGROUP_ID && RTA_PAYLOAD(one) == sizeof id.value)
            std::memcpy(&id.value, RTA_DATA(one), sizeof id.value);
    return id;
}

} // namespace

Result<KernelSockets> KernelSockets::open() {
    Fd line(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
    if (!line) return fail(Errc::SYSTEM, "cannot ask the kernel for sockets: {}", std::strerror(errno));
    return KernelSockets(std::move(line));
}

void KernelSockets::abort(std::span<const CgroupId> cgroups) {
    if (cgroups.empty()) return;
    for (const int family : {AF_INET, AF_INET6})
        abortOf(family, cgroups);
}

void KernelSockets::abortOf(int family, std::span<const CgroupId> cgroups) {
    // A listener accepts again what comes by loopback, and one in TIME_WAIT has no program.
    Request list = requestFor(family, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
    list.body.idiag_states = ~((1U << TCP_LISTEN) | (1U << TCP_TIME_WAIT) | (1U << TCP_CLOSE));
    if (::send(line_.get(), &list, sizeof list, 0) < 0) return;
    std::vector<inet_diag_sockid> found;
    alignas(nlmsghdr) std::array<char, 32 * 1024> answer{};
    for (bool more = true; more;) {
        const ssize_t size = ::recv(line_.get(), answer.data(), answer.size(), 0);
        if (size <= 0) break;
        auto left = static_cast<unsigned>(size);
        for (auto* header = reinterpret_cast<nlmsghdr*>(answer.data()); more && NLMSG_OK(header, left);
             header = NLMSG_NEXT(header, left)) {
            more = header->nlmsg_type != NLMSG_DONE && header->nlmsg_type != NLMSG_ERROR;
            if (!more) break;
            const auto* socket = static_cast<const inet_diag_msg*>(NLMSG_DATA(header));
            const bool inside = isLoopback(family, socket->id.idiag_src) && isLoopback(family, socket->id.idiag_dst);
            if (!inside && std::ranges::binary_search(cgroups, cgroupOf(header))) found.push_back(socket->id);
        }
    }
    for (const inet_diag_sockid& id : found) {
        Request end = requestFor(family, SOCK_DESTROY, NLM_F_ACK);
        end.body.id = id;
        if (::send(line_.get(), &end, sizeof end, 0) < 0) return;
        ::recv(line_.get(), answer.data(), answer.size(), 0); // done, or gone already
    }
}

} // namespace stint
