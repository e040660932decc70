// Roaming, by ModemManager.
#pragma once
#include <functional>
#include <map>
#include <string>

#include "stintd/services/service.hpp"

namespace stint {

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
