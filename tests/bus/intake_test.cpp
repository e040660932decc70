// A caller's bytes on their way to sd-bus: no byte of a stranger harms the daemon (architecture.md).
#include "stintd/bus/intake.hpp"

#include <array>
#include <cstring>
#include <filesystem>
#include <iterator>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "link/wire/names.hpp"

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

/// A call of StartApp that brings one descriptor, with the header that sd-bus gives it.
std::string bytesOfBearer() {
    const auto number = [](std::uint32_t value) {
        std::string bytes(sizeof value, '\0');
        std::memcpy(bytes.data(), &value, sizeof value);
        return bytes;
    };
    const auto text = [&](std::string_view word) {
        return number(static_cast<std::uint32_t>(word.size())) + std::string(word) + '\0';
    };
    std::string fields;
    const auto field = [&](char code, char type, const std::string& value) {
        fields.resize((fields.size() + 7) / 8 * 8);
        fields += std::string{code, '\1', type, '\0'} + value;
    };
    field(1, 'o', text(wire::objectPath));
    field(3, 's', text("StartApp"));
    field(2, 's', text(wire::taskManagerInterface));
    field(8, 'g', std::string{'\12'} + "sasaha{sv}" + '\0');
    field(9, 'u', number(1));
    const std::size_t size = fields.size();
    fields.resize((size + 7) / 8 * 8);
    return "l\1" + std::string{'\0', '\1'} + number(16) + number(7) + number(static_cast<std::uint32_t>(size)) +
           fields + std::string(16, '\0');
}

/// How many descriptors this process has.
std::ptrdiff_t openDescriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
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
    /// Reads like sd-bus: no more than one message.
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
    const std::string bearer = bytesOfBearer();
    line.say(bytesOfMessage(40, 'a'));
    line.say(bearer, something.get());
    line.say(bytesOfMessage(56, 'c'));
    line.say(bearer, something.get());
    int descriptors = 0;
    for (const auto& [length, expected] :
         {std::pair{std::size_t{40}, 0}, {bearer.size(), 1}, {56, 0}, {bearer.size(), 1}}) {
        CAPTURE(length);
        REQUIRE(line.intake.look() == Intake::Look::Ready);
        const Line::Read found = line.read(length);
        CHECK(found.text.size() == length);
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
    const std::string text = bytesOfBearer();
    line.say(text.substr(0, 1), something.get());
    for (std::size_t at = 1; at + 16 < text.size(); ++at) { // all of its header but the last byte
        CHECK(line.intake.look() == Intake::Look::Incomplete);
        CHECK(line.intake.isHalfway());
        line.say(text.substr(at, 1));
    }
    line.say(text.substr(text.size() - 16));
    REQUIRE(line.intake.look() == Intake::Look::Ready);
    const Line::Read found = line.read(text.size());
    CHECK(found.text == text.substr(0, text.size() - 16));
    CHECK(found.descriptors == 1);
    CHECK(line.intake.wasRead());
    REQUIRE(line.intake.look() == Intake::Look::Ready);
    CHECK(line.read(text.size()).text == text.substr(text.size() - 16));
}

TEST_CASE("two messages with descriptors that come in pieces keep each its own") {
    const Fd something(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const std::string text = bytesOfBearer();
    for (const std::size_t first : {1, 15, 16, 40}) {
        CAPTURE(first);
        Line line;
        for (int nth = 0; nth < 2; ++nth) {
            line.say(text.substr(0, first), something.get());
            line.say(text.substr(first));
        }
        std::string heard;
        int descriptors = 0;
        while (line.intake.look() == Intake::Look::Ready) {
            const Line::Read found = line.read(text.size());
            heard += found.text;
            descriptors += found.descriptors;
            if (found.text.empty() || heard.size() % text.size() != 0)
                REQUIRE(line.intake.wasRead());
            else
                line.intake.delivered();
        }
        CHECK(heard == text + text);
        CHECK(descriptors == 2);
    }
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

// architecture.md: hostile messages. sd-bus 252 never closes what came with a message that it drops as malformed.
TEST_CASE("no single wrong byte in a header leaves a descriptor open, or has sd-bus drop what has one") {
    const Fd something(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const std::string right = bytesOfBearer();
    const std::size_t header = right.size() - 16;
    REQUIRE(mayBear(std::string_view(right).substr(0, header), 1));
    CHECK(!mayBear(std::string_view(right).substr(0, header), 2));
    CHECK(!mayBear(std::string_view(right).substr(0, header - 8), 1));
    const auto before = openDescriptors();
    int handedOn = 0;
    for (std::size_t at = 0; at < header; ++at)
        for (const char wrong : {'\0', '\1', '\x7f', '\xff', 'a', static_cast<char>(right[at] + 1)}) {
            CAPTURE(at);
            CAPTURE(int{wrong});
            std::string text = right;
            text[at] = wrong;
            Line line;
            line.say(text, something.get());
            if (line.intake.look() != Intake::Look::Ready) continue;
            const Line::Read found = line.read(text.size());
            if (found.descriptors == 0) continue; // as a shorter message, and what has them is none
            CHECK((at == 2 || (at >= 4 && at < 12) || text == right)); // the flags, the body's length and the serial
            ++handedOn;
        }
    CHECK(handedOn > 0);
    CHECK(openDescriptors() == before);
}

TEST_CASE("descriptors that come in the middle of a message, or with another, end the connection and are closed") {
    const Fd something(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const std::string bearer = bytesOfBearer();
    const auto before = openDescriptors();
    {
        Line line;
        line.say(bytesOfMessage(4000).substr(0, 2000));
        REQUIRE(line.intake.look() == Intake::Look::Ready);
        CHECK(line.read(4096).text.size() == 2000);
        CHECK(line.intake.wasRead());
        line.say(bearer, something.get()); // in the other's body
        while (line.intake.look() == Intake::Look::Ready) {
            CHECK(line.read(4096).descriptors == 0);
            line.intake.wasRead();
        }
        CHECK(line.intake.look() == Intake::Look::Broken);
    }
    {
        Line line;
        line.say(bearer.substr(0, 40), something.get());
        CHECK(line.intake.look() == Intake::Look::Incomplete);
        line.say(bearer.substr(40), something.get()); // two times
        CHECK(line.intake.look() == Intake::Look::Broken);
    }
    {
        Line line;
        line.say(bytesOfMessage(40), something.get()); // with what may have none
        CHECK(line.intake.look() == Intake::Look::Broken);
    }
    CHECK(openDescriptors() == before);
}
