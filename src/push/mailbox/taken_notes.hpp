// Notes for a cluster's other servers of messages that were taken back (push.md §3.2): a server whose outbox has one of
// them sends it no more. They are in a bucket of the broker's, which each server reads and follows. Any thread may
// call.
#pragma once
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "push/broker/broker.hpp"
#include "push/mailbox/bucket_reader.hpp"
#include "push/mailbox/outbox.hpp"

namespace stint::push {

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

} // namespace stint::push
