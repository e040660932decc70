// The TCP sockets of this machine, asked of the kernel one by one (sock_diag(7)): who made it, where, and whether a
// process has it still. What it says nobody can hide or claim. Who lists them reads its messages likewise.
#pragma once
#include <cstdint>
#include <optional>

#include <sys/socket.h>
#include <sys/types.h>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

struct nlmsghdr;

namespace stint {

/// The cgroup of the socket that a message of the kernel's, with an inet_diag_msg in it, tells of: its maker's, as it
/// was made. 0: the kernel does not say (Linux 5.9 does).
std::uint64_t cgroupOfSocket(const nlmsghdr& told);

struct TcpSocket {
    int state = 0;            ///< TCP_ESTABLISHED and its like
    uid_t user = 0;           ///< its maker; where no process has it the kernel may say root
    std::uint64_t inode = 0;  ///< 0: no process has it any more
    std::uint64_t cgroup = 0; ///< as cgroupOfSocket() says
};

class SockDiag {
public:
    /// nullopt: this kernel does not tell of TCP sockets, or not us. System where it could not be asked.
    static Result<std::optional<SockDiag>> open();
    /// The one between the two ends, the first of them its own; nullopt: there is none, or the kernel does not say.
    std::optional<TcpSocket> find(const sockaddr_storage& own, const sockaddr_storage& other);

private:
    explicit SockDiag(Fd line) : line_(std::move(line)) {}
    Fd line_; ///< NETLINK_SOCK_DIAG
    std::uint32_t asked_ = 0;
};

} // namespace stint
