#include "device/network_words.hpp"

#include <algorithm>
#include <array>

#include "base/time.hpp"

namespace stint {
namespace {

struct TransportWord {
    std::string_view word;
    NetworkTransport transport;
};
// PROPOSAL: beside scenario.md's four also what else a job may ask for (jobs.md §1.3), or nobody could try it.
constexpr std::array<TransportWord, 7> transports{{
    {"wifi", NetworkTransport::Wifi},
    {"cellular", NetworkTransport::Cellular},
    {"ethernet", NetworkTransport::Ethernet},
    {"vpn", NetworkTransport::Vpn},
    {"bluetooth", NetworkTransport::Bluetooth},
    {"usb", NetworkTransport::Usb},
    {"loopback", NetworkTransport::Loopback},
}};

/// The parts of a network as a person names them; the defaults are those of a machine that says nothing of it.
struct NetworkParts {
    NetworkTransport transport = NetworkTransport::Ethernet;
    bool metered = false;
    bool roaming = false;
    bool internet = true;
    bool validated = true;
    Kbps down = 0;
    Kbps up = 0;
};

Kbps rateOf(const DeviceWords& words, std::string_view key) {
    const std::string* text = wordFor(words, key);
    auto rate = parseRate(text ? *text : "0");
    return rate.ok() ? *rate : 0;
}

NetworkParts partsBy(const DeviceWords& words) {
    NetworkParts parts;
    if (const std::string* text = wordFor(words, "network.transport"))
        parts.transport = transportOfWord(*text).value_or(parts.transport);
    parts.metered = truthOf(words, "network.metered", parts.metered);
    parts.roaming = truthOf(words, "network.roaming", parts.roaming);
    parts.internet = truthOf(words, "network.internet", parts.internet);
    parts.validated = truthOf(words, "network.validated", parts.validated);
    parts.down = rateOf(words, "network.down");
    parts.up = rateOf(words, "network.up");
    return parts;
}

} // namespace

std::optional<NetworkTransport> transportOfWord(std::string_view word) {
    for (const auto& [name, transport] : transports)
        if (name == word) return transport;
    return std::nullopt;
}

std::string transportWords() {
    std::string words;
    for (const auto& [name, transport] : transports) {
        const bool last = transport == transports.back().transport;
        if (!words.empty()) words += last ? " or " : ", ";
        words += name;
    }
    return words;
}

// jobs.md §1.3, linux.md A.4: a network that nothing is said against is trusted, open to all and neither congested
// nor suspended; the rest follows from its parts.
Network networkBy(const DeviceWords& words) {
    using enum NetworkCapability;
    const NetworkParts parts = partsBy(words);
    Network network;
    network.transports = {parts.transport};
    network.capabilities = {Trusted, NotRestricted, NotCongested, NotSuspended};
    auto has = [&](NetworkCapability capability, bool it) {
        if (it) network.capabilities.insert(capability);
    };
    has(NotMetered, !parts.metered);
    has(NotRoaming, !parts.roaming);
    has(Internet, parts.internet);
    has(Validated, parts.validated);
    has(NotVpn, parts.transport != NetworkTransport::Vpn);
    network.downstream = parts.down;
    network.upstream = parts.up;
    return network;
}

std::string networkWord(const Network& network, std::string_view part) {
    using enum NetworkCapability;
    auto truth = [](bool it) { return it ? "true" : "false"; };
    auto is = [&](const TransportWord& row) { return network.transports.contains(row.transport); };
    if (part == "transport") return std::string(std::find_if(transports.begin(), transports.end(), is)->word);
    if (part == "metered") return truth(!network.has(NotMetered));
    if (part == "roaming") return truth(!network.has(NotRoaming));
    if (part == "internet") return truth(network.has(Internet));
    if (part == "validated") return truth(network.has(Validated));
    return formatRate(part == "down" ? network.downstream : network.upstream);
}

} // namespace stint
