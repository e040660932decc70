#include "stintd/bus/connection.hpp"

#include <array>
#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <sys/socket.h>

#include "base/result/errors.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/errors.hpp"

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

namespace {

/// The bytes that the kernel buffers for a caller.
constexpr int mostUnread = 256 * 1024;

Error broken(const char* what, int number) { return within(what, wire::errorFromErrno(number)); }

/// Returns the process that connected, by the kernel, which from now on names the sender of each message.
Result<pid_t> pinned(const Fd& socket) {
    ucred connected{};
    socklen_t size = sizeof connected;
    const int on = 1;
    if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &connected, &size) < 0 ||
        ::setsockopt(socket.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0)
        return broken("cannot ask who sends", errno);
    return connected.pid;
}

} // namespace

Result<std::unique_ptr<CallerConnection>> CallerConnection::over(Fd socket, Speaker speaker) {
    int halves[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, halves) < 0)
        return broken("cannot make a socketpair", errno);
    Fd outside(halves[0]);
    Fd inside(halves[1]);
    if (::fcntl(socket.get(), F_SETFL, O_NONBLOCK) < 0) return broken("cannot use the socket", errno);
    pid_t sender = 0;
    if (speaker == Speaker::WhoConnected) sender = STINT_TRY(pinned(socket));
    std::unique_ptr<CallerConnection> made(new CallerConnection(socket.get(), std::move(inside), sender));
    made->bus_ = STINT_TRY(wire::serverOver(std::move(outside), std::move(socket)));
    // LINUX: sd-bus asks for 8 MiB of the kernel's memory, which root gets, for each caller that does not read.
    (void)::setsockopt(made->socket_, SOL_SOCKET, SO_SNDBUF, &mostUnread, sizeof mostUnread);
    if (!made->listen()) return fail(Errc::SYSTEM, "cannot listen to a connection: out of memory");
    return made;
}

CallerConnection::~CallerConnection() = default;

bool CallerConnection::listen() {
    sd_bus_slot* slot = nullptr;
    if (sd_bus_add_filter(bus(), &slot, filter, this) < 0) return false;
    filter_.reset(slot);
    return true;
}

int CallerConnection::filter(sd_bus_message* message, void* self, sd_bus_error*) {
    return static_cast<CallerConnection*>(self)->received(message);
}

int CallerConnection::received(sd_bus_message* message) {
    if (message == marker_.get()) {
        current_ = marker_;
        return 1;
    }
    wire::Message arrived = wire::Message::sharing(message);
    // sd-bus's own message that the connection has ended did not come through the socket.
    if (arrived.interface() == "org.freedesktop.DBus.Local") return 1;
    intake_.delivered();
    current_ = std::move(arrived);
    return 1;
}

CallerConnection::Next CallerConnection::next(wire::Message& message) {
    if (!greeted_) {
        switch (stepHandshake(intake_, bus())) {
        case Handshake::Going:
            return hungUp_ ? Next::Closed : Next::Nothing;
        case Handshake::Refused:
            return Next::Closed;
        case Handshake::Done:
            greeted_ = true;
        }
    }
    return nextMessage(message);
}

CallerConnection::Next CallerConnection::nextMessage(wire::Message& message) {
    while (true) {
        switch (intake_.look()) {
        case Intake::Look::Ready:
            break;
        case Intake::Look::Incomplete:
            return hungUp_ ? Next::Closed : Next::Nothing;
        case Intake::Look::Ended:
        case Intake::Look::Broken:
            return Next::Closed;
        }
        current_ = {};
        const int result = sd_bus_process(bus(), nullptr);
        if (result < 0 || sd_bus_is_open(bus()) <= 0) return Next::Closed;
        if (current_) {
            message = std::exchange(current_, {});
            return Next::Message;
        }
        if (result == 0 && !intake_.wasRead()) return Next::Closed;
    }
}

std::size_t CallerConnection::queued() const {
    std::uint64_t count = 0;
    return sd_bus_get_n_queued_write(bus(), &count) < 0 ? 0 : static_cast<std::size_t>(count);
}

bool CallerConnection::flush() {
    if (!greeted_ || queued() == 0) return true;
    // sd_bus_process() writes, then reads, and would hand out a caller's message, unless another one is ready to be
    // handed out. So one of our own is queued for that purpose.
    if (!marker_) {
        Result<wire::Message> made = wire::newSignal(bus(), "org.stint.Marker", "Marker");
        if (!made) return false;
        marker_ = std::move(made).value();
        if (sd_bus_message_seal(marker_.get(), 1, 0) < 0) return false;
    }
    if (sd_bus_enqueue_for_read(bus(), marker_.get()) < 0) return false;
    current_ = {};
    while (!current_)
        if (sd_bus_process(bus(), nullptr) < 0 || sd_bus_is_open(bus()) <= 0) return false;
    current_ = {};
    return true;
}

} // namespace stint
