// stint-exec --serve: waits for an order and starts a process for it, in its cgroup from its first instruction on.
// Being small, it forks fast; and a process that is made in its cgroup need not be moved there, which takes up to 6 ms:
// the kernel waits until every processor has passed through its scheduler.
//
// It then leaves the waiting to another, which it makes as its sibling, and stays above the process as its reaper,
// since a process that may write the cgroups can leave one. So there is one of these for each process that runs, and
// one that waits.
#pragma once
#include <cstddef>
#include <cstdint>

#include <sys/types.h>

// The packets between stintd and it, over a socket that the two alone hold: an order is one packet, and so is its
// answer. Both ends are of one build.

namespace stint::order {

/// The descriptor of that socket in stint-exec.
inline constexpr int socket = 3;

/// The beginning of an order. As many strings follow, each with its zero: the command's words, as stint-exec takes
/// them, and its environment.
struct Head {
    std::uint64_t id = 0; ///< repeated in the answer: answers may come in any order
    std::uint32_t words = 0;
    std::uint32_t variables = 0;
};

/// The descriptors that come with an order, in this order.
enum Descriptor { Cgroup, Input, Output, Complaints, Socket };
inline constexpr std::size_t most = Socket + 1;
inline constexpr std::size_t least = Socket; ///< only a service has the last one
inline constexpr int socketInChild = 3;      ///< the service's descriptor

/// The largest order that is sent: the kernel would not take more in one packet.
inline constexpr std::size_t longest = 64 * 1024;

/// The id of no order: a process that has begun to reap says with it who waits now; without a pid: nobody does.
inline constexpr std::uint64_t nobody = 0;

struct Answer {
    std::uint64_t id = 0;
    std::int32_t pid = 0;   ///< the reaper's of what was ordered; 0: there is none
    std::int32_t error = 0; ///< the errno where there is none
};

} // namespace stint::order

namespace stint {

/// Runs in a new process, below its reaper, with the words of its order; it never returns.
using Become = void (*)(int count, char** words);

/// Serves until the daemon is gone.
[[noreturn]] void serve(pid_t daemon, Become become);

} // namespace stint
