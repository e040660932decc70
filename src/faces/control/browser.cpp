#include "faces/control/browser.hpp"

#include <cstdlib>

#include <fmt/core.h>

#include "base/unix/paths.hpp"
#include "faces/control/detached.hpp"
#include "faces/screen/json_line.hpp"

namespace stint::cli {
namespace {

bool hasDisplay() {
    for (const char* const name : {"WAYLAND_DISPLAY", "DISPLAY"})
        if (const char* const value = std::getenv(name); value && *value) return true;
    return false;
}

/// Opens the address in the desktop's browser; false where there is no display, or no program to open it with.
bool isOpened(const std::string& address) {
    const auto opener = findOnPath("xdg-open");
    if (!hasDisplay() || !opener.ok()) return false;
    return startDetached({opener->native(), address}, {.output = "/dev/null"}).ok();
}

} // namespace

std::string placeOf(const std::string& address) { return address.substr(0, address.find('#')); }

void showPage(const Screen& screen, const ShownPage& page) {
    const bool opened = page.mayOpen && isOpened(page.address);
    if (screen.json()) {
        Json line = header();
        line["address"] = page.address;
        line["opened"] = opened;
        screen.print(dumped(line));
    } else if (page.isPrinted || !opened) {
        screen.print(page.address);
    } else {
        screen.tell(fmt::format("{} is at {}, in your browser", page.name, placeOf(page.address)));
    }
}

} // namespace stint::cli
