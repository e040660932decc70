#include "stintd/device/network_links.hpp"

#include <algorithm>

#include "base/text/printable.hpp"
#include "contract/model/device_fields.hpp"

namespace stint {
namespace {

/// One link, with all that is known of it.
struct Link {
    KernelLink kernel;
    const ManagedLink* managed = nullptr;
    bool metered = false;
    bool isNamed = false; ///< its cost comes from a person's mark or the policy
    std::string by;

    NetworkTransport transport() const {
        return managed && managed->transport ? *managed->transport : kernel.transport;
    }
    bool isManaged() const { return managed && !managed->isPast; }
    bool isTunnel() const { return transport() == TRANSPORT_VPN; }
    bool leadsOut() const { return kernel.runs && kernel.rank; }
    Kbps rate() const { return managed && managed->rate > 0 ? managed->rate : kernel.rate; }
    std::string name() const {
        if (managed && !managed->connection.empty()) return managed->connection;
        if (managed && !managed->ssid.empty()) return managed->ssid;
        return kernel.interface;
    }
};

template <class Links> auto* linkNamed(Links& links, std::string_view interface) {
    const auto found = std::ranges::find(links, interface, [](const auto& link) { return link.interface; });
    return found == links.end() ? nullptr : &*found;
}

/// The entry of `words` on this link, by one of its names; the nearest name counts.
template <class Table> const auto* wordOn(const Link& link, const Table& words) {
    const auto of = [&words](const std::string& name) {
        const auto found = words.find(name);
        return name.empty() || found == words.end() ? nullptr : &found->second;
    };
    if (link.managed)
        for (const std::string* name : {&link.managed->connection, &link.managed->ssid})
            if (const auto* word = of(*name)) return word;
    return of(link.kernel.interface);
}

// linux.md §A.4: a guess counts as an answer, yes or no; a link that nobody knows the cost of is unmetered.
void judgeCost(Link& link, const NetworkMarks& marks, const NetworkRules& rules) {
    const bool* const mark = wordOn(link, marks);
    const NetworkRule* const rule = wordOn(link, rules);
    link.isNamed = mark || rule;
    if (link.isNamed) {
        link.metered = mark ? *mark : rule->metered;
        link.by = mark ? markWord : policyWord(*rule);
        return;
    }
    const Metered stated = link.managed ? link.managed->metered : Metered::Unknown;
    const bool guessed = stated == Metered::GuessYes || stated == Metered::GuessNo;
    if (stated == Metered::Unknown) {
        link.metered = link.kernel.looksMetered;
        link.by = link.kernel.looksMetered ? "its kind" : "nobody";
        return;
    }
    link.metered = stated == Metered::Yes || stated == Metered::GuessYes;
    link.by = guessed ? "NetworkManager's guess" : "NetworkManager";
    if (link.managed->isPast) link.by += ", before it went";
}

std::vector<Link> linksBy(const std::optional<std::vector<KernelLink>>& kernel,
                          const std::optional<Management>& manager, const NetworkMarks& marks,
                          const NetworkRules& rules) {
    std::vector<Link> links;
    if (kernel) {
        for (const KernelLink& link : *kernel)
            links.push_back({link, manager ? linkNamed(manager->links, link.interface) : nullptr, false, {}});
    } else if (manager && !manager->isGone) {
        for (const ManagedLink& link : manager->links) {
            KernelLink stands{.interface = link.interface, .runs = true, .hasAddress = true};
            if (link.isPrimary) stands.rank = 0;
            links.push_back({std::move(stands), &link, false, {}});
        }
    }
    for (Link& link : links)
        judgeCost(link, marks, rules);
    return links;
}

bool reachesNeighbours(const Link& link) {
    return link.kernel.runs && link.kernel.hasAddress && !link.kernel.isInner && !link.isTunnel();
}

/// The best link that leads out; else one that reaches neighbours.
const Link* inUse(const std::vector<Link>& links) {
    const Link* best = nullptr;
    for (const Link& link : links) {
        if (link.leadsOut() && (!best || *link.kernel.rank < *best->kernel.rank)) best = &link;
    }
    if (best) return best;
    const auto local = std::ranges::find_if(links, reachesNeighbours);
    return local == links.end() ? nullptr : &*local;
}

/// The links that may carry a tunnel: all that lead out; where none does by itself, all that run.
std::vector<const Link*> beneath(const std::vector<Link>& links) {
    std::vector<const Link*> found;
    const auto add = [&](auto fits) {
        for (const Link& link : links)
            if (!link.isTunnel() && fits(link)) found.push_back(&link);
    };
    add([](const Link& link) { return link.leadsOut(); });
    if (found.empty()) add(reachesNeighbours);
    return found;
}

std::string transportWord(NetworkTransport transport) {
    return deviceField("network.transport")->text({.network = openNetwork(transport, 0, 0)});
}

NetworkSeen rowOf(const Link& link, const Link* used, const std::vector<const Link*>& carriers) {
    return {.name = printable(link.name()),
            .interface = printable(link.kernel.interface),
            .ssid = printable(link.managed ? link.managed->ssid : ""),
            .transport = transportWord(link.transport()),
            .metered = link.metered,
            .by = link.by,
            .inUse = &link == used,
            .carries = std::ranges::find(carriers, &link) != carriers.end()};
}

// The manager judges whether the internet is reached, where it asks a server, for the links it manages.
void judgeReach(NetworkPicture& picture, bool leadsOut, bool isManaged, const std::optional<Management>& manager) {
    auto& capabilities = picture.network->capabilities;
    if (!leadsOut) { // neighbours alone
        capabilities.erase(NET_CAPABILITY_INTERNET);
        capabilities.erase(NET_CAPABILITY_VALIDATED);
        return;
    }
    picture.guessesInternet = !isManaged || !manager->checks;
    if (picture.guessesInternet || manager->connectivity == Connectivity::Full) return;
    capabilities.erase(NET_CAPABILITY_VALIDATED);
    if (manager->connectivity == Connectivity::Portal) capabilities.insert(NET_CAPABILITY_CAPTIVE_PORTAL);
}

} // namespace

std::string policyWord(const NetworkRule& rule) { return "policy " + printable(rule.origin); }

NetworkPicture pictureOf(const std::optional<std::vector<KernelLink>>& kernel, const std::optional<Management>& manager,
                         bool isRoaming, const NetworkMarks& marks, const NetworkRules& rules) {
    NetworkPicture picture;
    const std::vector<Link> links = linksBy(kernel, manager, marks, rules);
    const Link* const used = inUse(links);
    const bool isHiddenVpn = used && !used->isTunnel() && manager && !manager->isGone && manager->vpn;
    std::vector<const Link*> carriers;
    if (used && (used->isTunnel() || isHiddenVpn)) carriers = beneath(links);
    for (const Link& link : links)
        if (link.kernel.runs && (link.kernel.rank || link.kernel.hasAddress))
            picture.seen.push_back(rowOf(link, used, carriers));
    std::ranges::stable_partition(picture.seen, &NetworkSeen::inUse);
    if (!used) return picture;

    Network network = openNetwork(isHiddenVpn ? TRANSPORT_VPN : used->transport(), 0, 0);
    network.interface = used->kernel.interface;
    Kbps rate = used->rate();
    bool metered = used->metered, isManaged = used->isManaged(), isCellular = used->transport() == TRANSPORT_CELLULAR;
    picture.meteredBy = used->by;
    // A tunnel has its carriers' transports, costs as much as they do, and is no faster.
    if (!carriers.empty()) rate = 0;
    for (const Link* carrier : carriers) {
        network.transports.insert(carrier->transport());
        isManaged |= carrier->isManaged();
        isCellular |= carrier->transport() == TRANSPORT_CELLULAR;
        if (carrier->rate() > 0) rate = rate == 0 ? carrier->rate() : std::min(rate, carrier->rate());
        if (!carrier->metered || metered || used->isNamed) continue;
        metered = true;
        picture.meteredBy = carrier->by + ", of " + printable(carrier->name());
    }
    if (metered) network.capabilities.erase(NET_CAPABILITY_NOT_METERED);
    if (isRoaming && isCellular) network.capabilities.erase(NET_CAPABILITY_NOT_ROAMING);
    network.downstream = network.upstream = rate;
    picture.name = printable(isHiddenVpn ? *manager->vpn : used->name());
    picture.byManager = isManaged;
    picture.network = std::move(network);
    judgeReach(picture, used->leadsOut(), isManaged, manager);
    return picture;
}

Management remembered(const Management& before, const std::optional<Management>& now,
                      const std::optional<std::vector<KernelLink>>& kernel) {
    Management all = now.value_or(Management{.links = {}, .isGone = true});
    for (const ManagedLink& old : before.links) {
        ManagedLink* const newer = linkNamed(all.links, old.interface);
        const KernelLink* const link = kernel ? linkNamed(*kernel, old.interface) : nullptr;
        if (!link || !link->runs || (!link->hasAddress && !link->rank)) continue; // its next network may be another
        if (!newer) {
            all.links.push_back(old);
            all.links.back().isPast = true;
        } else if (newer->metered == Metered::Unknown && newer->connection == old.connection) {
            newer->metered = old.metered;
        }
    }
    return all;
}

} // namespace stint
