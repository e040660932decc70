#include "stintd/device/thermal_events.hpp"

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/thermal.h>

#include "stintd/device/netlink.hpp"

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

} // namespace stint
