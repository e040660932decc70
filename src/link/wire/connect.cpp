#include "link/wire/connect.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/clock.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/names.hpp"
#include "link/wire/reader.hpp"

namespace stint::wire {
namespace {

bool isDirectory(const std::filesystem::path& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

Result<std::filesystem::path> chosen() {
    if (const char* given = std::getenv("XDG_RUNTIME_DIR"); given && *given) {
        if (*given != '/')
            return fail(Errc::ILLEGAL_ARGUMENT, "XDG_RUNTIME_DIR is \"{}\"; it must be an absolute path", given);
        return std::filesystem::path(given) / "stint";
    }
    const uid_t user = ::getuid();
    const std::filesystem::path session = fmt::format("/run/user/{}", user);
    if (isDirectory(session)) return session / "stint";
    if (user == 0) return std::filesystem::path("/run/stint");
    return std::filesystem::path(fmt::format("/tmp/stint-{}", user));
}

/// lstat, not stat: a symlink could lead to a directory that another user swaps.
Result<void> checkOurs(const std::filesystem::path& path, const struct stat& found) {
    const char* name = path.c_str();
    if (S_ISLNK(found.st_mode))
        return fail(Errc::SECURITY, "the runtime directory {} is a symbolic link; it must be a directory", name);
    if (!S_ISDIR(found.st_mode))
        return fail(Errc::SECURITY, "the runtime directory {} is not a directory; remove it", name);
    if (found.st_uid != ::getuid())
        return fail(Errc::SECURITY, "the runtime directory {} belongs to uid {}; it must belong to uid {}", name,
                    found.st_uid, ::getuid());
    if ((found.st_mode & 07777) != 0700)
        return fail(Errc::SECURITY, "the runtime directory {} has mode {:04o}; it must have 0700 (chmod 0700 {})", name,
                    static_cast<unsigned>(found.st_mode & 07777), name);
    return {};
}

Error systemError(const char* what, const std::filesystem::path& path, int number) {
    return fail(Errc::SYSTEM, "cannot {} the runtime directory {}: {}", what, path.c_str(),
                std::generic_category().message(number));
}

} // namespace

Result<std::filesystem::path> runtimeDirectory(bool create) {
    const std::filesystem::path path = STINT_TRY(chosen());
    // mkdir obeys the umask, which can only take rights away; the directory is checked either way.
    if (create && ::mkdir(path.c_str(), 0700) < 0 && errno != EEXIST) return systemError("make", path, errno);
    struct stat found {};
    if (::lstat(path.c_str(), &found) < 0) {
        if (errno == ENOENT && !create) return path;
        return systemError("look at", path, errno);
    }
    STINT_TRY(checkOurs(path, found));
    return path;
}

Result<std::filesystem::path> daemonSocket(bool create) {
    const std::filesystem::path directory = STINT_TRY(runtimeDirectory(create));
    return directory / socketName;
}

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

std::string ownerChanges(std::string_view which) {
    return fmt::format("type='signal',sender='{0}',path='{1}',interface='{0}',member='NameOwnerChanged',{2}", busName,
                       busPath, which);
}

std::optional<OwnerChange> ownerChangeIn(sd_bus_message* signal) {
    const auto message = Message::sharing(signal);
    Reader reader(message);
    auto name = reader.string();
    const auto before = reader.string();
    auto owner = reader.string();
    if (!name || !before || !owner) return std::nullopt;
    return OwnerChange{*std::move(name), *std::move(owner)};
}

int askOwner(sd_bus* bus, Slot& slot, const std::string& name, sd_bus_message_handler_t answered, void* self) {
    sd_bus_slot* made = nullptr;
    const int result = sd_bus_call_method_async(bus, &made, busName, busPath, busName, "GetNameOwner", answered, self,
                                                "s", name.c_str());
    slot.reset(made);
    return result;
}

std::string ownerIn(sd_bus_message* answer) {
    const auto message = Message::sharing(answer);
    if (message.isError()) return {};
    auto owner = Reader(message).string();
    return owner ? *std::move(owner) : std::string();
}

Result<Bus> openSessionBus(sd_event* loop) {
    // On a machine without one this is asked again and again, and sd-bus takes forty system calls to say so.
    constexpr const char* none = "no session bus";
    const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
    const std::string usual = std::string(runtime ? runtime : "") + "/bus";
    if (runtime && !std::getenv("DBUS_SESSION_BUS_ADDRESS") && ::access(usual.c_str(), F_OK) != 0)
        return within(none, within(usual, errorFromErrno(errno)));
    sd_bus* made = nullptr;
    int result = sd_bus_open_user(&made);
    if (result == -ENOMEDIUM)
        return fail(Errc::UNAVAILABLE, "{}: neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR is set", none);
    if (result < 0) return within(none, errorFromErrno(-result));
    Bus bus(made);
    sd_bus_set_method_call_timeout(made, UINT64_MAX);
    result = sd_bus_attach_event(made, loop, SD_EVENT_PRIORITY_NORMAL);
    if (result < 0) return errorFromErrno(-result);
    return bus;
}

} // namespace stint::wire
