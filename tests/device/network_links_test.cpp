// Which link is the device's network, what it costs, and who says so (linux.md §A.4; jobs.md §12.10).
#include <doctest/doctest.h>

#include "stintd/device/network_links.hpp"

namespace stint {
namespace {

using Links = std::vector<KernelLink>;

KernelLink cable(std::string interface, std::optional<std::uint64_t> rank) {
    return {.interface = std::move(interface), .runs = true, .hasAddress = true, .rank = rank, .rate = 1'000'000};
}

KernelLink tunnel(std::string interface, std::optional<std::uint64_t> rank) {
    KernelLink link = cable(std::move(interface), rank);
    link.transport = TRANSPORT_VPN;
    link.rate = 0;
    return link;
}

Management saying(Metered metered, std::string interface = "eth0") {
    return {.links = {{.interface = std::move(interface), .connection = "home", .ssid = "Home", .metered = metered}},
            .connectivity = Connectivity::Full,
            .checks = true};
}

NetworkPicture picture(const Links& links, const std::optional<Management>& manager = {},
                       const NetworkMarks& marks = {}, bool isRoaming = false, const NetworkRules& rules = {}) {
    return pictureOf(links, manager, isRoaming, marks, rules);
}

bool isMetered(const NetworkPicture& seen) {
    REQUIRE(seen.network);
    return !seen.network->has(NET_CAPABILITY_NOT_METERED);
}

} // namespace

TEST_CASE("the link that leads out best is the network; where it is lost, the next one") { // linux.md §A.4
    Links links{cable("eth0", 200), cable("eth1", 100), cable("eth2", std::nullopt)};
    CHECK(picture(links).network->interface == "eth1");
    links[1].runs = false;
    CHECK(picture(links).network->interface == "eth0");
    links[0].runs = false; // neighbours alone
    CHECK(picture(links).network->interface == "eth2");
    CHECK_FALSE(picture(links).network->has(NET_CAPABILITY_INTERNET));
    CHECK_FALSE(picture(links).network->has(NET_CAPABILITY_VALIDATED));
    links[2].isInner = true; // a bridge to one's own guests is no network
    CHECK_FALSE(picture(links).network);
    CHECK_FALSE(picture({}).network);
}

TEST_CASE("a guess that a network is metered counts, and a mark counts more") { // linux.md §A.4
    struct Row {
        Metered said;
        bool metered;
        std::string by;
    };
    for (const Row& row :
         {Row{Metered::Yes, true, "NetworkManager"}, Row{Metered::No, false, "NetworkManager"},
          Row{Metered::GuessYes, true, "NetworkManager's guess"},
          Row{Metered::GuessNo, false, "NetworkManager's guess"}, Row{Metered::Unknown, false, "nobody"}}) {
        CAPTURE(row.by);
        const NetworkPicture seen = picture({cable("eth0", 1)}, saying(row.said));
        CHECK(isMetered(seen) == row.metered);
        CHECK(seen.meteredBy == row.by);
        for (const char* name : {"home", "Home", "eth0"})
            CHECK(isMetered(picture({cable("eth0", 1)}, saying(row.said), {{name, !row.metered}})) == !row.metered);
        CHECK(isMetered(picture({cable("eth0", 1)}, saying(row.said), {{"eth1", !row.metered}})) == row.metered);
    }
    KernelLink phone = cable("usb0", 1);
    phone.looksMetered = true;
    CHECK(isMetered(picture({phone})));
    CHECK_FALSE(isMetered(picture({phone}, saying(Metered::No, "usb0"))));
}

TEST_CASE("of two marks the connection's own is believed") {
    const NetworkMarks marks{{"eth0", true}, {"home", false}};
    CHECK_FALSE(isMetered(picture({cable("eth0", 1)}, saying(Metered::Yes), marks)));
}

TEST_CASE("the policy's word stands over the machine's, and a person's mark over the policy's") { // linux.md §A.4
    for (const char* name : {"home", "Home", "eth0"}) {
        CAPTURE(name);
        const NetworkRules rules{{name, {true, "/etc/stint/policy.toml:7"}}};
        const NetworkPicture ruled = picture({cable("eth0", 1)}, saying(Metered::No), {}, false, rules);
        CHECK(isMetered(ruled));
        CHECK(ruled.meteredBy == "policy /etc/stint/policy.toml:7");
        CHECK(ruled.seen[0].by == ruled.meteredBy);
        // Also a mark by a name that says less than the policy's.
        const NetworkPicture marked =
            picture({cable("eth0", 1)}, saying(Metered::Yes), {{"eth0", false}}, false, rules);
        CHECK_FALSE(isMetered(marked));
        CHECK(marked.meteredBy == markWord);
    }
    const NetworkRules both{{"eth0", {true, "p:1"}}, {"home", {false, "p:2"}}};
    CHECK_FALSE(isMetered(picture({cable("eth0", 1)}, saying(Metered::Yes), {}, false, both)));
    // A tunnel that is named costs what is said, whatever carries it.
    const Links tunnelled{cable("eth0", 200), tunnel("tun0", 100)};
    CHECK_FALSE(isMetered(picture(tunnelled, saying(Metered::Yes), {}, false, {{"tun0", {false, "p:1"}}})));
}

TEST_CASE("a tunnel costs what carries it costs, and is no faster") { // linux.md §A.4
    const Links links{cable("eth0", 200), tunnel("tun0", 100), cable("eth9", std::nullopt)};
    const NetworkPicture seen = picture(links, saying(Metered::Yes));
    CHECK(isMetered(seen));
    CHECK(seen.meteredBy == "NetworkManager, of home");
    CHECK(seen.network->transports == std::set{TRANSPORT_VPN, TRANSPORT_ETHERNET});
    CHECK_FALSE(seen.network->has(NET_CAPABILITY_NOT_VPN));
    CHECK(seen.network->downstream == 1'000'000);
    CHECK(seen.network->interface == "tun0");
    REQUIRE(seen.seen.size() == 3);
    CHECK(seen.seen[0].inUse);
    CHECK(seen.seen[1].carries);
    CHECK_FALSE(seen.seen[2].carries); // it leads nowhere
    CHECK_FALSE(isMetered(picture(links, saying(Metered::No))));
    CHECK_FALSE(isMetered(picture(links, saying(Metered::Yes), {{"tun0", false}})));
}

TEST_CASE("a VPN without an interface of its own is one all the same") {
    Management manager = saying(Metered::GuessNo);
    manager.vpn = "work";
    const NetworkPicture seen = picture({cable("eth0", 1)}, manager);
    CHECK(seen.name == "work");
    CHECK(seen.network->transports.contains(TRANSPORT_VPN));
    CHECK_FALSE(seen.network->has(NET_CAPABILITY_NOT_VPN));
}

TEST_CASE("that the internet is there is believed where somebody checks, and else is a guess") { // linux.md §A.4
    struct Row {
        Connectivity says;
        bool checks;
        bool validated, portal, guess;
    };
    // clang-format off
    for (const Row& row : {Row{Connectivity::Full,    true,  true,  false, false},
                           Row{Connectivity::Portal,  true,  false, true,  false},
                           Row{Connectivity::Limited, true,  false, false, false},
                           Row{Connectivity::None,    true,  false, false, false},
                           Row{Connectivity::Unknown, true,  false, false, false},
                           Row{Connectivity{99},      true,  false, false, false},
                           Row{Connectivity::Full,    false, true,  false, true}}) {
        // clang-format on
        Management manager = saying(Metered::No);
        manager.connectivity = row.says;
        manager.checks = row.checks;
        const NetworkPicture seen = picture({cable("eth0", 1)}, manager);
        CHECK(seen.network->has(NET_CAPABILITY_VALIDATED) == row.validated);
        CHECK(seen.network->has(NET_CAPABILITY_CAPTIVE_PORTAL) == row.portal);
        CHECK(seen.network->has(NET_CAPABILITY_INTERNET));
        CHECK(seen.guessesInternet == row.guess);
        // A link that the manager does not manage is not checked by it, either.
        CHECK(picture({cable("eth7", 1)}, manager).network->has(NET_CAPABILITY_VALIDATED));
    }
}

TEST_CASE("only what a modem carries roams") { // linux.md §A.4
    KernelLink modem = cable("wwan0", 1);
    modem.transport = TRANSPORT_CELLULAR;
    CHECK_FALSE(picture({modem}, {}, {}, true).network->has(NET_CAPABILITY_NOT_ROAMING));
    CHECK_FALSE(picture({modem, tunnel("tun0", 0)}, {}, {}, true).network->has(NET_CAPABILITY_NOT_ROAMING));
    CHECK(picture({modem}).network->has(NET_CAPABILITY_NOT_ROAMING));
    CHECK(picture({cable("eth0", 0), modem}, {}, {}, true).network->has(NET_CAPABILITY_NOT_ROAMING));
}

TEST_CASE("where the kernel cannot be asked NetworkManager alone is believed") {
    Management manager = saying(Metered::Yes);
    CHECK_FALSE(pictureOf(std::nullopt, manager, false, {}).network->has(NET_CAPABILITY_INTERNET));
    manager.links[0].isPrimary = true;
    CHECK(isMetered(pictureOf(std::nullopt, manager, false, {})));
    CHECK_FALSE(pictureOf(std::nullopt, std::nullopt, false, {}).network);
}

TEST_CASE(
    "what NetworkManager has said holds while it is gone, as long as its link does") { // no limit opens by a crash
    const Links links{cable("eth0", 1)};
    const Management before = saying(Metered::Yes);
    const Management kept = remembered(before, std::nullopt, links);
    CHECK(isMetered(picture(links, kept)));
    CHECK(picture(links, kept).meteredBy == "NetworkManager, before it went");
    CHECK(picture(links, kept).guessesInternet);
    CHECK_FALSE(picture(links, kept).byManager);

    // It is there, and leaves the link to others: whether the internet is behind it is not its to say.
    const Management elsewhereBusy{.links = {}, .connectivity = Connectivity::None, .checks = true};
    const NetworkPicture left = picture(links, remembered(before, elsewhereBusy, links));
    CHECK(isMetered(left));
    CHECK(left.network->has(NET_CAPABILITY_VALIDATED));
    CHECK(left.guessesInternet);

    Management starting{.links = {}, .checks = true}; // it is back, and has not taken its links yet
    CHECK(isMetered(picture(links, remembered(kept, starting, links))));
    starting.links.push_back({.interface = "eth0", .connection = "home"});
    CHECK(isMetered(picture(links, remembered(kept, starting, links))));
    starting.links[0].connection = "another";
    CHECK_FALSE(isMetered(picture(links, remembered(kept, starting, links))));

    Links lost = links;
    lost[0].runs = false;
    CHECK(remembered(before, std::nullopt, lost).links.empty());
    Links elsewhere = links;
    elsewhere[0].hasAddress = false;
    elsewhere[0].rank.reset();
    CHECK(remembered(before, std::nullopt, elsewhere).links.empty());
}

TEST_CASE("names that would steer a terminal do not") {
    Management manager = saying(Metered::No);
    manager.links[0].ssid = "evil\x1b[2J\xff";
    manager.links[0].connection.clear();
    CHECK(picture({cable("eth0", 1)}, manager).name.find('\x1b') == std::string::npos);
    CHECK(picture({cable("eth0", 1)}, manager).seen[0].ssid.find('\xff') == std::string::npos);
}

} // namespace stint
