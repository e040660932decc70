// The connection to nats-server: of the server's end streams, messages put into them and read back, keys with values,
// questions answered; of a device's, questions asked and messages heard. libnats has threads of its own, and calls back
// from them; each callback says from which.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "push/envelope/fleet.hpp"
#include "push/envelope/questions.hpp"
#include "stint/result.hpp"

namespace stint::push {

/// A stream, and how far it has got.
struct StreamState {
    std::string store;      ///< its name and when it was made: another store has other sequences
    std::uint64_t last = 0; ///< the sequence of its newest message, 0: it had none yet
    Bytes bytes = 0;        ///< that it has
    Bytes most = 0;         ///< that it takes; 0: as many as the server has room for
    int replicas = 1;       ///< how many servers of a cluster keep it
    bool tells = false;     ///< what it takes, as messages of its own
};

/// A bucket's value, and which one it is of those that the key had.
struct Value {
    std::string text;
    std::uint64_t revision = 0; ///< 0: there is none yet
};

/// How much a bucket keeps: the newest values, and those that are not older. 0: all.
struct BucketBounds {
    std::int64_t values = 0;
    Duration age{0};
};

/// A message as a stream has it.
using Stored = StoredMessage;
/// One that was read there.
struct Recorded {
    Stored message;
    WallTime at; ///< when the stream was given it, by its server's clock
};

/// The stream of a fleet's reports, and how many bytes it keeps at most, and where the broker has less room (proposal).
inline constexpr const char* reportsStream = "STINT_FLEET_R";
inline constexpr Bytes mostReports = Bytes{4} << 30, leastReports = Bytes{16} << 20;

/// The stream and the subjects of a bucket's values.
std::string streamOfBucket(std::string_view bucket);
std::string subjectOfKey(std::string_view bucket, std::string_view key);

/// Why no further try is made of a connection that nobody closed here.
enum class Ending : std::uint8_t {
    Refused, ///< the server does not let this user in
    GivenUp, ///< a server took the first try, and said nothing: libnats waits for none after that
};

/// A device whose connection is lost tries again at any time within this, so that not all come at once: 1 s, and half
/// as long again with each try, up to 5 min (push.md §4.2). `tries`: from 1 on, of all brokers.
Duration triesWithin(int tries);
/// How long it waits until it asks again what nobody has answered: 1 to 2 s by chance, and half as long again with each
/// try, up to 5 min (push.md §4.2). `tries`: from 1 on.
Duration untilTriedAgain(int tries);

class Broker {
public:
    struct Settings {
        std::vector<std::string> urls; ///< nats://127.0.0.1:4222; 1 to 8, of one system, tried in random order
        std::string credentials;       ///< a file of a user's JWT and key; empty: none
        /// The name of the device whose end this is; empty: it is the server's. A device's has no JetStream, is silent
        /// where nothing is asked, and waits longer between its tries: 1 s to 5 min, by chance.
        /// With a URL that begins with tls:// neither end speaks to a server in clear text.
        std::string device;
        std::string certified; ///< the host that the broker's certificate is for; empty: the URL's
        /// The server is one of a cluster: what is read is the leaders' word, for a replica may lag, or be cut off.
        bool clustered = false;
    };

    /// Connects; where no server answers it goes on trying. IllegalArgument: a URL is none.
    static Result<Broker> connect(const Settings& settings);
    Broker(Broker&&) noexcept;
    Broker& operator=(Broker&&) noexcept;
    ~Broker();
    /// Ends the connection, and returns when no callback runs any more. Nothing may be asked of it from then on.
    void close();

    /// `changed` is called now, with whether the connection is there, and whenever that changes: from a thread of
    /// libnats, and not after close(). `ended` is called where no further try is made, so that another Broker is
    /// needed: from a thread of libnats. So is `others`, with the places (HOST:PORT) of other brokers of the system
    /// that this one names, when there may be more than were named before; of a device's connection alone.
    void follow(std::function<void(bool up)> changed, std::function<void(Ending how)> ended = nullptr,
                std::function<void(const std::vector<std::string>& places)> others = nullptr);

    /// The answer to a question. Unavailable: none came within `longest`.
    Result<std::string> ask(const std::string& subject, std::string_view question,
                            Duration longest = std::chrono::seconds(2)) const;

    /// The same without waiting for it: `answered` is called once, from a thread of libnats. Unavailable: nobody is
    /// there who answers, or the connection was lost. What came too late, or never, is told as that when the next
    /// question is asked.
    void askBeside(const std::string& subject, std::string_view question, Duration longest,
                   std::function<void(Result<std::string>)> answered) const;

    /// The answers of all who answer: so many, or what came within `longest`. Unavailable: it cannot be asked.
    Result<std::vector<std::string>> askAll(const std::string& subject, std::string_view question, std::size_t most,
                                            Duration longest = std::chrono::seconds(2)) const;

    // These wait for the server's answer, 2 s at most: Unavailable where none comes. Storage: it has no room for what
    // is to be written.

    /// Makes the stream of a shard where it is not there, and gives it more replicas where it has less.
    Result<StreamState> openStream(std::string_view shard, int replicas = 1) const;
    /// The same for the stream of a fleet's reports (push.md §2.1), of so many bytes, or of half as many as often as
    /// the broker has no room for them: STINT_FLEET_R. What it has no room for is refused. LimitExceeded: there is too
    /// little for any.
    Result<StreamState> openReports(int replicas = 1, Bytes most = mostReports) const;
    using Heard = std::function<void(std::optional<Recorded> report)>;
    /// From now on what that stream takes is heard, where it tells that, from a thread of its own: in its order, unless
    /// another of its servers leads meanwhile, and what is told while no way leads here is missing. nullopt: it has
    /// taken one, and nats-server 2.9 does not say when. Ended by answerNoMore().
    Result<void> followReports(const Heard& heard) const;
    /// The same for a stream of one subject of which nothing can be taken out, until it is as old as that.
    Result<StreamState> openDiary(const char* name, const char* subject, Duration age, int replicas = 1) const;
    /// The first message of those subjects, with that sequence or a later one. nullopt: none. Not from what is called
    /// back by askBeside() or keep(), which would wait for itself.
    Result<std::optional<Stored>> next(std::string_view stream, std::uint64_t from, std::string_view subjects) const;
    struct From {
        std::string stream;
        std::uint64_t sequence = 0;
        std::string subjects;
    };
    /// The same of each of these; all are asked for at once.
    Result<std::vector<std::optional<Stored>>> nextOf(const std::vector<From>& each) const;
    /// The messages of those subjects from that sequence on, in their order: so many, or all that there are now. It
    /// asks for many at once, twice as many each time as long as few numbers lie between them; for `atOnce` at first,
    /// where it is known that there are as many.
    Result<std::vector<Recorded>> read(std::string_view stream, std::string_view subjects, std::uint64_t from,
                                       std::size_t most = 256, std::size_t atOnce = 1) const;
    /// The sequence from which on all that a stream has taken since then is to be found, and as much before it at most,
    /// of the last `most`; its next one where there is nothing.
    Result<std::uint64_t> sequenceOf(std::string_view stream, WallTime since, std::uint64_t most) const;
    /// The stream has no message with that sequence any more, if it had one.
    Result<void> remove(std::string_view stream, std::uint64_t sequence) const;
    /// Makes a bucket of keys with values where it is not there, and gives it more replicas where it has less. The
    /// sequence of its newest value, 0: it had none yet.
    Result<std::uint64_t> openBucket(std::string_view bucket, int replicas = 1, BucketBounds bounds = {}) const;
    /// The value that it has for the key from now on; returns its revision.
    Result<std::uint64_t> put(std::string_view bucket, std::string_view key, std::string_view value) const;
    /// The value that a key has.
    Result<Value> valueOf(std::string_view bucket, std::string_view key) const;
    /// The same, in the place of that revision; 0: of none. IllegalState: the key has another one by now.
    Result<std::uint64_t> replace(std::string_view bucket, std::string_view key, std::string_view value,
                                  std::uint64_t revision) const;
    /// The value that a key has for good: it had none, or this one by a try whose answer was lost. IllegalState: it has
    /// another one; Unavailable: nobody knows. Returns its revision.
    Result<std::uint64_t> writeOnce(std::string_view bucket, std::string_view key, std::string_view value) const;
    /// Those keys, as NATS writes several, have no value any more, and leave nothing behind.
    Result<void> forget(std::string_view bucket, std::string_view keys) const;

    /// Sends a message to the stream that has this subject and no other, where `last` is the sequence of its newest
    /// one; returns its own. IllegalState: it has a newer one by now. Unavailable: nobody knows whether it has it.
    Result<std::uint64_t> append(const std::string& subject, std::string_view body, std::uint64_t last) const;

    /// Sends a message to a stream. `done` is called once, from a thread of libnats: with its acknowledgement, with the
    /// same sequence again for a message that it has already; or with its error; LimitExceeded: the store takes no
    /// more; Unavailable: the connection was lost meanwhile, and nobody knows.
    void keep(const std::string& subject, const Headers& headers, std::string_view body,
              std::function<void(Result<Ack>)> done) const;
    /// Sends a message to whoever listens now.
    Result<void> tell(const std::string& subject, const Headers& headers, std::string_view body) const;

    /// The values of a bucket's keys, with `from` or a later sequence and in their order; `taken` is called for each.
    /// Returns the last one's sequence; from - 1: there was none.
    Result<std::uint64_t> readValues(std::string_view bucket, std::string_view keys, std::uint64_t from,
                                     const std::function<void(const Stored& value)>& taken) const;
    /// That value of one of these keys stands there as it was read. Else the bucket may be another, or have gone back,
    /// and on; or it was forgotten.
    Result<bool> stands(std::string_view bucket, std::string_view keys, const Stored& value) const;

    using Respond = std::function<std::string(const std::string& subject, std::string_view question)>;
    static constexpr int mostUnanswered = 100; ///< PROPOSAL: or as many as a thread answers in a second
    /// From now on questions to these subjects are answered, from a thread for each subject; each by one of those that
    /// answer in the same group, wherever they are, by chance: whoever cannot takes a question from one that can. Where
    /// no server is there it is so as soon as one is. An empty answer says what NATS says where nobody answers, and so
    /// it is while more than `mostUnanswered`, and more than it answers in a second, wait for its thread, of
    /// those that have waited longest: they would be answered when nobody waits for it any more, and be asked again
    /// meanwhile. Of more than 20,000, or 4 MiB, none is answered (proposal).
    Result<void> answer(const std::vector<std::string>& subjects, const std::string& group,
                        const Respond& respond) const;
    using Answered = std::function<void(std::string_view answer)>;
    using Take = std::function<void(const std::string& subject, std::string question, Answered answered)>;
    /// The same, of answers that come later, from any thread; what is answered when the connection is closed comes to
    /// nothing.
    Result<void> answerLater(const std::string& subjects, const std::string& group, Take take) const;
    /// Ends both, and followReports(): neither is anything answered, or heard, any more that waits for their threads.
    void answerNoMore() const;
    using Hear = std::function<void(const Stored& message)>;
    /// From now on messages to these subjects are heard, from a thread of their own; each by one of those that listen
    /// in the same group, if it has a name.
    Result<void> listen(const std::string& subjects, Hear hear, const std::string& group = "") const;
    /// From now on those subjects are heard, and of what this has named before no others. When it returns the server
    /// knows, if one is there; a message that was on its way may still be heard.
    Result<void> listenOnlyTo(const std::set<std::string>& subjects, const Hear& hear) const;

private:
    struct Connection;
    explicit Broker(std::shared_ptr<Connection> connection);
    std::shared_ptr<Connection> it_;
};

} // namespace stint::push
