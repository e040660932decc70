// `stint net`: the networks as the daemon lists them, and a person's word on one.
#include <doctest/doctest.h>

#include "fake_daemon.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/views.hpp"
#include "ran.hpp"
#include "words.hpp"

using namespace stint;
using namespace stint::cli::test;

namespace {

FakeDaemon::Answer knows(std::vector<wire::NetworkRow> rows) {
    return [=](Talk& talk, const wire::Message& call) {
        talk.reply(call, [&](wire::Writer& writer) { wire::writeRows(writer, rows); });
    };
}

const wire::NetworkRow tunnel{.name = "work",
                              .interface = "tun0",
                              .ssid = {},
                              .transport = "vpn",
                              .metered = false,
                              .by = "a mark",
                              .inUse = true,
                              .carries = false};
const wire::NetworkRow beneath{.name = "Pixel hotspot",
                               .interface = "wlan0",
                               .ssid = "Pixel",
                               .transport = "wifi",
                               .metered = true,
                               .by = "NetworkManager's guess",
                               .inUse = false,
                               .carries = true};

} // namespace

TEST_CASE("net lists the networks, what each costs, and who says so") {
    const FakeDaemon daemon(knows({tunnel, beneath, {.name = "caf\x1b", .by = "a mark"}}));
    const auto net = ran({"net", "--plain"});
    CHECK(net.code == 0);
    INFO(net.out);
    CHECK(has(net.out, "NETWORK        SSID   INTERFACE  TRANSPORT  METERED  WHO SAYS SO             USE\n"));
    CHECK(has(net.out, "work           -      tun0       vpn        no       a mark                  in use\n"));
    CHECK(has(net.out, "Pixel hotspot  Pixel  wlan0      wifi       yes      NetworkManager's guess  carries it\n"));
    CHECK(has(net.out, "not there\n"));
    CHECK_FALSE(has(net.out, "\x1b"));
}

TEST_CASE("net tells of each network as JSON") {
    const FakeDaemon daemon(knows({beneath}));
    CHECK(has(ran({"net", "--json"}).out,
              R"("name":"Pixel hotspot","interface":"wlan0","ssid":"Pixel","transport":"wifi","metered":true,)"
              R"("by":"NetworkManager's guess","inUse":false,"carries":true)"));
}

TEST_CASE("net says where nothing is read") {
    const FakeDaemon daemon(knows({}));
    CHECK(has(ran({"net"}).out, "No network that Stint reads is there"));
}

TEST_CASE("net mark hands over the name and the word as they are") {
    std::string said;
    const FakeDaemon daemon([&said](Talk& talk, const wire::Message& call) {
        const std::vector<wire::NetworkRow> rows{{.name = "Pixel hotspot", .by = "a mark"}};
        if (call.member() != "MarkNetwork")
            return talk.reply(call, [&](wire::Writer& writer) { wire::writeRows(writer, rows); });
        wire::Reader reader(call);
        said = reader.string().value();
        said += "|" + reader.string().value();
        talk.reply(call, [](wire::Writer&) {});
    });
    const auto marked = ran({"net", "mark", "Pixel hotspot", "metered"});
    CHECK(marked.code == 0);
    CHECK(said == "Pixel hotspot|metered");
    CHECK(marked.err == "no network Pixel hotspot is there now; the mark holds once it is (stint net)\n");
    CHECK(ran({"net", "mark", "Pixel hotspot"}).code == 64);
}

TEST_CASE("net mark passes on why a word is refused") {
    const FakeDaemon daemon(
        [](Talk& talk, const wire::Message& call) { talk.refuse(call, Errc::ILLEGAL_ARGUMENT, "not that"); });
    const auto refused = ran({"net", "mark", "home", "dear"});
    CHECK(refused.code == 64);
    CHECK(has(refused.err, "stint: cannot mark the network: not that"));
}
