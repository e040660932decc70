// A network in the words of `stint device set`: scenario.md's device table, network.transport to network.up.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "device/device_keys.hpp"
#include "stint/network.hpp"

namespace stint {

/// "wifi", "cellular", …
std::optional<NetworkTransport> transportOfWord(std::string_view word);
/// All of them, for a person: "wifi, cellular, …".
std::string transportWords();

/// The network that the words of its parts make of the embedded default.
Network networkBy(const DeviceWords& words);
/// One of its parts ("metered"), in the words that make it.
std::string networkWord(const Network& network, std::string_view part);

} // namespace stint
