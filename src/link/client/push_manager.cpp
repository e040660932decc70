#include "stint/push_manager.hpp"

#include "base/result/errors.hpp"
#include "base/result/values.hpp"
#include "link/client/connection.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/names.hpp"

namespace stint {

struct PushRegistration::Values {
    std::string name;
    std::string receiver;
    std::string vapid;
    bool encrypted = true;
    std::string endpoint;
};

PushRegistration::PushRegistration(std::string name, std::string receiver)
    : values_(std::make_shared<const Values>(Values{.name = std::move(name), .receiver = std::move(receiver)})) {}

PushRegistration& PushRegistration::setVapid(std::string key) {
    ownValues(values_).vapid = std::move(key);
    return *this;
}

PushRegistration& PushRegistration::setEncrypted(bool encrypted) {
    ownValues(values_).encrypted = encrypted;
    return *this;
}

const std::string& PushRegistration::getName() const { return valuesOf(values_).name; }
const std::string& PushRegistration::getReceiver() const { return valuesOf(values_).receiver; }
const std::string& PushRegistration::getVapid() const { return valuesOf(values_).vapid; }
bool PushRegistration::isEncrypted() const { return valuesOf(values_).encrypted; }
const std::string& PushRegistration::getEndpoint() const { return valuesOf(values_).endpoint; }

/// Builds what the daemon knows of a registration.
struct PushAccess {
    static PushRegistration make(wire::PushPlace from) {
        PushRegistration registration(std::move(from.name), std::move(from.receiver));
        registration.setVapid(std::move(from.vapid)).setEncrypted(from.encrypted);
        ownValues(registration.values_).endpoint = std::move(from.endpoint);
        return registration;
    }
};

PushManager::PushManager(Connection& connection) : connection_(connection.impl_) {}

Result<std::string> PushManager::registerForPush(const PushRegistration& registration) {
    STINT_TRY(connection_->call(
        wire::appInterface, "RegisterPush",
        [&registration](wire::Writer& writer) {
            writer.string(registration.getName()).string(registration.getReceiver());
            wire::DictionaryWriter options(writer);
            options.put("vapid", registration.getVapid());
            options.put("encrypted", registration.isEncrypted());
        },
        [](wire::Reader&) { return Result<void>(); }));
    for (const PushRegistration& known : STINT_TRY(getRegistrations()))
        if (known.getName() == registration.getName()) return known.getEndpoint();
    return std::string();
}

Result<void> PushManager::unregister(const std::string& name) {
    return connection_->call(
        wire::appInterface, "UnregisterPush", [&name](wire::Writer& writer) { client::noOptions(writer.string(name)); },
        [](wire::Reader&) { return Result<void>(); });
}

Result<std::vector<PushRegistration>> PushManager::getRegistrations() {
    std::vector<PushRegistration> registrations;
    STINT_TRY(connection_->ask(wire::appInterface, "ListPush", client::noOptions,
                               [&registrations](wire::Reader& reader) -> Result<void> {
                                   for (wire::PushPlace& each : STINT_TRY(wire::readRows<wire::PushPlace>(reader)))
                                       registrations.push_back(PushAccess::make(std::move(each)));
                                   return {};
                               }));
    return registrations;
}

} // namespace stint
