// What a job may ask of the network (jobs.md §1.3). The shorthand types are tested with rules/validation.
#include "stint/network.hpp"

#include <doctest/doctest.h>

using namespace stint;

namespace {

using Capabilities = std::set<NetworkCapability>;
using Transports = std::set<NetworkTransport>;
using enum NetworkCapability;

} // namespace

TEST_CASE("a network request starts with NOT_RESTRICTED, TRUSTED and NOT_VPN") { // jobs.md §1.5
    CHECK(NetworkRequest::Builder{}.build().getCapabilities() == Capabilities{NotRestricted, Trusted, NotVpn});
    CHECK(NetworkRequest::Builder{}.clearCapabilities().build().getCapabilities().empty());
    auto request = NetworkRequest::Builder{}
                       .addCapability(NotMetered)
                       .removeCapability(NotVpn)
                       .addTransportType(NetworkTransport::Wifi)
                       .setNetworkSpecifier("home")
                       .build();
    CHECK(request.getCapabilities() == Capabilities{NotMetered, NotRestricted, Trusted});
    CHECK(request.getTransportTypes() == Transports{NetworkTransport::Wifi});
    CHECK(request.getNetworkSpecifier() == "home");
}

TEST_CASE("every capability and transport is found by its name, and no other is") { // jobs.md §1.3
    for (auto capability : {NotMetered, Internet, NotRestricted, Trusted, NotVpn, Validated, CaptivePortal, NotRoaming,
                            NotCongested, NotSuspended, TemporarilyNotMetered}) {
        CHECK_FALSE(nameOf(capability).empty());
        CHECK(capabilityNamed(nameOf(capability)) == capability);
    }
    for (auto transport :
         {NetworkTransport::Cellular, NetworkTransport::Wifi, NetworkTransport::Bluetooth, NetworkTransport::Ethernet,
          NetworkTransport::Vpn, NetworkTransport::Usb, NetworkTransport::Loopback}) {
        CHECK_FALSE(nameOf(transport).empty());
        CHECK(transportNamed(nameOf(transport)) == transport);
    }
    CHECK(nameOf(NotMetered) == "NOT_METERED");
    CHECK(nameOf(NetworkTransport::Wifi) == "WIFI");
    CHECK(capabilityNamed("not_metered") == std::nullopt);
    CHECK(transportNamed("") == std::nullopt);
    CHECK(nameOf(static_cast<NetworkCapability>(99)).empty());
    CHECK(nameOf(static_cast<NetworkTransport>(99)).empty());
}
