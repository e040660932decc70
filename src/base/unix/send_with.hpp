#pragma once
#include <span>
#include <string_view>

#include <sys/types.h>

namespace stint {

/// Sends one message on a unix socket, without waiting and without SIGPIPE: the bytes, and duplicates of the
/// descriptors, as many as the kernel takes (253) at most. Returns what ::sendmsg() does; -1 and EINVAL for more
/// descriptors.
ssize_t sendWith(int socket, std::string_view bytes, std::span<const int> descriptors);

} // namespace stint
