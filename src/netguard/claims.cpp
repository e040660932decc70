#include "netguard/claims.hpp"

#include <algorithm>
#include <limits>

#include "base/result/check.hpp"
#include "base/result/fail.hpp"
#include "base/result/try.hpp"

namespace stint {
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
