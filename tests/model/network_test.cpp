// A job's demands on the network (jobs.md §1.3). The shorthand types are tested with contract/rules/validation.
#include "stint/network.hpp"

#include <doctest/doctest.h>

using namespace stint;

namespace {

using Capabilities = std::set<NetworkCapability>;
using Transports = std::set<NetworkTransport>;

} // namespace

TEST_CASE("a network request starts with NOT_RESTRICTED, TRUSTED and NOT_VPN") { // jobs.md §1.5
    CHECK(NetworkRequest::Builder{}.build().getCapabilities() ==
          Capabilities{NET_CAPABILITY_NOT_RESTRICTED, NET_CAPABILITY_TRUSTED, NET_CAPABILITY_NOT_VPN});
    CHECK(NetworkRequest::Builder{}.clearCapabilities().build().getCapabilities().empty());
    auto request = NetworkRequest::Builder{}
                       .addCapability(NET_CAPABILITY_NOT_METERED)
                       .removeCapability(NET_CAPABILITY_NOT_VPN)
                       .addTransportType(TRANSPORT_WIFI)
                       .setNetworkSpecifier("home")
                       .build();
    CHECK(request.getCapabilities() ==
          Capabilities{NET_CAPABILITY_NOT_METERED, NET_CAPABILITY_NOT_RESTRICTED, NET_CAPABILITY_TRUSTED});
    CHECK(request.getTransportTypes() == Transports{TRANSPORT_WIFI});
    CHECK(request.getNetworkSpecifier() == "home");
}

TEST_CASE("every capability and transport is found by its name, and no other is") { // jobs.md §1.3
    for (auto capability :
         {NET_CAPABILITY_NOT_METERED, NET_CAPABILITY_INTERNET, NET_CAPABILITY_NOT_RESTRICTED, NET_CAPABILITY_TRUSTED,
          NET_CAPABILITY_NOT_VPN, NET_CAPABILITY_VALIDATED, NET_CAPABILITY_CAPTIVE_PORTAL, NET_CAPABILITY_NOT_ROAMING,
          NET_CAPABILITY_NOT_CONGESTED, NET_CAPABILITY_NOT_SUSPENDED, NET_CAPABILITY_TEMPORARILY_NOT_METERED}) {
        CHECK_FALSE(nameOf(capability).empty());
        CHECK(capabilityNamed(nameOf(capability)) == capability);
    }
    for (auto transport : {TRANSPORT_CELLULAR, TRANSPORT_WIFI, TRANSPORT_BLUETOOTH, TRANSPORT_ETHERNET, TRANSPORT_VPN,
                           TRANSPORT_USB, TRANSPORT_LOOPBACK}) {
        CHECK_FALSE(nameOf(transport).empty());
        CHECK(transportNamed(nameOf(transport)) == transport);
    }
    CHECK(nameOf(NET_CAPABILITY_NOT_METERED) == "NOT_METERED");
    CHECK(nameOf(TRANSPORT_WIFI) == "WIFI");
    CHECK(capabilityNamed("not_metered") == std::nullopt);
    CHECK(transportNamed("") == std::nullopt);
    CHECK(nameOf(static_cast<NetworkCapability>(99)).empty());
    CHECK(nameOf(static_cast<NetworkTransport>(99)).empty());
}
