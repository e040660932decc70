// Caps on what one caller may hold of the daemon, so that no caller starves the others (docs/limits-of-a-caller.md).
// Caps that a person may tune are constants of the policy; the daemon hands them over.
#pragma once
#include <algorithm>
#include <cstddef>

#include "base/time/time.hpp"

namespace stint {

/// Caps on what one caller may hold of the daemon.
struct Caps {
    std::size_t connectionsOfProcess = 128;
    std::size_t connectionsOfApp = 256; ///< over all its processes; the operator is not an app
    Duration handshake = 10s;           ///< the time within which the handshake must end
    int descriptors = 1024;             ///< the daemon's limit: jobs get at most half of them
};

/// The number of connections that may exist at once: each takes up to four descriptors, and some are kept for files
/// that the daemon itself opens.
inline std::size_t mostConnections(const Caps& caps) {
    const int kept = std::min(64, caps.descriptors / 8);
    return static_cast<std::size_t>(std::max(caps.descriptors / 2 - kept, 4) / 4);
}
/// The number of further connections that only the operator at a terminal may have.
inline constexpr std::size_t reservedConnections = 8;

// A turn takes in no more than this, so that it ends soon even under a flood; the rest waits in the kernel, in order. A
// list of jobs counts as one message for each job.
/// The messages and bytes of one connection; at least one message is taken.
inline constexpr int mostMessagesATurn = 64;
inline constexpr std::size_t mostBytesATurn = 1024 * 1024;
/// The messages and bytes of all connections.
inline constexpr int mostMessagesOfAll = 8192;
inline constexpr std::size_t mostBytesOfAll = 32 * 1024 * 1024;
/// The connections that a turn accepts.
inline constexpr int mostAcceptedATurn = 64;

} // namespace stint
