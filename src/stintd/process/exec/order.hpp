// What stintd asks of its stint-exec --serve, over a socket of packets that the two alone hold: an order is one packet,
// and so is its answer. Both ends are of one build.
#pragma once
#include <cstddef>
#include <cstdint>

namespace stint::order {

/// Where the one who serves has that socket.
inline constexpr int socket = 3;

/// Then as many strings, each with its zero: the command's words, as stint-exec takes them, and its environment.
struct Head {
    std::uint64_t id = 0; ///< for the answer: those of two orders may come in any order
    std::uint32_t words = 0;
    std::uint32_t variables = 0;
};

/// With it come these descriptors, in this order.
enum Descriptor { Cgroup, Input, Output, Complaints, Socket };
inline constexpr std::size_t most = Socket + 1;
inline constexpr std::size_t least = Socket; ///< the last one is only a service's
inline constexpr int socketInChild = 3;      ///< where a service has it

/// Beyond this it is not sent: the kernel would not take it in one packet.
inline constexpr std::size_t longest = 64 * 1024;

/// No order's: the word of who has begun to reap that another waits now, or with no pid that none does.
inline constexpr std::uint64_t nobody = 0;

struct Answer {
    std::uint64_t id = 0;
    std::int32_t pid = 0;   ///< of the reaper of what was ordered; 0: there is none
    std::int32_t error = 0; ///< for which there is none
};

} // namespace stint::order
