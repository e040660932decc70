#include "device/device_keys.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/ranges.h>

#include "base/fail.hpp"
#include "base/nearest.hpp"
#include "base/time.hpp"
#include "device/network_words.hpp"

namespace stint {
namespace {

constexpr std::array<std::string_view, 21> keys{
    "screen",
    "locked",
    "power_source",
    "plugged",
    "charging",
    "battery",
    "battery_saver",
    "doze",
    "motion",
    "network",
    "network.transport",
    "network.metered",
    "network.roaming",
    "network.internet",
    "network.validated",
    "network.down",
    "network.up",
    "data_saver",
    "memory",
    "thermal",
    "storage_low",
};

constexpr std::array<std::string_view, 2> screens{"on", "off"};
constexpr std::array<std::string_view, 2> powerSources{"mains", "battery"};
constexpr std::array<std::string_view, 2> motions{"still", "moving"};
constexpr std::array<std::string_view, 4> memories{"normal", "moderate", "low", "critical"}; // as Memory has them
constexpr std::array<std::string_view, 6> dozes{automatic,           "active", "light_idle",
                                                "light_maintenance", "idle",   "idle_maintenance"};
constexpr std::array<std::string_view, 7> heats{"none",     "light",     "moderate", "severe",
                                                "critical", "emergency", "shutdown"};

/// What a key takes one of; none: it takes something else.
std::span<const std::string_view> choicesOf(std::string_view key) {
    if (key == "screen") return screens;
    if (key == "power_source") return powerSources;
    if (key == "motion") return motions;
    if (key == "memory") return memories;
    if (key == "doze") return dozes;
    if (key == "thermal") return heats;
    return {};
}

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

Error refused(std::string_view key, std::string_view text, std::string_view right) {
    return fail(Errc::IllegalArgument, "{} cannot be \"{}\"; it is {}", key, text, right);
}

bool says(const DeviceWords& words, std::string_view key, std::string_view text) {
    const std::string* word = wordFor(words, key);
    return word && *word == text;
}

// limits.md §13: without a battery it is plugged in and charging for good. Where a person speaks of a battery
// (power_source=battery), or of the plug, what counts as charging follows (scenario.md, device).
void setPower(const DeviceWords& words, Device& device) {
    const bool onBattery = says(words, "power_source", "battery");
    device.plugged = truthOf(words, "plugged", truthOf(words, "charging", !onBattery));
    const std::string* charging = wordFor(words, "charging");
    const bool follows = charging ? *charging == automatic : onBattery || words.contains("plugged");
    device.charging = follows ? std::nullopt : std::optional(truthOf(words, "charging", true));
    if (const std::string* text = wordFor(words, "battery"))
        device.batteryPercent = percentIn(*text).value_or(device.batteryPercent);
    device.batterySaver = truthOf(words, "battery_saver", device.batterySaver);
}

void setUse(const DeviceWords& words, Device& device) {
    device.screenOn = !says(words, "screen", "off");
    device.locked = truthOf(words, "locked", device.locked);
    if (const std::string* motion = wordFor(words, "motion"))
        device.motion = *motion == "moving" ? Motion::Moving : Motion::Still;
    if (const std::string* doze = wordFor(words, "doze")) device.dozeForce = dozeForceNamed(*doze);
}

void setStrain(const DeviceWords& words, Device& device) {
    if (const std::string* heat = wordFor(words, "thermal"))
        device.thermal = thermalNamed(*heat).value_or(device.thermal);
    const auto memory = std::ranges::find_if(memories, [&](auto word) { return says(words, "memory", word); });
    if (memory != memories.end()) device.memory = static_cast<Memory>(memory - memories.begin());
    if (words.contains("storage_low")) device.storageForced = truthOf(words, "storage_low", false);
}

std::string powerWord(const Device& device, std::string_view key) {
    auto truth = [](bool it) { return it ? "true" : "false"; };
    if (key == "plugged") return truth(device.plugged);
    if (key == "charging") return device.charging ? truth(*device.charging) : std::string(automatic);
    if (key == "power_source")
        return says({device.overrides.begin(), device.overrides.end()}, key, "battery") ? "battery" : "mains";
    if (key == "battery_saver") return truth(device.batterySaver);
    return std::to_string(device.batteryPercent);
}

std::string_view motionWord(Motion motion) {
    switch (motion) {
    case Motion::Unknown:
        return "unknown";
    case Motion::Still:
        return "still";
    case Motion::Moving:
        return "moving";
    }
    return "unknown";
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
    if (const auto choices = choicesOf(key); !choices.empty()) {
        if (std::ranges::find(choices, text) != choices.end()) return {};
        return refused(key, text, fmt::format("one of {}", fmt::join(choices, ", ")));
    }
    if (key == "battery") {
        if (percentIn(text)) return {};
        return refused(key, text, "a whole number of percent, 0 to 100");
    }
    if (key == "network") {
        if (text == "none") return {};
        return refused(key, text, "\"none\", or up as soon as a part of it is set, such as network.transport=wifi");
    }
    if (key == "network.transport") {
        if (transportOfWord(text)) return {};
        return refused(key, text, transportWords());
    }
    if (key == "network.down" || key == "network.up") {
        if (parseRate(text).ok()) return {};
        return refused(key, text, "a rate such as 50Mbps or 800kbps, or 0 where it is unknown");
    }
    if (truthIn(text)) return {};
    if (key != "charging") return refused(key, text, "true or false");
    if (text == automatic) return {};
    return refused(key, text, "true or false, or auto: by the battery's level and the time");
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

    // scenario.md, device: `charging` also says whether it is plugged, unless `plugged` stands beside it; and `plugged`
    // alone, that charging follows from the level and the time. Where the power comes from says both.
    const bool plugged = changes.contains("plugged"), charging = changes.contains("charging");
    if ((charging && !plugged) || changes.contains("power_source")) words.erase("plugged");
    if ((plugged && !charging) || changes.contains("power_source")) words.erase("charging");

    for (const auto& [key, text] : changes)
        words[key] = text;
    return words;
}

const std::string* wordFor(const DeviceWords& words, std::string_view key) {
    auto found = words.find(key);
    return found == words.end() ? nullptr : &found->second;
}

bool truthOf(const DeviceWords& words, std::string_view key, bool otherwise) {
    const std::string* text = wordFor(words, key);
    return text ? truthIn(*text).value_or(otherwise) : otherwise;
}

Device deviceBy(const DeviceWords& words) {
    Device device;
    setPower(words, device);
    setUse(words, device);
    setStrain(words, device);
    device.dataSaver = truthOf(words, "data_saver", device.dataSaver);
    if (!words.contains("network")) device.network = networkBy(words);
    device.overrides = {words.begin(), words.end()};
    return device;
}

std::string wordOf(const Device& device, std::string_view key) {
    auto truth = [](bool it) { return it ? "true" : "false"; };
    if (key == "screen") return device.screenOn ? "on" : "off";
    if (key == "locked") return truth(device.locked);
    if (key == "motion") return std::string(motionWord(device.motion));
    if (key == "doze") return std::string(device.dozeForce ? nameOf(*device.dozeForce) : automatic);
    if (key == "data_saver") return truth(device.dataSaver);
    if (key == "memory") return std::string(memories[static_cast<std::size_t>(device.memory)]);
    if (key == "thermal") return std::string(nameOf(device.thermal));
    if (key == "storage_low") return truth(device.storageForced.value_or(false));
    if (key == "network") return device.network ? "up" : "none";
    if (key.starts_with(networkPrefix))
        return device.network ? networkWord(*device.network, key.substr(networkPrefix.size())) : "none";
    return powerWord(device, key);
}

} // namespace stint
