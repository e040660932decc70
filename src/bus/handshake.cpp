#include "bus/handshake.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <sys/socket.h>

namespace stint {
namespace {

constexpr std::size_t longestLine = 512;
constexpr std::string_view lineEnd = "\r\n";

bool sendAll(int socket, std::string_view text) {
    // A few bytes into an empty socket: if they do not fit at once, the other end never reads.
    const ssize_t count = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return count == static_cast<ssize_t>(text.size());
}

} // namespace

bool Handshake::isHasty(int socket) {
    std::array<char, longestLine> ahead;
    const ssize_t count = ::recv(socket, ahead.data(), ahead.size(), MSG_PEEK | MSG_DONTWAIT);
    if (count <= 0) return false;
    const std::string_view text(ahead.data(), static_cast<std::size_t>(count));
    constexpr std::string_view last = "BEGIN\r\n";
    const std::size_t end = text.find(last);
    return end == std::string_view::npos ? text.size() == longestLine : end + last.size() < text.size();
}

Handshake::LineState Handshake::takeLine(std::string& line) {
    std::array<char, longestLine> ahead;
    const ssize_t count = ::recv(socket_, ahead.data(), ahead.size(), MSG_PEEK | MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return LineState::Incomplete;
    if (count <= 0) return LineState::Bad;
    const std::string_view text(ahead.data(), static_cast<std::size_t>(count));
    const std::size_t end = text.find(lineEnd);
    if (end == std::string_view::npos) return text.size() < longestLine ? LineState::Incomplete : LineState::Bad;
    line = text.substr(0, end + lineEnd.size());
    const ssize_t taken = ::recv(socket_, ahead.data(), line.size(), MSG_DONTWAIT);
    return taken == static_cast<ssize_t>(line.size()) ? LineState::Taken : LineState::Bad;
}

bool Handshake::answer(sd_bus* bus) {
    int result = 0;
    while ((result = sd_bus_process(bus, nullptr)) > 0) {
    }
    if (result < 0 || sd_bus_is_open(bus) <= 0) return false;
    std::array<char, longestLine> said;
    const ssize_t count = ::recv(inside_.get(), said.data(), said.size(), MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN;
    return sendAll(socket_, std::string_view(said.data(), static_cast<std::size_t>(count)));
}

Handshake::State Handshake::step(sd_bus* bus) {
    while (true) {
        std::string line;
        const LineState found = takeLine(line);
        if (found == LineState::Incomplete) return State::Going;
        if (found == LineState::Bad || !sendAll(inside_.get(), line) || !answer(bus)) return State::Refused;
        if (sd_bus_is_ready(bus) > 0) break;
    }
    // The bus keeps its descriptor's number; the real socket is behind it now.
    const bool moved = ::dup3(socket_, sd_bus_get_fd(bus), O_CLOEXEC) >= 0;
    inside_ = Fd();
    return moved ? State::Done : State::Refused;
}

} // namespace stint
