#include "stintd/device/windows/wayland/compositor.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

#include <wayland-client.h>
#include <wlr-foreign-toplevel.h>

#include "base/result/errors.hpp"
#include "base/unix/inotify.hpp"

namespace stint::windows {
namespace {

constexpr std::uint32_t activated = 2; ///< ZWLR_FOREIGN_TOPLEVEL_HANDLE_V1_STATE_ACTIVATED

} // namespace

bool Toplevels::opened(Handle window) {
    if (windows_.size() >= most) return false;
    windows_.try_emplace(window);
    return true;
}

void Toplevels::named(Handle window, std::string_view name) {
    const auto found = windows_.find(window);
    if (found != windows_.end()) found->second.pending.name = isWindowName(name) ? name : std::string_view();
}

void Toplevels::stated(Handle window, std::span<const std::byte> states) {
    const auto found = windows_.find(window);
    if (found == windows_.end()) return;
    bool& inFront = found->second.pending.inFront;
    inFront = false;
    for (; states.size() >= sizeof activated; states = states.subspan(sizeof activated)) {
        std::uint32_t state = 0;
        std::memcpy(&state, states.data(), sizeof state);
        inFront = inFront || state == activated;
    }
}

void Toplevels::done(Handle window) {
    const auto found = windows_.find(window);
    if (found != windows_.end()) found->second.current = found->second.pending;
}

WindowNames Toplevels::inFront() const {
    WindowNames names;
    for (const auto& [handle, window] : windows_)
        if (window.current.inFront && !window.current.name.empty()) names.insert(window.current.name);
    return names;
}

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

using Handle = zwlr_foreign_toplevel_handle_v1;
using Manager = zwlr_foreign_toplevel_manager_v1;

struct Compositor::Heard {
    static Compositor& self(void* data) { return *static_cast<Compositor*>(data); }
    static void global(void* data, wl_registry*, std::uint32_t name, const char* interface, std::uint32_t) {
        self(data).offered(name, interface);
    }
    static void globalRemove(void* data, wl_registry*, std::uint32_t name) { self(data).withdrawn(name); }
    static void all(void* data, wl_callback*, std::uint32_t) { self(data).toldAll_ = true; }
    static void toplevel(void* data, Manager*, Handle* window) { self(data).opened(window); }
    static void finished(void* data, Manager*) { self(data).dropManager(); }
    static void appId(void* data, Handle* window, const char* name) { self(data).toplevels_.named(window, name); }
    static void state(void* data, Handle* window, wl_array* states) {
        self(data).toplevels_.stated(window, {static_cast<const std::byte*>(states->data), states->size});
    }
    static void done(void* data, Handle* window) { self(data).toplevels_.done(window); }
    static void closed(void* data, Handle* window) { self(data).closed(window); }
    static void title(void*, Handle*, const char*) {}
    static void output(void*, Handle*, wl_output*) {}

    static constexpr wl_registry_listener registry{global, globalRemove};
    static constexpr wl_callback_listener sync{all};
    static constexpr zwlr_foreign_toplevel_manager_v1_listener manager{toplevel, finished};
    static constexpr zwlr_foreign_toplevel_handle_v1_listener handle{title, appId, output, output, state, done, closed};
};

Compositor::Compositor(const std::string& socket) : display_(wl_display_connect(socket.c_str())) {
    if (!display_) return;
    open_ = true;
    registry_ = wl_display_get_registry(display_);
    wl_registry_add_listener(registry_, &Heard::registry, this);
    all_ = wl_display_sync(display_); // answered once everything on offer was announced
    wl_callback_add_listener(all_, &Heard::sync, this);
}

Compositor::~Compositor() {
    if (!display_) return;
    dropManager();
    wl_callback_destroy(all_);
    wl_registry_destroy(registry_);
    wl_display_disconnect(display_);
}

int Compositor::descriptor() const { return wl_display_get_fd(display_); }

void Compositor::prepare() {
    while (open_ && wl_display_prepare_read(display_) != 0)
        open_ = wl_display_dispatch_pending(display_) >= 0;
    if (!open_) return;
    if (wl_display_flush(display_) >= 0 || errno == EAGAIN) return;
    wl_display_cancel_read(display_);
    open_ = false;
}

void Compositor::take(bool readable) {
    if (!open_) return;
    char next = 0; // libwayland 1.23 does not report an end in the middle of a message, however often it is asked
    const bool ended = readable && ::recv(descriptor(), &next, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
    if (readable && !ended)
        open_ = wl_display_read_events(display_) >= 0;
    else
        wl_display_cancel_read(display_);
    if (ended) open_ = false;
    open_ = open_ && wl_display_dispatch_pending(display_) >= 0;
}

std::string Compositor::blind() const {
    if (manager_ || !toldAll_) return {};
    return "the Wayland compositor tells nobody of windows (it does not offer zwlr_foreign_toplevel_manager_v1)";
}

void Compositor::offered(std::uint32_t name, const char* interface) {
    const wl_interface& wanted = zwlr_foreign_toplevel_manager_v1_interface;
    if (manager_ || std::string_view(interface) != wanted.name) return;
    manager_ = static_cast<Manager*>(wl_registry_bind(registry_, name, &wanted, 1));
    managerName_ = name;
    zwlr_foreign_toplevel_manager_v1_add_listener(manager_, &Heard::manager, this);
}

void Compositor::withdrawn(std::uint32_t name) {
    if (manager_ && name == managerName_) dropManager();
}

void Compositor::opened(Handle* window) {
    if (!toplevels_.opened(window)) return zwlr_foreign_toplevel_handle_v1_destroy(window);
    handles_.insert(window);
    zwlr_foreign_toplevel_handle_v1_add_listener(window, &Heard::handle, this);
}

void Compositor::closed(Handle* window) {
    toplevels_.closed(window);
    handles_.erase(window);
    zwlr_foreign_toplevel_handle_v1_destroy(window);
}

// Destroys the proxies locally: a compositor that is gone, or has withdrawn the manager, is sent nothing.
void Compositor::dropManager() {
    toplevels_.clear();
    for (Handle* const window : std::exchange(handles_, {}))
        wl_proxy_destroy(reinterpret_cast<wl_proxy*>(window));
    if (Manager* const manager = std::exchange(manager_, nullptr)) zwlr_foreign_toplevel_manager_v1_destroy(manager);
}

} // namespace stint::windows
