// Networks, and a job's requests for one (jobs.md §1.3).
#pragma once
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "stint/export.hpp"
#include "stint/units.hpp"

namespace stint {

/// The capabilities of networks. The numbers are Android's and are never changed.
enum class NetworkCapability : std::uint8_t {
    NET_CAPABILITY_NOT_METERED = 11,
    NET_CAPABILITY_INTERNET = 12,
    NET_CAPABILITY_NOT_RESTRICTED = 13,
    NET_CAPABILITY_TRUSTED = 14,
    NET_CAPABILITY_NOT_VPN = 15,
    NET_CAPABILITY_VALIDATED = 16,
    NET_CAPABILITY_CAPTIVE_PORTAL = 17,
    NET_CAPABILITY_NOT_ROAMING = 18,
    NET_CAPABILITY_NOT_CONGESTED = 20,
    NET_CAPABILITY_NOT_SUSPENDED = 21,
    NET_CAPABILITY_TEMPORARILY_NOT_METERED = 25,
};
using enum NetworkCapability;

/// The carriers of networks. The numbers are Android's; Loopback is ours, for tests.
enum class NetworkTransport : std::uint8_t {
    TRANSPORT_CELLULAR = 0,
    TRANSPORT_WIFI = 1,
    TRANSPORT_BLUETOOTH = 2,
    TRANSPORT_ETHERNET = 3,
    TRANSPORT_VPN = 4,
    TRANSPORT_USB = 8,
    TRANSPORT_LOOPBACK = 100,
};
using enum NetworkTransport;

/// The documentation's names: "NOT_METERED", "WIFI". Empty for an unknown number.
STINT_API std::string_view nameOf(NetworkCapability);
STINT_API std::string_view nameOf(NetworkTransport);
STINT_API std::optional<NetworkCapability> capabilityNamed(std::string_view name);
STINT_API std::optional<NetworkTransport> transportNamed(std::string_view name);

/// A job's request for a network, which must have all of the capabilities, and one of the transports (none named: any).
/// May grow (decision 17).
class STINT_API NetworkRequest {
public:
    class Builder;

    const std::set<NetworkCapability>& getCapabilities() const;
    const std::set<NetworkTransport>& getTransportTypes() const;
    /// The name of one particular network, for instance an SSID. A persisted job may not have one (jobs.md V8).
    const std::optional<std::string>& getNetworkSpecifier() const;

    std::strong_ordering operator<=>(const NetworkRequest&) const;
    bool operator==(const NetworkRequest&) const;

private:
    struct Values;
    std::shared_ptr<const Values> values_;
};

/// Starts with NOT_RESTRICTED, TRUSTED and NOT_VPN (jobs.md §1.5).
class STINT_API NetworkRequest::Builder {
public:
    Builder();
    Builder& addCapability(NetworkCapability);
    Builder& removeCapability(NetworkCapability);
    Builder& clearCapabilities();
    Builder& addTransportType(NetworkTransport);
    Builder& setNetworkSpecifier(std::string specifier);
    NetworkRequest build() const { return request_; }

private:
    NetworkRequest request_;
};

/// A network as a running job is given it, at its start and by onNetworkChanged. It gets no further fields: more about
/// a job's network would be a getter of JobParameters (decision 17).
struct Network {
    std::set<NetworkCapability> capabilities;
    std::set<NetworkTransport> transports;
    Kbps downstream = 0;   ///< 0: unknown
    Kbps upstream = 0;     ///< 0: unknown
    std::string interface; ///< "wlan0"; empty if unknown

    bool has(NetworkCapability c) const { return capabilities.contains(c); }
    bool operator==(const Network&) const = default;
};

} // namespace stint
