// scenario.md, device.
#include <array>

#include "base/time.hpp"
#include "sim/parts.hpp"

namespace stint::sim {
namespace {

constexpr std::array<std::string_view, 7> heats{"none",     "light",     "moderate", "severe",
                                                "critical", "emergency", "shutdown"};
constexpr std::array<std::string_view, 6> dozes{"auto", "active",          "light_idle", "light_maintenance",
                                                "idle", "idle_maintenance"};

struct NetworkWords {
    NetworkTransport transport = NetworkTransport::Wifi;
    bool metered = false;
    bool roaming = false;
    bool internet = true;
    bool validated = true;
    Kbps down = 50'000;
    Kbps up = 10'000;
};

// jobs.md §1.3: a network that nothing is said against is trusted, open to all and neither congested nor suspended.
Network networkOf(const NetworkWords& words) {
    using enum NetworkCapability;
    Network network{.capabilities = {Trusted, NotRestricted, NotCongested, NotSuspended},
                    .transports = {words.transport},
                    .downstream = words.down,
                    .upstream = words.up};
    const auto has = [&](NetworkCapability capability, bool it) {
        if (it) network.capabilities.insert(capability);
    };
    has(NotMetered, !words.metered);
    has(NotRoaming, !words.roaming);
    has(Internet, words.internet);
    has(Validated, words.validated);
    has(NotVpn, words.transport != NetworkTransport::Vpn);
    return network;
}

std::optional<Network> readNetwork(Yaml& yaml, const Node& node) {
    if (node.IsScalar()) {
        yaml.word<bool>(node, "network", {{"none", true}});
        return std::nullopt;
    }
    NetworkWords words;
    const auto rate = [&](const Node& value, std::string_view what) {
        return yaml.parsed<Kbps>(value, what, parseRate);
    };
    yaml.map(node, "network",
             {{"transport",
               [&](const Node& value) {
                   using enum NetworkTransport;
                   words.transport = yaml.word<NetworkTransport>(
                       value, "transport",
                       {{"wifi", Wifi}, {"cellular", Cellular}, {"ethernet", Ethernet}, {"vpn", Vpn}});
               }},
              {"metered", [&](const Node& value) { words.metered = yaml.flag(value, "metered"); }},
              {"roaming", [&](const Node& value) { words.roaming = yaml.flag(value, "roaming"); }},
              {"internet", [&](const Node& value) { words.internet = yaml.flag(value, "internet"); }},
              {"validated", [&](const Node& value) { words.validated = yaml.flag(value, "validated"); }},
              {"down", [&](const Node& value) { words.down = rate(value, "down"); }},
              {"up", [&](const Node& value) { words.up = rate(value, "up"); }}});
    return networkOf(words);
}

} // namespace

DeviceChange readDevice(Yaml& yaml, const Node& node) {
    DeviceChange device;
    yaml.map(
        node, "device",
        {{"screen",
          [&](const Node& value) {
              device.screenOn = yaml.word<bool>(value, "screen", {{"on", true}, {"off", false}});
          }},
         {"locked", [&](const Node& value) { device.locked = yaml.flag(value, "locked"); }},
         {"charging", [&](const Node& value) { device.charging = yaml.flag(value, "charging"); }},
         {"plugged", [&](const Node& value) { device.plugged = yaml.flag(value, "plugged"); }},
         {"battery", [&](const Node& value) { device.battery = yaml.number(value, "battery", 0, 100); }},
         {"motion",
          [&](const Node& value) {
              device.moving = yaml.word<bool>(value, "motion", {{"moving", true}, {"still", false}});
          }},
         {"network", [&](const Node& value) { device.network = readNetwork(yaml, value); }},
         {"storage_low", [&](const Node& value) { device.storageLow = yaml.flag(value, "storage_low"); }},
         {"memory",
          [&](const Node& value) {
              device.memory = yaml.word<Memory>(value, "memory", {{"normal", Memory::Normal}, {"low", Memory::Low}});
          }},
         {"thermal", [&](const Node& value) { device.thermal = readWord(yaml, value, "thermal", heats); }},
         {"data_saver", [&](const Node& value) { device.dataSaver = yaml.flag(value, "data_saver"); }},
         {"battery_saver", [&](const Node& value) { device.batterySaver = yaml.flag(value, "battery_saver"); }},
         {"doze", [&](const Node& value) { device.doze = readWord(yaml, value, "doze", dozes); }}});
    return device;
}

} // namespace stint::sim
