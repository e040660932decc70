// The servers of a cluster, and how far its streams have come (push.md §1.1, §3.3); and their notes of messages that
// were taken back (§3.2). Both are in buckets of the broker's, which each server reads and follows. Any thread may
// call.
#pragma once
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "push/broker/broker.hpp"
#include "push/joining/membership.hpp"
#include "push/mailbox/bucket_reader.hpp"
#include "push/mailbox/outbox.hpp"

namespace stint::push {

/// Notes for the other servers of messages that were taken back: a server whose outbox has one of them sends it no
/// more.
class TakenNotes {
public:
    static constexpr std::size_t mostNotes = 2'000; ///< PROPOSAL

    /// `heard` is called when another server has noted one, from a thread of libnats or that of readNew().
    TakenNotes(const Broker& broker, std::function<void(const TakenBack& what)> heard);

    /// Follows the bucket.
    Result<void> follow();
    /// The bucket is there, with so many replicas, and all that it has is read. Unavailable: the broker is away.
    Result<void> open(int replicas);
    /// Reads what is new in it.
    Result<void> readNew();

    /// It was taken back at that time, and the others know it. Unavailable: the broker is away.
    Result<void> note(const TakenBack& what, WallTime at);
    /// True for a message that was kept then, and is not to be sent: nor is one of the same id for 10 min.
    bool has(const TakenBack& what, WallTime kept) const;

private:
    /// The message that the value tells of, if that was not known.
    std::optional<TakenBack> take(const Stored& value);
    bool add(const TakenBack& what, WallTime at);
    void forget(const TakenBack& what);
    void hear(const Stored& value);

    const Broker& broker_;
    BucketReader reader_;
    std::function<void(const TakenBack& what)> heard_;
    mutable std::mutex mutex_;
    std::map<TakenBack, WallTime> notes_;
    std::set<std::pair<WallTime, TakenBack>> byAge_;
};

class Cluster {
public:
    /// `self` stands in the bucket from the first open() on. `changed` is called when there are more servers, or
    /// others, from a thread of libnats; so is `takenBack`, as TakenNotes has it.
    Cluster(const Broker& broker, Membership self, std::function<void()> changed,
            std::function<void(const TakenBack& what)> takenBack);

    /// Follows the bucket, and that of what was taken back.
    Result<void> follow();
    /// This server stands in the bucket, and all that both have is read. Unavailable: the broker is away, or no leader
    /// is.
    Result<void> open();
    /// Reads what is new in both buckets.
    Result<void> readNew();

    /// A server joins from now on, and no other until it stands in the bucket, for 2 min at most. Unavailable: another
    /// is joining, or the broker is away.
    Result<void> letJoin(WallTime now);

    /// Replicas of all that is kept: 3 where there are as many servers, else 1.
    int replicas() const;
    const std::string& name() const { return self_.name; }
    /// All that are known, this server among them.
    std::vector<Membership> servers() const;
    /// The URLs of brokers that devices are told: this server's, then the others'; at most 8.
    std::vector<std::string> brokers() const;
    /// The routes at which the servers reach each other: its own, then the others'.
    std::vector<std::string> routes() const;

    /// A stream's epochs. Where it has not come as far as it is known to have been, by this bucket or by `promised`,
    /// one more begins. Unavailable: another server is writing it now.
    Result<std::vector<Epoch>> opened(const std::string& shard, const StreamState& stream, std::uint64_t promised);
    /// The stream has acknowledged that sequence.
    Result<void> note(const std::string& shard, const std::string& store, std::uint64_t highest);
    /// The epochs as the bucket has them now.
    std::vector<Epoch> epochs(const std::string& shard, const std::string& store) const;

    TakenNotes& taken() { return taken_; }

private:
    struct Place {
        std::string store;
        std::uint64_t highest = 0;
        std::vector<Epoch> epochs;
    };
    struct Joining {
        std::size_t servers = 0; ///< as many were there when it asked
        WallTime until;          ///< it is waited for
    };
    static std::optional<Joining> joiningIn(std::string_view text);
    static std::string textOf(const Joining& joining);
    bool isUnderWay(const std::optional<Joining>& joining, WallTime now) const;
    static std::optional<Place> placeIn(std::string_view text);
    static std::string textOf(const Place& place);
    void take(const Stored& value);
    /// True: it was not known, or otherwise.
    bool takeServer(const std::string& name, std::string_view text);

    const Broker& broker_;
    BucketReader reader_;
    Membership self_;
    std::function<void()> changed_;
    mutable std::mutex mutex_;
    std::map<std::string, Membership> servers_; ///< by name
    std::map<std::string, Place> places_;       ///< by shard
    std::optional<Joining> joining_;            ///< of the second server: there is no bucket before it
    TakenNotes taken_;
};

} // namespace stint::push
