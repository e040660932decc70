// A Wayland compositor: its socket, where it is and when it comes (again); the connection to it; and the windows that
// it reports, which are kept pure.
#pragma once
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"
#include "stintd/helpers/helper.hpp"

namespace stint::windows {

/// The windows of a Wayland desktop, as its compositor reports them: pure. Nothing that comes in is trusted: a name is
/// whatever its program claims, and any program opens as many windows as it likes.
class Toplevels {
public:
    /// The compositor's handle of a window; never dereferenced.
    using Handle = const void*;
    /// Windows beyond this number are not kept.
    static constexpr std::size_t most = 1024;

    /// False: there are too many, and it is not kept.
    bool opened(Handle window);
    void named(Handle window, std::string_view name);
    /// `states`: the values of the protocol's enum, in the wire's form.
    void stated(Handle window, std::span<const std::byte> states);
    /// Everything reported of it since the last time holds from now on.
    void done(Handle window);
    void closed(Handle window) { windows_.erase(window); }
    void clear() { windows_.clear(); }

    /// The names of the windows in front.
    WindowNames inFront() const;

private:
    struct Facts {
        std::string name;
        bool inFront = false;
    };
    struct Window {
        Facts pending, current;
    };
    std::map<Handle, Window> windows_;
};

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

struct wl_array; // NOLINT(readability-identifier-naming): Wayland's own name
struct wl_callback;
struct wl_display;
struct wl_registry;
struct zwlr_foreign_toplevel_handle_v1;
struct zwlr_foreign_toplevel_manager_v1;

namespace stint::windows {

/// A connection to a Wayland compositor, which reports its windows where it offers zwlr_foreign_toplevel_manager_v1. It
/// asks for nothing else, and never blocks: the loop's owner says when there is something to read.
class Compositor {
public:
    explicit Compositor(const std::string& socket);
    ~Compositor();
    Compositor(const Compositor&) = delete;
    Compositor& operator=(const Compositor&) = delete;

    bool isOpen() const { return open_; }
    int descriptor() const;
    /// To be called before the descriptor is waited for: takes in what has come, sends what is queued.
    void prepare();
    /// To be called after that wait; `readable`: there is something to read.
    void take(bool readable);

    WindowNames inFront() const { return toplevels_.inFront(); }
    /// The reason that it reports no windows; empty where it does, or has not announced yet what it offers.
    std::string blind() const;

private:
    struct Heard; ///< the listeners, as libwayland calls them

    void offered(std::uint32_t name, const char* interface);
    void withdrawn(std::uint32_t name);
    void opened(zwlr_foreign_toplevel_handle_v1* window);
    void closed(zwlr_foreign_toplevel_handle_v1* window);
    void dropManager();

    bool open_ = false;
    bool toldAll_ = false; ///< everything on offer was announced
    wl_display* display_ = nullptr;
    wl_registry* registry_ = nullptr;
    wl_callback* all_ = nullptr;
    zwlr_foreign_toplevel_manager_v1* manager_ = nullptr;
    std::uint32_t managerName_ = 0;
    std::set<zwlr_foreign_toplevel_handle_v1*> handles_;
    Toplevels toplevels_;
};

} // namespace stint::windows
