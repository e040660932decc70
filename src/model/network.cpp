#include "stint/network.hpp"

#include <array>

namespace stint {

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
    Capability{NetworkCapability::NotMetered,            "NOT_METERED"},
    Capability{NetworkCapability::Internet,              "INTERNET"},
    Capability{NetworkCapability::NotRestricted,         "NOT_RESTRICTED"},
    Capability{NetworkCapability::Trusted,               "TRUSTED"},
    Capability{NetworkCapability::NotVpn,                "NOT_VPN"},
    Capability{NetworkCapability::Validated,             "VALIDATED"},
    Capability{NetworkCapability::CaptivePortal,         "CAPTIVE_PORTAL"},
    Capability{NetworkCapability::NotRoaming,            "NOT_ROAMING"},
    Capability{NetworkCapability::NotCongested,          "NOT_CONGESTED"},
    Capability{NetworkCapability::NotSuspended,          "NOT_SUSPENDED"},
    Capability{NetworkCapability::TemporarilyNotMetered, "TEMPORARILY_NOT_METERED"},
};
constexpr std::array transports{
    Transport{NetworkTransport::Cellular,  "CELLULAR"},
    Transport{NetworkTransport::Wifi,      "WIFI"},
    Transport{NetworkTransport::Bluetooth, "BLUETOOTH"},
    Transport{NetworkTransport::Ethernet,  "ETHERNET"},
    Transport{NetworkTransport::Vpn,       "VPN"},
    Transport{NetworkTransport::Usb,       "USB"},
    Transport{NetworkTransport::Loopback,  "LOOPBACK"},
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

// jobs.md §1.5: what a request starts with.
NetworkRequest::Builder::Builder() {
    request_.capabilities_ = {NetworkCapability::NotRestricted, NetworkCapability::Trusted, NetworkCapability::NotVpn};
}

NetworkRequest::Builder& NetworkRequest::Builder::addCapability(NetworkCapability capability) {
    request_.capabilities_.insert(capability);
    return *this;
}

NetworkRequest::Builder& NetworkRequest::Builder::removeCapability(NetworkCapability capability) {
    request_.capabilities_.erase(capability);
    return *this;
}

NetworkRequest::Builder& NetworkRequest::Builder::clearCapabilities() {
    request_.capabilities_.clear();
    return *this;
}

NetworkRequest::Builder& NetworkRequest::Builder::addTransportType(NetworkTransport transport) {
    request_.transports_.insert(transport);
    return *this;
}

NetworkRequest::Builder& NetworkRequest::Builder::setNetworkSpecifier(std::string specifier) {
    request_.specifier_ = std::move(specifier);
    return *this;
}

} // namespace stint
