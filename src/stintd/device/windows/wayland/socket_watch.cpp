#include "stintd/device/windows/wayland/socket_watch.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <unistd.h>

#include "base/result/fail.hpp"
#include "base/unix/inotify.hpp"

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
    watch.events_ = openInotify();
    const std::string directory = socket.parent_path();
    if (::inotify_add_watch(watch.events_.get(), directory.c_str(), IN_CREATE | IN_MOVED_TO | IN_ONLYDIR) < 0)
        return fail(Errc::SYSTEM, "cannot watch {}: {}", directory, std::strerror(errno));
    return watch;
}

SocketWatch::Came SocketWatch::take() {
    auto came = Came::No;
    const auto takeOne = [&](const inotify_event& event, std::string_view name) {
        if (event.mask & IN_IGNORED) came = Came::NeverMore;
        if (came == Came::No && ((event.mask & IN_Q_OVERFLOW) || name == name_)) came = Came::Yes;
    };
    while (takeSomeEvents(events_, takeOne)) {
    }
    return came;
}

} // namespace stint::windows
