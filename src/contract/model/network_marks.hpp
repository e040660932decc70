// What is said of networks by their names, whatever the machine says of them: whether they are metered (linux.md §A.4).
// A name is a connection's, an SSID or an interface.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "stint/result.hpp"

namespace stint {

/// A person's word (`stint net mark`): whether it is metered.
using NetworkMarks = std::map<std::string, bool, std::less<>>;

/// A policy file's word.
struct NetworkRule {
    bool metered = false;
    std::string origin; ///< "FILE:LINE"

    bool operator==(const NetworkRule&) const = default;
};
using NetworkRules = std::map<std::string, NetworkRule, std::less<>>;

/// IllegalArgument for what no network is called: nothing, a control character, half a megabyte.
Result<void> checkNetworkName(std::string_view name);
/// metered, unmetered; auto is nullopt: what is said elsewhere.
Result<std::optional<bool>> meteredNamed(std::string_view word);

} // namespace stint
