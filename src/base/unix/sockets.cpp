#include "base/unix/sockets.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/result/errors.hpp"

namespace stint {

ssize_t sendWith(int socket, std::string_view bytes, std::span<const int> descriptors) {
    constexpr std::size_t most = 253; // SCM_MAX_FD
    if (descriptors.size() > most) return errno = EINVAL, -1;
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(most * sizeof(int))> control;
    if (!descriptors.empty()) {
        message.msg_control = control.data();
        message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
        cmsghdr* const rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(descriptors.size_bytes());
        std::memcpy(CMSG_DATA(rights), descriptors.data(), descriptors.size_bytes());
    }
    return ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

namespace {

struct DiagRequest {
    nlmsghdr header;
    inet_diag_req_v2 question;
};

/// Sets family, port and address in sock_diag's form; false if `from` is no internet address.
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

std::optional<DiagRequest> questionFor(const sockaddr_storage& own, const sockaddr_storage& other) {
    DiagRequest request{};
    request.header = {sizeof request, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 0, 0};
    request.question.sdiag_protocol = IPPROTO_TCP;
    request.question.idiag_states = ~0U;
    inet_diag_sockid& id = request.question.id;
    id.idiag_cookie[0] = id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    unsigned char family = 0;
    if (!put(other, family, id.idiag_dport, id.idiag_dst)) return std::nullopt;
    if (!put(own, request.question.sdiag_family, id.idiag_sport, id.idiag_src)) return std::nullopt;
    return request;
}

/// True if the kernel reports a listener that was made for this question.
bool tellsOf(SockDiag& diag, const Fd& listener) {
    sockaddr_storage own{}, nobody{};
    socklen_t size = sizeof own;
    nobody.ss_family = AF_INET;
    return ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&own), &size) == 0 &&
           diag.find(own, nobody).has_value();
}

Error cannotAsk() {
    return fail(Errc::SYSTEM, "cannot ask the kernel whose a connection is: {}", std::strerror(errno));
}

} // namespace

std::uint64_t cgroupOfSocket(const nlmsghdr& message) {
    const auto* const socket = static_cast<const inet_diag_msg*>(NLMSG_DATA(&message));
    auto left = static_cast<int>(message.nlmsg_len - NLMSG_LENGTH(sizeof *socket));
    std::uint64_t cgroup = 0;
    for (auto* one = reinterpret_cast<const rtattr*>(socket + 1); RTA_OK(one, left); one = RTA_NEXT(one, left))
        if (one->rta_type == INET_DIAG_CGROUP_ID && RTA_PAYLOAD(one) == sizeof cgroup)
            std::memcpy(&cgroup, RTA_DATA(one), sizeof cgroup);
    return cgroup;
}

Result<std::optional<SockDiag>> SockDiag::open() {
    Fd line(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG));
    if (!line && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) return cannotAsk();
    if (!line) return std::optional<SockDiag>();
    // The family may be there without its TCP half, which would call every socket unknown.
    const Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in place{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    if (!listener || ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0 ||
        ::listen(listener.get(), 1) != 0)
        return cannotAsk();
    SockDiag diag(std::move(line));
    return tellsOf(diag, listener) ? std::optional(std::move(diag)) : std::nullopt;
}

std::optional<TcpSocket> SockDiag::find(const sockaddr_storage& own, const sockaddr_storage& other) {
    auto request = questionFor(own, other);
    if (!request) return std::nullopt;
    request->header.nlmsg_seq = ++asked_;
    if (::send(line_.get(), &*request, sizeof *request, 0) != static_cast<ssize_t>(sizeof *request))
        return std::nullopt;
    alignas(nlmsghdr) std::array<char, 1024> answer{};
    const auto* const header = reinterpret_cast<const nlmsghdr*>(answer.data());
    while (true) { // the kernel has answered before send() returns; answers to a former question are skipped
        const ssize_t length = ::recv(line_.get(), answer.data(), answer.size(), 0);
        if (length < static_cast<ssize_t>(sizeof *header)) return std::nullopt;
        if (header->nlmsg_seq != asked_) continue;
        const bool isWhole = header->nlmsg_len >= NLMSG_LENGTH(sizeof(inet_diag_msg)) &&
                             header->nlmsg_len <= static_cast<std::size_t>(length);
        if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY || !isWhole) return std::nullopt;
        const auto* const message = static_cast<const inet_diag_msg*>(NLMSG_DATA(header));
        return TcpSocket{message->idiag_state, message->idiag_uid, message->idiag_inode, cgroupOfSocket(*header)};
    }
}

} // namespace stint
