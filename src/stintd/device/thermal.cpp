// Heat, by the kernel's events.
#include "stintd/device/thermal.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/thermal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/unix/event_source.hpp"
#include "base/unix/fd.hpp"
#include "stintd/device/kernel_words.hpp"
#include "stintd/device/sensor.hpp"

namespace stint {
namespace {

constexpr const char *familyName = "thermal", *groupName = "event";

/// The family in the kernel's answer, where it is the one that was asked for.
std::optional<ThermalFamily> familyBy(const NetlinkAttributes& family) {
    const auto id = family.number<std::uint16_t>(CTRL_ATTR_FAMILY_ID);
    std::optional<std::uint32_t> group;
    const NetlinkAttributes groups(family.at(CTRL_ATTR_MCAST_GROUPS));
    for (const auto& [place, nest] : groups.all()) {
        const NetlinkAttributes one(nest);
        if (one.text(CTRL_ATTR_MCAST_GRP_NAME) == groupName) group = one.number(CTRL_ATTR_MCAST_GRP_ID);
    }
    if (family.text(CTRL_ATTR_FAMILY_NAME) != familyName || !id || !group) return std::nullopt;
    return ThermalFamily{*id, *group};
}

std::optional<ThermalEvent> eventBy(std::uint8_t command, const NetlinkAttributes& attributes) {
    ThermalEvent event;
    const auto zone = attributes.number(THERMAL_GENL_ATTR_TZ_ID),
               trip = attributes.number(THERMAL_GENL_ATTR_TZ_TRIP_ID);
    switch (command) {
    case THERMAL_GENL_EVENT_TZ_TRIP_UP:
    case THERMAL_GENL_EVENT_TZ_TRIP_DOWN:
        if (!zone || !trip) return std::nullopt;
        event.what =
            command == THERMAL_GENL_EVENT_TZ_TRIP_UP ? ThermalEvent::What::TripUp : ThermalEvent::What::TripDown;
        event.zone = *zone;
        event.trip = *trip;
        return event;
    case THERMAL_GENL_EVENT_TZ_CREATE:
    case THERMAL_GENL_EVENT_TZ_DELETE:
    case THERMAL_GENL_EVENT_TZ_DISABLE:
    case THERMAL_GENL_EVENT_TZ_ENABLE:
    case THERMAL_GENL_EVENT_TZ_TRIP_CHANGE:
    case THERMAL_GENL_EVENT_TZ_TRIP_ADD:
    case THERMAL_GENL_EVENT_TZ_TRIP_DELETE:
        return event;
    default:
        return std::nullopt; // an event of a cooling device or a governor
    }
}

} // namespace

std::vector<std::byte> thermalFamilyAsked() {
    std::vector<std::byte> bytes(64);
    nlmsghdr* const header = mnl_nlmsg_put_header(bytes.data());
    header->nlmsg_type = GENL_ID_CTRL;
    header->nlmsg_flags = NLM_F_REQUEST;
    auto* const generic = static_cast<genlmsghdr*>(mnl_nlmsg_put_extra_header(header, sizeof(genlmsghdr)));
    generic->cmd = CTRL_CMD_GETFAMILY;
    generic->version = 1;
    mnl_attr_put_strz(header, CTRL_ATTR_FAMILY_NAME, familyName);
    bytes.resize(header->nlmsg_len);
    return bytes;
}

std::optional<ThermalFamily> thermalFamilyIn(NetlinkBytes messages) {
    std::optional<ThermalFamily> family;
    eachMessage(messages, [&](const nlmsghdr& message) {
        const auto* const generic = fixedPart<genlmsghdr>(message);
        if (message.nlmsg_type == GENL_ID_CTRL && generic && generic->cmd == CTRL_CMD_NEWFAMILY)
            if (const auto found = familyBy({message, sizeof *generic})) family = found;
        return true;
    });
    return family;
}

std::vector<ThermalEvent> thermalEventsIn(NetlinkBytes messages, std::uint16_t id) {
    std::vector<ThermalEvent> events;
    eachMessage(messages, [&](const nlmsghdr& message) {
        const auto* const generic = fixedPart<genlmsghdr>(message);
        if (message.nlmsg_type == id && generic)
            if (const auto event = eventBy(generic->cmd, {message, sizeof *generic})) events.push_back(*event);
        return true;
    });
    return events;
}

namespace {

namespace fs = std::filesystem;

/// limits.md §13; nullopt for a type that does not say how hot the device is, such as "active", which turns a fan on.
std::optional<Thermal> meaningOf(std::string_view type) {
    if (type == "passive") return Thermal::Moderate;
    if (type == "hot") return Thermal::Severe;
    if (type == "critical") return Thermal::Critical;
    return std::nullopt;
}

std::optional<Thermal> tripOf(const fs::path& zone, std::uint32_t trip) {
    return meaningOf(kernelWord(zone / fmt::format("trip_point_{}_type", trip)));
}

std::optional<std::uint32_t> zoneNumber(const fs::path& path) {
    constexpr std::string_view prefix = "thermal_zone";
    const std::string name = path.filename();
    if (!name.starts_with(prefix)) return std::nullopt;
    const auto number = kernelNumberIn(std::string_view(name).substr(prefix.size()));
    return number && *number >= 0 ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
}

} // namespace

ThermalZones::ThermalZones(fs::path directory) : directory_(std::move(directory)) { read(); }

void ThermalZones::read() {
    tells_ = false;
    above_.clear();
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(directory_, none)) {
        const fs::path& zone = entry.path();
        const auto number = zoneNumber(zone);
        if (!number || kernelWord(zone / "mode") == "disabled") continue;
        const auto temperature = kernelNumber(zone / "temp"); // a sleeping device has none
        std::error_code gone;
        for (std::uint32_t trip = 0; fs::exists(zone / fmt::format("trip_point_{}_type", trip), gone); ++trip) {
            const auto meaning = tripOf(zone, trip);
            const auto at = kernelNumber(zone / fmt::format("trip_point_{}_temp", trip));
            if (!meaning || !at || *at <= 0) continue; // firmware without such a point reports 0, or less
            tells_ = true;
            if (temperature && *temperature >= *at) above_[{*number, trip}] = *meaning;
        }
    }
}

void ThermalZones::passed(std::uint32_t zone, std::uint32_t trip, bool up) {
    above_.erase({zone, trip});
    const auto meaning = tripOf(directory_ / fmt::format("thermal_zone{}", zone), trip);
    if (up && meaning) above_[{zone, trip}] = *meaning;
}

Thermal ThermalZones::hottest() const {
    Thermal hottest = Thermal::None;
    for (const auto& [point, meaning] : above_)
        hottest = std::max(hottest, meaning);
    return hottest;
}

namespace {

constexpr const char* zonesAt = "/sys/class/thermal";
constexpr int familiesGroup = GENL_ID_CTRL; // announces new families: thermal may be a module

/// Sets the status by the kernel's events: a trip point of a thermal zone is passed, upwards or downwards. The status
/// "light" (limits.md §10.1) has no event, so it is never set here.
class ThermalSensor final : public Sensor {
public:
    ThermalSensor(const SensorSources& sources, const std::filesystem::path& zones)
        : changed_(sources.changed), zones_(zones) {
        socket_ = Fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_GENERIC));
        sockaddr_nl address{};
        address.nl_family = AF_NETLINK;
        if (!socket_ || ::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return;
        sd_event_source* source = nullptr;
        sd_event_add_io(sources.loop, &source, socket_.get(), EPOLLIN, readable, this);
        source_.reset(source);
        join(familiesGroup);
        const auto question = thermalFamilyAsked();
        ::send(socket_.get(), question.data(), question.size(), 0);
    }

    std::string_view name() const override { return "thermal zones"; }
    std::string_view topic() const override { return "heat"; }
    std::string_view wants() const override {
        return "a thermal zone with a trip point, and a kernel that tells of it";
    }
    std::string reads() const override {
        return family_ && zones_.anyTells() ? "the kernel's thermal events, for trip points in /sys/class/thermal" : "";
    }

    std::vector<std::string_view> tell(Device& device) const override {
        if (!family_ || !zones_.anyTells()) return {};
        device.thermal = std::max(device.thermal, zones_.hottest()); // another sensor may know of more heat
        return {"thermal"};
    }

private:
    bool join(int group) {
        return ::setsockopt(socket_.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) == 0;
    }

    static int readable(sd_event_source*, int fd, std::uint32_t, void* self) {
        auto& sensor = *static_cast<ThermalSensor*>(self);
        alignas(nlmsghdr) std::array<std::byte, 16384> room{};
        sockaddr_nl from{};
        socklen_t size = sizeof from;
        ssize_t length = 0;
        bool lost = false;
        for (;;) {
            length = ::recvfrom(fd, room.data(), room.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
            if (length < 0 && errno == ENOBUFS) lost = true;
            if (length <= 0) break;
            // Only the kernel has the port 0.
            if (from.nl_pid == 0) sensor.hear(NetlinkBytes(room).first(static_cast<std::size_t>(length)));
        }
        if (lost) {
            sensor.zones_.read();
            sensor.changed_();
        }
        return 0;
    }

    void hear(NetlinkBytes messages) {
        if (const auto family = thermalFamilyIn(messages); family && family != family_) {
            if (!join(static_cast<int>(family->events))) return;
            family_ = family;
            zones_.read();
            changed_();
        }
        if (!family_) return;
        for (const ThermalEvent& event : thermalEventsIn(messages, family_->id)) {
            if (event.what == ThermalEvent::What::ZonesChanged)
                zones_.read();
            else
                zones_.passed(event.zone, event.trip, event.what == ThermalEvent::What::TripUp);
            changed_();
        }
    }

    std::function<void()> changed_;
    ThermalZones zones_;
    std::optional<ThermalFamily> family_;
    Fd socket_;
    EventSource source_;
};

} // namespace

std::unique_ptr<Sensor> thermal(const SensorSources& sources) { return thermal(sources, zonesAt); }
std::unique_ptr<Sensor> thermal(const SensorSources& sources, const std::filesystem::path& zones) {
    return std::make_unique<ThermalSensor>(sources, zones);
}

} // namespace stint
