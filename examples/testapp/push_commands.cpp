#include <iostream>

#include <stint/push_manager.hpp>

#include "commands.hpp"

namespace testapp {
namespace {

std::string orDash(const std::string& text) { return text.empty() ? "-" : text; }

stint::Result<void> pushed(const Arguments& arguments) {
    const std::string what = arguments.words.empty() ? "" : arguments.words[0];
    if (what != "list" && arguments.words.size() != 2) misuse("push wants register NAME, unregister NAME, or list");
    auto connection = stint::Connection::open();
    if (!connection.ok()) return connection.error();
    stint::PushManager manager(*connection);
    if (what == "register") {
        stint::PushRegistration registration(arguments.words[1], arguments.value("receiver").value_or(""));
        registration.setVapid(arguments.value("vapid").value_or("")).setEncrypted(!arguments.has("plain"));
        const auto endpoint = manager.registerForPush(registration);
        if (!endpoint.ok()) return endpoint.error();
        std::cout << "endpoint " << orDash(*endpoint) << "\n";
        return {};
    }
    if (what == "unregister") return manager.unregister(arguments.words[1]);
    if (what != "list") misuse("push registers, unregisters or lists, it does not \"" + what + "\"");
    const auto all = manager.getRegistrations();
    if (!all.ok()) return all.error();
    for (const stint::PushRegistration& each : *all)
        std::cout << each.getName() << " " << orDash(each.getReceiver()) << " " << orDash(each.getEndpoint()) << "\n";
    return {};
}

} // namespace

int push(const Arguments& arguments) {
    const auto done = pushed(arguments);
    return done.ok() ? 0 : complain(done.error());
}

} // namespace testapp
