// The network sensor (linux.md §A.4), and the two services that it follows: NetworkManager for the links, ModemManager
// for roaming. The kernel's links are in kernel_links.hpp; all that is known of a link is united in network_links.hpp.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "stintd/device/network_links.hpp"
#include "stintd/services/bus.hpp"

namespace stint {

/// NetworkManager's links (linux.md §A.4). It is followed while it is there, and never started. A Wi-Fi's access point
/// is read once, when a connection has chosen it: its strength changes all the time, and the momentary rate begins low
/// and would wake an idle machine every few seconds.
class NetworkManager {
public:
    NetworkManager(services::Bus& system, std::function<void()> changed);
    NetworkManager(const NetworkManager&) = delete;
    NetworkManager& operator=(const NetworkManager&) = delete;

    bool isAsking() const { return service_.isAsking(); }
    /// Its links when it last had answered all questions; nullopt: it is not there.
    const std::optional<Management>& says() const { return says_; }

private:
    struct Connection {
        Connection(services::Service& service, const std::string& path);
        services::Properties properties;
        std::unique_ptr<services::Properties> accessPoint;
    };
    struct Device {
        Device(services::Service& service, const std::string& path);
        services::Properties properties;
        std::unique_ptr<services::Properties> wired;
    };

    void changed();
    void followConnections();
    void followDevices();
    Management read() const;
    void add(const Connection& connection, bool isPrimary, Management& all) const;

    std::function<void()> changed_;
    services::Service service_;
    services::Properties root_;
    std::map<std::string, Connection> connections_;
    std::map<std::string, Device> devices_;
    std::optional<Management> says_;
};

/// ModemManager's modems (linux.md §A.4). It is followed while it is there, and never started.
class ModemManager {
public:
    ModemManager(services::Bus& system, std::function<void()> changed);
    ModemManager(const ModemManager&) = delete;
    ModemManager& operator=(const ModemManager&) = delete;

    bool isAsking() const { return service_.isAsking() || listing_; }
    /// True if any of its modems is registered with a foreign network.
    bool isRoaming() const;
    bool hasModem() const { return !modems_.empty(); }

private:
    void serviceChanged();
    void came(const wire::Message& signal);
    void went(const wire::Message& signal);
    static int listed(sd_bus_message* answer, void* self, sd_bus_error*);

    std::function<void()> changed_;
    services::Service service_;
    services::Signal added_, removed_;
    std::map<std::string, services::Properties> modems_;
    wire::Slot listing_;
    bool isListed_ = false;
};

} // namespace stint
