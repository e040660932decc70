// The replicas of a cluster's streams, compared (push.md §5, doctor): each broker tells how far its own have come, and
// how much they keep. What it says is counts; nobody reads all the bytes of all of them. Any thread may call.
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "push/broker/broker.hpp"
#include "push/joining/membership.hpp"

namespace stint::push {

/// A broker's word for its replica of a stream.
struct Replica {
    std::uint64_t last = 0, messages = 0, bytes = 0;

    bool operator==(const Replica&) const = default;
};
/// A stream's replicas by their brokers' names; and those that should have one, by its leader's word.
struct Replicated {
    std::string leader; ///< empty: it has none
    std::vector<std::string> others;
    std::map<std::string, Replica> at;
};
/// One look at all: who has answered, and what of each stream.
struct Look {
    std::vector<std::string> brokers;
    std::map<std::string, Replicated> streams;

    /// Adds a broker's answer; one that is none adds nothing.
    void add(std::string_view answer);
};

/// A replica beside its leader's, by two looks some time apart.
enum class Standing {
    Same,    ///< as far, and as much in it
    Moving,  ///< nobody knows: messages came while both were asked
    Behind,  ///< not as far as the leader was at the look before
    Differs, ///< as far, and not as much in it, at both looks; or further
    Away     ///< its broker does not answer
};
std::string_view nameOf(Standing standing);
/// The numbers of streams with each standing, by the brokers' names. One that is away has one.
std::map<std::string, std::map<Standing, int>> compared(const Look& before, const Look& now,
                                                        const std::vector<std::string>& brokers);

/// A broker's replicas that stand still though their leaders are further.
class Stalled {
public:
    /// `broker`: its name.
    void look(const std::string& broker, const Look& now, Instant at);
    /// The longest of them has stood so long; 0: none does.
    Duration longest(Instant now) const;

private:
    struct Still {
        std::uint64_t last = 0;
        Instant since;
    };
    std::map<std::string, Still> still_; ///< by stream
};

class Replicas {
public:
    explicit Replicas(const Broker& broker) : broker_(broker) {}

    /// Asks the brokers of these servers.
    void look(const std::vector<Membership>& servers);
    /// A replica of that server, by its name, has stood still for so long though its leader is further; 0: none has.
    /// Asked on the thread of look() alone.
    Duration stalled(const std::string& server);
    /// The standings by the last two looks, by the servers' routes. Empty: nobody has looked twice.
    std::map<std::string, std::map<Standing, int>> standings() const;

private:
    const Broker& broker_;
    Look before_;
    Stalled stalled_;
    mutable std::mutex mutex_;
    std::map<std::string, std::map<Standing, int>> standings_;
};

} // namespace stint::push
