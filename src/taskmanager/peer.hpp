// Whose the other end of a loopback connection is: the kernel tells of every TCP socket which user made it
// (sock_diag(7)), and /proc which processes hold it.
#pragma once
#include <cstdint>
#include <string_view>

#include "taskmanager/request.hpp"

namespace stint::taskmanager {

struct PeerSocket {
    Peer whose = Peer::Unknown;
    std::uint64_t inode = 0; ///< 0: unknown
};

/// Of an accepted connection from this machine.
PeerSocket peerOf(int accepted);

/// Whether a process inside a job's cgroup holds the socket: what enters by it would be the operator by proxy. Reads
/// the descriptors of all processes of this user, so it is asked once, of who enters. False where /proc says nothing.
bool isHeldByJob(std::uint64_t inode);
/// Whether a cgroup's path, as /proc/PID/cgroup has it, is one that stintd made for an app.
bool isOfJob(std::string_view cgroupPath);

} // namespace stint::taskmanager
