// The networks that a machine has, and which of them is the one that jobs and limits go by (linux.md §A.4). Pure.
//
// The kernel says which link carries the traffic: it is right at once when a carrier is lost, and knows what no network
// manager manages. NetworkManager says what a link is: its name, what it costs, and whether the internet is behind it.
// Over what it costs stands a person's mark, or else the policy's word.
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

/// An interface as the kernel has it; loopback is none.
struct KernelLink {
    std::string interface;
    NetworkTransport transport = TRANSPORT_ETHERNET;
    bool looksMetered = false;         ///< a modem, or a phone
    bool isInner = false;              ///< made for this machine's own guests: an address on it leads nowhere else
    bool runs = false;                 ///< up, with a carrier
    bool hasAddress = false;           ///< one that is known beyond the link
    std::optional<std::uint64_t> rank; ///< of its default route, the best has the lowest; nullopt: it has none
    Kbps rate = 0;

    bool operator==(const KernelLink&) const = default;
};

/// An interface as NetworkManager has it.
struct ManagedLink {
    std::string interface;
    std::string connection; ///< "Pixel hotspot"
    std::string ssid;
    std::optional<NetworkTransport> transport; ///< nullopt: as the kernel has it
    Metered metered = Metered::Unknown;
    Kbps rate = 0;
    bool isPrimary = false;
    bool isPast = false; ///< what was said before: it holds for names and for what is metered

    bool operator==(const ManagedLink&) const = default;
};

struct Management {
    std::vector<ManagedLink> links;
    Connectivity connectivity = Connectivity::Unknown;
    bool checks = false;            ///< it asks a server; else `connectivity` is full wherever there is a route
    std::optional<std::string> vpn; ///< the name of the VPN that is primary, where it has no interface of its own
    bool isGone = false;            ///< nobody is there: all links are past

    bool operator==(const Management&) const = default;
};

/// Who says whether a network is metered: a person.
inline constexpr const char* markWord = "a mark";
/// A policy file does: "policy /etc/stint/policy.toml:7".
std::string policyWord(const NetworkRule& rule);

/// A line of `stint net`.
struct NetworkSeen {
    std::string name; ///< of the connection, else the SSID, else the interface
    std::string interface;
    std::string ssid;
    std::string transport; ///< "wifi"
    bool metered = false;
    std::string by;       ///< who says whether it is metered
    bool inUse = false;   ///< it is the device's network
    bool carries = false; ///< it carries that one, which is a tunnel

    bool operator==(const NetworkSeen&) const = default;
};

struct NetworkPicture {
    std::optional<Network> network;
    std::string name;              ///< of the network
    std::string meteredBy;         ///< who says so
    bool byManager = false;        ///< NetworkManager knows the link
    bool guessesInternet = false;  ///< nobody has asked a server
    std::vector<NetworkSeen> seen; ///< the one in use first

    bool operator==(const NetworkPicture&) const = default;
};

/// `kernel`: nullopt where it cannot be asked; then NetworkManager alone is believed. `isRoaming`: a modem says so.
NetworkPicture pictureOf(const std::optional<std::vector<KernelLink>>& kernel, const std::optional<Management>& manager,
                         bool isRoaming, const NetworkMarks& marks, const NetworkRules& rules = {});

/// What is left of a manager's word while it is gone, or starts anew: of links that still carry.
Management remembered(const Management& before, const std::optional<Management>& now,
                      const std::optional<std::vector<KernelLink>>& kernel);

} // namespace stint
