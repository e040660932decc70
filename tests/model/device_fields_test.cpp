// The table of the device's values (scenario.md, device).
#include <doctest/doctest.h>

#include "contract/model/device_fields.hpp"

using namespace stint;

namespace {

const Network wifi = openNetwork(TRANSPORT_WIFI, 50'000, 10'000);

Device deviceWith(const DeviceWords& words, Device device = {.network = wifi}) {
    applyWords(words, wifi, device);
    return device;
}

/// Two texts that the key takes, the second of them nobody's default.
std::pair<std::string, std::string> textsFor(const DeviceField& field) {
    if (!field.choices.empty()) return {std::string(field.choices.front()), std::string(field.choices.back())};
    Device scratch;
    for (const auto& [one, other] : {std::pair{"true", "false"}, {"7", "8"}, {"wifi", "vpn"}, {"5Mbps", "6Mbps"}})
        if (field.set(scratch, one, {}) && field.set(scratch, other, {})) return {one, other};
    return {"", ""};
}

} // namespace

TEST_CASE("each row says of the device what it was told, and nothing that another row says") {
    for (const DeviceField& field : deviceFields()) {
        if (field.key == "network" || field.key == "power_source")
            continue; // the first is its parts, the other power's
        CAPTURE(field.key);
        const auto [one, other] = textsFor(field);
        REQUIRE_FALSE(one.empty());
        for (const std::string& text : {one, other}) {
            const DeviceWords words{{std::string(field.key), text}};
            const Device device = deviceWith(words);
            CHECK(field.text(device) == text);
            CHECK(deviceWith(words, device) == device);
        }
        const Device first = deviceWith({{std::string(field.key), one}});
        const Device second = deviceWith({{std::string(field.key), other}}, first);
        CHECK_FALSE(first == second);
        if (field.key.starts_with(networkPrefix))
            CHECK(differences(first, second) == only(Reads::Network));
        else
            CHECK((differences(first, second) & field.readers) == field.readers);
    }
}

TEST_CASE("a word that a key does not take changes nothing") {
    for (const DeviceField& field : deviceFields()) {
        CAPTURE(field.key);
        Device device{.network = wifi};
        const Device before = device;
        CHECK_FALSE(field.set(device, "nonsense", {}));
        CHECK(device == before);
        for (const std::string_view played : field.played)
            CHECK(field.set(device, played, {}));
    }
}

TEST_CASE("the charger says whether it charges, and the plug alone does not") { // scenario.md, device
    CHECK(deviceWith({{"charging", "false"}}).plugged == false);
    CHECK(deviceWith({{"charging", "true"}}).plugged == true);
    const Device both = deviceWith({{"charging", "false"}, {"plugged", "true"}});
    CHECK(both.plugged);
    CHECK(both.charging == false);
    CHECK_FALSE(deviceWith({{"plugged", "true"}}).charging.has_value());
    CHECK_FALSE(deviceWith({{"power_source", "battery"}}).plugged);
    CHECK(deviceWith({{"power_source", "battery"}, {"charging", "true"}}).plugged);
}

TEST_CASE("a network's parts are set in an open one, whatever was before") { // scenario.md, device
    const Device metered = deviceWith({{"network.metered", "true"}});
    CHECK_FALSE(metered.network->has(NET_CAPABILITY_NOT_METERED));
    const Device vpn = deviceWith({{"network.transport", "vpn"}}, metered);
    CHECK(vpn.network->has(NET_CAPABILITY_NOT_METERED));
    CHECK_FALSE(vpn.network->has(NET_CAPABILITY_NOT_VPN));
    CHECK_FALSE(deviceWith({{"network", "none"}}).network.has_value());
}

TEST_CASE("charging, not the plug, is said to decide the network of idle apps") { // limits.md §2.9
    for (const DeviceField& field : deviceFields())
        CHECK((field.decides.find("network of idle apps") != std::string_view::npos) == (field.key == "charging"));
}
