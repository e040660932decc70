#include "stintd/device/network_manager.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace stint {
namespace {

using services::Properties;
using services::Service;
using Paths = std::vector<std::string>;

constexpr const char* managerName = "org.freedesktop.NetworkManager";
constexpr const char* managerPath = "/org/freedesktop/NetworkManager";
constexpr const char* connectionInterface = "org.freedesktop.NetworkManager.Connection.Active";
constexpr const char* deviceInterface = "org.freedesktop.NetworkManager.Device";
constexpr const char* wiredInterface = "org.freedesktop.NetworkManager.Device.Wired";
constexpr const char* accessPointInterface = "org.freedesktop.NetworkManager.AccessPoint";
constexpr std::string_view accessPoints = "/org/freedesktop/NetworkManager/AccessPoint/";

constexpr std::size_t mostFollowed = 64; ///< connections, and devices of one
constexpr std::uint32_t activated = 2;   ///< a connection's State
constexpr std::uint32_t ethernetDevice = 1;
constexpr Kbps mostKilobits = 1'000'000'000;

struct TypeRow {
    std::string_view type;
    NetworkTransport transport;
};
constexpr std::array types{
    TypeRow{"802-3-ethernet", TRANSPORT_ETHERNET},
    TypeRow{"pppoe", TRANSPORT_ETHERNET},
    TypeRow{"adsl", TRANSPORT_ETHERNET},
    TypeRow{"802-11-wireless", TRANSPORT_WIFI},
    TypeRow{"gsm", TRANSPORT_CELLULAR},
    TypeRow{"cdma", TRANSPORT_CELLULAR},
    TypeRow{"bluetooth", TRANSPORT_BLUETOOTH},
    TypeRow{"wireguard", TRANSPORT_VPN},
    TypeRow{"ip-tunnel", TRANSPORT_VPN},
    TypeRow{"tun", TRANSPORT_VPN},
};

std::optional<NetworkTransport> transportOf(std::string_view type) {
    const auto found = std::ranges::find(types, type, &TypeRow::type);
    return found == types.end() ? std::nullopt : std::optional(found->transport);
}

Metered meteredOf(const Properties& device) {
    const auto said = device.get<std::uint32_t>("Metered").value_or(0);
    return said <= static_cast<std::uint32_t>(Metered::GuessNo) ? static_cast<Metered>(said) : Metered::Unknown;
}

std::string textOf(const Properties& properties, std::string_view name) {
    return properties.get<std::string>(name).value_or("");
}

Paths firstOf(const Properties& properties, std::string_view name) {
    Paths paths = properties.get<Paths>(name).value_or(Paths());
    if (paths.size() > mostFollowed) paths.resize(mostFollowed);
    return paths;
}

/// Follows the new ones of `paths`, and drops those that are not in it any more.
template <class Followed> void followAll(Service& service, std::map<std::string, Followed>& all, const Paths& paths) {
    std::erase_if(all, [&paths](const auto& one) { return std::ranges::find(paths, one.first) == paths.end(); });
    for (const std::string& path : paths)
        all.try_emplace(path, service, path);
}

bool isVpn(const Properties& connection) { return connection.get<bool>("Vpn").value_or(false); }

} // namespace

NetworkManager::Connection::Connection(Service& service, const std::string& path)
    : properties(service, path, connectionInterface) {}

NetworkManager::Device::Device(Service& service, const std::string& path)
    : properties(service, path, deviceInterface) {}

NetworkManager::NetworkManager(services::Bus& system, std::function<void()> changed)
    : changed_(std::move(changed)),
      service_(system, managerName, Service::Start::No, [this] { NetworkManager::changed(); }),
      root_(service_, managerPath, managerName) {}

void NetworkManager::changed() {
    if (service_.isThere() && root_.areKnown()) {
        followConnections();
        followDevices();
        if (!service_.isAsking()) says_ = read();
    } else if (!service_.isThere()) { // the next owner has other objects
        connections_.clear();
        devices_.clear();
        says_.reset();
    }
    changed_();
}

void NetworkManager::followConnections() {
    followAll(service_, connections_, firstOf(root_, "ActiveConnections"));
    for (auto& [path, connection] : connections_) {
        const std::string chosen = textOf(connection.properties, "SpecificObject");
        if (!chosen.starts_with(accessPoints))
            connection.accessPoint.reset();
        else if (!connection.accessPoint || connection.accessPoint->path() != chosen)
            connection.accessPoint =
                std::make_unique<Properties>(service_, chosen, accessPointInterface, Properties::Read::Once);
    }
}

void NetworkManager::followDevices() {
    Paths paths;
    for (const auto& [path, connection] : connections_)
        std::ranges::copy(firstOf(connection.properties, "Devices"), std::back_inserter(paths));
    followAll(service_, devices_, paths);
    for (auto& [path, device] : devices_)
        if (!device.wired && device.properties.get<std::uint32_t>("DeviceType") == ethernetDevice)
            device.wired = std::make_unique<Properties>(service_, path, wiredInterface);
}

Management NetworkManager::read() const {
    Management all{.links = {},
                   .connectivity = static_cast<Connectivity>(root_.get<std::uint32_t>("Connectivity").value_or(0)),
                   .checks = root_.get<bool>("ConnectivityCheckEnabled").value_or(false)};
    const std::string primary = textOf(root_, "PrimaryConnection");
    for (const auto& [path, connection] : connections_)
        if (connection.properties.get<std::uint32_t>("State") == activated) add(connection, path == primary, all);
    return all;
}

void NetworkManager::add(const Connection& connection, bool isPrimary, Management& all) const {
    const std::string id = textOf(connection.properties, "Id"), type = textOf(connection.properties, "Type");
    if (type == "loopback") return;
    // A plug-in's VPN names the device beneath it; its own interface, if any, has a connection of its own.
    if (isVpn(connection.properties) && type != "wireguard") {
        if (isPrimary) all.vpn = id;
        return;
    }
    for (const std::string& path : firstOf(connection.properties, "Devices")) {
        const auto found = devices_.find(path);
        if (found == devices_.end() || !found->second.properties.areKnown()) continue;
        const Properties& device = found->second.properties;
        ManagedLink link{.interface = textOf(device, "IpInterface"),
                         .connection = id,
                         .ssid = {},
                         .transport = transportOf(type),
                         .metered = meteredOf(device),
                         .isPrimary = isPrimary};
        if (link.interface.empty()) link.interface = textOf(device, "Interface");
        if (connection.accessPoint) {
            link.ssid = textOf(*connection.accessPoint, "Ssid");
            link.rate = connection.accessPoint->get<std::uint32_t>("MaxBitrate").value_or(0);
        } else if (found->second.wired) {
            link.rate = Kbps{found->second.wired->get<std::uint32_t>("Speed").value_or(0)} * 1000;
        }
        if (link.rate > mostKilobits) link.rate = 0; // the driver does not know
        all.links.push_back(std::move(link));
    }
}

} // namespace stint
