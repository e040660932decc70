#include "stintd/device/modem_manager.hpp"

#include <algorithm>
#include <array>

namespace stint {
namespace {

using services::Properties;
using services::Service;

constexpr const char* modemsName = "org.freedesktop.ModemManager1";
constexpr const char* modemsPath = "/org/freedesktop/ModemManager1";
constexpr const char* objectManager = "org.freedesktop.DBus.ObjectManager";
constexpr const char* registration = "org.freedesktop.ModemManager1.Modem.Modem3gpp";
constexpr std::string_view modemPrefix = "/org/freedesktop/ModemManager1/Modem/";

/// The values of RegistrationState that mean roaming: roaming; for SMS alone; without circuit-switched fallback.
constexpr std::array<std::uint32_t, 3> roamingStates{5, 7, 10};

} // namespace

ModemManager::ModemManager(services::Bus& system, std::function<void()> changed)
    : changed_(std::move(changed)), service_(system, modemsName, Service::Start::No, [this] { serviceChanged(); }),
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

} // namespace stint
