#include "contract/model/network.hpp"

#include <array>

#include "base/result/errors.hpp"
#include "base/result/values.hpp"
#include "base/text/printable.hpp"
#include "stint/network.hpp"

namespace stint {
namespace {

constexpr std::size_t longestNetworkName = 256; ///< an SSID has 32, an interface 15; a connection's is a person's

} // namespace

Result<void> checkNetworkName(std::string_view name) {
    if (!name.empty() && name.size() <= longestNetworkName && name == printable(name)) return {};
    return fail(Errc::ILLEGAL_ARGUMENT,
                "\"{}\" is not a network's name; write a connection, an SSID or an interface, of at most {} bytes",
                printable(name.substr(0, longestNetworkName)), longestNetworkName);
}

Result<std::optional<bool>> meteredNamed(std::string_view word) {
    if (word == "auto") return std::optional<bool>();
    if (word == "metered" || word == "unmetered") return std::optional(word == "metered");
    return fail(Errc::ILLEGAL_ARGUMENT, "a network cannot be \"{}\"; it is metered, unmetered or auto",
                printable(word));
}

namespace {

template <class E> struct Named {
    E value;
    std::string_view name;
};

using Capability = Named<NetworkCapability>;
using Transport = Named<NetworkTransport>;

// jobs.md §1.3: the capabilities and transports Stint knows.
// clang-format off
constexpr std::array capabilities{
    Capability{NET_CAPABILITY_NOT_METERED,            "NOT_METERED"},
    Capability{NET_CAPABILITY_INTERNET,              "INTERNET"},
    Capability{NET_CAPABILITY_NOT_RESTRICTED,         "NOT_RESTRICTED"},
    Capability{NET_CAPABILITY_TRUSTED,               "TRUSTED"},
    Capability{NET_CAPABILITY_NOT_VPN,                "NOT_VPN"},
    Capability{NET_CAPABILITY_VALIDATED,             "VALIDATED"},
    Capability{NET_CAPABILITY_CAPTIVE_PORTAL,         "CAPTIVE_PORTAL"},
    Capability{NET_CAPABILITY_NOT_ROAMING,            "NOT_ROAMING"},
    Capability{NET_CAPABILITY_NOT_CONGESTED,          "NOT_CONGESTED"},
    Capability{NET_CAPABILITY_NOT_SUSPENDED,          "NOT_SUSPENDED"},
    Capability{NET_CAPABILITY_TEMPORARILY_NOT_METERED, "TEMPORARILY_NOT_METERED"},
};
constexpr std::array transports{
    Transport{TRANSPORT_CELLULAR,  "CELLULAR"},
    Transport{TRANSPORT_WIFI,      "WIFI"},
    Transport{TRANSPORT_BLUETOOTH, "BLUETOOTH"},
    Transport{TRANSPORT_ETHERNET,  "ETHERNET"},
    Transport{TRANSPORT_VPN,       "VPN"},
    Transport{TRANSPORT_USB,       "USB"},
    Transport{TRANSPORT_LOOPBACK,  "LOOPBACK"},
};
// clang-format on

template <class E, std::size_t n> std::string_view nameIn(const std::array<Named<E>, n>& table, E value) {
    for (const auto& row : table)
        if (row.value == value) return row.name;
    return {};
}

template <class E, std::size_t n>
std::optional<E> valueIn(const std::array<Named<E>, n>& table, std::string_view name) {
    for (const auto& row : table)
        if (row.name == name) return row.value;
    return std::nullopt;
}

} // namespace

std::string_view nameOf(NetworkCapability capability) { return nameIn(capabilities, capability); }

std::string_view nameOf(NetworkTransport transport) { return nameIn(transports, transport); }

std::optional<NetworkCapability> capabilityNamed(std::string_view name) { return valueIn(capabilities, name); }

std::optional<NetworkTransport> transportNamed(std::string_view name) { return valueIn(transports, name); }

struct NetworkRequest::Values {
    std::set<NetworkCapability> capabilities;
    std::set<NetworkTransport> transports;
    std::optional<std::string> specifier;
    auto operator<=>(const Values&) const = default;
};

const std::set<NetworkCapability>& NetworkRequest::getCapabilities() const { return valuesOf(values_).capabilities; }
const std::set<NetworkTransport>& NetworkRequest::getTransportTypes() const { return valuesOf(values_).transports; }
const std::optional<std::string>& NetworkRequest::getNetworkSpecifier() const { return valuesOf(values_).specifier; }

std::strong_ordering NetworkRequest::operator<=>(const NetworkRequest& other) const {
    return values_ == other.values_ ? std::strong_ordering::equal : valuesOf(values_) <=> valuesOf(other.values_);
}

bool NetworkRequest::operator==(const NetworkRequest& other) const {
    return values_ == other.values_ || valuesOf(values_) == valuesOf(other.values_);
}

// jobs.md §1.5: what a request starts with.
NetworkRequest::Builder::Builder() {
    ownValues(request_.values_).capabilities = {NET_CAPABILITY_NOT_RESTRICTED, NET_CAPABILITY_TRUSTED,
                                                NET_CAPABILITY_NOT_VPN};
}

NetworkRequest::Builder& NetworkRequest::Builder::addCapability(NetworkCapability capability) {
    ownValues(request_.values_).capabilities.insert(capability);
    return *this;
}

NetworkRequest::Builder& NetworkRequest::Builder::removeCapability(NetworkCapability capability) {
    ownValues(request_.values_).capabilities.erase(capability);
    return *this;
}

NetworkRequest::Builder& NetworkRequest::Builder::clearCapabilities() {
    ownValues(request_.values_).capabilities.clear();
    return *this;
}

NetworkRequest::Builder& NetworkRequest::Builder::addTransportType(NetworkTransport transport) {
    ownValues(request_.values_).transports.insert(transport);
    return *this;
}

NetworkRequest::Builder& NetworkRequest::Builder::setNetworkSpecifier(std::string specifier) {
    ownValues(request_.values_).specifier = std::move(specifier);
    return *this;
}

RequestedNetwork RequestedNetwork::of(const NetworkRequest& request) {
    return {request.getCapabilities(), request.getTransportTypes(), request.getNetworkSpecifier()};
}

NetworkRequest RequestedNetwork::made() const {
    NetworkRequest::Builder builder;
    builder.clearCapabilities();
    for (const NetworkCapability capability : capabilities)
        builder.addCapability(capability);
    for (const NetworkTransport transport : transports)
        builder.addTransportType(transport);
    if (specifier) builder.setNetworkSpecifier(*specifier);
    return builder.build();
}

} // namespace stint
