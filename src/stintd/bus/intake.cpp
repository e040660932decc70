#include "stintd/bus/intake.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include <sys/socket.h>

#include <endian.h>

#include "base/unix/sockets.hpp"
#include "link/wire/names.hpp"
#include "stintd/bus/methods.hpp"

namespace stint {
namespace {

/// Reads from the front of a header. A value that is missing or malformed makes this and all later reads fail.
class Cursor {
public:
    explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

    bool failed() const { return failed_; }
    std::size_t at() const { return at_; }

    std::string_view take(std::size_t count) {
        if (failed_ || bytes_.size() - at_ < count) {
            failed_ = true;
            return {};
        }
        at_ += count;
        return bytes_.substr(at_ - count, count);
    }
    std::uint8_t byte() {
        const auto one = take(1);
        return one.empty() ? 0 : static_cast<std::uint8_t>(one.front());
    }
    std::uint32_t word() {
        pad(sizeof(std::uint32_t));
        std::uint32_t value = 0;
        if (const auto four = take(sizeof value); !four.empty()) std::memcpy(&value, four.data(), sizeof value);
        return value;
    }
    /// Skips zeros up to a multiple of `boundary` bytes.
    void pad(std::size_t boundary) {
        while (!failed_ && at_ % boundary != 0)
            if (byte() != 0) failed_ = true;
    }
    /// Takes `length` characters and the zero behind them.
    std::string_view text(std::size_t length) {
        const auto found = take(length);
        if (byte() != 0) failed_ = true;
        return found;
    }

private:
    std::string_view bytes_;
    std::size_t at_ = 0;
    bool failed_ = false;
};

/// The fields that such a call has, of all that a header may have (D-Bus specification).
struct Fields {
    std::string_view path, interface, member, signature;
    std::uint32_t descriptors = 0;
};

/// Takes the next field; false if it is of another kind or type than those in Fields.
bool takeField(Cursor& cursor, Fields& into) {
    cursor.pad(8); // each field is a struct
    const std::uint8_t code = cursor.byte();
    const std::string_view type = cursor.text(cursor.byte());
    if (code == 1 && type == "o")
        into.path = cursor.text(cursor.word());
    else if (code == 2 && type == "s")
        into.interface = cursor.text(cursor.word());
    else if (code == 3 && type == "s")
        into.member = cursor.text(cursor.word());
    else if (code == 8 && type == "g")
        into.signature = cursor.text(cursor.byte());
    else if (code == 9 && type == "u")
        into.descriptors = cursor.word();
    else
        return false;
    return !cursor.failed();
}

constexpr char ownOrder = std::endian::native == std::endian::little ? 'l' : 'B';
constexpr std::uint8_t methodCall = 1;
constexpr std::uint8_t protocolVersion = 1;

} // namespace

bool mayBear(std::string_view header, std::size_t descriptors) {
    Cursor cursor(header);
    if (cursor.byte() != ownOrder || cursor.byte() != methodCall) return false;
    cursor.byte(); // flags
    if (cursor.byte() != protocolVersion) return false;
    const std::uint32_t body = cursor.word();
    const std::uint32_t serial = cursor.word();
    const std::uint32_t length = cursor.word();
    const std::size_t end = cursor.at() + length;
    if (body == 0 || serial == 0 || end > header.size()) return false;
    Fields fields;
    std::uint32_t count = 0;
    for (; cursor.at() < end; ++count)
        if (!takeField(cursor, fields)) return false;
    if (cursor.at() != end || count != 5) return false;
    cursor.pad(8);
    if (cursor.failed() || cursor.at() != header.size()) return false;
    // No field is there twice: if one were, another would be missing, and empty.
    return fields.path == wire::objectPath && !fields.signature.empty() && fields.descriptors == descriptors &&
           std::ranges::any_of(everyMethod(), [&](const Method& method) {
               return fields.member == method.member && fields.interface == method.interface &&
                      fields.signature == method.signature;
           });
}

namespace {

constexpr std::size_t headerBytes = 16;
/// The least length of a valid message: sd-bus reads this much before it looks at the length.
constexpr std::size_t leastMessageBytes = 24;
constexpr std::string_view lineEnd = "\r\n";
/// The most descriptors that the kernel lets one message carry (SCM_MAX_FD).
constexpr std::size_t mostDescriptors = 253;
constexpr std::size_t controlBytes = CMSG_SPACE(sizeof(ucred)) + CMSG_SPACE(mostDescriptors * sizeof(int));

/// The sender and the descriptors that came with the bytes, as the kernel reports them.
struct Ancillary {
    pid_t sender = 0;
    std::vector<Fd> descriptors;
};

Ancillary ancillaryOf(msghdr& message) {
    Ancillary ancillary;
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET) continue;
        if (part->cmsg_type == SCM_CREDENTIALS) {
            ucred credentials{};
            std::memcpy(&credentials, CMSG_DATA(part), sizeof credentials);
            ancillary.sender = credentials.pid;
        }
        if (part->cmsg_type != SCM_RIGHTS) continue;
        for (std::size_t at = 0; at + sizeof(int) <= part->cmsg_len - CMSG_LEN(0); at += sizeof(int)) {
            int descriptor = -1;
            std::memcpy(&descriptor, CMSG_DATA(part) + at, sizeof descriptor);
            ancillary.descriptors.emplace_back(descriptor);
        }
    }
    return ancillary;
}

} // namespace

MessageLength messageLength(std::string_view beginning) {
    // D-Bus specification, message format: byte order, type, flags, version, body length, serial, then the length of
    // the array of header fields, which is padded to 8.
    if (beginning[0] != 'l' && beginning[0] != 'B') return {};
    std::uint32_t body = 0;
    std::uint32_t fields = 0;
    std::memcpy(&body, beginning.data() + 4, sizeof body);
    std::memcpy(&fields, beginning.data() + 12, sizeof fields);
    const bool little = beginning[0] == 'l';
    body = little ? le32toh(body) : be32toh(body);
    fields = little ? le32toh(fields) : be32toh(fields);
    const std::uint64_t padded = (static_cast<std::uint64_t>(fields) + 7) / 8 * 8;
    return {headerBytes + padded, headerBytes + padded + body};
}

// The kernel never hands out bytes of two processes in one piece, and ends a piece behind bytes that descriptors came
// with. Any other piece that is shorter than the buffer is all that there was. (Bytes that another process has sent
// right behind it are found when more arrives, and are rejected.)
Intake::Look Intake::take() {
    if (drained_) return Look::Incomplete;
    std::array<char, 16384> bytes;
    alignas(cmsghdr) std::array<char, controlBytes> control;
    iovec into{bytes.data(), std::min(bytes.size(), wanted())};
    msghdr message{};
    message.msg_iov = &into;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t count = ::recvmsg(socket_, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (count == 0) return Look::Ended;
    if (count < 0) return errno == EAGAIN || errno == EINTR ? Look::Incomplete : Look::Ended;
    Ancillary ancillary = ancillaryOf(message);
    // We have run out of descriptors, and without all of its descriptors a message would be another one.
    if (message.msg_flags & MSG_CTRUNC) return Look::Broken;
    if (sender_ != 0 && ancillary.sender != sender_) return Look::Broken;
    drained_ = ancillary.descriptors.empty() && static_cast<std::size_t>(count) < into.iov_len;
    if (!ancillary.descriptors.empty()) {
        if (!descriptors_.empty()) return Look::Broken; // further descriptors in the middle of a message
        placed_ = false;
        descriptorsRead_ += ancillary.descriptors.size();
        descriptors_ = std::move(ancillary.descriptors);
    }
    pending_.append(bytes.data(), static_cast<std::size_t>(count));
    read_ += static_cast<std::size_t>(count);
    return Look::Ready;
}

// While descriptors wait for their message's header, it reads no further than that: the next message may have some,
// too.
std::size_t Intake::wanted() const {
    const std::size_t size = pending_.size() - std::min(place_, pending_.size());
    if (descriptors_.empty()) return std::string::npos;
    if (size < headerBytes) return headerBytes - size;
    const std::size_t header = messageLength(std::string_view(pending_).substr(place_)).header;
    return header > size ? header - size : std::string::npos;
}

Intake::Look Intake::lookForLine() {
    while (true) {
        if (const std::size_t end = pending_.find(lineEnd); end != std::string::npos) {
            const std::size_t length = end + lineEnd.size();
            if (length > longestLine || send(0, length, false) != static_cast<ssize_t>(length)) return Look::Broken;
            pending_.erase(0, length);
            return Look::Ready;
        }
        if (pending_.size() >= longestLine) return Look::Broken;
        if (const Look taken = take(); taken != Look::Ready) return taken;
    }
}

Intake::Look Intake::look() {
    while (true) {
        measure();
        if (!unread_ && !handOn()) return Look::Broken;
        if (unread_) return Look::Ready;
        if (unfair_) return Look::Broken;
        if (const Look taken = take(); taken != Look::Ready) return taken;
    }
}

// Descriptors come with the first byte of their message, which is the last message that begins in the bytes taken in.
// If none begins there, the descriptors came in the middle of one.
void Intake::measure() {
    std::optional<std::size_t> last;
    while (!unfair_ && measured_ + headerBytes <= pending_.size()) {
        const std::size_t length = messageLength(std::string_view(pending_).substr(measured_)).all;
        unfair_ = length < leastMessageBytes || length > wire::mostMessageBytes;
        if (unfair_) break;
        last = measured_;
        measured_ += length;
        ++messages_;
    }
    if (placed_) return;
    placed_ = true;
    if (measured_ < pending_.size()) last = measured_;
    unfair_ = unfair_ || !last;
    if (unfair_) descriptors_.clear();
    place_ = last.value_or(0);
}

Intake::Bearer Intake::bearer() const {
    const std::string_view message = std::string_view(pending_).substr(place_);
    const std::size_t length = messageLength(message).header;
    if (length > longestBearer) return Bearer::Bad;
    if (length > message.size()) return Bearer::Unknown;
    return mayBear(message.substr(0, length), descriptors_.size()) ? Bearer::Good : Bearer::Bad;
}

bool Intake::handOn() {
    const std::size_t end = std::min(measured_, pending_.size());
    std::size_t from = 0;
    while (from < end) {
        const bool before = !descriptors_.empty() && from < place_;
        const bool with = !descriptors_.empty() && from == place_;
        if (with) {
            const Bearer known = bearer();
            if (known == Bearer::Bad) return false;
            if (known == Bearer::Unknown) break; // wait until all of the header is there
        }
        const ssize_t sent = send(from, before ? std::min(place_, end) : end, with);
        if (sent < 0 && errno == EAGAIN) break; // sd-bus must read first
        if (sent < 0) return false;
        if (with) descriptors_.clear();
        from += static_cast<std::size_t>(sent);
    }
    pending_.erase(0, from);
    measured_ -= from;
    place_ -= std::min(place_, from);
    unread_ = from > 0;
    return true;
}

ssize_t Intake::send(std::size_t from, std::size_t to, bool withDescriptors) const {
    std::vector<int> descriptors;
    if (withDescriptors)
        for (const Fd& descriptor : descriptors_)
            descriptors.push_back(descriptor.get());
    return sendWith(inside_.get(), std::string_view(pending_).substr(from, to - from), descriptors);
}

void Intake::delivered() {
    --messages_;
    if (messages_ == 0) unread_ = false;
}

bool Intake::wasRead() {
    unread_ = false;
    return messages_ == 0 || measured_ > 0;
}

} // namespace stint
