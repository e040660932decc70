// A connection to a Wayland compositor.
#pragma once
#include <memory>
#include <set>
#include <string>

#include "stintd/device/windows/wayland/toplevels.hpp"

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
