// The device's values by the names that people use, defined once: a row for each key of `stint device set` and of a
// scenario's `device`, in the order in which they are listed and taken in. A row's `readers` decide which gates are
// asked again when its value changes.
#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "contract/model/device.hpp"
#include "contract/model/gate.hpp"

namespace stint {

/// Values of the device by key, as they are written.
using DeviceWords = std::map<std::string, std::string, std::less<>>;

struct DeviceField {
    using Choices = std::span<const std::string_view>;

    std::string_view key; ///< "screen", "network.metered"
    Choices choices = {}; ///< the values it takes; empty: `takes` describes them
    std::string_view takes = "true or false";
    /// Takes in `text`, and what follows from it unless `all`, the words given with it, say otherwise. False if the key
    /// does not take that text.
    bool (*set)(Device&, std::string_view text, const DeviceWords& all);
    std::string (*text)(const Device&); ///< the value as `set` takes it; "unknown" for motion without a sensor
    bool (*differs)(const Device&, const Device&);
    ReadSet readers;          ///< the gates that read it; 0 where another row or DeviceState has them
    std::string_view decides; ///< the things that depend on it, in a person's words
    bool scenario = true;     ///< scenarios have the key, too
    Choices played = {};      ///< the values it takes in scenarios; empty: the same
};

std::span<const DeviceField> deviceFields();
/// nullptr: there is no such key.
const DeviceField* deviceField(std::string_view key);

inline constexpr std::string_view networkPrefix = "network.";
/// For `charging`: it follows from the level and the time (limits.md §10.3). For `doze`: nobody holds it.
inline constexpr std::string_view automatic = "auto";
/// For `network`: there is none; and: there is one, whose parts are other keys.
inline constexpr std::string_view noNetwork = "none", someNetwork = "up";

/// Sets the device's values by `words`. A network that they mention begins as `network`, in which its parts are set
/// (scenario.md, device). A word that its key does not take changes nothing.
void applyWords(const DeviceWords& words, const Network& network, Device& device);

/// A network without restrictions: trusted, open to all, neither congested nor suspended (jobs.md §1.3).
Network openNetwork(NetworkTransport transport, Kbps down, Kbps up);

/// The parts read by gates that differ between two reports, or between the states that follow from reports.
ReadSet differences(const Device& before, const Device& after);
ReadSet differences(const DeviceState& before, const DeviceState& after);

} // namespace stint
