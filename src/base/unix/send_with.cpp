#include "base/unix/send_with.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>

namespace stint {

ssize_t sendWith(int socket, std::string_view bytes, std::span<const int> descriptors) {
    constexpr std::size_t most = 253; // SCM_MAX_FD
    if (descriptors.size() > most) return errno = EINVAL, -1;
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(most * sizeof(int))> control;
    if (!descriptors.empty()) {
        message.msg_control = control.data();
        message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
        cmsghdr* const rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(descriptors.size_bytes());
        std::memcpy(CMSG_DATA(rights), descriptors.data(), descriptors.size_bytes());
    }
    return ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

} // namespace stint
