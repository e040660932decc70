#include "link/wire/connect.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/socket.h>
#include <system_error>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/text/number.hpp"
#include "base/time/clock.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/names.hpp"
#include "link/wire/runtime_directory.hpp"

namespace stint::wire {
namespace {

/// A connection over a socket, or over one descriptor to read and another to write.
Result<Bus> newBus(Fd input, Fd output) {
    sd_bus* made = nullptr;
    int result = sd_bus_new(&made);
    if (result < 0) return within("cannot make a connection", errorFromErrno(-result));
    Bus bus(made);
    result = sd_bus_set_fd(made, input.get(), output ? output.get() : input.get());
    if (result < 0) return within("cannot use the socket", errorFromErrno(-result));
    input.release(); // the connection closes them from now on
    output.release();
    result = sd_bus_negotiate_fds(made, 1);
    // Trusted: sd-bus's own access control asks for a caller's capabilities; ours goes by who is calling.
    if (result >= 0) result = sd_bus_set_trusted(made, 1);
    if (result < 0) return within("cannot set up a connection", errorFromErrno(-result));
    return bus;
}

Result<Bus> started(Bus bus) {
    const int result = sd_bus_start(bus.get());
    if (result < 0) return within("cannot start a connection", errorFromErrno(-result));
    return bus;
}

Error cannotConnect(const std::filesystem::path& socket, int number) {
    if (number == ENOENT || number == ECONNREFUSED)
        return fail(Errc::UNAVAILABLE, "no stintd listens at {}; start it with: stintd &", socket.c_str());
    return fail(Errc::UNAVAILABLE, "cannot connect to {}: {}", socket.c_str(), std::generic_category().message(number));
}

} // namespace

Result<sockaddr_un> addressOf(const std::filesystem::path& socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket.native().size() >= sizeof address.sun_path)
        return fail(Errc::ILLEGAL_ARGUMENT, "the socket's path {} is longer than {} bytes", socket.c_str(),
                    sizeof address.sun_path - 1);
    std::memcpy(address.sun_path, socket.c_str(), socket.native().size());
    return address;
}

Result<Fd> connectSocket(const std::filesystem::path& socket) {
    const sockaddr_un address = STINT_TRY(addressOf(socket));
    Fd made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!made) return within("cannot make a socket", errorFromErrno(errno));
    // Blocking: where the daemon's backlog is full the call waits, and does not fail.
    while (::connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
        if (errno != EINTR) return cannotConnect(socket, errno);
    return made;
}

Result<std::optional<Fd>> inheritedSocket() {
    const char* variable = std::getenv(socketDescriptorVariable);
    if (!variable) return std::optional<Fd>();
    const std::string text = variable;
    ::unsetenv(socketDescriptorVariable);
    const int number = numberIn<int>(text).value_or(-1);
    if (number < 0 || ::fcntl(number, F_SETFD, FD_CLOEXEC) < 0)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} is \"{}\"; it must be the number of an open socket",
                    socketDescriptorVariable, text);
    return std::optional<Fd>(Fd(number));
}

Result<Bus> clientOver(Fd socket) {
    Bus bus = STINT_TRY(newBus(std::move(socket), {}));
    return started(std::move(bus));
}

Result<Bus> connectToDaemon() {
    if (std::optional<Fd> inherited = STINT_TRY(inheritedSocket())) return clientOver(std::move(*inherited));
    const std::filesystem::path socket = STINT_TRY(daemonSocket(false));
    Fd connected = STINT_TRY(connectSocket(socket));
    return clientOver(std::move(connected));
}

Result<void> awaitGreeting(sd_bus* bus, Duration patience) {
    for (const Duration end = steadyNow() + patience; sd_bus_is_ready(bus) == 0;) {
        const int done = sd_bus_process(bus, nullptr);
        if (done < 0) return errorFromErrno(-done);
        const Duration left = end - steadyNow();
        if (left <= 0ms) return {};
        if (done == 0) sd_bus_wait(bus, static_cast<std::uint64_t>(left / 1us));
    }
    return {};
}

Result<Bus> serverOver(Fd input, Fd output) {
    Bus bus = STINT_TRY(newBus(std::move(input), std::move(output)));
    sd_id128_t identity{};
    int result = sd_id128_randomize(&identity);
    if (result >= 0) result = sd_bus_set_server(bus.get(), 1, identity);
    if (result < 0) return within("cannot set up a connection", errorFromErrno(-result));
    return started(std::move(bus));
}

} // namespace stint::wire
