// `stint ui`: the Task Manager in a browser (linux.md §A.11).
#include <cstdlib>

#include <fmt/core.h>

#include "base/result/try.hpp"
#include "base/text/number.hpp"
#include "base/unix/program.hpp"
#include "faces/cli/line/commands.hpp"
#include "faces/control/daemon.hpp"
#include "faces/control/detached.hpp"
#include "faces/control/page_server.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "faces/screen/text.hpp"

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

/// The address without its token.
std::string placeOf(const std::string& address) { return address.substr(0, address.find('#')); }

/// The page's address. The daemon is asked first: it refuses all but the operator, and no server is started in vain.
Result<std::string> address(const Arguments& given, const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    STINT_TRY(daemon.overview());
    std::vector<std::string> words;
    if (const auto port = given.value("port")) words = {"--port", *port};
    return pageServer(words);
}

int ui(const Arguments& given, const Screen& screen) {
    const auto port = given.value("port");
    if (port && numberIn<std::uint16_t>(*port).value_or(0) == 0)
        return screen.fail(ends::usage, fmt::format("--port is \"{}\"; it must be 1 to 65535", printable(*port)));
    const auto found = address(given, screen);
    if (!found.ok()) return screen.fail("cannot show the Task Manager", found.error());
    if (port && !placeOf(*found).ends_with(fmt::format(":{}/", *port)))
        screen.warn(
            fmt::format("it is served at {} already; that ends when nobody has looked for a while", placeOf(*found)));
    const bool opened = !given.has("no-open") && isOpened(*found);
    if (screen.json()) {
        Json line = header();
        line["address"] = *found;
        line["opened"] = opened;
        screen.print(dumped(line));
    } else if (given.has("print") || !opened) {
        screen.print(*found);
    } else {
        screen.tell(fmt::format("the Task Manager is at {}, in your browser", placeOf(*found)));
    }
    return ends::ok;
}

} // namespace

Verb uiVerb() {
    return {.name = "ui",
            .words = "",
            .summary = "the Task Manager in a browser",
            .about =
                "What runs, what waits and why, what each app has done, and the day, as a page of this machine. It is "
                "served to this user alone, by stint-taskmanager, which ends when nobody has looked for five minutes; "
                "the address has a token in it, and is printed where no browser can be opened.",
            .options = {{"--print", "", "print the whole address, to open it elsewhere on this machine"},
                        {"--no-open", "", "open no browser"},
                        {"--port", "N", "serve it at this port of 127.0.0.1, where none is served yet"}},
            .examples = {{"stint ui", ""}, {"stint ui --no-open --port 4711", "for ssh -L 4711:127.0.0.1:4711"}},
            .run = ui,
            .elsewhere = {"gui", "web", "dashboard", "taskmanager"}};
}

} // namespace stint::cli
