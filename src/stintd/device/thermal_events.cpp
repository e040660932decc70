#include "stintd/device/thermal_events.hpp"

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/thermal.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <string_view>

namespace stint {
namespace {

constexpr std::string_view familyName = "thermal", groupName = "event";

template <class T> std::optional<T> valueAt(NetlinkBytes bytes) {
    if (bytes.size() < sizeof(T)) return std::nullopt;
    T value{};
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

constexpr std::size_t aligned(std::size_t length) { return (length + 3) & ~std::size_t{3}; }

/// Each of what stands in `bytes` one after the other, headed by a Header whose length is its own and its content's.
template <class Header>
void eachOf(NetlinkBytes bytes, auto lengthOf, const std::function<void(const Header&, NetlinkBytes content)>& take) {
    while (const auto header = valueAt<Header>(bytes)) {
        const std::size_t length = lengthOf(*header);
        if (length < aligned(sizeof(Header)) || length > bytes.size()) return;
        take(*header, bytes.subspan(aligned(sizeof(Header)), length - aligned(sizeof(Header))));
        bytes = bytes.subspan(std::min(aligned(length), bytes.size()));
    }
}

void eachMessage(NetlinkBytes bytes, const std::function<void(const nlmsghdr&, NetlinkBytes)>& take) {
    eachOf<nlmsghdr>(
        bytes, [](const nlmsghdr& header) { return std::size_t{header.nlmsg_len}; }, take);
}

void eachAttribute(NetlinkBytes bytes, const std::function<void(int type, NetlinkBytes)>& take) {
    eachOf<nlattr>(
        bytes, [](const nlattr& header) { return std::size_t{header.nla_len}; },
        [&](const nlattr& header, NetlinkBytes content) { take(header.nla_type & NLA_TYPE_MASK, content); });
}

/// A text with its zero.
bool says(NetlinkBytes content, std::string_view text) {
    return content.size() == text.size() + 1 && std::memcmp(content.data(), text.data(), text.size()) == 0;
}

std::optional<std::uint32_t> groupIn(NetlinkBytes groups) {
    std::optional<std::uint32_t> found;
    eachAttribute(groups, [&](int, NetlinkBytes group) {
        bool isIt = false;
        std::optional<std::uint32_t> id;
        eachAttribute(group, [&](int type, NetlinkBytes content) {
            if (type == CTRL_ATTR_MCAST_GRP_NAME) isIt = says(content, groupName);
            if (type == CTRL_ATTR_MCAST_GRP_ID) id = valueAt<std::uint32_t>(content);
        });
        if (isIt) found = id;
    });
    return found;
}

std::optional<ThermalFamily> familyBy(NetlinkBytes attributes) {
    bool isIt = false;
    std::optional<std::uint16_t> id;
    std::optional<std::uint32_t> group;
    eachAttribute(attributes, [&](int type, NetlinkBytes content) {
        if (type == CTRL_ATTR_FAMILY_NAME) isIt = says(content, familyName);
        if (type == CTRL_ATTR_FAMILY_ID) id = valueAt<std::uint16_t>(content);
        if (type == CTRL_ATTR_MCAST_GROUPS) group = groupIn(content);
    });
    if (!isIt || !id || !group) return std::nullopt;
    return ThermalFamily{*id, *group};
}

std::optional<ThermalEvent> eventBy(std::uint8_t command, NetlinkBytes attributes) {
    ThermalEvent event;
    std::optional<std::uint32_t> zone, trip;
    switch (command) {
    case THERMAL_GENL_EVENT_TZ_TRIP_UP:
    case THERMAL_GENL_EVENT_TZ_TRIP_DOWN:
        eachAttribute(attributes, [&](int type, NetlinkBytes content) {
            if (type == THERMAL_GENL_ATTR_TZ_ID) zone = valueAt<std::uint32_t>(content);
            if (type == THERMAL_GENL_ATTR_TZ_TRIP_ID) trip = valueAt<std::uint32_t>(content);
        });
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
        return std::nullopt; // a cooling device's, a governor's
    }
}

} // namespace

std::vector<std::byte> thermalFamilyAsked() {
    struct Question {
        nlmsghdr header{};
        genlmsghdr generic{};
        nlattr name{};
        std::array<char, 8> text{}; // with its zero
    } question;
    static_assert(familyName.size() + 1 == sizeof question.text && sizeof question == 32);
    question.header.nlmsg_len = sizeof question;
    question.header.nlmsg_type = GENL_ID_CTRL;
    question.header.nlmsg_flags = NLM_F_REQUEST;
    question.generic.cmd = CTRL_CMD_GETFAMILY;
    question.generic.version = 1;
    question.name.nla_len = sizeof question.name + sizeof question.text;
    question.name.nla_type = CTRL_ATTR_FAMILY_NAME;
    std::memcpy(question.text.data(), familyName.data(), familyName.size());
    std::vector<std::byte> bytes(sizeof question);
    std::memcpy(bytes.data(), &question, sizeof question);
    return bytes;
}

std::optional<ThermalFamily> thermalFamilyIn(NetlinkBytes messages) {
    std::optional<ThermalFamily> family;
    eachMessage(messages, [&](const nlmsghdr& header, NetlinkBytes content) {
        const auto generic = valueAt<genlmsghdr>(content);
        if (header.nlmsg_type != GENL_ID_CTRL || !generic || generic->cmd != CTRL_CMD_NEWFAMILY) return;
        if (const auto found = familyBy(content.subspan(sizeof *generic))) family = found;
    });
    return family;
}

std::vector<ThermalEvent> thermalEventsIn(NetlinkBytes messages, std::uint16_t id) {
    std::vector<ThermalEvent> events;
    eachMessage(messages, [&](const nlmsghdr& header, NetlinkBytes content) {
        const auto generic = valueAt<genlmsghdr>(content);
        if (header.nlmsg_type != id || !generic) return;
        if (const auto event = eventBy(generic->cmd, content.subspan(sizeof *generic))) events.push_back(*event);
    });
    return events;
}

} // namespace stint
