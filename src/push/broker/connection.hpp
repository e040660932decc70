// A Broker's connection: what libnats calls back into, and what waits for its callbacks.
#pragma once
#include <condition_variable>
#include <map>
#include <mutex>

#include "push/broker/broker.hpp"
#include "push/broker/libnats.hpp"

namespace stint::push {

struct Broker::Connection {
    using Done = std::function<void(Result<std::uint64_t>)>;
    std::mutex telling; ///< held while `changed` is called, and for the first try
    bool isUp = false;
    std::optional<Ending> ending; ///< for good
    bool hasWaited = false;       ///< the first try failed, and took all its time
    std::function<void(bool up)> changed;
    std::function<void(Ending how)> ended;
    std::function<void(const std::vector<std::string>&)> others;
    std::string credentials; ///< a file
    bool clustered = false;
    natsConnection* nats = nullptr;
    nats::JetStream jetStream;
    std::string acks; ///< the subject of acknowledgements, but for the number at its end
    std::mutex mutex;
    std::condition_variable quiet;
    std::vector<nats::Subscription> subscriptions;
    std::map<std::string, natsSubscription*, std::less<>> heardNow; ///< those of `subscriptions` that may end
    int listeners = 0;
    bool isClosed = false; ///< libnats has called back for the last time
    std::uint64_t number = 0;
    std::map<std::uint64_t, Done> waiting; ///< for an acknowledgement

    Result<natsSubscription*> subscribe(const std::string& subjects, const std::string& group,
                                        std::function<void(natsMsg*)> hear);
    void end(natsSubscription* subscription);
    void flush() const;
    Result<void> openJetStream();
    Result<nats::StreamInfo> infoOf(const std::string& stream) const;
    /// `isOther`: its configuration here is another than the server's.
    Result<nats::StreamInfo> moreReplicas(nats::StreamInfo info, int replicas, bool isOther = false) const;
    Result<nats::KeyValues> bucketOf(std::string_view bucket) const;
    void tellChange(bool up);
    void tellOthers();
    void acknowledged(natsMsg* message);
    Done taken(std::uint64_t which);
    void forgetWaiting();
    natsStatus begin(natsOptions* options);
    void closed(bool hasSpoken);
    void close();
};

/// How long a server has, from the first packet to its greeting's end.
constexpr Duration connecting{2'000};

/// `file`: the path of the credentials, as long as the connection is there. IllegalArgument: a URL is none.
Result<nats::Options> optionsOf(const Broker::Settings& settings, std::string* file);

} // namespace stint::push
