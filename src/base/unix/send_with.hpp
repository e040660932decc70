#pragma once
#include <span>
#include <string_view>

#include <sys/types.h>

namespace stint {

/// One message on a unix socket, without waiting and without SIGPIPE: these bytes, and duplicates of these descriptors,
/// at most as many as the kernel takes (253). As ::sendmsg() answers.
ssize_t sendWith(int socket, std::string_view bytes, std::span<const int> descriptors);

} // namespace stint
