// Heat, by the kernel's events.
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/unix/event_source.hpp"
#include "base/unix/fd.hpp"
#include "stintd/device/sensor.hpp"
#include "stintd/device/thermal_events.hpp"
#include "stintd/device/thermal_zones.hpp"

namespace stint {
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
