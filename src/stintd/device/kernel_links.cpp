#include "stintd/device/kernel_links.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/text/number.hpp"
#include "base/text/words.hpp"
#include "base/unix/process.hpp"
#include "stintd/device/kernel_words.hpp"

namespace stint {
namespace {

using Names = std::string_view;
constexpr std::array<Names, 13> tunnels{"tun",    "wireguard", "ppp",  "ipip", "sit",  "gre",      "ip6gre",
                                        "ip6tnl", "vti",       "vti6", "xfrm", "ovpn", "amneziawg"};
constexpr std::array<Names, 3> innerOnes{"bridge", "dummy", "ifb"};
constexpr std::array<Names, 2> phones{"rndis_host", "ipheth"}; // a phone on a cable, sharing its network
constexpr Kbps mostMegabitsOfDriver = 1'000'000;

bool isAmong(const auto& names, Names name) { return std::ranges::find(names, name) != names.end(); }

/// The value of the line DEVTYPE=: "wlan".
std::string deviceType(const std::filesystem::path& interface) {
    constexpr Names key = "DEVTYPE=";
    const std::string text = readFile(interface / "uevent").value_or("");
    for (const std::string_view line : splitAt(text, "\n"))
        if (line.starts_with(key)) return std::string(line.substr(key.size()));
    return {};
}

} // namespace

InterfaceKind interfaceKind(const std::filesystem::path& classNet, const std::string& name, std::string_view driver) {
    const auto interface = classNet / name;
    const std::string type = deviceType(interface);
    std::error_code none;
    if (type == "wwan") return {.transport = TRANSPORT_CELLULAR, .looksMetered = true};
    if (type == "bluetooth") return {.transport = TRANSPORT_BLUETOOTH, .looksMetered = true};
    if (type == "wlan" || std::filesystem::exists(interface / "wireless", none) ||
        std::filesystem::exists(interface / "phy80211", none))
        return {.transport = TRANSPORT_WIFI};
    if (isAmong(tunnels, driver) || type == "ppp" || type == "wireguard") return {.transport = TRANSPORT_VPN};
    const auto hardware = std::filesystem::read_symlink(interface / "device" / "driver", none);
    return {.looksMetered = isAmong(phones, hardware.filename().string()), .isInner = isAmong(innerOnes, driver)};
}

Kbps interfaceRate(const std::filesystem::path& classNet, const std::string& name) {
    std::string text = readFile(classNet / name / "speed").value_or("");
    while (text.ends_with('\n'))
        text.pop_back();
    const auto megabits = numberIn<Kbps>(text);
    return megabits && *megabits > 0 && *megabits <= mostMegabitsOfDriver ? *megabits * 1000 : 0;
}

namespace {

constexpr int mostDatagrams = 64; ///< in one turn of the loop
constexpr int mostTries = 3;      ///< where the tables changed during a dump
constexpr std::size_t datagramSize = 65'536;

void takeLink(const nlmsghdr& message, KernelTables& tables) {
    const auto* const info = fixedPart<ifinfomsg>(message);
    if (!info) return;
    const NetlinkAttributes attributes(message, sizeof *info);
    constexpr unsigned carrying = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;
    tables.interfaces[info->ifi_index] = {.name = attributes.text(IFLA_IFNAME),
                                          .kind = NetlinkAttributes(attributes.at(IFLA_LINKINFO)).text(IFLA_INFO_KIND),
                                          .isLoopback = (info->ifi_flags & IFF_LOOPBACK) != 0,
                                          .runs = (info->ifi_flags & carrying) == carrying};
}

bool takeAddress(const nlmsghdr& message, KernelTables& tables) {
    const auto* const info = fixedPart<ifaddrmsg>(message);
    if (!info || info->ifa_scope > RT_SCOPE_SITE) return false;
    tables.addressed.insert(static_cast<int>(info->ifa_index));
    return true;
}

/// True if the route leads out of this machine. Adds it for each interface it goes by.
bool takeRoute(const nlmsghdr& message, KernelTables& tables) {
    const auto* const info = fixedPart<rtmsg>(message);
    if (!info || info->rtm_dst_len > 1 || info->rtm_type != RTN_UNICAST ||
        (info->rtm_flags & (RTM_F_CLONED | RTNH_F_DEAD)) != 0)
        return false;
    const NetlinkAttributes attributes(message, sizeof *info);
    KernelTables::Route route{.table = attributes.number(RTA_TABLE).value_or(info->rtm_table),
                              .metric = attributes.number(RTA_PRIORITY).value_or(0),
                              .length = info->rtm_dst_len};
    if (route.table == RT_TABLE_LOCAL) return false;
    if (const auto by = attributes.number(RTA_OIF)) {
        route.interface = static_cast<int>(*by);
        tables.routes.push_back(route);
    }
    auto hops = attributes.bytes(RTA_MULTIPATH);
    for (rtnexthop hop{}; hops.size() >= sizeof hop;) {
        std::memcpy(&hop, hops.data(), sizeof hop);
        if (hop.rtnh_len < sizeof hop || hop.rtnh_len > hops.size()) break;
        route.interface = hop.rtnh_ifindex;
        if ((hop.rtnh_flags & RTNH_F_DEAD) == 0) tables.routes.push_back(route);
        hops = hops.subspan(std::min<std::size_t>(RTNH_ALIGN(hop.rtnh_len), hops.size()));
    }
    return true;
}

/// Reads one datagram of the kernel (only the kernel has the port 0). 0: nothing is there; −1: some were lost.
ssize_t receive(int socket, std::span<char> into) {
    for (;;) {
        sockaddr_nl from{};
        socklen_t size = sizeof from;
        const ssize_t length =
            ::recvfrom(socket, into.data(), into.size(), MSG_TRUNC, reinterpret_cast<sockaddr*>(&from), &size);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) return errno == EAGAIN ? 0 : -1;
        if (from.nl_pid != 0) continue;
        return static_cast<std::size_t>(length) > into.size() ? -1 : length;
    }
}

Fd netlinkSocket(int how, std::uint32_t groups) {
    Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | how, NETLINK_ROUTE));
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = groups;
    if (socket && ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) socket = Fd();
    return socket;
}

/// Asks for one dump, of links, addresses or routes.
DumpStep dump(int socket, std::uint16_t what, std::span<char> buffer, KernelTables& tables) {
    struct {
        nlmsghdr head{};
        rtgenmsg family{};
    } request;
    request.head.nlmsg_len = NLMSG_LENGTH(sizeof request.family);
    request.head.nlmsg_type = what;
    request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.family.rtgen_family = AF_UNSPEC;
    if (::send(socket, &request, request.head.nlmsg_len, 0) < 0) return DumpStep::Broken;
    for (;;) {
        const ssize_t length = receive(socket, buffer);
        if (length <= 0) return DumpStep::Broken;
        const DumpStep step = takeDump(buffer.first(static_cast<std::size_t>(length)), tables);
        if (step != DumpStep::More) return step;
    }
}

/// The kernel answers inside send(): this does not block.
std::optional<KernelTables> askKernel() {
    const Fd socket = netlinkSocket(0, 0);
    if (!socket) return std::nullopt;
    const timeval patience{.tv_sec = 1, .tv_usec = 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    std::vector<char> buffer(datagramSize);
    for (int tries = 0; tries < mostTries; ++tries) {
        KernelTables tables;
        const auto whole = [&](std::uint16_t what) {
            return dump(socket.get(), what, buffer, tables) == DumpStep::End;
        };
        if (std::ranges::all_of(std::array<std::uint16_t, 3>{RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE}, whole))
            return tables;
    }
    return std::nullopt;
}

/// The lowest rank is the best. A tunnel with a table of its own comes before the main table, since a rule chooses it;
/// other tables are for particular senders. In the main table the halves of the internet come before the whole.
std::uint64_t rankOf(const KernelTables::Route& route, bool isTunnel) {
    constexpr unsigned shift = 32;
    const bool isMain = route.table == RT_TABLE_MAIN;
    const std::uint64_t order = isMain ? (route.length > 0 ? 1 : 2) : (isTunnel ? 0 : 3);
    return order << shift | route.metric;
}

} // namespace

DumpStep takeDump(std::span<const char> datagram, KernelTables& tables) {
    auto step = DumpStep::More;
    const int left = eachMessage(datagram, [&](const nlmsghdr& message) {
        const auto type = (message.nlmsg_flags & NLM_F_DUMP_INTR) != 0 ? NLMSG_ERROR : message.nlmsg_type;
        switch (type) {
        case NLMSG_DONE:
            step = DumpStep::End;
            return false;
        case RTM_NEWLINK:
            takeLink(message, tables);
            return true;
        case RTM_NEWADDR:
            takeAddress(message, tables);
            return true;
        case RTM_NEWROUTE:
            takeRoute(message, tables);
            return true;
        default:
            step = DumpStep::Broken;
            return false;
        }
    });
    return step == DumpStep::More && left > 0 ? DumpStep::Broken : step;
}

bool isOfNote(std::span<const char> datagram) {
    KernelTables scratch;
    bool ofNote = false;
    eachMessage(datagram, [&](const nlmsghdr& message) {
        switch (message.nlmsg_type) {
        case RTM_NEWLINK: // the result of a Wi-Fi scan is no news
            ofNote = !NetlinkAttributes(message, sizeof(ifinfomsg)).at(IFLA_WIRELESS);
            break;
        case RTM_DELLINK:
            ofNote = true;
            break;
        case RTM_NEWADDR:
        case RTM_DELADDR:
            ofNote = takeAddress(message, scratch);
            break;
        case RTM_NEWROUTE:
        case RTM_DELROUTE:
            ofNote = takeRoute(message, scratch);
            break;
        default:
            break;
        }
        return !ofNote;
    });
    return ofNote;
}

std::vector<KernelLink> linksIn(const KernelTables& tables, const std::filesystem::path& classNet) {
    std::vector<KernelLink> links;
    for (const auto& [index, interface] : tables.interfaces) {
        if (interface.isLoopback || interface.name.empty()) continue;
        const InterfaceKind kind = interfaceKind(classNet, interface.name, interface.kind);
        KernelLink link{.interface = interface.name,
                        .transport = kind.transport,
                        .looksMetered = kind.looksMetered,
                        .isInner = kind.isInner,
                        .runs = interface.runs,
                        .hasAddress = tables.addressed.contains(index),
                        .rate = interface.runs ? interfaceRate(classNet, interface.name) : 0};
        for (const KernelTables::Route& route : tables.routes) {
            const std::uint64_t rank = rankOf(route, link.transport == TRANSPORT_VPN);
            if (route.interface == index) link.rank = std::min(link.rank.value_or(rank), rank);
        }
        links.push_back(std::move(link));
    }
    return links;
}

KernelLinks::KernelLinks(sd_event* loop, std::function<void()> changed) : changed_(std::move(changed)) {
    events_ = netlinkSocket(SOCK_NONBLOCK, RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
                                               RTMGRP_IPV6_ROUTE);
    if (!events_) return;
    sd_event_source* source = nullptr;
    sd_event_add_io(loop, &source, events_.get(), EPOLLIN, readable, this);
    source_.reset(source);
}

const std::optional<std::vector<KernelLink>>& KernelLinks::now() {
    if (!events_ || !isStale_) return known_; // without events a table would be stale for ever
    if (const auto tables = askKernel()) {
        known_ = linksIn(*tables, "/sys/class/net");
        isStale_ = false;
    }
    return known_;
}

int KernelLinks::readable(sd_event_source*, int fd, std::uint32_t, void* self) {
    auto& links = *static_cast<KernelLinks*>(self);
    std::vector<char> buffer(datagramSize);
    bool ofNote = false;
    for (int taken = 0; taken < mostDatagrams; ++taken) {
        const ssize_t length = receive(fd, buffer);
        if (length == 0) break;
        ofNote |= length < 0 || isOfNote(std::span<const char>(buffer).first(static_cast<std::size_t>(length)));
    }
    if (!ofNote) return 0;
    links.isStale_ = true;
    links.changed_();
    return 0;
}

} // namespace stint
