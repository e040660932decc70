// Alarms and messages on their way to receivers (limits.md §7.3, §8.5): a process that hosts the receiver is called, or
// one is started for it as for a service.
#include <algorithm>

#include <fmt/format.h>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "stintd/daemon/hosts.hpp"
#include "stintd/daemon/log.hpp"

namespace stint {
namespace {

/// The receiver's name in the call. An empty one means the manifest's only receiver (limits.md §7).
std::string& receiverIn(std::variant<DeliverAlarm, DeliverMessage>& call) {
    return std::visit(Overloaded{[](DeliverAlarm& alarm) -> std::string& { return alarm.alarm.receiver; },
                                 [](DeliverMessage& message) -> std::string& { return message.message.receiver; }},
                      call);
}

const Receiver* declared(const Manifest* manifest, const std::string& name) {
    if (!manifest) return nullptr;
    const auto& receivers = manifest->receivers;
    if (name.empty()) return receivers.size() == 1 ? &receivers.begin()->second : nullptr;
    return findIn(receivers, name);
}

} // namespace

void Hosts::deliver(const DeliverAlarm& alarm, Patience patience) {
    patience_ = patience;
    take(alarm.delivery, {.app = alarm.alarm.app, .call = alarm});
}

void Hosts::deliver(const DeliverMessage& message, Patience patience) {
    patience_ = patience;
    take(message.delivery, {.app = message.message.app, .call = message});
}

void Hosts::take(std::uint64_t delivery, Delivery parcel) {
    std::string& name = receiverIn(parcel.call);
    const Receiver* receiver = declared(registry_.find(parcel.app.name), name);
    if (receiver) name = receiver->name;
    deliveries_.insert_or_assign(delivery, std::move(parcel));
    if (!receiver) return lose({delivery}, "the receiver is not declared any more");
    place(delivery);
}

void Hosts::place(std::uint64_t delivery) {
    const auto found = deliveries_.find(delivery);
    if (found == deliveries_.end()) return; // it was given up while it waited
    const AppId app = found->second.app;
    const Component component{Component::Kind::Receiver, receiverIn(found->second.call)};
    if (const auto host = hostFor(app, component)) return hand(delivery, *host, hosts_.at(*host));
    if (Launch* launch = launchFor(app, component)) {
        launch->deliveries.insert(delivery);
        return;
    }
    if (mustWait(app, component, std::nullopt)) {
        afterDeath_.emplace_back(delivery);
        return;
    }
    const Receiver* receiver = declared(registry_.find(app.name), component.name);
    if (!receiver) return lose({delivery}, "the receiver is not declared any more");
    auto started = start(app, component, receiver->command, Share{});
    if (!started) return lose({delivery}, started.error().message);
    (*started)->deliveries.insert(delivery);
}

void Hosts::hand(std::uint64_t delivery, ConnectionId connection, Host& host) {
    Delivery& parcel = deliveries_.at(delivery);
    STINT_CHECK(!parcel.at); // a delivery is handed over once
    STINT_CHECK(parcel.app == host.app);
    parcel.at = connection;
    parcel.handed = patience_.now;
    host.deliveries.insert(delivery);
    if (host.process) launches_.at(*host.process).deliveries.insert(delivery);
    std::visit(Overloaded{[&](const DeliverAlarm& alarm) { server_.callAlarm(connection, alarm); },
                          [&](const DeliverMessage& message) { server_.callMessage(connection, message); }},
               parcel.call);
}

void Hosts::handWaiting(Launch& launch, Host& host) {
    const std::set<std::uint64_t> deliveries = launch.deliveries;
    for (const std::uint64_t delivery : deliveries)
        if (!deliveries_.at(delivery).at) hand(delivery, launch.connection, host);
}

void Hosts::delivered(std::uint64_t delivery) {
    const auto found = deliveries_.extract(delivery);
    if (found.empty() || !found.mapped().at) return;
    const ConnectionId connection = *found.mapped().at;
    const auto host = hosts_.find(connection);
    if (host == hosts_.end()) return;
    host->second.deliveries.erase(delivery);
    if (host->second.process) launches_.at(*host->second.process).deliveries.erase(delivery);
    letGoIfIdle(connection, host->second);
}

void Hosts::lose(std::set<std::uint64_t> deliveries, std::string_view why) {
    for (const std::uint64_t delivery : deliveries) {
        auto found = deliveries_.extract(delivery);
        if (found.empty()) continue;
        Delivery& parcel = found.mapped();
        if (mayLogOf(parcel.app.name.str(), patience_.now))
            logWarning(fmt::format("receiver {} of {} has not taken delivery {}: {}", receiverIn(parcel.call),
                                   parcel.app.name, delivery, why));
        // News of a registration is told again; a message that was lost so is not.
        const auto* const message = std::get_if<DeliverMessage>(&parcel.call);
        arrived_(DeliveryEnded{parcel.app, delivery, !(message && message->news)});
    }
}

bool Hosts::isSilent(const Host& host) const {
    return std::ranges::any_of(host.deliveries, [this](std::uint64_t delivery) {
        return deliveries_.at(delivery).handed + patience_.longest < patience_.now;
    });
}

bool Hosts::isAfterDeath(std::uint64_t delivery) const {
    return std::ranges::any_of(afterDeath_, [delivery](const auto& waiting) {
        const std::uint64_t* other = std::get_if<std::uint64_t>(&waiting);
        return other && *other == delivery;
    });
}

} // namespace stint
