// The kernel's datagrams, and what an interface is made of (linux.md §A.4).
#include <doctest/doctest.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stintd/device/kernel_links.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;

/// A datagram, message by message.
class Datagram {
public:
    template <class Fixed> Datagram& message(std::uint16_t type, const Fixed& fixed, std::uint16_t flags = 0) {
        head_ = bytes_.size();
        nlmsghdr head{};
        head.nlmsg_type = type;
        head.nlmsg_flags = flags;
        append(&head, sizeof head);
        append(&fixed, sizeof fixed);
        return *this;
    }
    Datagram& attribute(std::uint16_t type, const std::string& value) {
        rtattr head{};
        head.rta_len = static_cast<std::uint16_t>(sizeof head + value.size());
        head.rta_type = type;
        append(&head, sizeof head);
        append(value.data(), value.size());
        return *this;
    }
    Datagram& attribute(std::uint16_t type, std::uint32_t value) {
        std::string raw(sizeof value, '\0');
        std::memcpy(raw.data(), &value, sizeof value);
        return attribute(type, raw);
    }
    const std::vector<char>& bytes() const { return bytes_; }

private:
    void append(const void* from, std::size_t size) {
        const char* const begin = static_cast<const char*>(from);
        bytes_.insert(bytes_.end(), begin, begin + size);
        bytes_.resize(NLMSG_ALIGN(bytes_.size()));
        const auto length = static_cast<std::uint32_t>(bytes_.size() - head_);
        std::memcpy(bytes_.data() + head_, &length, sizeof length);
    }
    std::vector<char> bytes_;
    std::size_t head_ = 0;
};

constexpr unsigned carrying = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;

ifinfomsg link(int index, unsigned flags = carrying) {
    ifinfomsg info{};
    info.ifi_index = index;
    info.ifi_flags = flags;
    return info;
}
ifaddrmsg address(int index, unsigned char scope) {
    ifaddrmsg info{};
    info.ifa_index = static_cast<unsigned>(index);
    info.ifa_scope = scope;
    return info;
}
rtmsg route(unsigned char length, unsigned char table = RT_TABLE_MAIN, unsigned char type = RTN_UNICAST) {
    rtmsg info{};
    info.rtm_family = AF_INET;
    info.rtm_dst_len = length;
    info.rtm_table = table;
    info.rtm_type = type;
    return info;
}

struct ClassNet {
    ClassNet() : root(fs::temp_directory_path() / ("stint-class-net-" + std::to_string(::getpid()))) {}
    ~ClassNet() { fs::remove_all(root); }
    void write(const std::string& name, const std::string& text) const {
        fs::create_directories((root / name).parent_path());
        std::ofstream(root / name) << text;
    }
    fs::path root;
};

std::vector<KernelLink> linksOf(const Datagram& datagram) {
    KernelTables tables;
    REQUIRE(takeDump(datagram.bytes(), tables) == DumpStep::More);
    return linksIn(tables, "/no/such/place");
}

} // namespace

TEST_CASE("a link with a carrier, an address and a default route leads out") { // linux.md §A.4
    Datagram all;
    all.message(RTM_NEWLINK, link(1, carrying | IFF_LOOPBACK)).attribute(IFLA_IFNAME, "lo");
    all.message(RTM_NEWLINK, link(2)).attribute(IFLA_IFNAME, "eth0");
    all.message(RTM_NEWLINK, link(3, IFF_UP)).attribute(IFLA_IFNAME, "eth1"); // NO-CARRIER
    all.message(RTM_NEWADDR, address(2, RT_SCOPE_UNIVERSE)).message(RTM_NEWADDR, address(3, RT_SCOPE_LINK));
    all.message(RTM_NEWROUTE, route(0)).attribute(RTA_OIF, 2U).attribute(RTA_PRIORITY, 100U);
    all.message(RTM_NEWROUTE, route(0)).attribute(RTA_OIF, 3U);
    all.message(RTM_NEWROUTE, route(24)).attribute(RTA_OIF, 1U);
    const auto links = linksOf(all);
    REQUIRE(links.size() == 2);
    CHECK(links[0].interface == "eth0");
    CHECK(links[0].runs);
    CHECK(links[0].hasAddress);
    CHECK(links[0].rank);
    CHECK(links[1].rank); // its route stays in the table
    CHECK_FALSE(links[1].runs);
    CHECK_FALSE(links[1].hasAddress);
}

TEST_CASE("the best route has the lowest rank") { // linux.md §A.4
    Datagram all;
    for (const int index : {2, 3, 4, 5, 6})
        all.message(RTM_NEWLINK, link(index)).attribute(IFLA_IFNAME, "if" + std::to_string(index));
    const std::string wireguard("\x0d\0\1\0wireguard\0\0\0", 16);
    all.message(RTM_NEWLINK, link(7)).attribute(IFLA_IFNAME, "wg0").attribute(IFLA_LINKINFO, wireguard);
    all.message(RTM_NEWROUTE, route(0)).attribute(RTA_OIF, 2U).attribute(RTA_PRIORITY, 600U);
    all.message(RTM_NEWROUTE, route(0)).attribute(RTA_OIF, 3U).attribute(RTA_PRIORITY, 100U);
    all.message(RTM_NEWROUTE, route(1)).attribute(RTA_OIF, 4U).attribute(RTA_PRIORITY, 9000U); // a VPN's half
    all.message(RTM_NEWROUTE, route(0, RT_TABLE_UNSPEC)).attribute(RTA_TABLE, 51820U).attribute(RTA_OIF, 7U);
    all.message(RTM_NEWROUTE, route(0, 77)).attribute(RTA_OIF, 5U); // for particular senders
    all.message(RTM_NEWROUTE, route(0, RT_TABLE_MAIN, RTN_UNREACHABLE)).attribute(RTA_OIF, 6U);
    all.message(RTM_NEWROUTE, route(0, RT_TABLE_LOCAL)).attribute(RTA_OIF, 6U);
    auto links = linksOf(all);
    CHECK_FALSE(links[4].rank);
    links.erase(links.begin() + 4);
    std::ranges::sort(links, {}, &KernelLink::rank);
    std::vector<std::string> order;
    for (const KernelLink& one : links)
        order.push_back(one.interface);
    CHECK(order == std::vector<std::string>{"wg0", "if4", "if3", "if2", "if5"});
    CHECK(links[0].transport == TRANSPORT_VPN);
}

TEST_CASE("a route over several links is each one's") {
    rtnexthop hops[2]{};
    for (int nth = 0; nth < 2; ++nth) {
        hops[nth].rtnh_len = sizeof hops[nth];
        hops[nth].rtnh_ifindex = 2 + nth;
    }
    Datagram all;
    all.message(RTM_NEWLINK, link(2)).attribute(IFLA_IFNAME, "eth0");
    all.message(RTM_NEWLINK, link(3)).attribute(IFLA_IFNAME, "eth1");
    all.message(RTM_NEWROUTE, route(0))
        .attribute(RTA_MULTIPATH, std::string(reinterpret_cast<const char*>(hops), sizeof hops));
    for (const KernelLink& one : linksOf(all))
        CHECK(one.rank);
}

TEST_CASE("a datagram that is cut anywhere is read as far as it goes, and never further") {
    Datagram all;
    all.message(RTM_NEWLINK, link(2)).attribute(IFLA_IFNAME, "eth0").attribute(IFLA_LINKINFO, "abcd");
    all.message(RTM_NEWADDR, address(2, 0)).message(RTM_NEWROUTE, route(0)).attribute(RTA_OIF, 2U);
    for (std::size_t size = 0; size < all.bytes().size(); ++size) {
        const std::vector<char> cut(all.bytes().begin(), all.bytes().begin() + static_cast<std::ptrdiff_t>(size));
        KernelTables tables;
        takeDump(cut, tables);
        isOfNote(cut);
        CHECK(tables.interfaces.size() <= 1);
    }
    std::vector<char> liar = all.bytes(); // lengths that are not true
    for (std::size_t at = 0; at < liar.size(); ++at) {
        const char was = std::exchange(liar[at], static_cast<char>(0xff));
        KernelTables tables;
        takeDump(liar, tables);
        isOfNote(liar);
        liar[at] = was;
    }
}

TEST_CASE("a dump that changed beneath it, or that was refused, is none") {
    KernelTables tables;
    CHECK(takeDump(Datagram().message(RTM_NEWLINK, link(2), NLM_F_DUMP_INTR).bytes(), tables) == DumpStep::Broken);
    CHECK(takeDump(Datagram().message(NLMSG_ERROR, nlmsgerr{}).bytes(), tables) == DumpStep::Broken);
    CHECK(takeDump(Datagram().message(NLMSG_DONE, int{}).bytes(), tables) == DumpStep::End);
}

TEST_CASE("only what changes the picture is of note") {
    CHECK(isOfNote(Datagram().message(RTM_NEWLINK, link(2)).bytes()));
    CHECK(isOfNote(Datagram().message(RTM_DELLINK, link(2)).bytes()));
    CHECK(isOfNote(Datagram().message(RTM_DELADDR, address(2, 0)).bytes()));
    CHECK(isOfNote(Datagram().message(RTM_DELROUTE, route(0)).attribute(RTA_OIF, 2U).bytes()));
    CHECK_FALSE(isOfNote(Datagram().message(RTM_NEWLINK, link(2)).attribute(IFLA_WIRELESS, "scan").bytes()));
    CHECK_FALSE(isOfNote(Datagram().message(RTM_NEWADDR, address(2, RT_SCOPE_LINK)).bytes()));
    CHECK_FALSE(isOfNote(Datagram().message(RTM_NEWROUTE, route(24)).attribute(RTA_OIF, 2U).bytes()));
}

TEST_CASE("an interface is what the kernel says it is made of") { // linux.md §A.4
    const ClassNet net;
    net.write("wlan0/uevent", "DEVTYPE=wlan\nINTERFACE=wlan0\n");
    net.write("wlan1/wireless/status", "");
    net.write("wwan0/uevent", "DEVTYPE=wwan\n");
    net.write("bnep0/uevent", "INTERFACE=bnep0\nDEVTYPE=bluetooth\n");
    net.write("eth0/uevent", "INTERFACE=eth0\nIFINDEX=2\n");
    net.write("eth0/speed", "1000\n");
    net.write("eth1/speed", "-1\n");
    net.write("eth2/speed", "4294967295\n");
    fs::create_directories(net.root / "usb0" / "device");
    fs::create_symlink("../../../bus/usb/drivers/rndis_host", net.root / "usb0" / "device" / "driver");
    const auto kind = [&](const char* name, const char* driver = "") { return interfaceKind(net.root, name, driver); };
    CHECK(kind("wlan0") == InterfaceKind{.transport = TRANSPORT_WIFI});
    CHECK(kind("wlan1") == InterfaceKind{.transport = TRANSPORT_WIFI});
    CHECK(kind("wwan0") == InterfaceKind{.transport = TRANSPORT_CELLULAR, .looksMetered = true});
    CHECK(kind("bnep0") == InterfaceKind{.transport = TRANSPORT_BLUETOOTH, .looksMetered = true});
    CHECK(kind("usb0") == InterfaceKind{.transport = TRANSPORT_ETHERNET, .looksMetered = true});
    CHECK(kind("eth0") == InterfaceKind{});
    CHECK(kind("br0", "bridge") == InterfaceKind{.isInner = true});
    for (const char* driver : {"tun", "wireguard", "ppp"})
        CHECK(kind("x0", driver) == InterfaceKind{.transport = TRANSPORT_VPN});
    CHECK(interfaceRate(net.root, "eth0") == 1'000'000);
    for (const char* name : {"eth1", "eth2", "eth3"})
        CHECK(interfaceRate(net.root, name) == 0);
}

} // namespace stint
