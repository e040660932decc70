#include "stintd/device/windows/wayland/socket_watch.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <sys/inotify.h>
#include <unistd.h>

#include "base/result/fail.hpp"

namespace stint::windows {

Result<std::filesystem::path> compositorSocket() {
    const char* const display = std::getenv("WAYLAND_DISPLAY");
    const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
    const std::filesystem::path name = display ? display : "";
    if (name.empty()) return fail(Errc::SYSTEM, "WAYLAND_DISPLAY is not set");
    if (name.is_absolute()) return name;
    if (!runtime || *runtime != '/')
        return fail(Errc::SYSTEM, "XDG_RUNTIME_DIR names no directory, so nobody knows where {} is", name.string());
    return runtime / name;
}

Result<SocketWatch> SocketWatch::open(const std::filesystem::path& socket) {
    SocketWatch watch;
    watch.name_ = socket.filename();
    watch.events_ = Fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    const std::string directory = socket.parent_path();
    if (::inotify_add_watch(watch.events_.get(), directory.c_str(), IN_CREATE | IN_MOVED_TO | IN_ONLYDIR) < 0)
        return fail(Errc::SYSTEM, "cannot watch {}: {}", directory, std::strerror(errno));
    return watch;
}

SocketWatch::Came SocketWatch::take() {
    alignas(inotify_event) char buffer[4096];
    auto came = Came::No;
    for (ssize_t size = 0; (size = ::read(events_.get(), buffer, sizeof buffer)) > 0;) {
        const char* const end = buffer + size;
        for (const char* at = buffer; at < end;) {
            const auto& event = *reinterpret_cast<const inotify_event*>(at);
            if (event.mask & IN_IGNORED) return Came::NeverMore;
            if ((event.mask & IN_Q_OVERFLOW) || (event.len > 0 && name_ == event.name)) came = Came::Yes;
            at += sizeof event + event.len;
        }
    }
    return came;
}

} // namespace stint::windows
