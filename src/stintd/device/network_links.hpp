// The machine's networks, and the one of them that jobs and limits go by (linux.md §A.4). Pure.
//
// The kernel says which link carries the traffic: it is right at once when a carrier is lost, and knows links that no
// network manager manages. NetworkManager says what a link is: its name, what it costs, and whether the internet is
// behind it. A person's mark stands over its cost, or else the policy's rule.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/device.hpp"

namespace stint {

/// NetworkManager's numbers.
enum class Metered : std::uint32_t { Unknown = 0, Yes = 1, No = 2, GuessYes = 3, GuessNo = 4 };
enum class Connectivity : std::uint32_t { Unknown = 0, None = 1, Portal = 2, Limited = 3, Full = 4 };

/// An interface by the kernel's data; loopback is none.
struct KernelLink {
    std::string interface;
    NetworkTransport transport = TRANSPORT_ETHERNET;
    bool looksMetered = false;         ///< a modem, or a phone
    bool isInner = false;              ///< for this machine's own guests: an address on it leads nowhere else
    bool runs = false;                 ///< up, with a carrier
    bool hasAddress = false;           ///< one that is valid beyond the link
    std::optional<std::uint64_t> rank; ///< the default route's; the lowest is the best; nullopt: it has none
    Kbps rate = 0;

    bool operator==(const KernelLink&) const = default;
};

/// An interface by NetworkManager's data.
struct ManagedLink {
    std::string interface;
    std::string connection; ///< "Pixel hotspot"
    std::string ssid;
    std::optional<NetworkTransport> transport; ///< nullopt: the kernel's holds
    Metered metered = Metered::Unknown;
    Kbps rate = 0;
    bool isPrimary = false;
    bool isPast = false; ///< an earlier answer: its names and its cost still hold

    bool operator==(const ManagedLink&) const = default;
};

struct Management {
    std::vector<ManagedLink> links;
    Connectivity connectivity = Connectivity::Unknown;
    bool checks = false;            ///< it asks a server; without that `connectivity` is Full wherever there is a route
    std::optional<std::string> vpn; ///< the name of the VPN that is primary, where it has no interface of its own
    bool isGone = false;            ///< NetworkManager is gone: all links are past

    bool operator==(const Management&) const = default;
};

/// NetworkSeen::by, where a person has marked the network.
inline constexpr const char* markWord = "a mark";
/// NetworkSeen::by, where a policy file has a rule: "policy /etc/stint/policy.toml:7".
std::string policyWord(const NetworkRule& rule);

/// A line of `stint net`.
struct NetworkSeen {
    std::string name; ///< the connection's, else the SSID, else the interface
    std::string interface;
    std::string ssid;
    std::string transport; ///< "wifi"
    bool metered = false;
    std::string by;       ///< the source of `metered`
    bool inUse = false;   ///< it is the device's network
    bool carries = false; ///< it carries the device's network, which is a tunnel

    bool operator==(const NetworkSeen&) const = default;
};

struct NetworkPicture {
    std::optional<Network> network;
    std::string name;              ///< the network's
    std::string meteredBy;         ///< the source of its cost
    bool byManager = false;        ///< NetworkManager knows the link
    bool guessesInternet = false;  ///< no server was asked
    std::vector<NetworkSeen> seen; ///< the one in use first

    bool operator==(const NetworkPicture&) const = default;
};

/// Unites what is known of the links. `kernel`: nullopt where it cannot be asked; then NetworkManager alone counts.
/// `isRoaming`: a modem reports it.
NetworkPicture pictureOf(const std::optional<std::vector<KernelLink>>& kernel, const std::optional<Management>& manager,
                         bool isRoaming, const NetworkMarks& marks, const NetworkRules& rules = {});

/// A manager's earlier answers, while it is gone or starts anew, for links that still carry.
Management remembered(const Management& before, const std::optional<Management>& now,
                      const std::optional<std::vector<KernelLink>>& kernel);

} // namespace stint
