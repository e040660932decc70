// The network sensor, and the two services that it follows.
#include "stintd/device/network.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "stintd/device/kernel_links.hpp"
#include "stintd/device/sensor.hpp"

namespace stint {
namespace {

using services::Properties;
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
    const auto word = device.get<std::uint32_t>("Metered").value_or(0);
    return word <= static_cast<std::uint32_t>(Metered::GuessNo) ? static_cast<Metered>(word) : Metered::Unknown;
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
template <class Followed>
void followAll(services::Service& service, std::map<std::string, Followed>& all, const Paths& paths) {
    std::erase_if(all, [&paths](const auto& one) { return std::ranges::find(paths, one.first) == paths.end(); });
    for (const std::string& path : paths)
        all.try_emplace(path, service, path);
}

bool isVpn(const Properties& connection) { return connection.get<bool>("Vpn").value_or(false); }

} // namespace

NetworkManager::Connection::Connection(services::Service& service, const std::string& path)
    : properties(service, path, connectionInterface) {}

NetworkManager::Device::Device(services::Service& service, const std::string& path)
    : properties(service, path, deviceInterface) {}

NetworkManager::NetworkManager(services::Bus& system, std::function<void()> changed)
    : changed_(std::move(changed)),
      service_(system, managerName, services::Service::Start::No, [this] { NetworkManager::changed(); }),
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

namespace {

constexpr const char* modemsName = "org.freedesktop.ModemManager1";
constexpr const char* modemsPath = "/org/freedesktop/ModemManager1";
constexpr const char* objectManager = "org.freedesktop.DBus.ObjectManager";
constexpr const char* registration = "org.freedesktop.ModemManager1.Modem.Modem3gpp";
constexpr std::string_view modemPrefix = "/org/freedesktop/ModemManager1/Modem/";

/// The values of RegistrationState that mean roaming: roaming; for SMS alone; without circuit-switched fallback.
constexpr std::array<std::uint32_t, 3> roamingStates{5, 7, 10};

} // namespace

ModemManager::ModemManager(services::Bus& system, std::function<void()> changed)
    : changed_(std::move(changed)),
      service_(system, modemsName, services::Service::Start::No, [this] { serviceChanged(); }),
      added_(service_, modemsPath, objectManager, "InterfacesAdded", [this](const wire::Message& m) { came(m); }),
      removed_(service_, modemsPath, objectManager, "InterfacesRemoved", [this](const wire::Message& m) { went(m); }) {}

bool ModemManager::isRoaming() const {
    return std::ranges::any_of(modems_, [](const auto& modem) {
        const auto state = modem.second.template get<std::uint32_t>("RegistrationState");
        return state && std::ranges::find(roamingStates, *state) != roamingStates.end();
    });
}

void ModemManager::serviceChanged() {
    if (service_.isThere() != isListed_) {
        isListed_ = service_.isThere();
        modems_.clear();
        listing_.reset();
        service_.call(listing_, modemsPath, objectManager, "GetManagedObjects", listed, this, "");
    }
    changed_();
}

int ModemManager::listed(sd_bus_message* answer, void* self, sd_bus_error*) {
    auto& modems = *static_cast<ModemManager*>(self);
    const wire::Slot ended = std::move(modems.listing_);
    if (sd_bus_message_enter_container(answer, 'a', "{oa{sa{sv}}}") > 0) {
        const char* path = nullptr;
        while (sd_bus_message_enter_container(answer, 'e', "oa{sa{sv}}") > 0) {
            if (sd_bus_message_read(answer, "o", &path) <= 0) break;
            if (std::string_view(path).starts_with(modemPrefix))
                modems.modems_.try_emplace(path, modems.service_, path, registration);
            if (sd_bus_message_skip(answer, "a{sa{sv}}") < 0 || sd_bus_message_exit_container(answer) < 0) break;
        }
    }
    modems.changed_();
    return 0;
}

// A modem gets its interfaces as it wakes: one that was asked before it had this one is asked anew.
void ModemManager::came(const wire::Message& signal) {
    const char* path = nullptr;
    if (sd_bus_message_read(signal.get(), "o", &path) <= 0 || !std::string_view(path).starts_with(modemPrefix)) return;
    modems_.erase(path);
    modems_.try_emplace(path, service_, path, registration);
}

void ModemManager::went(const wire::Message& signal) {
    const char *path = nullptr, *interface = nullptr;
    if (sd_bus_message_read(signal.get(), "o", &path) <= 0) return;
    if (sd_bus_message_enter_container(signal.get(), 'a', "s") <= 0) return;
    bool gone = false;
    while (sd_bus_message_read(signal.get(), "s", &interface) > 0)
        gone |= std::string_view(interface) == registration;
    if (gone && modems_.erase(path) > 0) changed_();
}

namespace {

constexpr std::string_view managerWord = "NetworkManager", kernelWordOfNetwork = "netlink";

/// Unites the kernel's links, NetworkManager's data on them, a modem's roaming, a person's marks and the policy's
/// rules, by network_links.hpp.
class NetworkSensor final : public Sensor {
public:
    explicit NetworkSensor(const SensorSources& sources)
        : marks_(sources.marks), rules_(sources.rules), kernel_(sources.loop, sources.changed),
          manager_(sources.system, sources.changed), modems_(sources.system, sources.changed) {}

    std::string_view name() const override { return picture_.byManager ? managerWord : kernelWordOfNetwork; }
    std::string_view topic() const override { return "network"; }
    bool isAsking() const override { return manager_.isAsking() || modems_.isAsking(); }
    std::string_view wants() const override { return "the kernel's rtnetlink, or NetworkManager on the system bus"; }

    std::string reads() const override {
        if (!isKnown_) return {};
        std::string text = "the kernel's links and routes (netlink)";
        if (manager_.says()) text += ", NetworkManager on the system bus";
        if (modems_.hasModem()) text += ", ModemManager";
        if (picture_.network && picture_.guessesInternet)
            text += manager_.says() && !manager_.says()->checks
                        ? "; that the internet is there is a guess: NetworkManager checks no connectivity"
                        : "; that the internet is there is a guess: nobody checks connectivity";
        return text;
    }

    std::vector<std::string_view> tell(Device& device) const override {
        look();
        if (!isKnown_) return {};
        device.network = picture_.network;
        if (!device.network) return {"network"};
        return {"network",          "network.transport", "network.metered", "network.roaming",
                "network.internet", "network.validated", "network.down",    "network.up"};
    }

    std::vector<DeviceValue> more(const Device& device) const override {
        if (!picture_.network || !device.network) return {};
        const std::string source(name());
        std::vector<DeviceValue> values{{"network.name", picture_.name, source},
                                        {"network.interface", picture_.network->interface, source},
                                        {"network.metered_by", picture_.meteredBy, source}};
        if (picture_.network->has(NET_CAPABILITY_CAPTIVE_PORTAL))
            values.push_back({"network.captive_portal", "true", source});
        if (picture_.guessesInternet) values.push_back({"network.validated_by", "a guess", source});
        return values;
    }

    std::vector<NetworkSeen> networks() const override { return picture_.seen; }

private:
    /// Asks the kernel alone, which answers at once; the services' last answers are used.
    void look() const {
        const auto& kernel = kernel_.now();
        const auto& word = manager_.says();
        if (!kernel && !word) return;
        // A machine that never had an interface, such as a container, may reach the world in a way that nobody reports.
        if (!isKnown_ && !word && kernel->empty()) return;
        management_ = remembered(management_, word, kernel);
        picture_ = pictureOf(kernel, management_, modems_.isRoaming(), marks_, rules_);
        isKnown_ = true;
    }

    const NetworkMarks& marks_;
    const NetworkRules& rules_;
    mutable KernelLinks kernel_;
    NetworkManager manager_;
    ModemManager modems_;
    // Set by look().
    mutable Management management_;
    mutable NetworkPicture picture_;
    mutable bool isKnown_ = false;
};

} // namespace

std::unique_ptr<Sensor> networkSensor(const SensorSources& sources) { return std::make_unique<NetworkSensor>(sources); }

} // namespace stint
