// `stint push`: sends a message to an app's receiver (limits.md §8.5).
#include "faces/cli/line/commands.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"

namespace stint::cli {

namespace {

int push(const Arguments& given, const Screen& screen) {
    const std::string& package = given.words[0];
    const std::string what = fmt::format("cannot push a message to {}", printable(package));
    auto daemon = Daemon::connect(screen);
    if (!daemon.ok()) return screen.fail(what, daemon.error());
    const auto app = lookUpApp(*daemon, package);
    if (!app.ok()) return failOfLookUp(screen, what, app.error());
    const auto sent = daemon->push(package, given.value("priority") == "high", given.value("data").value_or(""),
                                   given.value("receiver").value_or(""));
    return sent.ok() ? ends::ok : screen.fail(what, sent.error());
}

} // namespace

Verb pushVerb() {
    return {.name = "push",
            .words = "PACKAGE",
            .fewest = 1,
            .most = 1,
            .summary = "send a message to an app's receiver",
            .about =
                "It is kept until the app may have it: one of high priority at once, a normal one not while the device "
                "dozes. A sender whose high-priority messages show the user nothing loses them.",
            .options = {{"--priority", "high|normal", "how urgent it is (default: normal)"},
                        {"--data", "TEXT", "what the app gets, at most 64 KiB"},
                        {"--receiver", "NAME", "of the app's manifest (default: its only one)"}},
            .examples = {{"stint push com.example.mail --priority high --data hello", ""}},
            .run = push};
}

} // namespace stint::cli
