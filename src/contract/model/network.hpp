// Networks that are marked metered or unmetered by name, whatever the machine says of them (linux.md §A.4). A name is
// a connection's, an SSID or an interface. And the fields of a network and of a request for one: stint/network.hpp,
// which apps read, has none. The .cpp also has the names and requests of that header.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "stint/network.hpp"
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

inline constexpr auto fieldsOfNetwork = [](auto& field, auto& network) {
    field.knownWords("capabilities", network.capabilities, capabilityNamed); // a newer daemon may know more of them
    field.knownWords("transports", network.transports, transportNamed);
    field("downstream", network.downstream);
    field("upstream", network.upstream);
    field("interface", network.interface);
};

/// A request's values, each by its name. One that is not understood is refused: without it the job would run on the
/// wrong network.
struct RequestedNetwork {
    std::set<NetworkCapability> capabilities;
    std::set<NetworkTransport> transports;
    std::optional<std::string> specifier;

    static RequestedNetwork of(const NetworkRequest& request);
    NetworkRequest made() const;

    static constexpr auto fields = [](auto& field, auto& request) {
        field.words("capabilities", request.capabilities, capabilityNamed);
        field.words("transports", request.transports, transportNamed);
        field("specifier", request.specifier);
    };
};

} // namespace stint
