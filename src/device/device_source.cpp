#include "device/device_source.hpp"

#include <algorithm>
#include <array>

#include <sys/statvfs.h>

#include "base/time.hpp"
#include "base/try.hpp"
#include "device/device_keys.hpp"

namespace stint {
namespace {

constexpr const char* byPerson = "set";
constexpr const char* byDefault = "embedded default";

void readStorage(const std::filesystem::path& volume, Device& device) {
    struct statvfs status {};
    if (::statvfs(volume.c_str(), &status) != 0) return; // unknown, and then storage is not low
    auto block = static_cast<Bytes>(status.f_frsize);
    device.storageFree = static_cast<Bytes>(status.f_bavail) * block;
    device.storageTotal = static_cast<Bytes>(status.f_blocks) * block;
}

DeviceWords words(const std::map<std::string, std::string>& pairs) { return {pairs.begin(), pairs.end()}; }

// What was said of one of them says something of the others.
bool isSaid(const DeviceWords& said, std::string_view key) {
    constexpr std::array<std::string_view, 3> power{"plugged", "charging", "power_source"};
    const auto speaks = [&](std::string_view word) { return said.contains(word); };
    const bool isPower = std::ranges::find(power, key) != power.end();
    return said.contains(key) || (isPower && std::ranges::any_of(power, speaks));
}

} // namespace

DeviceSource::DeviceSource(std::filesystem::path volume) : volume_(std::move(volume)) {}

Device DeviceSource::read() const {
    Device device = deviceBy(words(overrides_));
    readStorage(volume_, device);
    return device;
}

std::vector<DeviceValue> DeviceSource::values() const {
    Device device = read();
    DeviceWords said = words(overrides_);
    std::vector<DeviceValue> values;
    for (const DeviceField& field : deviceFields()) {
        const std::string_view key = field.key;
        // The network is "none", or it is its parts.
        if (key == "network" && device.network) continue;
        if (key.starts_with(networkPrefix) && !device.network) continue;
        if (key == "storage_low" && !device.storageForced) continue; // the core's to say, from what follows
        if (key == "power_source" && !said.contains(key)) continue;  // the embedded default shows in the other two
        values.push_back({std::string(key), field.text(device), isSaid(said, key) ? byPerson : byDefault});
    }
    if (device.storageTotal > 0) {
        values.push_back({"storage.free", formatSize(device.storageFree), "statvfs"});
        values.push_back({"storage.total", formatSize(device.storageTotal), "statvfs"});
    }
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
    if (force == deviceBy(words(overrides_)).dozeForce) return;
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
