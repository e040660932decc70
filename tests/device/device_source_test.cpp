// The device as a person sets it: scenario.md's device table over the embedded default (architecture.md, around the
// core).
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

#include "stintd/device/device_source.hpp"

namespace stint {
namespace {

using Words = std::map<std::string, std::string>;

std::string valueOf(const DeviceSource& source, const std::string& key) {
    for (const DeviceValue& value : source.values())
        if (value.key == key) return value.value + " (" + value.source + ")";
    return "not listed";
}

std::string refusal(DeviceSource& source, const Words& changes) {
    auto done = source.set(changes);
    REQUIRE_FALSE(done.ok());
    CHECK(done.error().code == Errc::ILLEGAL_ARGUMENT);
    return done.error().message;
}

void set(DeviceSource& source, const Words& changes) {
    auto done = source.set(changes);
    if (!done) FAIL(done.error().message);
}

} // namespace

TEST_CASE("a machine that says nothing of itself is on mains power with an open network") { // jobs.md §12.10
    Device device = DeviceSource("/").read();
    CHECK(device.plugged);
    CHECK(device.charging == true);
    CHECK(device.batteryPercent == 100);
    CHECK(device.screenOn);
    CHECK_FALSE(device.locked);
    CHECK_FALSE(device.dozeForce);
    CHECK(device.motion == Motion::Unknown); // limits.md §13: no sensor
    REQUIRE(device.network);
    CHECK(device.network->transports == std::set{TRANSPORT_ETHERNET});
    for (auto capability :
         {NET_CAPABILITY_NOT_METERED, NET_CAPABILITY_INTERNET, NET_CAPABILITY_VALIDATED, NET_CAPABILITY_NOT_ROAMING,
          NET_CAPABILITY_NOT_VPN, NET_CAPABILITY_TRUSTED, NET_CAPABILITY_NOT_RESTRICTED, NET_CAPABILITY_NOT_SUSPENDED})
        CHECK(device.network->has(capability));
    CHECK_FALSE(device.network->has(NET_CAPABILITY_CAPTIVE_PORTAL));
    CHECK(device.network->downstream == 0);
    CHECK(device.overrides.empty());
    CHECK_FALSE(device.storageForced);
}

TEST_CASE("free space is read from the volume, and unknown where there is none") {
    Device device = DeviceSource("/").read();
    CHECK(device.storageTotal > 0);
    CHECK(device.storageFree <= device.storageTotal);
    CHECK(DeviceSource("/no/such/volume").read().storageTotal == 0);
    CHECK(valueOf(DeviceSource("/no/such/volume"), "storage.free") == "not listed");
}

TEST_CASE(
    "charging also says whether the device is plugged, and the plug that charging follows") { // scenario.md, device
    struct Row {
        std::vector<Words> said;
        bool plugged;
        std::optional<bool> charging; ///< nullopt: by level and time (limits.md §10.3)
    };
    const std::optional<bool> follows;
    // clang-format off
    for (const Row& r : {
        Row{{{{"charging", "false"}}},                                              false, false},
        Row{{{{"charging", "false"}, {"plugged", "true"}}},                         true,  false},
        Row{{{{"charging", "true"}}},                                               true,  true},
        Row{{{{"charging", "auto"}}},                                               true,  follows},
        Row{{{{"plugged", "false"}}},                                               false, follows},
        Row{{{{"plugged", "true"}}},                                                true,  follows},
        Row{{{{"power_source", "battery"}}},                                        false, follows},  // limits.md §13
        Row{{{{"power_source", "battery"}, {"plugged", "true"}}},                   true,  follows},
        Row{{{{"charging", "true"}}, {{"power_source", "battery"}}},                false, follows},
        Row{{{{"power_source", "battery"}}, {{"power_source", "mains"}}},           true,  true},
        Row{{{{"charging", "true"}}, {{"plugged", "false"}}},                       false, follows},  // pulled out
        Row{{{{"charging", "true"}}, {{"plugged", "false"}}, {{"plugged", "yes"}}}, true,  follows},  // and put back
        Row{{{{"plugged", "true"}}, {{"charging", "false"}}},                       false, false},
        Row{{{{"plugged", "false"}}, {{"charging", "true"}}},                       true,  true},
        Row{{{{"charging", "false"}}, {{"plugged", "true"}}},                       true,  follows},
    }) {
        // clang-format on
        DeviceSource source("/");
        for (const Words& words : r.said)
            set(source, words);
        CAPTURE(r.said.size());
        CHECK(source.read().plugged == r.plugged);
        CHECK(source.read().charging == r.charging);
        const std::string word = r.charging ? (*r.charging ? "true" : "false") : "auto";
        CHECK(valueOf(source, "charging") == word + " (set)");
    }
}

TEST_CASE("each state that limits read can be set, and is listed as it was said") { // limits.md §6, §8, §9, §10
    DeviceSource source("/");
    const Words words{{"screen", "off"},      {"locked", "true"},        {"motion", "moving"},
                      {"thermal", "severe"},  {"data_saver", "true"},    {"battery_saver", "true"},
                      {"doze", "light_idle"}, {"memory", "low"},         {"power_source", "battery"},
                      {"battery", "40"},      {"network.metered", "yes"}};
    set(source, words);
    const Device device = source.read();
    CHECK_FALSE(device.screenOn);
    CHECK(device.locked);
    CHECK(device.motion == Motion::Moving);
    CHECK(device.thermal == Thermal::Severe);
    CHECK(device.dataSaver);
    CHECK(device.batterySaver);
    CHECK(device.dozeForce == DozeForce::LightIdle);
    CHECK(device.memory == Memory::Low);
    CHECK(device.batteryPercent == 40);
    for (const auto& [key, text] : words)
        if (key != "network.metered") CHECK(valueOf(source, key) == text + " (set)");
    source.holdDoze(DozeForce::Idle);
    CHECK(valueOf(source, "doze") == "idle (set)");
    source.holdDoze(std::nullopt);
    CHECK(valueOf(source, "doze") == "auto (embedded default)");
    set(source, {{"doze", "auto"}, {"motion", "still"}});
    CHECK_FALSE(source.read().dozeForce);
    CHECK(source.read().motion == Motion::Still);
}

TEST_CASE("a network has the capabilities that its parts leave it") {
    struct Row {
        Words words;
        NetworkCapability lost;
    };
    for (const Row& r : {Row{{{"network.metered", "true"}}, NET_CAPABILITY_NOT_METERED},
                         Row{{{"network.roaming", "true"}}, NET_CAPABILITY_NOT_ROAMING},
                         Row{{{"network.internet", "false"}}, NET_CAPABILITY_INTERNET},
                         Row{{{"network.validated", "no"}}, NET_CAPABILITY_VALIDATED},
                         Row{{{"network.transport", "vpn"}}, NET_CAPABILITY_NOT_VPN}}) {
        DeviceSource source("/");
        Network before = *source.read().network;
        set(source, r.words);
        Network after = *source.read().network;
        CHECK(before.has(r.lost));
        before.capabilities.erase(r.lost);
        CHECK(after.capabilities == before.capabilities);
    }
}

TEST_CASE("network=none takes the network away, and a part of it brings it back from its defaults") {
    DeviceSource source("/");
    set(source, {{"network.metered", "true"}, {"network.down", "20Mbps"}});
    CHECK(source.read().network->downstream == 20'000);
    set(source, {{"network", "none"}});
    CHECK_FALSE(source.read().network);
    CHECK(valueOf(source, "network") == "none (set)");
    CHECK(valueOf(source, "network.metered") == "not listed");
    set(source, {{"network.transport", "wifi"}});
    Network network = *source.read().network;
    CHECK(network.transports == std::set{TRANSPORT_WIFI});
    CHECK(network.has(NET_CAPABILITY_NOT_METERED)); // not what was said before it went away
    CHECK(network.downstream == 0);
    CHECK(valueOf(source, "network") == "not listed");
    CHECK(valueOf(source, "network.transport") == "wifi (set)");
    CHECK(valueOf(source, "network.validated") == "true (embedded default)");
}

TEST_CASE("what is set is listed as set, in the words that set takes") {
    DeviceSource source("/");
    Words words{{"battery", "14"}, {"charging", "false"}, {"network.up", "800kbps"}, {"storage_low", "true"}};
    set(source, words);
    for (const auto& [key, text] : words)
        CHECK(valueOf(source, key) == text + " (set)");
    CHECK(valueOf(source, "plugged") == "false (set)");
    CHECK(valueOf(source, "network.down") == "0 (embedded default)");
    CHECK(source.read().overrides == words);
    CHECK(source.read().storageForced == true);
    DeviceSource again("/");
    for (const DeviceValue& value : source.values())
        if (value.source == "set") set(again, {{value.key, value.value}});
    CHECK(again.read().network == source.read().network);
}

TEST_CASE("a word that the device has not is refused with what would be right, and nothing is changed") {
    DeviceSource source("/");
    Device before = source.read();
    auto starts = [&](const Words& words, const std::string& message) {
        std::string said = refusal(source, words);
        CHECK_MESSAGE(said.starts_with(message), said);
    };
    starts({{"chargin", "false"}}, "the device has no \"chargin\" (did you mean \"charging\"?)");
    starts({{"network.meterd", "true"}}, "the device has no \"network.meterd\" (did you mean \"network.metered\"?)");
    starts({{"screen_brightness_level", "1"}},
           "the device has no \"screen_brightness_level\"; `stint device` shows what it has");
    starts({{"charging", "maybe"}}, "charging cannot be \"maybe\"; it is true or false, or auto");
    starts({{"screen", "dim"}}, "screen cannot be \"dim\"; it is one of on, off");
    starts({{"thermal", "hot"}}, "thermal cannot be \"hot\"; it is one of none, light, moderate, severe");
    starts({{"doze", "true"}}, "doze cannot be \"true\"; it is one of auto, active, light_idle");
    starts({{"motion", "unknown"}}, "motion cannot be \"unknown\"; it is one of still, moving");
    for (const char* percent : {"101", "-1", "", "15%", "half", "9999999999999999999", "1.5"})
        starts({{"battery", percent}}, std::string("battery cannot be \"") + percent + "\"; it is a whole number");
    starts({{"network", "wifi"}}, "network cannot be \"wifi\"; it is \"none\"");
    starts({{"network.transport", "pigeon"}}, "network.transport cannot be \"pigeon\"; it is wifi, cellular");
    starts({{"network.down", "fast"}}, "network.down cannot be \"fast\"; it is a rate such as 50Mbps");
    starts({{"network", "none"}, {"network.up", "1Mbps"}}, "network=none and network.up=1Mbps contradict");
    starts({{"charging", "true"}, {"plugged", "false"}}, "charging=true and plugged=false contradict");
    starts({{"battery", "50"}, {"charging", "maybe"}}, "charging cannot be"); // all or nothing
    Device after = source.read();
    after.storageFree = before.storageFree; // others write too
    CHECK(after == before);
}

TEST_CASE("what is reset is the default's again") {
    DeviceSource source("/");
    const Words words{{"battery", "14"}, {"charging", "false"}, {"network.up", "800kbps"}, {"network.metered", "true"}};
    set(source, words);
    REQUIRE(source.reset(std::vector<std::string>{"charging", "plugged"}).ok()); // one of them was not set
    CHECK(source.read().charging == true);
    CHECK(source.read().plugged);
    CHECK(source.read().batteryPercent == 14);
    REQUIRE(source.reset(std::vector<std::string>{"network"}).ok());
    CHECK(source.read().network == DeviceSource("/").read().network);
    auto unknown = source.reset(std::vector<std::string>{"battery", "batery"});
    REQUIRE_FALSE(unknown.ok());
    CHECK(unknown.error().message == "the device has no \"batery\" (did you mean \"battery\"?)");
    CHECK(source.read().batteryPercent == 14);
    REQUIRE(source.reset({}).ok());
    CHECK(source.read().overrides.empty());
}

TEST_CASE("a network is marked by its name, taken back by auto, and listed though it is not there") { // linux.md §A.4
    DeviceSource source("/");
    REQUIRE(source.mark("Pixel hotspot", true).ok());
    REQUIRE(source.mark("home", false).ok());
    REQUIRE(source.networks().size() == 2);
    CHECK(source.networks()[0] == NetworkSeen{.name = "Pixel hotspot", .metered = true, .by = markWord});
    CHECK(source.read().networkMarks == NetworkMarks{{"Pixel hotspot", true}, {"home", false}});
    REQUIRE(source.mark("home", std::nullopt).ok());
    REQUIRE(source.mark("home", std::nullopt).ok());
    CHECK(source.networks().size() == 1);
    REQUIRE(source.reset({}).ok()); // a mark is no override
    CHECK(source.networks().size() == 1);
    for (const std::string& name : {std::string(), std::string("a\nb"), std::string("\xff"), std::string(300, 'x')})
        CHECK(source.mark(name, true).error().code == Errc::ILLEGAL_ARGUMENT);
    for (int nth = 1; nth < 256; ++nth)
        REQUIRE(source.mark(std::to_string(nth), true).ok());
    CHECK(source.mark("one more", true).error().message.starts_with("256 networks are marked"));
    CHECK(source.mark("1", false).ok()); // one that is marked may be marked otherwise
}

TEST_CASE("a network that a policy names is listed though it is not there, unless a mark says otherwise") {
    DeviceSource source("/"); // linux.md §A.4
    source.follow({{"Pixel hotspot", {true, "p.toml:2"}}, {"home", {false, "p.toml:3"}}});
    REQUIRE(source.networks().size() == 2);
    CHECK(source.networks()[0] == NetworkSeen{.name = "Pixel hotspot", .metered = true, .by = "policy p.toml:2"});
    CHECK(source.read().networkMarks.empty()); // a file's word is kept in the file
    REQUIRE(source.mark("Pixel hotspot", false).ok());
    REQUIRE(source.networks().size() == 2);
    CHECK(source.networks()[0] == NetworkSeen{.name = "Pixel hotspot", .metered = false, .by = markWord});
    source.follow({});
    CHECK(source.networks().size() == 1);
}

TEST_CASE("what a store kept is restored, without what is not valid any more") {
    DeviceSource source("/");
    source.restore(
        {{"battery", "14"}, {"charging", "false"}, {"plugged", "true"}, {"warp", "9"}, {"network.down", "x"}}, {});
    CHECK(source.read().overrides == Words{{"battery", "14"}, {"charging", "false"}, {"plugged", "true"}});
    CHECK(source.read().plugged);
    CHECK(source.read().charging == false);
    source.restore({}, {});
    CHECK(source.read().overrides.empty());
}

} // namespace stint
