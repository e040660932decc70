#include "contract/model/device_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/time/time.hpp"

namespace stint {
namespace {

using Text = std::string_view;
template <std::size_t n> using Names = std::array<std::string_view, n>;

constexpr Names<2> screens{"on", "off"};
constexpr Names<2> lids{"open", "closed"};
constexpr Names<2> powerSources{"mains", "battery"};
constexpr Names<2> motions{"still", "moving"};
constexpr Names<4> memories{"normal", "moderate", "low", "critical"}; // in the order of Memory
constexpr Names<2> playedMemories{"normal", "low"};
constexpr Names<6> dozes{automatic, "active", "light_idle", "light_maintenance", "idle", "idle_maintenance"};
constexpr Names<7> heats{"none", "light", "moderate", "severe", "critical", "emergency", "shutdown"};
constexpr Names<4> playedTransports{"wifi", "cellular", "ethernet", "vpn"};

struct TransportWord {
    std::string_view word;
    NetworkTransport transport;
};
// PROPOSAL: beside scenario.md's four also what else a job may ask for (jobs.md §1.3), or nobody could try it.
// A VPN's network counts as a VPN before it counts as the one that carries it.
constexpr std::array<TransportWord, 7> transportWords{{
    {"vpn", TRANSPORT_VPN},
    {"wifi", TRANSPORT_WIFI},
    {"cellular", TRANSPORT_CELLULAR},
    {"ethernet", TRANSPORT_ETHERNET},
    {"bluetooth", TRANSPORT_BLUETOOTH},
    {"usb", TRANSPORT_USB},
    {"loopback", TRANSPORT_LOOPBACK},
}};

std::optional<bool> truthIn(std::string_view text) {
    if (text == "true" || text == "yes") return true;
    if (text == "false" || text == "no") return false;
    return std::nullopt;
}
std::string truth(bool it) { return it ? "true" : "false"; }

template <class T, class U> bool put(T& into, const std::optional<U>& value) {
    if (value) into = *value;
    return value.has_value();
}
template <class T> bool put(std::optional<T>& into, const std::optional<T>& value) {
    if (value) into = value;
    return value.has_value();
}

std::optional<std::size_t> placeIn(DeviceField::Choices choices, std::string_view text) {
    const auto found = std::ranges::find(choices, text);
    return found == choices.end() ? std::nullopt : std::optional<std::size_t>(found - choices.begin());
}

std::optional<std::int64_t> percentIn(std::string_view text) {
    std::int64_t percent = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && percent >= 0 && percent <= 100 ? std::optional(percent) : std::nullopt;
}

// Plain fields.

template <auto member> bool setFlag(Device& device, Text text, const DeviceWords&) {
    return put(device.*member, truthIn(text));
}
template <auto member> std::string flagText(const Device& device) { return truth(device.*member); }
template <auto member> bool differ(const Device& a, const Device& b) { return a.*member != b.*member; }

// limits.md §13: without a battery it is plugged in and charging for good. Where a person speaks of a battery, or of
// the plug, what counts as charging follows (scenario.md, device).
bool setPowerSource(Device& device, Text text, const DeviceWords&) {
    const auto battery = placeIn(powerSources, text);
    if (!battery) return false;
    device.plugged = *battery == 0;
    device.charging = *battery == 0 ? std::optional(true) : std::nullopt;
    return true;
}
std::string powerSourceText(const Device& device) {
    const auto wanted = device.overrides.find("power_source");
    return wanted == device.overrides.end() ? std::string(powerSources.front()) : wanted->second;
}

bool setPlugged(Device& device, Text text, const DeviceWords& all) {
    if (!put(device.plugged, truthIn(text))) return false;
    if (!all.contains("charging")) device.charging.reset();
    return true;
}

bool setCharging(Device& device, Text text, const DeviceWords& all) {
    if (text == automatic) {
        device.charging.reset();
        return true;
    }
    const auto charging = truthIn(text);
    if (!charging) return false;
    device.charging = charging;
    if (!all.contains("plugged")) device.plugged = *charging;
    return true;
}
std::string chargingText(const Device& device) {
    return device.charging ? truth(*device.charging) : std::string(automatic);
}

bool setScreen(Device& device, Text text, const DeviceWords&) {
    const auto off = placeIn(screens, text);
    if (off) device.screenOn = *off == 0;
    return off.has_value();
}

bool setLid(Device& device, Text text, const DeviceWords&) {
    const auto closed = placeIn(lids, text);
    if (closed) device.lidClosed = *closed == 1;
    return closed.has_value();
}

bool setDoze(Device& device, Text text, const DeviceWords&) {
    if (!placeIn(dozes, text)) return false;
    device.dozeForce = dozeForceNamed(text); // auto: none
    return true;
}

bool setMotion(Device& device, Text text, const DeviceWords&) {
    const auto moving = placeIn(motions, text);
    if (moving) device.motion = *moving == 0 ? Motion::Still : Motion::Moving;
    return moving.has_value();
}
std::string motionText(const Device& device) {
    if (device.motion == Motion::Unknown) return "unknown";
    return std::string(motions[device.motion == Motion::Moving ? 1 : 0]);
}

bool setMemory(Device& device, Text text, const DeviceWords&) {
    const auto place = placeIn(memories, text);
    if (place) device.memory = static_cast<Memory>(*place);
    return place.has_value();
}

// Parts of a network.

template <NetworkCapability capability, bool inverted>
bool setCapability(Device& device, Text text, const DeviceWords&) {
    const auto it = truthIn(text);
    if (it && device.network) {
        if (*it != inverted)
            device.network->capabilities.insert(capability);
        else
            device.network->capabilities.erase(capability);
    }
    return it.has_value();
}
template <NetworkCapability capability, bool inverted> std::string capabilityText(const Device& device) {
    return device.network ? truth(device.network->has(capability) != inverted) : std::string(noNetwork);
}

void setTransportOf(Network& network, NetworkTransport transport) {
    network.transports = {transport};
    if (transport == TRANSPORT_VPN)
        network.capabilities.erase(NET_CAPABILITY_NOT_VPN);
    else
        network.capabilities.insert(NET_CAPABILITY_NOT_VPN);
}
bool setTransport(Device& device, Text text, const DeviceWords&) {
    const auto row = std::ranges::find(transportWords, text, &TransportWord::word);
    if (row != transportWords.end() && device.network) setTransportOf(*device.network, row->transport);
    return row != transportWords.end();
}
std::string transportText(const Device& device) {
    if (device.network)
        for (const auto& [word, transport] : transportWords)
            if (device.network->transports.contains(transport)) return std::string(word);
    return std::string(noNetwork);
}

template <auto side> bool setRate(Device& device, Text text, const DeviceWords&) {
    const auto rate = parseRate(text);
    if (rate && device.network) (*device.network).*side = *rate;
    return rate.ok();
}
template <auto side> std::string rateText(const Device& device) {
    return device.network ? formatRate((*device.network).*side) : std::string(noNetwork);
}

bool setNetwork(Device&, Text text, const DeviceWords&) { return text == noNetwork; }
std::string networkText(const Device& device) { return std::string(device.network ? someNetwork : noNetwork); }
bool sameAnyway(const Device&, const Device&) { return false; } // the row of the whole network compares it

using D = Device;
constexpr std::string_view rate = "a rate such as 50Mbps or 800kbps, or 0 where it is unknown";

// clang-format off
constexpr DeviceField table[] = {
    {.key = "screen", .choices = screens, .set = setScreen,
     .text = [](const D& d) { return std::string(screens[d.screenOn ? 0 : 1]); }, .differs = differ<&D::screenOn>, .readers = only(Reads::Scene), .decides = "Doze, device idle"},
    {.key = "locked", .set = setFlag<&D::locked>, .text = flagText<&D::locked>, .differs = differ<&D::locked>, .readers = only(Reads::Scene), .decides = "Doze"},
    {.key = "power_source", .choices = powerSources, .set = setPowerSource, .text = powerSourceText, .differs = sameAnyway, .readers = 0, .decides = "charging",
     .scenario = false},
    {.key = "plugged", .set = setPlugged, .text = flagText<&D::plugged>, .differs = differ<&D::plugged>, .readers = only(Reads::Power), .decides = "Doze, charging"},
    {.key = "charging", .takes = "true or false, or auto: by the battery's level and the time",
     .set = setCharging, .text = chargingText, .differs = differ<&D::charging>, .readers = 0, .decides = "requiresCharging, quotas, alarms, network of idle apps"}, // DeviceState says what counts
    {.key = "battery", .takes = "a whole number of percent, 0 to 100",
     .set = [](D& d, Text text, const DeviceWords&) { return put(d.batteryPercent, percentIn(text)); },
     .text = [](const D& d) { return std::to_string(d.batteryPercent); }, .differs = differ<&D::batteryPercent>, .readers = 0, .decides = "charging, requiresBatteryNotLow"},
    {.key = "battery_saver", .set = setFlag<&D::batterySaver>, .text = flagText<&D::batterySaver>, .differs = differ<&D::batterySaver>,
     .readers = only(Reads::Saver), .decides = "work in the background"},
    {.key = "doze", .choices = dozes, .set = setDoze, // how long it holds is another matter, too, where it is held
     .text = [](const D& d) { return std::string(d.dozeForce ? nameOf(*d.dozeForce) : automatic); }, .differs = differ<&D::dozeForce>,
     .readers = only(Reads::Doze), .decides = "Doze"},
    {.key = "motion", .choices = motions, .set = setMotion, .text = motionText, .differs = differ<&D::motion>, .readers = only(Reads::Scene), .decides = "Doze"},
    {.key = "network", .takes = "\"none\", or up as soon as a part of it is set, such as network.transport=wifi",
     .set = setNetwork, .text = networkText, .differs = differ<&D::network>, .readers = only(Reads::Network), .decides = "jobs with a network"},
    {.key = "network.transport", .takes = "wifi, cellular, ethernet, vpn, bluetooth, usb or loopback",
     .set = setTransport, .text = transportText, .differs = sameAnyway, .readers = 0, .decides = "jobs with a network", .played = playedTransports},
    {.key = "network.metered", .set = setCapability<NET_CAPABILITY_NOT_METERED, true>, .text = capabilityText<NET_CAPABILITY_NOT_METERED, true>, .differs = sameAnyway, .readers = 0, .decides = "unmetered jobs, Data Saver"},
    {.key = "network.roaming", .set = setCapability<NET_CAPABILITY_NOT_ROAMING, true>, .text = capabilityText<NET_CAPABILITY_NOT_ROAMING, true>, .differs = sameAnyway, .readers = 0, .decides = "jobs that may not roam"},
    {.key = "network.internet", .set = setCapability<NET_CAPABILITY_INTERNET, false>, .text = capabilityText<NET_CAPABILITY_INTERNET, false>, .differs = sameAnyway, .readers = 0, .decides = "jobs with a network"},
    {.key = "network.validated", .set = setCapability<NET_CAPABILITY_VALIDATED, false>, .text = capabilityText<NET_CAPABILITY_VALIDATED, false>, .differs = sameAnyway, .readers = 0, .decides = "jobs with a network"},
    {.key = "network.down", .takes = rate, .set = setRate<&Network::downstream>, .text = rateText<&Network::downstream>, .differs = sameAnyway, .readers = 0, .decides = "jobs with a size"},
    {.key = "network.up", .takes = rate, .set = setRate<&Network::upstream>, .text = rateText<&Network::upstream>, .differs = sameAnyway, .readers = 0, .decides = "jobs with a size"},
    {.key = "data_saver", .set = setFlag<&D::dataSaver>, .text = flagText<&D::dataSaver>, .differs = differ<&D::dataSaver>, .readers = only(Reads::Saver), .decides = "metered network"},
    {.key = "memory", .choices = memories, .set = setMemory,
     .text = [](const D& d) { return std::string(memories[static_cast<std::size_t>(d.memory)]); }, .differs = differ<&D::memory>, .readers = only(Reads::Scene), .decides = "how many run at once",
     .played = playedMemories},
    {.key = "thermal", .choices = heats, .set = [](D& d, Text text, const DeviceWords&) { return put(d.thermal, thermalNamed(text)); },
     .text = [](const D& d) { return std::string(nameOf(d.thermal)); }, .differs = differ<&D::thermal>, .readers = only(Reads::Thermal), .decides = "what may start and go on"},
    {.key = "lid", .choices = lids, .set = setLid,
     .text = [](const D& d) { return std::string(lids[d.lidClosed ? 1 : 0]); }, .differs = differ<&D::lidClosed>, .readers = only(Reads::Scene), .decides = "whether a transfer keeps it awake"},
    {.key = "sleeping", .set = setFlag<&D::sleeping>, .text = flagText<&D::sleeping>, .differs = differ<&D::sleeping>, .readers = only(Reads::Sleep), .decides = "what goes on"},
    {.key = "storage_low", .set = setFlag<&D::storageForced>, .text = [](const D& d) { return truth(d.storageForced.value_or(false)); },
     .differs = differ<&D::storageForced>, .readers = 0, .decides = "requiresStorageNotLow"}, // DeviceState says whether it is low
};

/// The state that follows from reports.
struct Derived {
    bool (*differs)(const DeviceState&, const DeviceState&);
    ReadSet readers;
};
template <auto member> constexpr auto derived = [](const DeviceState& a, const DeviceState& b) { return a.*member != b.*member; };
using S = DeviceState;
constexpr Derived derivedTable[] = {
    {derived<&S::charging>, only(Reads::Power)},
    {derived<&S::batteryLow>, only(Reads::Power)},
    {derived<&S::storageLow>, only(Reads::Storage)},
    {derived<&S::idle>, only(Reads::Idle)},
    {derived<&S::idleAt>, only(Reads::Idle)},
};
// clang-format on

template <class Rows, class T> ReadSet readersOfChanges(const Rows& rows, const T& before, const T& after) {
    ReadSet changed = 0;
    for (const auto& row : rows)
        if (row.readers != 0 && row.differs(before, after)) changed |= row.readers;
    return changed;
}

bool speaksOfNetwork(const DeviceWords::value_type& word) {
    return word.first == "network" || word.first.starts_with(networkPrefix);
}

} // namespace

std::span<const DeviceField> deviceFields() { return table; }

const DeviceField* deviceField(std::string_view key) {
    const auto* const found = std::ranges::find(table, key, &DeviceField::key);
    return found == std::end(table) ? nullptr : found;
}

void applyWords(const DeviceWords& words, const Network& network, Device& device) {
    const auto whole = words.find("network");
    if (whole != words.end() && whole->second == noNetwork)
        device.network.reset();
    else if (std::ranges::any_of(words, speaksOfNetwork))
        device.network = network;
    for (const DeviceField& field : table)
        if (const auto word = words.find(field.key); word != words.end()) field.set(device, word->second, words);
}

Network openNetwork(NetworkTransport transport, Kbps down, Kbps up) {
    Network network{.capabilities = {NET_CAPABILITY_INTERNET, NET_CAPABILITY_VALIDATED, NET_CAPABILITY_NOT_METERED,
                                     NET_CAPABILITY_NOT_ROAMING, NET_CAPABILITY_NOT_RESTRICTED, NET_CAPABILITY_TRUSTED,
                                     NET_CAPABILITY_NOT_CONGESTED, NET_CAPABILITY_NOT_SUSPENDED},
                    .downstream = down,
                    .upstream = up};
    setTransportOf(network, transport);
    return network;
}

ReadSet differences(const Device& before, const Device& after) { return readersOfChanges(table, before, after); }

ReadSet differences(const DeviceState& before, const DeviceState& after) {
    return readersOfChanges(derivedTable, before, after);
}

} // namespace stint
