// What a caller's bytes become on their way to sd-bus: no byte of a stranger harms the daemon (architecture.md).
#include "bus/intake.hpp"

#include <array>
#include <cstring>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>

using namespace stint;

namespace {

std::pair<Fd, Fd> nonBlockingPair() {
    int halves[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, halves) == 0);
    return {Fd(halves[0]), Fd(halves[1])};
}

/// A header that announces so many bytes in all, and these bytes.
std::string bytesOfMessage(std::size_t length, char filling = 'x') {
    std::string text(length, filling);
    const auto body = static_cast<std::uint32_t>(length - 16);
    const std::uint32_t none = 0;
    std::memcpy(text.data(), "l\1\0\1", 4);
    std::memcpy(text.data() + 4, &body, sizeof body);
    std::memcpy(text.data() + 12, &none, sizeof none);
    return text;
}

/// A caller, an intake, and sd-bus's end.
struct Line {
    std::pair<Fd, Fd> outer = nonBlockingPair();
    std::pair<Fd, Fd> inner = nonBlockingPair();
    Intake intake{outer.second.get(), std::move(inner.first), 0};

    void say(std::string_view text, int descriptor = -1) {
        iovec bytes{const_cast<char*>(text.data()), text.size()};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
        msghdr message{};
        message.msg_iov = &bytes;
        message.msg_iovlen = 1;
        if (descriptor >= 0) {
            message.msg_control = control.data();
            message.msg_controllen = control.size();
            cmsghdr* part = CMSG_FIRSTHDR(&message);
            part->cmsg_level = SOL_SOCKET;
            part->cmsg_type = SCM_RIGHTS;
            part->cmsg_len = CMSG_LEN(sizeof descriptor);
            std::memcpy(CMSG_DATA(part), &descriptor, sizeof descriptor);
        }
        REQUIRE(::sendmsg(outer.first.get(), &message, 0) == static_cast<ssize_t>(text.size()));
        intake.arrived();
    }
    struct Read {
        std::string text;
        int descriptors = 0;
    };
    /// As sd-bus reads: no more than one message.
    Read read(std::size_t most) const {
        std::string text(most, '\0');
        iovec bytes{text.data(), text.size()};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(8 * sizeof(int))> control{};
        msghdr message{};
        message.msg_iov = &bytes;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const ssize_t count = ::recvmsg(inner.second.get(), &message, MSG_CMSG_CLOEXEC);
        if (count <= 0) return {};
        Read found{text.substr(0, static_cast<std::size_t>(count)), 0};
        for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
            for (std::size_t at = 0; at + sizeof(int) <= part->cmsg_len - CMSG_LEN(0); at += sizeof(int)) {
                int descriptor = -1;
                std::memcpy(&descriptor, CMSG_DATA(part) + at, sizeof descriptor);
                const Fd closes(descriptor);
                ++found.descriptors;
            }
        }
        return found;
    }
};

} // namespace

TEST_CASE("descriptors stay with the message that they came with") {
    Line line;
    const Fd something(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    line.say(bytesOfMessage(40, 'a'));
    line.say(bytesOfMessage(48, 'b'), something.get());
    line.say(bytesOfMessage(56, 'c'));
    line.say(bytesOfMessage(64, 'd'), something.get());
    int descriptors = 0;
    for (const auto& [length, expected] : {std::pair{40, 0}, {48, 1}, {56, 0}, {64, 1}}) {
        CAPTURE(length);
        REQUIRE(line.intake.look() == Intake::Look::Ready);
        const Line::Read found = line.read(static_cast<std::size_t>(length));
        CHECK(found.text.size() == static_cast<std::size_t>(length));
        CHECK(found.descriptors == expected);
        line.intake.delivered();
        descriptors += found.descriptors;
    }
    CHECK(descriptors == 2);
    CHECK(line.intake.look() == Intake::Look::Incomplete);
    CHECK(!line.intake.isHalfway());
}

TEST_CASE("a message that comes byte by byte is handed on as it comes, with its descriptor") {
    Line line;
    const Fd something(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const std::string text = bytesOfMessage(40);
    line.say(text.substr(0, 1), something.get());
    CHECK(line.intake.look() == Intake::Look::Incomplete);
    CHECK(line.intake.isHalfway());
    line.say(text.substr(1));
    REQUIRE(line.intake.look() == Intake::Look::Ready);
    const Line::Read found = line.read(text.size());
    CHECK(found.text == text);
    CHECK(found.descriptors == 1);
}

TEST_CASE("a message larger than a socket takes at once arrives whole") {
    Line line;
    const std::string text = bytesOfMessage(1000 * 1000);
    std::string said = text;
    std::string heard;
    while (heard.size() < text.size()) {
        if (const ssize_t sent = ::send(line.outer.first.get(), said.data(), said.size(), 0); sent > 0)
            said.erase(0, static_cast<std::size_t>(sent));
        line.intake.arrived();
        while (line.intake.look() == Intake::Look::Ready) {
            const std::string piece = line.read(text.size()).text;
            heard += piece;
            if (heard.size() == text.size())
                line.intake.delivered();
            else if (piece.empty())
                REQUIRE(line.intake.wasRead());
        }
    }
    CHECK(heard == text);
    CHECK(line.intake.look() == Intake::Look::Incomplete);
}

TEST_CASE("a message that sd-bus has dropped is missed") {
    Line line;
    line.say(bytesOfMessage(40) + bytesOfMessage(48));
    REQUIRE(line.intake.look() == Intake::Look::Ready);
    line.intake.delivered(); // one of the two
    CHECK(!line.intake.wasRead());
}

TEST_CASE("what stands before a message that is too large is handed on, and nothing after it") {
    Line line;
    line.say(bytesOfMessage(40));
    std::string large = bytesOfMessage(40);
    const std::uint32_t body = 1U << 30U;
    std::memcpy(large.data() + 4, &body, sizeof body);
    line.say(large);
    REQUIRE(line.intake.look() == Intake::Look::Ready);
    CHECK(line.read(4096).text.size() == 40);
    line.intake.delivered();
    CHECK(line.intake.look() == Intake::Look::Broken);
}

TEST_CASE("a closed end is seen once all that came before it was handed on") {
    Line line;
    line.say(bytesOfMessage(40));
    line.outer.first = Fd();
    line.intake.arrived();
    REQUIRE(line.intake.look() == Intake::Look::Ready);
    CHECK(line.read(4096).text.size() == 40);
    line.intake.delivered();
    line.intake.arrived();
    CHECK(line.intake.look() == Intake::Look::Ended);
}
