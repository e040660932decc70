// The windows of a Wayland desktop, as its compositor tells of them: pure. What comes in is believed in nothing: a name
// is whatever its program claims, and any program opens as many windows as it likes.
#pragma once
#include <cstddef>
#include <map>
#include <span>

#include "stintd/helpers/window_words.hpp"

namespace stint::windows {

class Toplevels {
public:
    /// The compositor's handle of a window; never looked into.
    using Handle = const void*;
    /// Of what is beyond, nothing is kept.
    static constexpr std::size_t most = 1024;

    /// Whether it is kept.
    bool opened(Handle window);
    void named(Handle window, std::string_view name);
    /// The values of the protocol's enum, as the wire has them.
    void stated(Handle window, std::span<const std::byte> states);
    /// All that was told of it since the last time holds from now on.
    void done(Handle window);
    void closed(Handle window) { windows_.erase(window); }
    void clear() { windows_.clear(); }

    /// What those in front say that they are.
    WindowNames inFront() const;

private:
    struct Facts {
        std::string name;
        bool inFront = false;
    };
    struct Window {
        Facts told, holds;
    };
    std::map<Handle, Window> windows_;
};

} // namespace stint::windows
