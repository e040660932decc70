// Two sockets that are connected to each other.
#pragma once
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/result/fail.hpp"
#include "base/unix/fd.hpp"

namespace stint {

/// A pair of stream sockets, or of another `type`, closed on exec. System if there is no descriptor left.
inline Result<std::pair<Fd, Fd>> socketPair(int type = SOCK_STREAM) {
    int ends[2];
    if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) != 0)
        return fail(Errc::SYSTEM, "cannot make a socketpair: {}", std::strerror(errno));
    return std::pair(Fd(ends[0]), Fd(ends[1]));
}

} // namespace stint
