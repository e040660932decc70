// Where a compositor's socket is, and when it comes (again): told by its directory.
#pragma once
#include <filesystem>
#include <optional>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint::windows {

/// The compositor's socket, by WAYLAND_DISPLAY and XDG_RUNTIME_DIR.
Result<std::filesystem::path> compositorSocket();

class SocketWatch {
public:
    /// What comes from now on is noticed.
    static Result<SocketWatch> open(const std::filesystem::path& socket);

    int descriptor() const { return events_.get(); }
    enum class Came : std::uint8_t { No, Yes, NeverMore };
    /// Takes in what has happened. NeverMore: the directory itself is gone.
    Came take();

private:
    std::string name_;
    Fd events_;
};

} // namespace stint::windows
