// The kernel's word on the network (rtnetlink): interfaces, their addresses and default routes. Its events say only
// that something is another now; then all is asked anew, since the kernel tells not every route that goes with its
// address or its interface.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <systemd/sd-event.h>

#include "base/unix/event_source.hpp"
#include "base/unix/fd.hpp"
#include "stintd/device/network_links.hpp"

namespace stint {

/// What dumps of the kernel said.
struct KernelTables {
    struct Interface {
        std::string name;
        std::string kind; ///< of its driver: "bridge", "wireguard"; empty for hardware
        bool isLoopback = false;
        bool runs = false;
    };
    struct Route {
        int interface = 0;
        std::uint32_t table = 0, metric = 0;
        unsigned length = 0; ///< of its prefix: 0, or 1 for a half of the internet, as VPNs have it
    };
    std::map<int, Interface> interfaces; ///< by index
    std::set<int> addressed;             ///< those with an address that is known beyond the link
    std::vector<Route> routes;           ///< that lead anywhere
};

/// A datagram of a dump, taken in. End: it was the last; Broken: no word of the kernel's, or one of an error.
enum class DumpStep { More, End, Broken };
DumpStep takeDump(std::span<const char> datagram, KernelTables& tables);
/// Whether a datagram of events says anything that a dump would tell.
bool isOfNote(std::span<const char> datagram);
/// `classNet`: /sys/class/net, which knows what an interface is made of.
std::vector<KernelLink> linksIn(const KernelTables& tables, const std::filesystem::path& classNet);

class KernelLinks {
public:
    KernelLinks(sd_event* loop, std::function<void()> changed);
    KernelLinks(const KernelLinks&) = delete;
    KernelLinks& operator=(const KernelLinks&) = delete;

    /// As they are now: the kernel is asked where there was an event since the last time. nullopt: it does not answer.
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
