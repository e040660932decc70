// `stint net`: the networks, what each costs and who says so; `stint net mark`.
#include <algorithm>

#include "base/result/try.hpp"
#include "faces/cli/line/commands.hpp"
#include "faces/control/daemon.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/table.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json_row.hpp"

namespace stint::cli {
namespace {

Result<std::vector<wire::NetworkRow>> networksSeen(const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    return daemon.networks();
}

Cell useOf(const wire::NetworkRow& row) {
    if (row.inUse) return {"in use", Paint::Good};
    if (row.carries) return "carries it";
    return {row.interface.empty() ? "not there" : "-", Paint::Faint};
}

void printNetworks(const std::vector<wire::NetworkRow>& rows, const Screen& screen) {
    const auto orNone = [](const std::string& text) { return text.empty() ? "-" : text; };
    Table table({{"NETWORK"}, {"SSID"}, {"INTERFACE"}, {"TRANSPORT"}, {"METERED"}, {"WHO SAYS SO"}, {"USE"}});
    for (const auto& row : rows)
        table.add({row.name,
                   orNone(row.ssid),
                   orNone(row.interface),
                   orNone(row.transport),
                   row.metered ? Cell{"yes", Paint::Waiting} : Cell{"no"},
                   {row.by, Paint::Faint},
                   useOf(row)});
    table.print(screen);
}

int net(const Arguments&, const Screen& screen) {
    const auto rows = networksSeen(screen);
    if (!rows.ok()) return screen.fail("cannot list networks", rows.error());
    if (screen.json()) {
        for (const auto& row : *rows)
            screen.print(jsonOfRow(row));
    } else if (rows->empty()) {
        screen.print("No network that Stint reads is there, and none is named by a mark or a policy (stint doctor).");
    } else {
        printNetworks(*rows, screen);
    }
    return ends::ok;
}

int netMark(const Arguments& given, const Screen& screen) {
    const auto change = [&]() -> Result<void> {
        auto daemon = STINT_TRY(Daemon::connect(screen));
        STINT_TRY(daemon.markNetwork(given.words[0], given.words[1]));
        const auto rows = STINT_TRY(daemon.networks());
        const auto marked = std::ranges::find(rows, given.words[0], &wire::NetworkRow::name);
        if (marked != rows.end() && marked->interface.empty())
            screen.tell(fmt::format("no network {} is there now; the mark holds once it is (stint net)",
                                    printable(given.words[0])));
        return {};
    };
    const auto done = change();
    return done.ok() ? ends::ok : screen.fail("cannot mark the network", done.error());
}

} // namespace

Verb netVerb() {
    return {.name = "net",
            .words = "",
            .summary = "the networks, whether each is metered, and who says so",
            .about = "The one in use stands first. Beneath a tunnel (a VPN) is what carries it: where that is metered, "
                     "so is the tunnel. Networks that a mark or a policy file names and that are not there stand last.",
            .options = {},
            .examples = {},
            .run = net,
            .elsewhere = {"network", "networks", "wifi"}};
}

Verb netMarkVerb() {
    return {.name = "net mark",
            .words = "NAME metered|unmetered|auto",
            .fewest = 2,
            .most = 2,
            .summary = "say that a network is metered, or that it is not",
            .about =
                "By the name of its connection, its SSID or its interface. It holds whatever the machine or a policy "
                "file (its table [networks]) says, at once and for good, until `auto` takes it back.",
            .options = {},
            .examples = {{"stint net mark Pixel metered", "a phone's network, which costs"},
                         {"stint net mark eth0 auto", "as the machine says"}},
            .run = netMark};
}

} // namespace stint::cli
