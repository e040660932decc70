// The kind of a network interface, from the kernel alone (linux.md §A.4, without NetworkManager).
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "stint/network.hpp"

namespace stint {

struct InterfaceKind {
    NetworkTransport transport = NetworkTransport::TRANSPORT_ETHERNET;
    bool looksMetered = false; ///< a modem, or a phone's network: most often paid by the byte
    bool isInner = false;      ///< a bridge to guests, or a dummy

    bool operator==(const InterfaceKind&) const = default;
};

/// `classNet`: /sys/class/net; `driver`: the kernel's name of a virtual interface's kind, such as "wireguard".
InterfaceKind interfaceKind(const std::filesystem::path& classNet, const std::string& name, std::string_view driver);
/// The driver's rate; 0: unknown.
Kbps interfaceRate(const std::filesystem::path& classNet, const std::string& name);

} // namespace stint
