// A Broker's connection: what libnats calls back into, and what waits for its callbacks.
#pragma once
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>

#include "push/broker/broker.hpp"
#include "push/broker/libnats.hpp"

namespace stint::push {

struct Broker::Connection {
    /// The message goes when it returns.
    using Answered = std::function<void(Result<natsMsg*>)>;
    /// A question whose answer libnats' thread takes.
    struct Waiting {
        Answered answered;
        std::chrono::steady_clock::time_point until;
    };
    /// A place for answers that are waited for, until it goes.
    struct Inbox {
        std::string prefix; ///< all subjects that begin so
        nats::Subscription subscription;
        /// The next one. Unavailable: none came until then.
        Result<nats::Message> next(std::chrono::steady_clock::time_point until) const;
    };
    std::mutex telling; ///< held while `changed` is called, and for the first try
    bool isUp = false;
    std::optional<Ending> ending; ///< for good
    bool hasWaited = false;       ///< the first try failed, and took all its time
    std::function<void(bool up)> changed;
    std::function<void(Ending how)> ended;
    std::function<void(const std::vector<std::string>&)> others;
    std::string credentials; ///< a file
    bool clustered = false;
    Duration connecting{0};
    natsConnection* nats = nullptr;
    nats::JetStream jetStream;
    std::string inbox; ///< the subjects of this connection's answers begin so
    std::string acks;  ///< the subject of those that are waited for, but for the number at its end; empty: none were
    std::mutex mutex;
    std::condition_variable quiet;
    std::vector<nats::Subscription> subscriptions;
    std::map<std::string, natsSubscription*, std::less<>> heardNow; ///< those of `subscriptions` that may end
    std::vector<natsSubscription*> answering;                       ///< and those that answer
    int listeners = 0;
    bool isClosed = false; ///< libnats has called back for the last time
    std::uint64_t number = 0;
    std::map<std::uint64_t, Waiting> waiting; ///< by their numbers

    using Hear = std::function<void(natsMsg* message, natsSubscription* of)>;
    Result<natsSubscription*> subscribe(const std::string& subjects, const std::string& group, Hear hear);
    void end(natsSubscription* subscription);
    void flush() const;
    Result<void> openAnswers();
    Result<void> openJetStream();
    /// Publishes it; `done` gets the answer. nullopt for `longest`: it is waited for until the connection is lost.
    /// Returns its number.
    std::uint64_t send(const std::string& subject, const Headers& headers, std::string_view body,
                       std::optional<Duration> longest, Answered done);
    struct Question {
        std::string subject, text;
    };
    /// Takes the answer to the question at that place; from any thread. False: it is none yet, another may be.
    using Take = std::function<bool(std::size_t which, const Result<natsMsg*>& answer)>;
    /// Asks all at once what changes nothing, and each again while nobody answers it: a leader that is gone has not
    /// heard it, and the next one may answer at once. Unavailable: not all were answered within 2 s.
    Result<void> pose(const std::vector<Question>& questions, const Take& take);
    /// The stream, or what knows whether it is there, has a leader; of one server alone nothing is asked. Unavailable:
    /// not within 2 s.
    Result<void> led(const std::string& stream);
    Result<Inbox> openInbox() const;
    /// Makes the stream where it is not there, and gives it more replicas where it has less, and what it is to tell.
    Result<StreamState> open(jsStreamConfig& config);
    /// The subject that answers for a stream's messages; and its answer. nullopt: there is none.
    std::string readerOf(std::string_view stream) const;
    Result<std::optional<Recorded>> recordedOf(natsMsg* answered, std::string_view stream) const;
    /// The same question for that sequence and those that follow it: the answers in that order. They have an inbox of
    /// their own: by way of nextOf()'s, another thread's, a million of them cost a tenth more of a processor.
    Result<std::vector<std::optional<Recorded>>> several(const Inbox& answers, std::string_view stream,
                                                         std::string_view subjects, std::uint64_t from,
                                                         std::size_t count) const;
    Result<nats::StreamInfo> infoOf(const std::string& stream) const;
    Result<nats::StreamInfo> update(jsStreamConfig config) const;
    /// `isOther`: its configuration here is another than the server's.
    Result<nats::StreamInfo> moreReplicas(nats::StreamInfo info, int replicas, bool isOther = false) const;
    /// The sequence that the stream has given it. IllegalState: it is not as `expected`; Storage: there is no room.
    Result<std::uint64_t> publish(const std::string& subject, std::string_view body, jsPubOptions* expected) const;
    void tellChange(bool up);
    void tellOthers();
    void answered(natsMsg* message);
    Answered taken(std::uint64_t which);
    void forgetWaiting();
    /// Those that nobody has answered in time.
    void forgetLate();
    natsStatus begin(natsOptions* options);
    void closed(bool hasSpoken);
    void close();
};

/// How long a server has, from the first packet to its greeting's end.
Duration connectingOf(const Broker::Settings& settings);
/// `file`: the path of the credentials, as long as the connection is there. IllegalArgument: a URL is none.
Result<nats::Options> optionsOf(const Broker::Settings& settings, std::string* file);

} // namespace stint::push
