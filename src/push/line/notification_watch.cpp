#include "push/line/notification_watch.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/result/containers.hpp"
#include "base/unix/process.hpp"
#include "link/wire/connect.hpp"

namespace stint::push {

// A change that comes before the answer is older than that.
void Owners::follow(const std::set<std::string>& names) {
    std::erase_if(names_, [&](const auto& known) { return !names.contains(known.first); });
    for (const std::string& name : names) {
        const auto [made, isNew] = names_.try_emplace(name);
        if (!isNew) continue;
        sd_bus_slot* slot = nullptr;
        const auto rule = wire::ownerChanges(fmt::format("arg0='{}'", name));
        if (sd_bus_add_match_async(bus_, &slot, rule.c_str(), changed, nullptr, this) < 0) continue;
        made->second.changes.reset(slot);
        (void)wire::askOwner(bus_, made->second.question, name, answered, &made->second);
    }
}

int Owners::changed(sd_bus_message* signal, void* self, sd_bus_error*) {
    auto& names = static_cast<Owners*>(self)->names_;
    const auto change = wire::ownerChangeIn(signal);
    Name* const name = change ? findIn(names, change->name) : nullptr;
    if (name) name->owner = change->owner;
    return 0;
}

int Owners::answered(sd_bus_message* answer, void* it, sd_bus_error*) {
    auto& name = *static_cast<Name*>(it);
    const wire::Slot ended = std::move(name.question);
    name.owner = wire::ownerIn(answer);
    return 0;
}

std::string Owners::nameOf(const std::string& connection) const {
    for (const auto& [name, known] : names_)
        if (known.owner == connection) return name;
    return {};
}

namespace {

constexpr Duration shortestRest = 1s;
/// Connections at once that own no connector's name, so that nobody's flood reaches the daemon; those that do own one
/// always have a place.
constexpr std::size_t mostStrangers = 16;

constexpr const char* monitoring = "org.freedesktop.DBus.Monitoring";
constexpr const char* freedesktopRule = "type='method_call',interface='org.freedesktop.Notifications',member='Notify'";
constexpr const char* portalRule =
    "type='method_call',interface='org.freedesktop.portal.Notification',member='AddNotification'"; // of sandboxed apps
constexpr const char* gtkRule = "type='method_call',interface='org.gtk.Notifications',member='AddNotification'";

} // namespace

void NotificationWatch::follow(bool watch, const std::set<std::string>& connectors) {
    owners_.follow(watch ? connectors : std::set<std::string>());
    if (std::exchange(isWanted_, watch) == watch) return;
    if (watch) return open();
    again_.clear();
    close();
    tell(false, "");
}

// A monitor may send nothing, so it has a connection of its own.
void NotificationWatch::open() {
    auto opened = wire::openSessionBus(loop_);
    if (!opened.ok()) return tell(false, opened.error().message);
    monitor_ = std::move(opened).value();
    sd_bus_slot* slot = nullptr;
    int result = sd_bus_add_filter(monitor_.get(), &slot, heard, this);
    filter_.reset(std::exchange(slot, nullptr));
    if (result >= 0)
        result =
            sd_bus_call_method_async(monitor_.get(), &slot, wire::busName, wire::busPath, monitoring, "BecomeMonitor",
                                     begun, this, "asu", 3, freedesktopRule, portalRule, gtkRule, 0U);
    beginning_.reset(slot);
    if (result >= 0) return;
    close();
    tell(false, "cannot ask the session bus to be a monitor");
}

void NotificationWatch::close() {
    beginning_.reset();
    filter_.reset();
    monitor_.reset();
}

// A bus that refuses it once refuses it again: nothing is tried anew.
int NotificationWatch::begun(sd_bus_message* answer, void* it, sd_bus_error*) {
    auto& self = *static_cast<NotificationWatch*>(it);
    const wire::Slot ended = std::move(self.beginning_);
    const auto message = wire::Message::sharing(answer);
    if (!message.isError()) {
        self.pause_.reset();
        self.tell(true, "");
        return 0;
    }
    self.close();
    self.tell(false, "the session bus does not let it see notifications: " + message.error().message);
    return 0;
}

// Whatever comes is handled with that: a monitor answers no call.
int NotificationWatch::heard(sd_bus_message* message, void* it, sd_bus_error*) {
    auto& self = *static_cast<NotificationWatch*>(it);
    const char* const sender = sd_bus_message_get_sender(message);
    if (sd_bus_message_is_signal(message, "org.freedesktop.DBus.Local", "Disconnected") > 0)
        self.lost("the session bus has ended the connection that sees notifications");
    else if (sender && self.isOn_ && wire::Message::sharing(message).isCall())
        self.showed(sender);
    return 1;
}

void NotificationWatch::lost(const std::string& why) {
    close();
    tell(false, why);
    again_.set(pause_.next(), [this] { open(); });
}

void NotificationWatch::tell(bool on, const std::string& trouble) {
    if (!std::exchange(isOn_, on) && !on && trouble.empty()) return;
    gate_.watches(on, trouble);
}

void NotificationWatch::showed(const std::string& connection) {
    if (const auto known = showers_.find(connection); known != showers_.end()) {
        known->second.again = true;
        return;
    }
    const bool isStranger = owners_.nameOf(connection).empty();
    if (isStranger && strangers_ >= mostStrangers) return;
    Shower& made = showers_.try_emplace(connection, loop_).first->second;
    made.isStranger = isStranger;
    strangers_ += isStranger ? 1 : 0;
    ask(connection);
}

// The answer comes after all changes of owners that were there when it showed something.
void NotificationWatch::ask(const std::string& connection) {
    showers_.at(connection).rest.set(shortestRest, [this, connection] { rested(connection); });
    visitors_.ask(bus_, connection, [this, connection](const Result<wire::Visitor>& visitor) {
        if (!visitor.ok()) return;
        const auto process = processStat(visitor->pid);
        if (!process || !visitor->pidfd || hasEnded(visitor->pidfd)) return;
        gate_.showed({static_cast<std::uint32_t>(visitor->pid), process->startTime}, owners_.nameOf(connection));
    });
}

void NotificationWatch::rested(const std::string& connection) {
    Shower& shower = showers_.at(connection);
    if (std::exchange(shower.again, false)) return ask(connection);
    strangers_ -= shower.isStranger ? 1 : 0;
    showers_.erase(connection);
}

} // namespace stint::push
