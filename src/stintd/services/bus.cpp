#include "stintd/services/bus.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "base/result/errors.hpp"
#include "base/unix/event_source.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/reader.hpp"

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
        const std::string address = variable("DBUS_SYSTEM_BUS_ADDRESS");
        return address.empty() ? "unix:path=/run/dbus/system_bus_socket" : address;
    }
    const std::string address = variable("DBUS_SESSION_BUS_ADDRESS"), runtime = variable("XDG_RUNTIME_DIR");
    return !address.empty() || runtime.empty() ? address : "unix:path=" + runtime + "/bus";
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

namespace {

using wire::busName;
using wire::busPath;

template <class T> T& itself(void* self) { return *static_cast<T*>(self); }

} // namespace

Service::Service(Bus& bus, std::string name, Start start, std::function<void()> changed)
    : home_(bus), name_(std::move(name)), start_(start), changed_(std::move(changed)) {
    home_.follow(*this);
}

Service::~Service() { home_.unfollow(*this); }

bool Service::isAsking() const {
    if (!bus_) return home_.isAsking();
    return ownerCall_ || startCall_ ||
           std::ranges::any_of(followed_, [](const Followed* followed) { return followed->isAsking(); });
}

void Service::connected(sd_bus* bus) {
    bus_ = bus;
    const auto rule = wire::ownerChanges(fmt::format("arg0='{}'", name_));
    sd_bus_slot* slot = nullptr;
    sd_bus_add_match_async(bus, &slot, rule.c_str(), ownerChanged, nullptr, this);
    ownerWatch_.reset(slot);
    // Asked after the watch is set, so that no change is missed between the two.
    wire::askOwner(bus, ownerCall_, name_, ownerTold, this);
}

void Service::disconnected() {
    for (wire::Slot* slot : {&ownerWatch_, &ownerCall_, &startCall_})
        slot->reset();
    setOwner({});
    bus_ = nullptr;
}

void Service::setOwner(std::string owner) {
    if (owner == owner_) return;
    if (isThere())
        for (Followed* followed : std::vector(followed_))
            followed->end();
    owner_ = std::move(owner);
    if (isThere()) {
        failure_.reset();
        for (Followed* followed : std::vector(followed_))
            followed->begin();
    }
    changed_();
}

int Service::ownerTold(sd_bus_message* answer, void* self, sd_bus_error*) {
    Service& service = itself<Service>(self);
    STINT_CHECK(service.ownerCall_); // only a question is answered
    const wire::Slot ended = std::move(service.ownerCall_);
    if (auto owner = wire::ownerIn(answer); !owner.empty()) {
        service.setOwner(std::move(owner));
    } else if (service.start_ == Start::Yes) {
        service.start();
    }
    return 0;
}

// The watch reports its owner.
void Service::start() {
    if (!bus_ || ownerCall_ || startCall_ || isThere()) return;
    sd_bus_slot* slot = nullptr;
    sd_bus_call_method_async(bus_, &slot, busName, busPath, busName, "StartServiceByName", started, this, "su",
                             name_.c_str(), 0U);
    startCall_.reset(slot);
}

int Service::started(sd_bus_message* answer, void* self, sd_bus_error*) {
    Service& service = itself<Service>(self);
    STINT_CHECK(service.startCall_);
    const wire::Slot ended = std::move(service.startCall_);
    const auto message = wire::Message::sharing(answer);
    if (service.isThere()) return 0;
    if (message.isError()) {
        const bool unknown = sd_bus_error_has_name(sd_bus_message_get_error(answer), SD_BUS_ERROR_SERVICE_UNKNOWN);
        service.failure_ = Failure{message.error(), !unknown};
    }
    service.changed_(); // isAsking() may be false now
    return 0;
}

int Service::ownerChanged(sd_bus_message* signal, void* self, sd_bus_error*) {
    if (auto change = wire::ownerChangeIn(signal)) itself<Service>(self).setOwner(std::move(change->owner));
    return 0;
}

Followed::Followed(Service& service) : service_(service) { service_.followed_.push_back(this); }

Followed::~Followed() { STINT_CHECK(std::erase(service_.followed_, this) == 1); }

void Followed::beginNow() {
    if (service_.isThere()) begin();
}

Properties::Properties(Service& service, std::string path, std::string interface, Read read)
    : Followed(service), path_(std::move(path)), interface_(std::move(interface)), read_(read) {
    beginNow();
}

void Properties::begin() {
    const auto rule = fmt::format("type='signal',sender='{}',path='{}',interface='org.freedesktop.DBus.Properties',"
                                  "member='PropertiesChanged',arg0='{}'",
                                  owner(), path_, interface_);
    sd_bus_slot* slot = nullptr;
    if (read_ == Read::Always) sd_bus_add_match_async(bus(), &slot, rule.c_str(), heard, nullptr, this);
    signals_.reset(slot);
    ask();
}

void Properties::end() {
    signals_.reset();
    call_.reset();
    values_.clear();
    known_ = false;
}

void Properties::refresh() {
    if (bus() && !owner().empty()) ask();
}

void Properties::ask() {
    STINT_CHECK(bus());
    STINT_CHECK(!owner().empty()); // only a service that is there is asked
    sd_bus_slot* slot = nullptr;
    call_.reset(); // an older answer would come first
    sd_bus_call_method_async(bus(), &slot, owner().c_str(), path_.c_str(), "org.freedesktop.DBus.Properties", "GetAll",
                             onAnswer, this, "s", interface_.c_str());
    call_.reset(slot);
}

std::optional<Properties::Value> Properties::valueIn(sd_bus_message* message) {
    const char* type = nullptr;
    if (sd_bus_message_peek_type(message, nullptr, &type) <= 0 || !type) return std::nullopt;
    const std::string contents(type); // sd-bus reuses its own at the next look
    if (sd_bus_message_enter_container(message, 'v', contents.c_str()) <= 0) return std::nullopt;
    std::optional<Value> value;
    const auto basic = [&]<class T>(T into) {
        if (sd_bus_message_read_basic(message, contents[0], &into) > 0) value = into;
    };
    if (contents == "b") {
        int it = 0; // sd-bus reads a boolean as an int
        if (sd_bus_message_read_basic(message, 'b', &it) > 0) value = it != 0;
    } else if (contents == "i") {
        basic(std::int32_t{});
    } else if (contents == "u") {
        basic(std::uint32_t{});
    } else if (contents == "x") {
        basic(std::int64_t{});
    } else if (contents == "t") {
        basic(std::uint64_t{});
    } else if (contents == "d") {
        basic(double{});
    } else if (contents == "s" || contents == "o") {
        const char* text = nullptr;
        if (sd_bus_message_read_basic(message, contents[0], static_cast<void*>(&text)) > 0) value = std::string(text);
    } else if (contents == "ay") {
        const void* bytes = nullptr;
        std::size_t size = 0;
        if (sd_bus_message_read_array(message, 'y', &bytes, &size) >= 0)
            value = std::string(static_cast<const char*>(bytes), size);
    } else if (contents == "as" || contents == "ao") {
        std::vector<std::string> texts;
        if (sd_bus_message_enter_container(message, 'a', contents.c_str() + 1) > 0) {
            const char* text = nullptr;
            while (sd_bus_message_read_basic(message, contents[1], static_cast<void*>(&text)) > 0)
                texts.emplace_back(text);
            sd_bus_message_exit_container(message);
            value = std::move(texts);
        }
    } else { // other types are of no interest
        sd_bus_message_skip(message, contents.c_str());
    }
    sd_bus_message_exit_container(message);
    return value;
}

Result<void> Properties::take(sd_bus_message* message) {
    const auto shared = wire::Message::sharing(message);
    return wire::Reader(shared).array("{sv}", [&](wire::Reader& entries) {
        return entries.entry("sv", [&](wire::Reader& reader) -> Result<void> {
            std::string name;
            if (auto read = reader.read(name); !read) return read.error();
            if (auto value = valueIn(message)) values_.insert_or_assign(std::move(name), std::move(*value));
            return {};
        });
    });
}

int Properties::onAnswer(sd_bus_message* answer, void* self, sd_bus_error*) {
    Properties& properties = itself<Properties>(self);
    const wire::Slot ended = std::move(properties.call_);
    properties.values_.clear();
    properties.known_ = !sd_bus_message_is_method_error(answer, nullptr) && properties.take(answer).ok();
    properties.changed();
    return 0;
}

int Properties::heard(sd_bus_message* signal, void* self, sd_bus_error*) {
    Properties& properties = itself<Properties>(self);
    const auto message = wire::Message::sharing(signal);
    wire::Reader reader(message);
    std::vector<std::string> unsaid;
    if (const auto interface = reader.string(); !interface || *interface != properties.interface_) return 0;
    if (!properties.take(signal).ok() || !reader.read(unsaid).ok()) return 0;
    if (!unsaid.empty() || !properties.known_) properties.ask();
    properties.changed();
    return 0;
}

Signal::Signal(Service& service, std::string path, std::string interface, std::string member, Heard heard)
    : Followed(service), path_(std::move(path)), interface_(std::move(interface)), member_(std::move(member)),
      heard_(std::move(heard)) {
    beginNow();
}

void Signal::begin() {
    auto rule = fmt::format("type='signal',sender='{}',interface='{}',member='{}'", owner(), interface_, member_);
    if (!path_.empty()) rule += fmt::format(",path='{}'", path_);
    sd_bus_slot* slot = nullptr;
    sd_bus_add_match_async(bus(), &slot, rule.c_str(), arrived, nullptr, this);
    slot_.reset(slot);
}

int Signal::arrived(sd_bus_message* signal, void* self, sd_bus_error*) {
    itself<Signal>(self).heard_(wire::Message::sharing(signal));
    return 0;
}

namespace {

constexpr std::size_t mostSayers = 16; // each has a match for its end

} // namespace

BooleanBroadcast::BooleanBroadcast(Bus& bus, std::string member, std::string interfaceEnd, const char* asking,
                                   std::vector<Question> questions, std::function<void()> changed)
    : home_(bus), member_(std::move(member)), interfaceEnd_(std::move(interfaceEnd)), asking_(asking),
      questions_(std::move(questions)), changed_(std::move(changed)) {
    home_.follow(*this);
}

BooleanBroadcast::~BooleanBroadcast() { home_.unfollow(*this); }

void BooleanBroadcast::connected(sd_bus* bus) {
    bus_ = bus;
    sd_bus_slot* slot = nullptr;
    const auto rule = fmt::format("type='signal',member='{}'", member_);
    sd_bus_add_match_async(bus, &slot, rule.c_str(), arrived, nullptr, this);
    match_.reset(slot);
    for (const Question& question : questions_)
        ask(question);
}

void BooleanBroadcast::disconnected() {
    match_.reset();
    calls_.clear();
    unanswered_ = 0;
    sayers_.clear();
    heard_ = false;
    bus_ = nullptr;
    changed_();
}

void BooleanBroadcast::ask(const Question& question) {
    sd_bus_message* made = nullptr;
    if (sd_bus_message_new_method_call(bus_, &made, question.name, question.path, question.interface, asking_) < 0)
        return;
    sd_bus_message_set_auto_start(made, 0);
    sd_bus_slot* slot = nullptr;
    unanswered_ += sd_bus_call_async(bus_, &slot, made, onAnswer, this, 0) >= 0 ? 1 : 0;
    sd_bus_message_unref(made);
    calls_.emplace_back(slot);
}

void BooleanBroadcast::take(sd_bus_message* message) {
    const char* const sender = sd_bus_message_get_sender(message);
    int says = 0;
    if (!sender || sd_bus_message_read(message, "b", &says) <= 0) return;
    heard_ = true;
    if (!says) {
        if (sayers_.erase(sender) > 0) changed_();
        return;
    }
    if (sayers_.contains(sender) || sayers_.size() >= mostSayers) return;
    const auto rule = wire::ownerChanges(fmt::format("arg0='{}'", sender));
    sd_bus_slot* slot = nullptr;
    sd_bus_add_match_async(bus_, &slot, rule.c_str(), left, nullptr, this);
    sayers_[sender].reset(slot);
    changed_();
}

int BooleanBroadcast::arrived(sd_bus_message* signal, void* self, sd_bus_error*) {
    auto& broadcast = *static_cast<BooleanBroadcast*>(self);
    const char* const interface = sd_bus_message_get_interface(signal);
    if (interface && std::string_view(interface).ends_with(broadcast.interfaceEnd_)) broadcast.take(signal);
    return 0;
}

int BooleanBroadcast::onAnswer(sd_bus_message* answer, void* self, sd_bus_error*) {
    auto& broadcast = *static_cast<BooleanBroadcast*>(self);
    --broadcast.unanswered_;
    if (!sd_bus_message_is_method_error(answer, nullptr)) broadcast.take(answer);
    return 0;
}

int BooleanBroadcast::left(sd_bus_message* signal, void* self, sd_bus_error*) {
    auto& broadcast = *static_cast<BooleanBroadcast*>(self);
    const auto change = wire::ownerChangeIn(signal);
    if (change && broadcast.sayers_.erase(change->name) > 0) broadcast.changed_();
    return 0;
}

} // namespace stint::services
