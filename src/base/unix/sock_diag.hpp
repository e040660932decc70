// The TCP sockets of this machine, asked of the kernel (sock_diag(7)). Code that lists sockets reads the same messages.
#pragma once
#include <cstdint>
#include <optional>

#include <sys/socket.h>
#include <sys/types.h>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

struct nlmsghdr;

namespace stint {

/// The cgroup of the socket in a kernel message that holds an inet_diag_msg: the cgroup of the socket's maker at its
/// making. 0: the kernel does not say (Linux 5.9 does).
std::uint64_t cgroupOfSocket(const nlmsghdr& told);

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
