// `stint fleet ui`: the page of the fleet's server (fleet.md §5.4).
#include "faces/control/browser.hpp"
#include "faces/fleetctl/door.hpp"
#include "faces/fleetctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"

namespace stint::fleetctl {

int ui(const cli::Arguments& given, const cli::Screen& screen) {
    constexpr std::string_view what = "cannot show the fleet";
    const auto door = Door::of(given);
    if (!door.ok()) return failed(screen, what, door.error());
    const auto said = door->get("/v1/page");
    if (!said.ok()) return failed(screen, what, said.error());
    Members members(*said);
    const std::string address = members.text("address");
    if (members.isWrong()) return failed(screen, what, noAnswer());
    cli::showPage(
        screen,
        {.name = "the fleet", .address = address, .mayOpen = !given.has("no-open"), .isPrinted = given.has("print")});
    return cli::ends::ok;
}

} // namespace stint::fleetctl
