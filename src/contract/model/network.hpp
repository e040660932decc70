// Networks that are marked metered or unmetered by name, whatever the machine says of them (linux.md §A.4). A name is
// a connection's, an SSID or an interface. The .cpp also has the names and requests of stint/network.hpp.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "stint/result.hpp"

namespace stint {

/// A person's marks (`stint net mark`); true: metered.
using NetworkMarks = std::map<std::string, bool, std::less<>>;

/// A policy file's mark.
struct NetworkRule {
    bool metered = false;
    std::string origin; ///< "FILE:LINE"

    bool operator==(const NetworkRule&) const = default;
};
using NetworkRules = std::map<std::string, NetworkRule, std::less<>>;

/// IllegalArgument for a name that no network has: empty, unprintable, or longer than 256 bytes.
Result<void> checkNetworkName(std::string_view name);
/// true for "metered", false for "unmetered"; nullopt for "auto": no mark. IllegalArgument for any other word.
Result<std::optional<bool>> meteredNamed(std::string_view word);

} // namespace stint
