// The windows in front, by stint-windows (X11) or stint-toplevels (Wayland) (architecture.md, what is visible): a
// process of its own, since a display may hang.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include <sys/types.h>
#include <systemd/sd-event.h>

#include "base/unix/event_source.hpp"
#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint {

constexpr auto noDisplay = "no display";

class WindowWatch {
public:
    /// `display`: the variable that names it. `listener`: gets each of the program's messages
    /// (stintd/helpers/helper.hpp); an empty one where it has ended, or sees nothing.
    WindowWatch(std::filesystem::path program, const char* display, std::function<void(std::string_view)> listener)
        : program_(std::move(program)), display_(display), listener_(std::move(listener)) {}
    ~WindowWatch();
    WindowWatch(const WindowWatch&) = delete;
    WindowWatch& operator=(const WindowWatch&) = delete;

    /// Starts the program, where this process has a display and the program is installed.
    void start(sd_event* loop);
    bool sees() const { return error_.empty(); }
    /// The reason that it sees nothing, for a person; empty while it sees.
    const std::string& error() const { return error_; }

private:
    Result<void> spawn(sd_event* loop);
    void end(std::string why);
    void hear(std::string_view word);
    static int ready(sd_event_source*, int, std::uint32_t, void* self);

    std::filesystem::path program_;
    const char* display_;
    std::function<void(std::string_view)> listener_;
    std::string error_ = noDisplay;
    pid_t process_ = 0;
    Fd socket_;
    EventSource ready_;
};

} // namespace stint
