#include "push/mailbox/replicas.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "base/text/json_member.hpp"
#include "base/time/clock.hpp"

namespace stint::push {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char *everyBroker = "$SYS.REQ.SERVER.PING.JSZ", *ofStreams = R"({"accounts": true, "streams": true})";
constexpr std::string_view brokerPrefix = "stint-"; ///< before a server's name, as its configuration has it
constexpr std::array standingNames{"same", "moving", "behind", "differs", "away"};

/// The member of an object, where that is one; an empty value where it is not.
const Json& at(const Json& object, const char* name) {
    static const Json nothing;
    if (!object.is_object()) return nothing;
    const auto found = object.find(name);
    return found == object.end() ? nothing : *found;
}
std::string textAt(const Json& object, const char* name) { return textMember(object, name).value_or(""); }
std::uint64_t countAt(const Json& object, const char* name) { return countMember(object, name).value_or(0); }
const Json& listAt(const Json& object, const char* name) {
    static const Json none = Json::array();
    const Json& its = at(object, name);
    return its.is_array() ? its : none;
}

/// nullptr: the broker has none of it.
const Replica* replicaOf(const Look& look, const std::string& stream, const std::string& broker) {
    const auto found = look.streams.find(stream);
    if (found == look.streams.end()) return nullptr;
    const auto its = found->second.at.find(broker);
    return its == found->second.at.end() ? nullptr : &its->second;
}

/// It is as far as its leader, and has something else.
bool isOther(const Look& look, const std::string& stream, const std::string& leader, const std::string& broker) {
    const Replica* const its = replicaOf(look, stream, broker);
    const Replica* const leaders = replicaOf(look, stream, leader);
    return its && leaders && its->last == leaders->last && *its != *leaders;
}

Standing standingOf(const Look& before, const Look& now, const std::string& stream, const std::string& leader,
                    const std::string& broker) {
    const Replica* const leaders = replicaOf(now, stream, leader);
    const Replica* const leadersBefore = replicaOf(before, stream, leader);
    const Replica* const its = replicaOf(now, stream, broker);
    const Replica* const itsBefore = replicaOf(before, stream, broker);
    if (!leaders || !leadersBefore) return Standing::Moving;
    if (!its || its->last < leadersBefore->last) return Standing::Behind;
    if (*its == *leaders) return Standing::Same;
    if (itsBefore && itsBefore->last > leaders->last) return Standing::Differs;
    const bool isTwice = isOther(before, stream, leader, broker) && isOther(now, stream, leader, broker);
    return isTwice ? Standing::Differs : Standing::Moving;
}

} // namespace

std::string_view nameOf(Standing standing) { return standingNames.at(static_cast<std::size_t>(standing)); }

void Look::add(std::string_view answer) {
    const Json said = Json::parse(answer, nullptr, false);
    const std::string broker = textAt(at(said, "server"), "name");
    if (broker.empty()) return;
    brokers.push_back(broker);
    for (const Json& account : listAt(at(said, "data"), "account_details"))
        for (const Json& stream : listAt(account, "stream_detail")) {
            const std::string name = textAt(stream, "name");
            if (name.empty()) continue;
            const Json &state = at(stream, "state"), &cluster = at(stream, "cluster");
            Replicated& its = streams[name];
            its.at[broker] = {countAt(state, "last_seq"), countAt(state, "messages"), countAt(state, "bytes")};
            if (textAt(cluster, "leader") != broker) continue;
            its.leader = broker;
            for (const Json& other : listAt(cluster, "replicas"))
                its.others.push_back(textAt(other, "name"));
        }
}

std::map<std::string, std::map<Standing, int>> compared(const Look& before, const Look& now,
                                                        const std::vector<std::string>& brokers) {
    std::map<std::string, std::map<Standing, int>> all;
    for (const std::string& broker : brokers)
        if (std::ranges::find(now.brokers, broker) == now.brokers.end())
            all[broker][Standing::Away] = 1;
        else
            all[broker]; // it has answered
    for (const auto& [name, stream] : now.streams) {
        if (stream.leader.empty()) continue; // it is just elected
        if (all.contains(stream.leader)) ++all[stream.leader][Standing::Same];
        for (const std::string& other : stream.others) {
            const auto its = all.find(other);
            if (its == all.end() || its->second.contains(Standing::Away)) continue;
            ++its->second[standingOf(before, now, name, stream.leader, other)];
        }
    }
    return all;
}

void Stalled::look(const std::string& broker, const Look& now, Instant at) {
    std::map<std::string, Still> still;
    for (const auto& [name, stream] : now.streams) {
        const auto leaders = stream.at.find(stream.leader), its = stream.at.find(broker);
        const bool isBehind =
            leaders != stream.at.end() && its != stream.at.end() && its->second.last < leaders->second.last;
        if (!isBehind) continue;
        const auto before = still_.find(name);
        const bool stands = before != still_.end() && before->second.last == its->second.last;
        still[name] = stands ? before->second : Still{its->second.last, at};
    }
    still_ = std::move(still);
}

Duration Stalled::longest(Instant now) const {
    Duration longest{0};
    for (const auto& [name, one] : still_)
        longest = std::max(longest, now - one.since);
    return longest;
}

Duration Replicas::stalled(const std::string& server) {
    const Instant now = bootNow();
    stalled_.look(std::string(brokerPrefix) + server, before_, now);
    return stalled_.longest(now);
}

void Replicas::look(const std::vector<Membership>& servers) {
    const auto answers = broker_.askAll(everyBroker, ofStreams, servers.size());
    Look now;
    if (answers.ok())
        for (const std::string& answer : *answers)
            now.add(answer);
    std::map<std::string, std::map<Standing, int>> byRoute;
    if (!before_.brokers.empty() && !now.brokers.empty()) {
        std::vector<std::string> brokers;
        for (const Membership& server : servers)
            brokers.push_back(std::string(brokerPrefix) + server.name);
        auto all = compared(before_, now, brokers);
        for (const Membership& server : servers)
            byRoute[server.route] = std::move(all[std::string(brokerPrefix) + server.name]);
    }
    before_ = std::move(now);
    const std::lock_guard lock(mutex_);
    standings_ = std::move(byRoute);
}

std::map<std::string, std::map<Standing, int>> Replicas::standings() const {
    const std::lock_guard lock(mutex_);
    return standings_;
}

} // namespace stint::push
