// A compositor's socket: where it is, and when it comes (again), by a watch on its directory.
#pragma once
#include <filesystem>
#include <optional>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint::windows {

/// The compositor's socket, by WAYLAND_DISPLAY and XDG_RUNTIME_DIR.
Result<std::filesystem::path> compositorSocket();

/// Reports when a compositor's socket comes (again), by a watch on its directory.
class SocketWatch {
public:
    /// Notices sockets that come from now on.
    static Result<SocketWatch> open(const std::filesystem::path& socket);

    int descriptor() const { return events_.get(); }
    enum class Came : std::uint8_t { No, Yes, NeverMore };
    /// Takes in the events so far. NeverMore: the directory itself is gone.
    Came take();

private:
    std::string name_;
    Fd events_;
};

} // namespace stint::windows
