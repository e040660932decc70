#include "stintd/services/bus.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/unix/event_source.hpp"

namespace stint::services {
namespace {

constexpr const char* localName = "org.freedesktop.DBus.Local";
constexpr const char* localPath = "/org/freedesktop/DBus/Local";

// Microseconds.
constexpr std::uint64_t shortestPause = 100'000, lasting = 60'000'000;
constexpr unsigned mostTries = 10; // 102 s in all

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value ? value : "";
}

/// The bus's address; empty: unknown.
std::string addressOf(Which which) {
    if (which == Which::System) {
        const std::string told = variable("DBUS_SYSTEM_BUS_ADDRESS");
        return told.empty() ? "unix:path=/run/dbus/system_bus_socket" : told;
    }
    const std::string told = variable("DBUS_SESSION_BUS_ADDRESS"), runtime = variable("XDG_RUNTIME_DIR");
    return !told.empty() || runtime.empty() ? told : "unix:path=" + runtime + "/bus";
}

} // namespace

Bus::~Bus() {
    sd_event_source_disable_unref(again_);
    close();
    sd_event_unref(loop_);
}

void Bus::connect() {
    if (!bus_) open();
}

bool Bus::isAsking() const {
    constexpr std::string_view path = "unix:path=";
    const std::string address = addressOf(which_);
    std::error_code unknown;
    return bus_ && !connected_ && address.starts_with(path) &&
           std::filesystem::exists(address.substr(path.size(), address.find_first_of(",;") - path.size()), unknown);
}

void Bus::open() {
    const std::string address = addressOf(which_);
    sd_bus* made = nullptr;
    if (address.empty() || sd_bus_new(&made) < 0) return;
    bus_.reset(made);
    sd_bus_slot* greeting = nullptr;
    sd_bus_slot* end = nullptr;
    // LINUX: watch_bind waits for the socket to appear, or to be listened on again, by a watch on every directory on
    // the way to it. A system's bus comes late; a session's was there before us, and watching for it would wake an idle
    // machine whenever somebody writes to /tmp.
    const bool begun =
        sd_bus_set_address(made, address.c_str()) >= 0 && sd_bus_set_bus_client(made, true) >= 0 &&
        sd_bus_set_watch_bind(made, which_ == Which::System) >= 0 && sd_bus_set_connected_signal(made, true) >= 0 &&
        sd_bus_set_method_call_timeout(made, UINT64_MAX) >= 0 && // a call without an answer may stay open, without harm
        sd_bus_match_signal(made, &greeting, localName, localPath, localName, "Connected", greeted, this) >= 0 &&
        sd_bus_match_signal(made, &end, localName, localPath, localName, "Disconnected", ended, this) >= 0 &&
        sd_bus_start(made) >= 0 && sd_bus_attach_event(made, loop_, SD_EVENT_PRIORITY_NORMAL) >= 0;
    greeting_.reset(greeting);
    end_.reset(end);
    if (!begun) close();
}

int Bus::greeted(sd_bus_message*, void* self, sd_bus_error*) {
    Bus& bus = *static_cast<Bus*>(self);
    bus.connected_ = true;
    bus.greetedAt_ = loopTime(bus.loop_);
    for (Follower* follower : std::vector(bus.followers_))
        follower->connected(bus.bus_.get());
    return 0;
}

// A bus that ends closes connections before its socket, which may accept us once more. So it is tried again a little
// later, a limited number of times; where the socket is gone, its return is waited for.
int Bus::ended(sd_bus_message*, void* self, sd_bus_error*) {
    Bus& bus = *static_cast<Bus*>(self);
    const std::uint64_t now = loopTime(bus.loop_);
    if (bus.connected_ && now - bus.greetedAt_ > lasting) bus.tries_ = 0;
    bus.connected_ = false;
    for (Follower* follower : std::vector(bus.followers_))
        follower->disconnected();
    if (bus.tries_ == mostTries) return 0;
    const std::uint64_t pause = shortestPause << bus.tries_++;
    sd_event_source_disable_unref(bus.again_);
    bus.again_ = nullptr;
    sd_event_add_time(bus.loop_, &bus.again_, CLOCK_MONOTONIC, now + pause, 0, again, self);
    return 0;
}

int Bus::again(sd_event_source*, std::uint64_t, void* self) {
    Bus& bus = *static_cast<Bus*>(self);
    bus.close();
    bus.open();
    return 0;
}

void Bus::close() {
    greeting_.reset();
    end_.reset();
    bus_.reset();
}

void Bus::follow(Follower& follower) {
    followers_.push_back(&follower);
    if (connected_) follower.connected(bus_.get());
}

void Bus::unfollow(Follower& follower) { std::erase(followers_, &follower); }

} // namespace stint::services
