#include <algorithm>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/control/daemon.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/limit_text.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {

// `stint device`: the device's state and what it holds back; `stint device set`, `stint device reset`.

namespace {

struct DeviceSeen {
    std::vector<wire::DeviceRow> values;
    wire::DozeView doze;
    std::vector<DeviceLimitView> limits;
};

Result<DeviceSeen> seen(const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    DeviceSeen made;
    made.values = STINT_TRY(daemon.ask(calls::device()));
    made.doze = STINT_TRY(daemon.ask(calls::doze()));
    made.limits = STINT_TRY(daemon.ask(calls::deviceLimits()));
    return made;
}

void printValues(const std::vector<wire::DeviceRow>& rows, WallTime now, const Screen& screen) {
    Table table({{"KEY"}, {"VALUE"}, {"SOURCE"}, {"SINCE"}, {"DECIDES"}});
    for (const auto& row : rows)
        table.add({row.key,
                   row.value,
                   {row.source, row.source == "set" ? Paint::Waiting : Paint::Faint},
                   row.since ? ago(*row.since, now) : "-",
                   {row.decides.empty() ? "-" : row.decides, Paint::Faint}});
    table.print(screen);
}

void printLimits(const std::vector<DeviceLimitView>& limits, WallTime now, const Screen& screen) {
    Table table({{"WORK"}, {"NOW"}, {"SINCE"}, {"UNTIL"}, {"WHAT CLEARS IT"}, {"TABLE"}});
    for (const auto& limit : limits) {
        if (limit.open)
            table.add({limit.work, {"goes on", Paint::Good}, "-", "-", "-", "-"});
        else
            table.add({limit.work,
                       {"held: " + limit.detail, Paint::Waiting},
                       limit.since ? ago(*limit.since, now) : "-",
                       limit.until ? ahead(*limit.until, now) : "-",
                       limit.clears,
                       {limit.cell, Paint::Faint}});
    }
    table.print(screen);
}

/// The key in the daemon's spelling: battery_saver, which may be typed as battery-saver, like an option.
std::string keyIn(std::string_view typed) {
    std::string key(typed);
    std::ranges::replace(key, '-', '_');
    return key;
}

/// Splits words such as "charging=false"; the daemon checks keys and values.
Result<std::map<std::string, std::string>> changesIn(const std::vector<std::string>& words) {
    std::map<std::string, std::string> changes;
    for (const auto& word : words) {
        auto equals = word.find('=');
        if (equals == std::string::npos || equals == 0)
            return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is not KEY=VALUE, as in charging=false", printable(word));
        auto [at, fresh] = changes.emplace(keyIn(word.substr(0, equals)), word.substr(equals + 1));
        if (!fresh) return fail(Errc::ILLEGAL_ARGUMENT, "{} is set twice", printable(at->first));
    }
    return changes;
}

Result<void> set(const std::vector<std::string>& words, const Screen& screen) {
    auto changes = STINT_TRY(changesIn(words));
    auto daemon = STINT_TRY(Daemon::connect(screen));
    return daemon.ask(calls::setDevice(changes));
}

Result<void> reset(const std::vector<std::string>& words, const Screen& screen) {
    std::vector<std::string> keys;
    for (const std::string& word : words)
        keys.push_back(keyIn(word));
    auto daemon = STINT_TRY(Daemon::connect(screen));
    return daemon.ask(calls::resetDevice(keys));
}

int device(const Arguments&, const Screen& screen) {
    const auto it = seen(screen);
    if (!it.ok()) return screen.fail("cannot show the device", it.error());
    if (screen.json()) {
        for (const auto& row : it->values)
            screen.print(jsonOfRow(row));
        screen.print(jsonOf(it->doze));
        for (const auto& limit : it->limits)
            screen.print(jsonOf(limit));
        return ends::ok;
    }
    const WallTime now = wallNow();
    printValues(it->values, now, screen);
    screen.print("");
    screen.print(powerText(it->doze, now));
    screen.print(dozeText(it->doze, now));
    screen.print("\nWork of an app in the background that has used nothing of its limits:");
    printLimits(it->limits, now, screen);
    return ends::ok;
}

int deviceSet(const Arguments& given, const Screen& screen) {
    auto done = set(given.words, screen);
    return done.ok() ? ends::ok : screen.fail("cannot set the device", done.error());
}

int deviceReset(const Arguments& given, const Screen& screen) {
    auto done = reset(given.words, screen);
    return done.ok() ? ends::ok : screen.fail("cannot reset the device", done.error());
}

} // namespace

Verb deviceVerb() {
    return {.name = "device",
            .words = "",
            .summary = "the device's state as the scheduler sees it, and what that holds back",
            .about =
                "Each value, and where it comes from; whether power counts as charging; where Doze's two machines are; "
                "and, for each kind of work, whether it goes on, what holds it, since when and until when, and by "
                "which table's cell.",
            .options = {},
            .examples = {},
            .run = device};
}

Verb deviceSetVerb() {
    return {.name = "device set",
            .words = "KEY=VALUE…",
            .fewest = 1,
            .most = Verb::many,
            .summary = "set values of the device's state",
            .about = "All of the changes or none. They hold until `stint device reset`.",
            .options = {},
            .examples = {{"stint device set charging=false battery=12", ""},
                         {"stint device set network=none", "no network at all"}},
            .run = deviceSet,
            .elsewhere = {"set"}};
}

Verb deviceResetVerb() {
    return {.name = "device reset",
            .words = "[KEY…]",
            .fewest = 0,
            .most = Verb::many,
            .summary = "remove what was set, all of it or some keys",
            .about = "The values are the machine's again, or the defaults.",
            .options = {},
            .examples = {{"stint device reset charging", ""}},
            .run = deviceReset};
}

// `stint net`: the networks, what each costs and who says so; `stint net mark`.

namespace {

Result<std::vector<wire::NetworkRow>> networksSeen(const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    return daemon.ask(calls::networks());
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
        STINT_TRY(daemon.ask(calls::markNetwork(given.words[0], given.words[1])));
        const auto rows = STINT_TRY(daemon.ask(calls::networks()));
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
