// Whose window is in front, as stint-windows tells (architecture.md, what is visible): a process of its own, since a
// display may hang.
#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include <sys/types.h>
#include <systemd/sd-event.h>

#include "base/event_source.hpp"
#include "base/fd.hpp"
#include "stint/result.hpp"

namespace stint {

class WindowWatch {
public:
    /// `inFront`: the process whose window is in front from now on; 0: none, or nobody can say.
    WindowWatch(std::filesystem::path program, std::function<void(pid_t)> inFront)
        : program_(std::move(program)), inFront_(std::move(inFront)) {}
    ~WindowWatch();
    WindowWatch(const WindowWatch&) = delete;
    WindowWatch& operator=(const WindowWatch&) = delete;

    /// Where this process has a display (DISPLAY), and the program is installed.
    void start(sd_event* loop);
    bool isWatching() const { return process_ > 0; }
    /// Why not, for a person; empty while it watches.
    const std::string& error() const { return error_; }

private:
    Result<void> spawn(sd_event* loop);
    void end(std::string why);
    static int told(sd_event_source*, int, std::uint32_t, void* self);

    std::filesystem::path program_;
    std::function<void(pid_t)> inFront_;
    std::string error_ = "no display";
    pid_t process_ = 0;
    Fd socket_;
    EventSource ready_;
};

} // namespace stint
