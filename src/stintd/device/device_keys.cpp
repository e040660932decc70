#include "stintd/device/device_keys.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/ranges.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/text/nearest.hpp"

namespace stint {
namespace {

bool isPart(const DeviceWords::value_type& word) { return word.first.starts_with(networkPrefix); }

/// The embedded default: Ethernet, of unknown speed.
Network defaultNetwork() { return openNetwork(TRANSPORT_ETHERNET, 0, 0); }

} // namespace

Result<void> checkKey(std::string_view key) {
    if (deviceField(key)) return {};
    std::vector<std::string_view> keys;
    for (const DeviceField& field : deviceFields())
        keys.push_back(field.key);
    const auto guess = nearest(key, keys);
    return fail(Errc::ILLEGAL_ARGUMENT, "the device has no \"{}\"{}", key,
                guess ? fmt::format(" (did you mean \"{}\"?)", *guess) : "; `stint device` shows what it has");
}

Result<void> checkWord(std::string_view key, std::string_view text) {
    STINT_TRY(checkKey(key));
    const DeviceField& field = *deviceField(key);
    Device scratch;
    if (field.set(scratch, text, {})) return {};
    return fail(Errc::ILLEGAL_ARGUMENT, "{} cannot be \"{}\"; it is {}", key, text,
                field.choices.empty() ? std::string(field.takes)
                                      : fmt::format("one of {}", fmt::join(field.choices, ", ")));
}

Result<void> checkTogether(const DeviceWords& words) {
    const auto part = std::ranges::find_if(words, isPart);
    if (words.contains("network") && part != words.end())
        return fail(Errc::ILLEGAL_ARGUMENT, "network=none and {}={} contradict each other; leave one of them out",
                    part->first, part->second);
    // scenario.md, device: a charger that gives no power does not charge.
    const Device device = deviceBy(words, defaultDevice());
    if (device.charging.value_or(false) && !device.plugged)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "charging=true and plugged=false contradict each other; leave one of them out");
    return {};
}

DeviceWords merged(DeviceWords words, const DeviceWords& changes) {
    if (std::ranges::any_of(changes, isPart)) words.erase("network");
    if (changes.contains("network")) std::erase_if(words, isPart);

    // scenario.md, device: `charging` sets `plugged` as well, unless `plugged` stands beside it. `plugged` alone leaves
    // charging to the level and the time. `power_source` sets both.
    const bool plugged = changes.contains("plugged"), charging = changes.contains("charging");
    if ((charging && !plugged) || changes.contains("power_source")) words.erase("plugged");
    if ((plugged && !charging) || changes.contains("power_source")) words.erase("charging");

    for (const auto& [key, text] : changes)
        words[key] = text;
    return words;
}

Device defaultDevice() { return {.network = defaultNetwork()}; }

Device deviceBy(const DeviceWords& words, Device device) {
    device.overrides = {words.begin(), words.end()};
    applyWords(words, device.network.value_or(defaultNetwork()), device);
    return device;
}

} // namespace stint
