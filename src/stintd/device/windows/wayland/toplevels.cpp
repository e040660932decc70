#include "stintd/device/windows/wayland/toplevels.hpp"

#include <cstdint>
#include <cstring>

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
    if (found != windows_.end()) found->second.told.name = isWindowName(name) ? name : std::string_view();
}

void Toplevels::stated(Handle window, std::span<const std::byte> states) {
    const auto found = windows_.find(window);
    if (found == windows_.end()) return;
    bool& inFront = found->second.told.inFront;
    inFront = false;
    for (; states.size() >= sizeof activated; states = states.subspan(sizeof activated)) {
        std::uint32_t state = 0;
        std::memcpy(&state, states.data(), sizeof state);
        inFront = inFront || state == activated;
    }
}

void Toplevels::done(Handle window) {
    const auto found = windows_.find(window);
    if (found != windows_.end()) found->second.holds = found->second.told;
}

WindowNames Toplevels::inFront() const {
    WindowNames names;
    for (const auto& [handle, window] : windows_)
        if (window.holds.inFront && !window.holds.name.empty()) names.insert(window.holds.name);
    return names;
}

} // namespace stint::windows
