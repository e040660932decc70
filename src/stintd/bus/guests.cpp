#include "stintd/bus/guests.hpp"

#include <fmt/format.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"

namespace stint {
namespace {

template <class Key> void add(std::map<Key, std::size_t>& counts, const Key& key) { ++counts[key]; }

template <class Key> void take(std::map<Key, std::size_t>& counts, const Key& key) {
    const auto found = counts.find(key);
    STINT_CHECK(found != counts.end()); // a connection that leaves was counted when it came
    STINT_CHECK(found->second > 0);
    if (--found->second == 0) counts.erase(found);
}

template <class Key> std::size_t in(const std::map<Key, std::size_t>& counts, const Key& key) {
    const auto found = counts.find(key);
    return found == counts.end() ? 0 : found->second;
}

/// PROPOSAL: one process of the operator may take this many connections of the reserve; a verb needs one.
constexpr std::size_t mostInReserve = 4;

} // namespace

std::size_t Guests::ofProcess(pid_t pid) const { return in(ofProcess_, pid); }
std::size_t Guests::ofApp(const AppId& app) const { return in(ofApp_, app); }

template <class Which> std::optional<ConnectionId> Guests::firstQuiet(Which which) const {
    for (const ConnectionId id : quiet_)
        if (which(known_.at(id).guest)) return id;
    return std::nullopt;
}

std::optional<ConnectionId> Guests::quietest() const {
    std::map<pid_t, std::size_t> quiet;
    for (const ConnectionId id : quiet_)
        ++quiet[known_.at(id).guest.pid];
    std::size_t most = 0;
    for (const auto& [pid, count] : quiet)
        most = std::max(most, ofProcess(pid));
    return firstQuiet([&](const Guest& guest) { return ofProcess(guest.pid) == most; });
}

bool Guests::mayUseReserve(const Guest& newcomer) const {
    const bool isRoom = known_.size() < mostConnections(caps_) + reservedConnections;
    return isRoom && newcomer.isOperator && ofProcess(newcomer.pid) < mostInReserve;
}

Guests::Ruling Guests::byShares(const Guest& newcomer) const {
    if (ofProcess(newcomer.pid) >= caps_.connectionsOfProcess) {
        const auto own = firstQuiet([&](const Guest& guest) { return guest.pid == newcomer.pid; });
        if (own) return {own, ""};
        return {std::nullopt, fmt::format("process {} has {}, and may have {}", newcomer.pid,
                                          counted(ofProcess(newcomer.pid), "connection"), caps_.connectionsOfProcess)};
    }
    if (!newcomer.isOperator && ofApp(newcomer.app) >= caps_.connectionsOfApp) {
        const auto own = firstQuiet([&](const Guest& guest) { return guest.app == newcomer.app; });
        if (own) return {own, ""};
        return {std::nullopt, fmt::format("{} has {}, and may have {}", newcomer.app.name,
                                          counted(ofApp(newcomer.app), "connection"), caps_.connectionsOfApp)};
    }
    return {};
}

Guests::Ruling Guests::byRoom(const Guest& newcomer) const {
    // A connection that has sent nothing goes first: one of a process that has many, before another process's only one.
    if (const auto one = quietest()) return {one, ""};
    return {std::nullopt, fmt::format("there are {}, and process {} wants one more", known_.size(), newcomer.pid)};
}

void Guests::entered(ConnectionId id, Guest guest, Instant now) {
    if (guest.pid == 0) return;
    add(ofProcess_, guest.pid);
    if (!guest.isOperator) add(ofApp_, guest.app);
    quiet_.insert(id);
    greeting_.emplace(now, id);
    STINT_CHECK(known_.emplace(id, Known{.guest = std::move(guest), .since = now}).second);
    checkSizes();
}

// Every quiet or greeting connection is known, and every process or app that is counted has a connection.
void Guests::checkSizes() const {
    STINT_CHECK(quiet_.size() <= known_.size());
    STINT_CHECK(greeting_.size() <= known_.size());
    STINT_CHECK(ofProcess_.size() <= known_.size());
    STINT_CHECK(ofApp_.size() <= known_.size());
}

void Guests::left(ConnectionId id) {
    const auto known = known_.extract(id);
    if (known.empty()) return;
    const Guest& guest = known.mapped().guest;
    take(ofProcess_, guest.pid);
    if (!guest.isOperator) take(ofApp_, guest.app);
    quiet_.erase(id);
    greeting_.erase({known.mapped().since, id});
    checkSizes();
}

void Guests::greeted(ConnectionId id) {
    if (const auto known = known_.find(id); known != known_.end()) greeting_.erase({known->second.since, id});
}

void Guests::spoke(ConnectionId id, bool wholly) {
    const auto known = known_.find(id);
    if (known == known_.end()) return;
    if (wholly) {
        quiet_.erase(id);
    } else {
        quiet_.insert(id);
    }
}

std::optional<ConnectionId> Guests::tooSlow(Instant now) const {
    if (greeting_.empty() || now - greeting_.begin()->first <= caps_.handshake) return std::nullopt;
    return greeting_.begin()->second;
}

} // namespace stint
