#include "stintd/services/service.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/result/check.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/session_bus.hpp"

namespace stint::services {
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
                             told, this, "s", interface_.c_str());
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

int Properties::told(sd_bus_message* answer, void* self, sd_bus_error*) {
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

} // namespace stint::services
