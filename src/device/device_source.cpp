#include "device/device_source.hpp"

#include <algorithm>
#include <array>

#include "base/find_in.hpp"
#include "base/try.hpp"
#include "device/device_keys.hpp"

namespace stint {
namespace {

constexpr std::string_view byPerson = "set";
constexpr std::string_view byDefault = "embedded default";

DeviceWords words(const std::map<std::string, std::string>& pairs) { return {pairs.begin(), pairs.end()}; }

// What was said of one of them says something of the others.
bool isSaid(const DeviceWords& said, std::string_view key) {
    constexpr std::array<std::string_view, 3> power{"plugged", "charging", "power_source"};
    const auto speaks = [&](std::string_view word) { return said.contains(word); };
    const bool isPower = std::ranges::find(power, key) != power.end();
    return said.contains(key) || (isPower && std::ranges::any_of(power, speaks));
}

} // namespace

DeviceSource::DeviceSource(std::filesystem::path volume) : sensors_(sensors(volume)) {}

Device DeviceSource::read() const {
    Tellers tellers;
    return read(tellers);
}

Device DeviceSource::read(Tellers& tellers) const {
    Device sensed = defaultDevice();
    for (const auto& sensor : sensors_)
        for (const std::string_view key : sensor->tell(sensed))
            tellers[key] = sensor->name();
    return deviceBy(words(overrides_), std::move(sensed));
}

std::vector<DeviceValue> DeviceSource::values() const {
    Tellers tellers;
    const Device device = read(tellers);
    const DeviceWords said = words(overrides_);
    std::vector<DeviceValue> values;
    for (const DeviceField& field : deviceFields()) {
        const std::string_view key = field.key;
        // The network is "none", or it is its parts.
        if (key == "network" && device.network) continue;
        if (key.starts_with(networkPrefix) && !device.network) continue;
        if (key == "storage_low" && !device.storageForced) continue; // the core's to say, from what follows
        if (key == "power_source" && !said.contains(key)) continue;  // the embedded default shows in the other two
        const std::string_view* const teller = findIn(tellers, key);
        const std::string_view source = isSaid(said, key) ? byPerson : teller ? *teller : byDefault;
        values.push_back({std::string(key), field.text(device), std::string(source)});
    }
    for (const auto& sensor : sensors_)
        std::ranges::move(sensor->more(device), std::back_inserter(values));
    return values;
}

Result<void> DeviceSource::set(const std::map<std::string, std::string>& changes) {
    for (const auto& [key, text] : changes)
        STINT_TRY(checkWord(key, text));
    STINT_TRY(checkTogether(words(changes)));
    DeviceWords next = merged(words(overrides_), words(changes));
    overrides_ = {next.begin(), next.end()};
    return {};
}

Result<void> DeviceSource::reset(std::span<const std::string> keys) {
    for (const std::string& key : keys)
        STINT_TRY(checkKey(key));
    if (keys.empty()) overrides_.clear();
    for (const std::string& key : keys) {
        overrides_.erase(key);
        if (key != "network") continue;
        std::erase_if(overrides_, [](const auto& word) { return word.first.starts_with(networkPrefix); });
    }
    return {};
}

void DeviceSource::holdDoze(std::optional<DozeForce> force) {
    if (force == deviceBy(words(overrides_), {}).dozeForce) return;
    overrides_.erase("doze");
    if (force) overrides_.emplace("doze", nameOf(*force));
}

void DeviceSource::restore(const std::map<std::string, std::string>& overrides) {
    DeviceWords valid;
    for (const auto& [key, text] : overrides)
        if (checkWord(key, text)) valid[key] = text;
    // What was said together is kept together: no word of it takes another back.
    if (!checkTogether(valid)) valid.clear();
    overrides_ = {valid.begin(), valid.end()};
}

} // namespace stint
