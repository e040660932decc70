// An accepted message's way: the outbox makes it durable, many in one commit, and then the stream gets it; again after
// each connection that was lost, for a broker that fell may have forgotten what it answered. Where a cluster keeps
// three of each message there is no outbox: the streams' acknowledgement does it (push.md §1.1). One thread does all
// this; any thread may call.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/text/open_metrics.hpp"
#include "push/broker/broker.hpp"
#include "push/mailbox/cluster.hpp"
#include "push/mailbox/outbox.hpp"

namespace stint::push {

class Keeper {
public:
    static constexpr Bytes room = 64 << 20;                 ///< of what the outbox keeps
    static constexpr auto again = std::chrono::minutes(10); ///< a message is sent again after a lost connection

    struct Hooks {
        /// Asked after each connection, on the keeper's thread, until it succeeds; then it is open.
        std::function<Result<void>()> alsoOpen;
        /// Devices are answered from now on, or not any more: the streams are known, or the connection was lost. On the
        /// keeper's thread, and whether it was so before or not.
        std::function<Result<void>(bool are)> answer;
        /// A sentence for who runs the server, when it is another than before; from the keeper's thread.
        std::function<void(const std::string& sentence)> tell;
        /// Asked every 5 s in a cluster, on a thread of its own: what the broker may have told others alone.
        std::function<void()> refresh = [] {};
    };
    /// `cluster`: nullptr where the broker is alone.
    Keeper(Outbox outbox, const Broker& broker, Cluster* cluster, Hooks hooks);
    ~Keeper();
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;

    /// `done` is called once, from the keeper's thread: when the message is on this machine's disk, or three servers'.
    /// Unavailable: there is no room for it, or the stream did not acknowledge it in time. Storage: the disk does not
    /// take it.
    void keep(std::string subject, Headers headers, std::string body, std::function<void(Result<void>)> done);

    /// Takes a message back (§3.2). `done` is called once, from the keeper's thread, when it is noted on the disk, and
    /// the stream has been told if it is there; with false: there is no such message. Storage, Unavailable: it is not
    /// noted.
    void takeBack(TakenBack what, std::function<void(Result<bool>)> done);

    /// Another server has taken a message back, which the outbox here may have sent, or be about to.
    void takenElsewhere(TakenBack what);

    /// The broker is there, again, or gone.
    void connected(bool up);
    /// All is looked at again, as after a connection.
    void reopen();

    /// The store and the epochs of a shard's stream, as of this connection. Unavailable: there is none yet.
    struct Place {
        std::string store;
        std::vector<Epoch> epochs;
    };
    Result<Place> placeOf(const std::string& shard) const;
    /// Messages that wait for the broker, and the bytes of all that are kept.
    struct Held {
        std::size_t waiting = 0;
        Bytes bytes = 0;
        bool isReplicated = false; ///< three servers keep each message, and no outbox
        bool isOpen = false;       ///< the broker is there, with all streams
    };
    Held held() const;

    /// How long messages took until they were kept, in seconds.
    struct Latencies {
        Histogram outbox{{0.0001, 0.001, 0.005, 0.02, 0.1, 0.5, 5}}; ///< until the commit that their senders wait for
        Histogram stream{{0.0001, 0.001, 0.005, 0.02, 0.1, 0.5, 5}}; ///< from the last time that they were sent there
    };
    Latencies latencies() const;

private:
    /// The part that other threads see: what they leave, and what they are shown. Callbacks of the broker may outlive
    /// the keeper.
    struct Shared;
    using SteadyTime = std::chrono::steady_clock::time_point;
    struct Wanted {
        Posted posted;
        std::function<void(Result<void>)> done;
        SteadyTime since;
    };
    struct Unwanted {
        TakenBack what;
        std::function<void(Result<bool>)> done; ///< empty: another server has noted it, and answers
        SteadyTime until{};                     ///< waited so long for what was sent before it
        std::int64_t behind = 0;                ///< what was sent to the stream up to this number is waited for
    };
    /// A message that no outbox has: its sender waits.
    struct Direct {
        Wanted wanted;
        SteadyTime until, next; ///< it is refused then; it is sent, or sent again, then
    };
    struct Told {
        std::int64_t number = 0; ///< negative: of one that no outbox has
        std::string stream;
        Result<Ack> ack;
    };
    /// A stream as far as this process has come with it.
    struct Stream {
        std::string shard, store;
        std::uint64_t highest = 0;               ///< that it has given out, as far as is known
        std::uint64_t noted = 0;                 ///< that is known to outlive this process
        std::map<std::int64_t, SteadyTime> sent; ///< numbers of messages that it has not acknowledged, and since when
    };

    /// How far a stream has come.
    struct Reached {
        std::string store;
        std::uint64_t highest = 0;

        bool operator==(const Reached&) const = default;
    };

    void run();
    void noteRoom(const Result<void>& opened);
    void tend();
    /// Until it looks by itself, where reconnect() was tried then.
    std::chrono::milliseconds pause(bool isUp, SteadyTime tried) const;
    void work(std::vector<Wanted> wanted, const std::vector<Told>& told);
    std::vector<std::int64_t> noted(const std::vector<Told>& told);
    void send(const Posted& posted);
    void note(std::vector<Unwanted> unwanted);
    void settle();
    Result<bool> deleted(const TakenBack& what);
    Result<bool> takenFromAll(const Unwanted& one);
    void keepDirect(std::vector<Wanted> wanted);
    void sendDirect(SteadyTime now);
    void endDirect(const Told& told);
    void tellDevice(const Posted& posted) const;
    void noteHighest();
    void watchOver(SteadyTime now);
    Result<void> reconnect();
    Result<std::vector<Epoch>> epochsOf(const std::string& shard, const StreamState& state);
    Result<std::map<std::string, Stream>> openStreams();
    std::map<std::string, std::uint64_t> promisesFor(const std::vector<const Posted*>& posted,
                                                     const std::vector<Told>& told) const;
    void show();
    void measure(Histogram Latencies::*in, SteadyTime since);
    void tell(const std::string& sentence);

    Outbox outbox_;
    const Broker& broker_;
    Cluster* cluster_;
    Hooks hooks_;
    std::string told_;                              ///< the last sentence; at first that all is well
    std::map<std::string, Stream> streams_;         ///< by name
    std::map<std::string, Place> places_;           ///< by shard
    std::vector<Unwanted> unwanted_;                ///< noted, and not answered
    std::string refusal_;                           ///< the store's last word where it takes no more
    bool wasRefused_ = false;                       ///< it took no more of what was sent at the last reconnect()
    std::chrono::milliseconds betweenTries_{1'000}; ///< of reconnect(): longer while there is no room
    bool isOpen_ = false;                           ///< the streams were looked at since the last connection
    bool isReplicated_ = false;                     ///< three servers keep each of them
    std::map<std::int64_t, Direct> direct_;         ///< by number
    std::int64_t lastDirect_ = 0;
    SteadyTime acknowledged_, refreshed_; ///< when a stream did, or nothing was on its way; when that was done
    std::shared_ptr<Shared> shared_;
    std::thread thread_, tender_;
};

} // namespace stint::push
