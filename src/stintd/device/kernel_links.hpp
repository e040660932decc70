// The network as the kernel has it (linux.md §A.4): interfaces, their addresses and default routes by rtnetlink, and
// the kind of an interface by /sys/class/net. An event only says that something has changed; then all is asked anew,
// since the kernel does not report every route that goes with its address or its interface.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <systemd/sd-event.h>

#include "base/unix/event_source.hpp"
#include "base/unix/fd.hpp"
#include "stint/network.hpp"
#include "stintd/device/network_links.hpp"

namespace stint {

struct InterfaceKind {
    NetworkTransport transport = NetworkTransport::TRANSPORT_ETHERNET;
    bool looksMetered = false; ///< a modem, or a phone's network: most often paid by the byte
    bool isInner = false;      ///< a bridge to guests, or a dummy

    bool operator==(const InterfaceKind&) const = default;
};

/// `classNet`: /sys/class/net; `driver`: the kernel's name of a virtual interface's kind, such as "wireguard".
InterfaceKind interfaceKind(const std::filesystem::path& classNet, const std::string& name, std::string_view driver);
/// The driver's rate; 0: unknown.
Kbps interfaceRate(const std::filesystem::path& classNet, const std::string& name);

/// The interfaces, addresses and routes that the kernel's dumps list.
struct KernelTables {
    struct Interface {
        std::string name;
        std::string kind; ///< the driver's: "bridge", "wireguard"; empty for hardware
        bool isLoopback = false;
        bool runs = false;
    };
    struct Route {
        int interface = 0;
        std::uint32_t table = 0, metric = 0;
        unsigned length = 0; ///< the prefix's: 0, or 1 for a half of the internet, which VPNs set
    };
    std::map<int, Interface> interfaces; ///< by index
    std::set<int> addressed;             ///< the interfaces with an address that is valid beyond the link
    std::vector<Route> routes;           ///< only those that lead out of this machine
};

/// Takes in one datagram of a dump. End: it was the last; Broken: an error, or no message of a dump.
enum class DumpStep { More, End, Broken };
DumpStep takeDump(std::span<const char> datagram, KernelTables& tables);
/// True if a datagram of events reports a change that a dump would show.
bool isOfNote(std::span<const char> datagram);
/// The links in the tables. `classNet`: /sys/class/net, which knows what an interface is made of.
std::vector<KernelLink> linksIn(const KernelTables& tables, const std::filesystem::path& classNet);

class KernelLinks {
public:
    KernelLinks(sd_event* loop, std::function<void()> changed);
    KernelLinks(const KernelLinks&) = delete;
    KernelLinks& operator=(const KernelLinks&) = delete;

    /// The links now: the kernel is asked where there was an event since the last call. nullopt: it does not answer.
    const std::optional<std::vector<KernelLink>>& now();

private:
    static int readable(sd_event_source*, int fd, std::uint32_t, void* self);

    std::function<void()> changed_;
    Fd events_;
    EventSource source_;
    std::optional<std::vector<KernelLink>> known_;
    bool isStale_ = true;
};

} // namespace stint
