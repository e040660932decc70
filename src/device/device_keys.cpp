#include "device/device_keys.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/fail.hpp"
#include "base/nearest.hpp"
#include "base/time.hpp"

namespace stint {
namespace {

constexpr std::array<std::string_view, 12> keys{
    "plugged",         "charging",         "battery",           "network",      "network.transport", "network.metered",
    "network.roaming", "network.internet", "network.validated", "network.down", "network.up",        "storage_low",
};

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

std::optional<bool> truthIn(std::string_view text) {
    if (text == "true" || text == "yes") return true;
    if (text == "false" || text == "no") return false;
    return std::nullopt;
}

std::optional<std::int64_t> percentIn(std::string_view text) {
    std::int64_t percent = -1;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
    bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && percent >= 0 && percent <= 100 ? std::optional(percent) : std::nullopt;
}

std::optional<NetworkTransport> transportIn(std::string_view text) {
    for (const auto& [word, transport] : transports)
        if (word == text) return transport;
    return std::nullopt;
}

Error refused(std::string_view key, std::string_view text, std::string_view right) {
    return fail(Errc::IllegalArgument, "{} cannot be \"{}\"; it is {}", key, text, right);
}

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

const std::string* wordFor(const DeviceWords& words, std::string_view key) {
    auto found = words.find(key);
    return found == words.end() ? nullptr : &found->second;
}

bool truthOf(const DeviceWords& words, std::string_view key, bool otherwise) {
    const std::string* text = wordFor(words, key);
    return text ? truthIn(*text).value_or(otherwise) : otherwise;
}

Kbps rateOf(const DeviceWords& words, std::string_view key) {
    const std::string* text = wordFor(words, key);
    auto rate = parseRate(text ? *text : "0");
    return rate.ok() ? *rate : 0;
}

// jobs.md §1.3, linux.md A.4: a network that nothing is said against is trusted, open to all and neither congested
// nor suspended; the rest follows from its parts.
Network networkFrom(const NetworkParts& parts) {
    using enum NetworkCapability;
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

NetworkParts partsBy(const DeviceWords& words) {
    NetworkParts parts;
    if (const std::string* text = wordFor(words, "network.transport"))
        parts.transport = transportIn(*text).value_or(parts.transport);
    parts.metered = truthOf(words, "network.metered", parts.metered);
    parts.roaming = truthOf(words, "network.roaming", parts.roaming);
    parts.internet = truthOf(words, "network.internet", parts.internet);
    parts.validated = truthOf(words, "network.validated", parts.validated);
    parts.down = rateOf(words, "network.down");
    parts.up = rateOf(words, "network.up");
    return parts;
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

} // namespace

std::span<const std::string_view> deviceKeys() { return keys; }

Result<void> checkKey(std::string_view key) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) return {};
    auto guess = nearest(key, keys);
    return fail(Errc::IllegalArgument, "the device has no \"{}\"{}", key,
                guess ? fmt::format(" (did you mean \"{}\"?)", *guess) : "");
}

Result<void> checkWord(std::string_view key, std::string_view text) {
    STINT_TRY(checkKey(key));
    if (key == "battery") {
        if (percentIn(text)) return {};
        return refused(key, text, "a whole number of percent, 0 to 100");
    }
    if (key == "network") {
        if (text == "none") return {};
        return refused(key, text, "\"none\", or up as soon as a part of it is set, such as network.transport=wifi");
    }
    if (key == "network.transport") {
        if (transportIn(text)) return {};
        return refused(key, text, "wifi, cellular, ethernet, vpn, bluetooth, usb or loopback");
    }
    if (key == "network.down" || key == "network.up") {
        if (parseRate(text).ok()) return {};
        return refused(key, text, "a rate such as 50Mbps or 800kbps, or 0 where it is unknown");
    }
    if (truthIn(text)) return {};
    return refused(key, text, "true or false");
}

Result<void> checkTogether(const DeviceWords& words) {
    auto isPart = [](const auto& word) { return word.first.starts_with(networkPrefix); };
    auto part = std::find_if(words.begin(), words.end(), isPart);
    if (words.contains("network") && part != words.end())
        return fail(Errc::IllegalArgument, "network=none and {}={} contradict each other; leave one of them out",
                    part->first, part->second);
    // scenario.md, device: a charger that gives no power does not charge.
    if (truthOf(words, "charging", false) && !truthOf(words, "plugged", true))
        return fail(Errc::IllegalArgument,
                    "charging=true and plugged=false contradict each other; leave one of them out");
    return {};
}

DeviceWords merged(DeviceWords words, const DeviceWords& changes) {
    bool part = false;
    for (const auto& [key, text] : changes)
        part |= key.starts_with(networkPrefix);
    if (part) words.erase("network");
    if (changes.contains("network"))
        std::erase_if(words, [](const auto& word) { return word.first.starts_with(networkPrefix); });

    // scenario.md, device: `charging` also says whether it is plugged, unless `plugged` stands beside it.
    if (changes.contains("charging") && !changes.contains("plugged")) words.erase("plugged");
    bool unplugged = changes.contains("plugged") && !truthOf(changes, "plugged", true);
    if (unplugged && truthOf(words, "charging", false)) words.erase("charging");

    for (const auto& [key, text] : changes)
        words[key] = text;
    return words;
}

Device deviceBy(const DeviceWords& words) {
    Device device;
    bool power = truthOf(words, "charging", true);
    device.plugged = truthOf(words, "plugged", power);
    device.charging = truthOf(words, "charging", device.plugged);
    if (const std::string* text = wordFor(words, "battery"))
        device.batteryPercent = percentIn(*text).value_or(device.batteryPercent);
    if (!words.contains("network")) device.network = networkFrom(partsBy(words));
    if (words.contains("storage_low")) device.storageForced = truthOf(words, "storage_low", false);
    device.overrides = {words.begin(), words.end()};
    return device;
}

std::string wordOf(const Device& device, std::string_view key) {
    auto truth = [](bool it) { return it ? "true" : "false"; };
    if (key == "plugged") return truth(device.plugged);
    if (key == "charging") return truth(device.charging);
    if (key == "battery") return std::to_string(device.batteryPercent);
    if (key == "network") return device.network ? "up" : "none";
    if (key == "storage_low") return truth(device.storageForced.value_or(false));
    return device.network ? networkWord(*device.network, key.substr(networkPrefix.size())) : "none";
}

} // namespace stint
