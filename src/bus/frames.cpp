#include "bus/frames.hpp"

#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <endian.h>
#include <sys/socket.h>

#include "wire/names.hpp"

namespace stint {
namespace {

constexpr std::size_t headerBytes = 16;
/// No valid message is shorter: sd-bus reads this much before it looks at the length.
constexpr std::size_t leastMessageBytes = 24;
/// So far beyond what one read peeks at and takes that the kernel's count never reaches zero.
constexpr int farAhead = 1 << 30;

bool setCursor(int socket, int cursor) {
    return ::setsockopt(socket, SOL_SOCKET, SO_PEEK_OFF, &cursor, sizeof cursor) == 0;
}

// The kernel's information. It never hands out bytes of two processes in one piece.
pid_t senderOf(msghdr& message) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_CREDENTIALS) continue;
        ucred credentials{};
        std::memcpy(&credentials, CMSG_DATA(part), sizeof credentials);
        return credentials.pid;
    }
    return 0;
}

bool getCursor(int socket, int& cursor) {
    socklen_t size = sizeof cursor;
    return ::getsockopt(socket, SOL_SOCKET, SO_PEEK_OFF, &cursor, &size) == 0;
}

} // namespace

std::size_t messageLength(const unsigned char* header) {
    // D-Bus specification, message format: byte order, type, flags, version, body length, serial, then the length of
    // the array of header fields, which is padded to 8.
    if (header[0] != 'l' && header[0] != 'B') return 0;
    std::uint32_t body = 0;
    std::uint32_t fields = 0;
    std::memcpy(&body, header + 4, sizeof body);
    std::memcpy(&fields, header + 12, sizeof fields);
    const bool little = header[0] == 'l';
    body = little ? le32toh(body) : be32toh(body);
    fields = little ? le32toh(fields) : be32toh(fields);
    const std::uint64_t padded = (static_cast<std::uint64_t>(fields) + 7) / 8 * 8;
    return headerBytes + padded + body;
}

Frames::Look Frames::look() {
    if (bytes_ > 0) return Look::Ready;
    // All valid bytes were read, but not all messages handed out: sd-bus dropped a malformed one.
    if (inside_ > 0) return Look::Broken;
    if (!setCursor(socket_, 0)) return Look::Broken;
    const Look seen = peek();
    cursor_ = farAhead;
    return setCursor(socket_, cursor_) ? seen : Look::Broken;
}

Frames::Look Frames::peek() {
    std::array<unsigned char, 4096> ahead;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> told; // descriptors have no room here, and stay
    iovec into{ahead.data(), ahead.size()};
    msghdr seen{};
    seen.msg_iov = &into;
    seen.msg_iovlen = 1;
    seen.msg_control = told.data();
    seen.msg_controllen = told.size();
    const ssize_t count = ::recvmsg(socket_, &seen, MSG_PEEK | MSG_DONTWAIT);
    if (count == 0) return Look::Ended;
    if (count < 0) return errno == EAGAIN || errno == EINTR ? Look::Incomplete : Look::Ended;
    if (sender_ != 0 && senderOf(seen) != sender_) return Look::Broken;
    const auto available = static_cast<std::size_t>(count);
    while (bytes_ + headerBytes <= available) {
        const std::size_t length = messageLength(ahead.data() + bytes_);
        const bool fair = length >= leastMessageBytes && length <= wire::mostMessageBytes;
        // A bad one behind good ones is found again once those have been read.
        if (!fair) return bytes_ > 0 ? Look::Ready : Look::Broken;
        bytes_ += length;
        ++inside_;
    }
    return bytes_ > 0 ? Look::Ready : Look::Incomplete;
}

bool Frames::account() {
    int cursor = 0;
    if (!getCursor(socket_, cursor)) return false;
    const auto read = static_cast<std::size_t>(cursor_ - cursor);
    cursor_ = cursor;
    if (read > bytes_) return false;
    bytes_ -= read;
    read_ += read;
    return true;
}

} // namespace stint
