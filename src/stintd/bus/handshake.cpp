#include "stintd/bus/handshake.hpp"

#include <array>
#include <string_view>
#include <sys/socket.h>

namespace stint {

bool isHasty(int socket) {
    std::array<char, Intake::longestLine> ahead;
    const ssize_t count = ::recv(socket, ahead.data(), ahead.size(), MSG_PEEK | MSG_DONTWAIT);
    if (count <= 0) return false;
    const std::string_view text(ahead.data(), static_cast<std::size_t>(count));
    constexpr std::string_view last = "BEGIN\r\n";
    const std::size_t end = text.find(last);
    return end == std::string_view::npos ? text.size() == ahead.size() : end + last.size() < text.size();
}

Handshake stepHandshake(Intake& intake, sd_bus* bus) {
    while (true) {
        const Intake::Look found = intake.lookForLine();
        if (found == Intake::Look::Incomplete) return Handshake::Going;
        if (found != Intake::Look::Ready) return Handshake::Refused;
        int result = 0;
        while ((result = sd_bus_process(bus, nullptr)) > 0) {
        }
        if (result < 0 || sd_bus_is_open(bus) <= 0) return Handshake::Refused;
        if (sd_bus_is_ready(bus) > 0) return Handshake::Done;
    }
}

} // namespace stint
