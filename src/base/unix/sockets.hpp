// Sockets: two that are connected to each other; a message with descriptors; and the TCP sockets of this machine,
// asked of the kernel one by one (sock_diag(7)): a socket's maker, its cgroup, and whether a process still has it. No
// process can hide or fake these answers. Code that lists sockets reads the same messages.
#pragma once
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <sys/socket.h>
#include <sys/types.h>

#include "base/result/errors.hpp"
#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint {

/// A pair of stream sockets, or of another `type`, closed on exec. System if there is no descriptor left.
inline Result<std::pair<Fd, Fd>> socketPair(int type = SOCK_STREAM) {
    int ends[2];
    if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) != 0)
        return fail(Errc::SYSTEM, "cannot make a socketpair: {}", std::strerror(errno));
    return std::pair(Fd(ends[0]), Fd(ends[1]));
}

/// Sends one message on a unix socket, without waiting and without SIGPIPE: the bytes, and duplicates of the
/// descriptors, as many as the kernel takes (253) at most. Returns what ::sendmsg() does; -1 and EINVAL for more
/// descriptors.
ssize_t sendWith(int socket, std::string_view bytes, std::span<const int> descriptors);

} // namespace stint

struct nlmsghdr; // NOLINT(readability-identifier-naming): the kernel's

namespace stint {

/// The cgroup of the socket in a kernel message that holds an inet_diag_msg: the cgroup of the socket's maker at its
/// making. 0: the kernel does not say (Linux 5.9 does).
std::uint64_t cgroupOfSocket(const nlmsghdr& message);

/// The kernel's word about a socket, which no process can hide or fake.
struct TcpSocket {
    int state = 0;            ///< TCP_ESTABLISHED and its like
    uid_t user = 0;           ///< its maker; the kernel may say root if no process has it
    std::uint64_t inode = 0;  ///< 0: no process has it any more
    std::uint64_t cgroup = 0; ///< the same as cgroupOfSocket()
};

/// Asks the kernel about TCP sockets one by one.
class SockDiag {
public:
    /// nullopt: this kernel does not list TCP sockets, or not for us. System if it could not be asked.
    static Result<std::optional<SockDiag>> open();
    /// The socket between the two ends, of which `own` is its own; nullopt: there is none, or the kernel does not say.
    std::optional<TcpSocket> find(const sockaddr_storage& own, const sockaddr_storage& other);

private:
    explicit SockDiag(Fd line) : line_(std::move(line)) {}
    Fd line_; ///< NETLINK_SOCK_DIAG
    std::uint32_t asked_ = 0;
};

} // namespace stint
