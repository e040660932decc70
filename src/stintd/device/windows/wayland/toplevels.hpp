// The windows of a Wayland desktop.
#pragma once
#include <cstddef>
#include <map>
#include <span>

#include "stintd/helpers/window_words.hpp"

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
        Facts told, holds;
    };
    std::map<Handle, Window> windows_;
};

} // namespace stint::windows
