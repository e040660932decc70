// A connection to a Wayland compositor, which tells of its windows where it offers zwlr_foreign_toplevel_manager_v1. It
// asks for nothing else, and never waits: whoever has the loop says when there is something to read.
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

class Compositor {
public:
    explicit Compositor(const std::string& socket);
    ~Compositor();
    Compositor(const Compositor&) = delete;
    Compositor& operator=(const Compositor&) = delete;

    bool isOpen() const { return open_; }
    int descriptor() const;
    /// Before one waits for the descriptor: what has come is taken in, what is to be said is sent.
    void prepare();
    /// After that; `readable`: whether there is something to read.
    void take(bool readable);

    WindowNames inFront() const { return toplevels_.inFront(); }
    /// Why it tells of no window; empty where it does, or has not said yet what it offers.
    std::string blind() const;

private:
    struct Heard; ///< what the compositor says, as libwayland calls it

    void offered(std::uint32_t name, const char* interface);
    void withdrawn(std::uint32_t name);
    void opened(zwlr_foreign_toplevel_handle_v1* window);
    void closed(zwlr_foreign_toplevel_handle_v1* window);
    void dropManager();

    bool open_ = false;
    bool toldAll_ = false; ///< that it offers
    wl_display* display_ = nullptr;
    wl_registry* registry_ = nullptr;
    wl_callback* all_ = nullptr;
    zwlr_foreign_toplevel_manager_v1* manager_ = nullptr;
    std::uint32_t managerName_ = 0;
    std::set<zwlr_foreign_toplevel_handle_v1*> handles_;
    Toplevels toplevels_;
};

} // namespace stint::windows
