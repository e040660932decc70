#include "netguard/claims.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/result/errors.hpp"
#include "base/unix/sockets.hpp"
#include "link/wire/names.hpp"

namespace stint {
namespace {

/// The most cgroups whose open connections one cut ends; the filter stops the others', which end by their time-outs.
constexpr std::size_t mostSevered = 4096;
// The sizes of pieces, each about half a millisecond of work.
constexpr std::size_t walkedAtOnce = 8;
constexpr unsigned endedAtOnce = 32;
constexpr std::size_t answerBytes = 32 * 1024;
constexpr int families[] = {AF_INET, AF_INET6};

struct Request {
    nlmsghdr header;
    inet_diag_req_v2 body;
};

bool isLoopback4(std::uint32_t address) { return (ntohl(address) >> 24) == 127; }

bool isLoopback(int family, const __be32* address) {
    if (family == AF_INET) return isLoopback4(address[0]);
    in6_addr six{};
    std::memcpy(&six, address, sizeof six);
    if (IN6_IS_ADDR_V4MAPPED(&six)) return isLoopback4(address[3]);
    return IN6_IS_ADDR_LOOPBACK(&six);
}

Request requestFor(int family, std::uint16_t type, std::uint16_t flags) {
    Request request{};
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = type;
    request.header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    request.body.sdiag_family = static_cast<std::uint8_t>(family);
    request.body.sdiag_protocol = IPPROTO_TCP;
    return request;
}

} // namespace

Result<std::unique_ptr<KernelSockets>> KernelSockets::open(Turns& turns) {
    Fd line(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
    if (!line) return fail(Errc::SYSTEM, "cannot ask the kernel for sockets: {}", std::strerror(errno));
    return std::unique_ptr<KernelSockets>(new KernelSockets(std::move(line), turns));
}

void KernelSockets::sever(uid_t user, CgroupId cgroup, const Fd& directory) {
    spare(cgroup); // a new cut begins anew
    Cut& cut = cuts_[cgroup];
    cut.user = user;
    cut.directory = &directory;
    const auto [queue, isNew] = walks_.try_emplace(user);
    queue->second.push_back(cgroup);
    if (isNew) turns_.add(user, [this, user] { return walkOn(user); });
}

void KernelSockets::spare(CgroupId cgroup) {
    const auto found = cuts_.find(cgroup);
    if (found == cuts_.end()) return;
    if (const auto queue = walks_.find(found->second.user); queue != walks_.end()) std::erase(queue->second, cgroup);
    std::erase(walked_, cgroup);
    cuts_.erase(found);
}

Turns::Then KernelSockets::walkOn(uid_t user) {
    const auto found = walks_.find(user);
    std::deque<CgroupId>& queue = found->second;
    if (!queue.empty()) {
        const CgroupId cgroup = queue.front();
        Cut& cut = cuts_.at(cgroup);
        if (!cut.walk) cut.walk.emplace(*cut.directory);
        const std::size_t most = std::min(cut.below.size() + walkedAtOnce, mostSevered);
        if (cut.walk->addUpTo(most, cut.below) && cut.below.size() < mostSevered) return Turns::Then::More;
        cut.walk.reset();
        queue.pop_front();
        walked_.push_back(cgroup);
        if (!std::exchange(isGoing_, true)) turns_.add(std::nullopt, [this] { return goRound(); });
    }
    if (!queue.empty()) return Turns::Then::More;
    walks_.erase(found);
    return Turns::Then::Done;
}

Turns::Then KernelSockets::goRound() {
    if (!round_) {
        beginRound();
    } else if (round_->isListing) {
        round_->isListing = readSome() || askForNextFamily();
    } else if (!round_->found.empty()) {
        endSome();
    } else {
        std::erase_if(cuts_, [](const auto& each) { return each.second.isInRound; });
        round_.reset();
        isGoing_ = !walked_.empty();
    }
    return isGoing_ ? Turns::Then::More : Turns::Then::Done;
}

void KernelSockets::beginRound() {
    round_.emplace();
    for (const CgroupId cgroup : std::exchange(walked_, {})) {
        Cut& cut = cuts_.at(cgroup);
        cut.isInRound = true;
        for (const CgroupId below : std::exchange(cut.below, {}))
            round_->of.push_back({below, cgroup});
    }
    std::ranges::sort(round_->of);
    round_->isListing = askForNextFamily();
}

/// Asks for the next family's connections; false where none was left that could be asked for.
bool KernelSockets::askForNextFamily() {
    while (round_->families < std::size(families)) {
        // Listeners stay, for they accept by loopback again; a connection in TIME_WAIT has no program.
        Request list = requestFor(families[round_->families++], SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
        list.body.idiag_states = ~((1U << TCP_LISTEN) | (1U << TCP_TIME_WAIT) | (1U << TCP_CLOSE));
        if (::send(line_.get(), &list, sizeof list, 0) >= 0) return true;
    }
    return false;
}

/// Reads as much as the kernel lists at once; true where that family has more.
bool KernelSockets::readSome() {
    alignas(nlmsghdr) std::array<char, answerBytes> answer{};
    const ssize_t size = ::recv(line_.get(), answer.data(), answer.size(), 0);
    if (size <= 0) return false;
    const int family = families[round_->families - 1];
    auto left = static_cast<unsigned>(size);
    for (auto* header = reinterpret_cast<nlmsghdr*>(answer.data()); NLMSG_OK(header, left);
         header = NLMSG_NEXT(header, left)) {
        if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR) return false;
        const auto* socket = static_cast<const inet_diag_msg*>(NLMSG_DATA(header));
        const bool inside = isLoopback(family, socket->id.idiag_src) && isLoopback(family, socket->id.idiag_dst);
        const CgroupId cgroup{cgroupOfSocket(*header)};
        if (!inside && isToEnd(cgroup)) round_->found.push_back({family, socket->id, cgroup});
    }
    return true;
}

bool KernelSockets::isToEnd(CgroupId cgroup) const {
    for (const Below& each : std::ranges::equal_range(round_->of, cgroup, {}, &Below::cgroup))
        if (cuts_.contains(each.cut)) return true;
    return false;
}

/// Ends some of the connections that were found. Each is checked again: its app may be free by now.
void KernelSockets::endSome() {
    alignas(nlmsghdr) std::array<char, answerBytes> answer{};
    for (unsigned n = 0; n < endedAtOnce && !round_->found.empty(); ++n) {
        const Found found = round_->found.back();
        round_->found.pop_back();
        if (!isToEnd(found.cgroup)) continue;
        Request end = requestFor(found.family, SOCK_DESTROY, NLM_F_ACK);
        end.body.id = found.socket;
        if (::send(line_.get(), &end, sizeof end, 0) < 0) continue;
        ::recv(line_.get(), answer.data(), answer.size(), 0); // it has ended, or was gone already
    }
}

namespace {

Counted since(Counted now, Counted before) { return {now.in - before.in, now.out - before.out}; }

} // namespace

std::size_t Claims::heldBy(uid_t uid) const {
    std::size_t held = 0;
    for (const auto& [name, caller] : callers_)
        if (caller.uid == uid) held += caller.claims.size();
    return held;
}

Result<void> Claims::checkOwn(const std::string& caller, CgroupId cgroup) const {
    const auto found = callers_.find(caller);
    if (found != callers_.end() && found->second.claims.contains(cgroup)) return {};
    return fail(Errc::ILLEGAL_ARGUMENT, "you watch no cgroup {}; Watch tells the number", cgroup.value);
}

Result<void> Claims::watch(const std::string& caller, uid_t uid, Cgroup asked) {
    const CgroupId cgroup = asked.id;
    if (checkOwn(caller, cgroup)) return {};
    if (heldBy(uid) >= mostOfUser)
        return fail(Errc::BUSY, "user {} watches {} cgroups already, as many as one may; Forget some", uid, mostOfUser);
    auto place = places_.find(cgroup);
    Claim claim;
    if (place == places_.end()) {
        STINT_TRY(filter_.watch(cgroup, asked.depth));
        place = places_.emplace(cgroup, Place{std::move(asked.directory)}).first;
    } else {
        claim.before = STINT_TRY(filter_.counted(cgroup));
    }
    ++place->second.claims;
    Caller& owner = callers_[caller];
    owner.uid = uid;
    STINT_CHECK(owner.claims.emplace(cgroup, claim).second); // the caller had no such claim
    return {};
}

void Claims::drop(CgroupId cgroup, const Claim& claim) {
    const auto found = places_.find(cgroup);
    STINT_CHECK(found != places_.end());
    Place& place = found->second;
    STINT_CHECK(place.claims > 0);
    STINT_CHECK(place.cuts <= place.claims); // each cut belongs to a claim
    STINT_CHECK(!claim.blocked || place.cuts > 0);
    if (claim.blocked && --place.cuts == 0) {
        (void)filter_.setCut(cgroup, false);
        sockets_.spare(cgroup);
    }
    if (--place.claims > 0) return (void)mark(cgroup);
    filter_.forget(cgroup);
    places_.erase(found);
}

Result<void> Claims::forget(const std::string& caller, CgroupId cgroup) {
    STINT_TRY(checkOwn(caller, cgroup));
    const auto owner = callers_.find(caller);
    const auto claim = owner->second.claims.extract(cgroup);
    drop(cgroup, claim.mapped());
    if (owner->second.claims.empty()) callers_.erase(owner);
    return {};
}

Result<void> Claims::change(uid_t user, Claim& claim, CgroupId cgroup, bool blocked) {
    if (claim.blocked == blocked) return {};
    Place& place = places_.at(cgroup);
    const bool first = blocked && place.cuts == 0;
    const bool last = !blocked && place.cuts == 1;
    if (first || last) STINT_TRY(filter_.setCut(cgroup, blocked));
    STINT_CHECK(blocked || place.cuts > 0);
    place.cuts += blocked ? 1U : -1U;
    STINT_CHECK(place.cuts <= place.claims);
    claim.blocked = blocked;
    if (first) sockets_.sever(user, cgroup, place.directory);
    if (last) sockets_.spare(cgroup);
    return {};
}

Result<void> Claims::setBlocked(const std::string& caller, std::span<const Change> changes) {
    std::map<CgroupId, bool> net;
    for (const Change& each : changes) {
        STINT_TRY(checkOwn(caller, each.cgroup));
        net[each.cgroup] = each.blocked;
    }
    for (const auto& [cgroup, blocked] : net) {
        Caller& owner = callers_.at(caller);
        STINT_TRY(change(owner.uid, owner.claims.at(cgroup), cgroup, blocked));
    }
    return {};
}

Result<void> Claims::tellAt(const std::string& caller, CgroupId cgroup, std::uint64_t total) {
    STINT_TRY(checkOwn(caller, cgroup));
    Claim& claim = callers_.at(caller).claims.at(cgroup);
    claim.mark.reset();
    if (total > 0) {
        const std::uint64_t before = claim.before.in + claim.before.out;
        claim.mark = before + std::min(total, std::numeric_limits<std::uint64_t>::max() - before);
        marked_.push_back(cgroup); // the total may have been reached already
    }
    auto done = mark(cgroup);
    if (!done) claim.mark.reset();
    return done;
}

/// Sets the kernel's one mark of the cgroup to the lowest of all callers' marks.
Result<void> Claims::mark(CgroupId cgroup) {
    std::optional<std::uint64_t> next;
    for (const auto& [name, caller] : callers_)
        if (const auto claim = caller.claims.find(cgroup); claim != caller.claims.end() && claim->second.mark)
            next = std::min(next.value_or(*claim->second.mark), *claim->second.mark);
    return filter_.setMark(cgroup, next);
}

std::vector<Claims::Passed> Claims::passed() {
    std::vector<Passed> all;
    std::vector<CgroupId> cgroups = filter_.takePassed();
    cgroups.insert(cgroups.end(), marked_.begin(), marked_.end());
    marked_.clear();
    for (const CgroupId cgroup : cgroups)
        addPassed(cgroup, all);
    return all;
}

/// Reads the count after the mark has ended, so that nothing is missed: what comes later counts before the next mark.
void Claims::addPassed(CgroupId cgroup, std::vector<Passed>& all) {
    if (!places_.contains(cgroup)) return;
    const auto now = filter_.counted(cgroup);
    if (!now) return;
    for (auto& [name, caller] : callers_) {
        const auto found = caller.claims.find(cgroup);
        if (found == caller.claims.end()) continue;
        Claim& claim = found->second;
        if (!claim.mark || now->in + now->out < *claim.mark) continue;
        claim.mark.reset();
        all.push_back({name, {cgroup, since(*now, claim.before)}});
    }
    if (!mark(cgroup)) marked_.push_back(cgroup); // it is tried again
}

Result<std::vector<Claims::Row>> Claims::counters(const std::string& caller, std::span<const CgroupId> cgroups) const {
    std::vector<Row> rows;
    for (const CgroupId cgroup : cgroups)
        STINT_TRY(checkOwn(caller, cgroup));
    const auto owner = callers_.find(caller);
    if (owner == callers_.end()) return rows;
    // Everybody else's answers wait behind a long one.
    if (const std::size_t all = owner->second.claims.size(); cgroups.empty() && all > wire::mostGuarded)
        return fail(Errc::ILLEGAL_ARGUMENT, "you watch {} cgroups; name {} of them at most", all, wire::mostGuarded);
    const auto add = [&](CgroupId cgroup, const Claim& claim) -> Result<void> {
        const Counted now = STINT_TRY(filter_.counted(cgroup));
        rows.push_back({cgroup, since(now, claim.before)});
        return {};
    };
    for (const CgroupId cgroup : cgroups)
        STINT_TRY(add(cgroup, owner->second.claims.at(cgroup)));
    if (cgroups.empty())
        for (const auto& [cgroup, claim] : owner->second.claims)
            STINT_TRY(add(cgroup, claim));
    return rows;
}

void Claims::gone(const std::string& caller) {
    const auto left = callers_.extract(caller);
    if (left.empty()) return;
    STINT_CHECK(!left.mapped().claims.empty()); // a caller without claims has no entry
    for (const auto& [cgroup, claim] : left.mapped().claims)
        drop(cgroup, claim);
}

} // namespace stint
