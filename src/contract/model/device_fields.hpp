// The device as people name it, told once: a row for each key of `stint device set` and of a scenario's `device`, in
// the order in which they are listed, and taken in. What the gates read of each decides who is asked again when it
// changes.
#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "contract/model/device.hpp"
#include "contract/model/reads.hpp"

namespace stint {

/// What is said of the device, by key, as it is written.
using DeviceWords = std::map<std::string, std::string, std::less<>>;

struct DeviceField {
    using Choices = std::span<const std::string_view>;

    std::string_view key; ///< "screen", "network.metered"
    Choices choices = {}; ///< one of these; none: what `takes` says
    std::string_view takes = "true or false";
    /// Takes in what was said, and what follows from it where `all` that is said with it says nothing else. Whether it
    /// is a text that the key takes.
    bool (*set)(Device&, std::string_view text, const DeviceWords& all);
    std::string (*text)(const Device&); ///< as `set` takes it; "unknown" for a motion that no sensor tells
    bool (*differs)(const Device&, const Device&);
    ReadSet readers;          ///< the gates that read it; of the parts of a network all have the network's
    std::string_view decides; ///< what it has a say in, as a person sees it
    bool scenario = true;     ///< a key of scenarios
    Choices played = {};      ///< one of these there; none: as everywhere
};

std::span<const DeviceField> deviceFields();
/// nullptr: there is no such key.
const DeviceField* deviceField(std::string_view key);

inline constexpr std::string_view networkPrefix = "network.";
/// Of `charging`: it follows from the level and the time (limits.md §10.3). Of `doze`: nobody holds it.
inline constexpr std::string_view automatic = "auto";
/// Of `network`: there is none; and: there is one, of which nothing more is said.
inline constexpr std::string_view noNetwork = "none", someNetwork = "up";

/// What `words` make of the device. A network begins as `network`, and its parts are set in it (scenario.md, device).
/// Words that their keys do not take change nothing.
void applyWords(const DeviceWords& words, const Network& network, Device& device);

/// A network that nothing is said against is trusted, open to all and neither congested nor suspended (jobs.md §1.3).
Network openNetwork(NetworkTransport transport, Kbps down, Kbps up);

/// What gates read of a report, and of what follows from reports, that is another now.
ReadSet differences(const Device& before, const Device& after);
ReadSet differences(const DeviceState& before, const DeviceState& after);

} // namespace stint
