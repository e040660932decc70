#include "push/broker/broker.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>

#include <nats/nats.h>
#include <nlohmann/json.hpp>
#include <sodium.h>

#include "base/result/errors.hpp"
#include "base/result/owned.hpp"
#include "base/text/json_member.hpp"
#include "base/text/number.hpp"
#include "base/text/words.hpp"
#include "base/unix/process.hpp"
#include "contract/model/constants.hpp"
#include "push/broker/greeting.hpp"
#include "push/envelope/bytes.hpp"
#include "push/envelope/names.hpp"
#include "push/keys/jwt.hpp"

namespace stint::push {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t patience = 2'000;     ///< ms
constexpr std::int64_t connecting = 2'000;   ///< ms
constexpr std::int64_t untilReconnect = 250; ///< ms
constexpr std::int64_t untilPing = 20'000;   ///< ms
constexpr std::int64_t mostBytes = 8 << 10;  ///< of a message with its headers
constexpr std::size_t mostServers = 8;

// A device pings nobody: its own questions keep the connection alive (push.md §4.1).
constexpr std::int64_t never = std::int64_t{1000} * 3600 * 24 * 365; ///< ms
constexpr std::uint32_t firstDelay = 1'000, longestDelay = 300'000;  ///< ms

/// Full jitter: any time up to one that doubles, so that devices do not come all at once.
std::int64_t devicesDelay(natsConnection*, int attempts, void*) {
    endGreeting();
    const int doubled = std::clamp(attempts - 1, 0, 9);
    return randombytes_uniform(std::min(firstDelay << static_cast<unsigned>(doubled), longestDelay) + 1);
}

std::int64_t serversDelay(natsConnection*, int, void*) {
    endGreeting();
    return untilReconnect;
}

std::int64_t inNanoseconds(Duration time) { return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count(); }

} // namespace

// Named by Broker::Connection, so not in the unnamed namespace.
namespace nats {
using Message = Owned<natsMsg, natsMsg_Destroy>;
using Options = Owned<natsOptions, natsOptions_Destroy>;
using JetStream = Owned<jsCtx, jsCtx_Destroy>;
using StreamInfo = Owned<jsStreamInfo, jsStreamInfo_Destroy>;
using KeyValues = Owned<kvStore, kvStore_Destroy>;
using Subscription = Owned<natsSubscription, natsSubscription_Destroy>;
} // namespace nats
using namespace nats;

namespace {

/// A sentence for a status that passes; empty: it does not.
std::string_view passing(natsStatus status) {
    switch (status) {
    case NATS_TIMEOUT:
        return "nats-server does not answer";
    case NATS_CONNECTION_CLOSED:
    case NATS_CONNECTION_DISCONNECTED:
        return "the connection to nats-server is lost";
    case NATS_NO_SERVER:
        return "no nats-server is reached";
    case NATS_INSUFFICIENT_BUFFER:
        return "nats-server takes nothing just now";
    case NATS_NO_RESPONDERS:
        return "nobody answers there: the server is away, or JetStream is not on in its account, or not yet";
    default:
        return {};
    }
}

Result<void> checked(natsStatus status, std::string_view what) {
    if (status == NATS_OK) return {};
    if (const auto sentence = passing(status); !sentence.empty())
        return fail(Errc::UNAVAILABLE, "{}: {}", what, sentence);
    // JetStream's own sentence, where it has one for what it does not do.
    const char* const reason = status == NATS_ERR ? nats_GetLastError(nullptr) : nullptr;
    return fail(Errc::SYSTEM, "{}: {}", what, reason && *reason ? reason : natsStatus_GetText(status));
}

/// JetStream's own sentence.
std::string reasonIn(const Json& error) { return textMember(error, "description").value_or("it does not say why"); }

std::string_view dataOf(const natsMsg* message) {
    return {natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message))};
}

Headers headersOf(natsMsg* message) {
    Headers headers;
    const char** keys = nullptr;
    int count = 0;
    if (natsMsgHeader_Keys(message, &keys, &count) != NATS_OK) return headers;
    for (int i = 0; i < count; ++i) {
        const char** values = nullptr;
        int several = 0;
        if (natsMsgHeader_Values(message, keys[i], &values, &several) != NATS_OK) continue;
        for (int n = 0; n < several; ++n)
            headers.emplace_back(keys[i], values[n]);
        std::free(values); // NOLINT(cppcoreguidelines-no-malloc): libnats made it so
    }
    std::free(keys); // NOLINT(cppcoreguidelines-no-malloc)
    return headers;
}

std::string headerOf(natsMsg* message, const char* name) {
    const char* value = nullptr;
    return natsMsgHeader_Get(message, name, &value) == NATS_OK && value ? value : "";
}

Result<Message> messageTo(const std::string& subject, const std::string& reply, const Headers& headers,
                          std::string_view body) {
    natsMsg* made = nullptr;
    STINT_TRY(checked(natsMsg_Create(&made, subject.c_str(), reply.empty() ? nullptr : reply.c_str(), body.data(),
                                     static_cast<int>(body.size())),
                      "a message"));
    Message message(made);
    for (const auto& [name, value] : headers)
        STINT_TRY(checked(natsMsgHeader_Add(made, name.c_str(), value.c_str()), name));
    return message;
}

/// Called back by libnats, until it says that it never will again.
struct Listener {
    std::function<void(natsMsg*)> hear;
    std::function<void()> gone;
};
void heard(natsConnection*, natsSubscription*, natsMsg* message, void* listener) {
    const Message owned(message);
    static_cast<Listener*>(listener)->hear(message);
}
void nothingMore(void* listener) {
    const std::unique_ptr<Listener> owned(static_cast<Listener*>(listener));
    owned->gone();
}

} // namespace

struct Broker::Connection {
    using Done = std::function<void(Result<std::uint64_t>)>;
    std::mutex telling; ///< held while `changed` is called
    bool isUp = false;
    std::optional<Ending> ending; ///< for good
    std::function<void(bool up)> changed;
    std::function<void(Ending how)> ended;
    std::function<void(const std::vector<std::string>&)> others;
    std::string credentials; ///< a file
    bool clustered = false;
    natsConnection* nats = nullptr;
    JetStream jetStream;
    std::string acks; ///< the subject of acknowledgements, but for the number at its end
    std::mutex mutex;
    std::condition_variable quiet;
    std::vector<Subscription> subscriptions;
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
    Result<StreamInfo> infoOf(const std::string& stream) const;
    /// `isOther`: its configuration here is another than the server's.
    Result<StreamInfo> moreReplicas(StreamInfo info, int replicas, bool isOther = false) const;
    Result<KeyValues> bucketOf(std::string_view bucket) const;
    void tellChange(bool up);
    void tellOthers();
    void acknowledged(natsMsg* message);
    Done taken(std::uint64_t which);
    void forgetWaiting();
    void closed(bool hasSpoken);
    void close();
};

Result<natsSubscription*> Broker::Connection::subscribe(const std::string& subjects, const std::string& group,
                                                        std::function<void(natsMsg*)> hear) {
    auto listener = std::make_unique<Listener>();
    listener->hear = std::move(hear);
    listener->gone = [this] {
        const std::lock_guard lock(mutex);
        --listeners;
        quiet.notify_all();
    };
    natsSubscription* made = nullptr;
    const auto status = group.empty() ? natsConnection_Subscribe(&made, nats, subjects.c_str(), heard, listener.get())
                                      : natsConnection_QueueSubscribe(&made, nats, subjects.c_str(), group.c_str(),
                                                                      heard, listener.get());
    STINT_TRY(checked(status, subjects));
    Subscription owned(made);
    // One that libnats has ended meanwhile, with its connection, would never say so.
    STINT_TRY(checked(natsSubscription_SetOnCompleteCB(made, nothingMore, listener.get()), subjects));
    (void)listener.release();
    const std::lock_guard lock(mutex);
    ++listeners;
    subscriptions.push_back(std::move(owned));
    return made;
}

void Broker::Connection::end(natsSubscription* subscription) {
    natsSubscription_Unsubscribe(subscription);
    const std::lock_guard lock(mutex);
    std::erase_if(subscriptions, [&](const Subscription& one) { return one.get() == subscription; });
}

// The server knows all that was sent so far, if one is there.
void Broker::Connection::flush() const {
    if (natsConnection_Status(nats) == NATS_CONN_STATUS_CONNECTED) natsConnection_FlushTimeout(nats, patience);
}

void Broker::Connection::acknowledged(natsMsg* message) {
    const std::string_view subject = natsMsg_GetSubject(message);
    const auto which = numberIn<std::uint64_t>(subject.substr(std::min(acks.size(), subject.size())));
    const Done done = taken(which.value_or(0));
    if (!done) return;
    const Json said = Json::parse(dataOf(message), nullptr, false);
    // 2.10 says 0 of a copy of a message that it has been sent, and that it may still lose with its leader.
    const auto sequence = countMember(said, "seq");
    if (sequence && *sequence > 0) return done(*sequence);
    if (said.is_object() && said.contains("error"))
        return done(fail(Errc::LIMIT_EXCEEDED, "the store takes no more: {}", reasonIn(said["error"])));
    done(fail(Errc::UNAVAILABLE, "no stream has taken the message"));
}

// Empty where nobody waits for that number: 0 is none.
Broker::Connection::Done Broker::Connection::taken(std::uint64_t which) {
    const std::lock_guard lock(mutex);
    const auto found = waiting.extract(which);
    return found ? std::move(found.mapped()) : nullptr;
}

void Broker::Connection::forgetWaiting() {
    std::map<std::uint64_t, Done> lost;
    {
        const std::lock_guard lock(mutex);
        lost.swap(waiting);
    }
    for (const auto& [which, done] : lost)
        done(fail(Errc::UNAVAILABLE, "the connection to the broker was lost"));
}

void Broker::Connection::tellChange(bool up) {
    const std::lock_guard lock(telling);
    isUp = up;
    if (changed) changed(up);
}

void Broker::Connection::tellOthers() {
    const std::lock_guard lock(telling);
    if (!others || !nats) return;
    char** found = nullptr;
    int count = 0;
    if (natsConnection_GetDiscoveredServers(nats, &found, &count) != NATS_OK) return;
    std::vector<std::string> places;
    for (int n = 0; n < count; ++n) {
        const std::string_view url = found[n];
        const auto scheme = url.find("://");
        places.emplace_back(scheme == std::string_view::npos ? url : url.substr(scheme + 3));
        std::free(found[n]); // NOLINT(cppcoreguidelines-no-malloc)
    }
    std::free(static_cast<void*>(found)); // NOLINT(cppcoreguidelines-no-malloc)
    if (!places.empty()) others(places);
}

void Broker::Connection::close() {
    {
        const std::lock_guard lock(telling);
        changed = nullptr;
        others = nullptr;
        ended = nullptr;
    }
    {
        const std::lock_guard lock(mutex);
        for (const auto& subscription : subscriptions)
            natsSubscription_Unsubscribe(subscription.get());
    }
    if (nats) natsConnection_Close(nats);
    std::unique_lock lock(mutex);
    quiet.wait(lock, [this] { return listeners == 0 && (isClosed || !nats); });
    subscriptions.clear();
}

// The last word of a connection, after that it was lost.
void Broker::Connection::closed(bool hasSpoken) {
    endGreeting();
    {
        const std::lock_guard lock(telling);
        ending = hasSpoken ? Ending::Refused : Ending::GivenUp;
        if (ended) ended(*ending);
    }
    const std::lock_guard lock(mutex);
    isClosed = true;
    quiet.notify_all();
}

Broker::Broker(std::shared_ptr<Connection> connection) : it_(std::move(connection)) {}
Broker::Broker(Broker&&) noexcept = default;
Broker& Broker::operator=(Broker&&) noexcept = default;
Broker::~Broker() {
    if (!it_) return;
    close();
    it_->jetStream.reset();
    natsConnection_Destroy(it_->nats);
}
void Broker::close() { it_->close(); }
void Broker::follow(std::function<void(bool up)> changed, std::function<void(Ending how)> ended,
                    std::function<void(const std::vector<std::string>&)> others) {
    {
        const std::lock_guard lock(it_->telling);
        it_->ended = std::move(ended);
        it_->changed = std::move(changed);
        it_->others = std::move(others);
        it_->changed(it_->isUp);
        if (it_->ending && it_->ended) it_->ended(*it_->ending);
    }
    it_->tellOthers();
}

namespace {

Result<void> checkUrls(const std::vector<std::string>& urls) {
    if (urls.empty() || urls.size() > mostServers)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} brokers; there are 1 to {}", urls.size(), mostServers);
    // libnats takes whatever it is given for a host's name.
    for (const std::string& url : urls)
        if (!url.starts_with("nats://") && !url.starts_with("tls://"))
            return fail(Errc::ILLEGAL_ARGUMENT, "a broker's URL begins with nats:// or tls://");
    return {};
}

/// A copy that libnats frees.
char* given(std::string_view bytes) {
    auto* const copy = static_cast<char*>(std::malloc(bytes.size() + 1)); // NOLINT(cppcoreguidelines-no-malloc)
    STINT_CHECK(copy);
    std::ranges::copy(bytes, copy);
    copy[bytes.size()] = '\0';
    return copy;
}

/// The credentials in the file, read anew for each try; `error` where there are none.
std::optional<Credentials> credentialsOf(void* file, char** error) {
    auto credentials = credentialsIn(readFile(*static_cast<const std::string*>(file)).value_or(""));
    if (!credentials) *error = given("it has no JWT and no seed of a user");
    return credentials;
}

natsStatus giveJwt(char** jwt, char** error, void* file) {
    beginGreeting();
    const auto credentials = credentialsOf(file, error);
    if (!credentials) return NATS_INVALID_ARG;
    *jwt = given(credentials->jwt);
    return NATS_OK;
}

natsStatus giveSignature(char** error, unsigned char** signature, int* length, const char* nonce, void* file) {
    const auto credentials = credentialsOf(file, error);
    if (!credentials) return NATS_INVALID_ARG;
    const std::string its = credentials->user.signForLibnats(nonce);
    *signature = reinterpret_cast<unsigned char*>(given(its));
    *length = static_cast<int>(its.size());
    return NATS_OK;
}

/// `file`: the path of the credentials, as long as the connection is there.
Result<Options> optionsOf(const Broker::Settings& settings, std::string* file) {
    STINT_TRY(checkUrls(settings.urls));
    natsOptions* made = nullptr;
    STINT_TRY(checked(natsOptions_Create(&made), "libnats"));
    Options options(made);
    std::vector<const char*> urls;
    for (const std::string& url : settings.urls)
        urls.push_back(url.c_str());
    STINT_TRY(checked(natsOptions_SetServers(made, urls.data(), static_cast<int>(urls.size())), "a broker's URL"));
    if (!settings.credentials.empty())
        STINT_TRY(checked(natsOptions_SetUserCredentialsCallbacks(made, giveJwt, file, giveSignature, file),
                          settings.credentials));
    natsOptions_SetTimeout(made, connecting);
    natsOptions_SetMaxReconnect(made, -1);
    natsOptions_SetSendAsap(made, true);      // libnats would wait for a millisecond, whether more comes or not
    natsOptions_SetReconnectBufSize(made, 1); // what was sent while there is no server is not sent by itself later
    // stint-endpoint has the one beside it, and no other.
    natsOptions_SetIgnoreDiscoveredServers(made, settings.device.empty());
    // By libnats' own word a server need not do what the URL says, and whoever is in between could speak for it.
    const auto isSecure = [](const std::string& url) { return url.starts_with("tls://"); };
    if (std::ranges::any_of(settings.urls, isSecure)) STINT_TRY(checked(natsOptions_SetSecure(made, true), "TLS"));
    if (!settings.certified.empty())
        STINT_TRY(checked(natsOptions_SetExpectedHostname(made, settings.certified.c_str()), settings.certified));
    if (settings.device.empty()) {
        natsOptions_SetName(made, "stint-endpoint");
        natsOptions_SetPingInterval(made, untilPing);
        natsOptions_SetCustomReconnectDelay(made, serversDelay, nullptr);
        return options;
    }
    natsOptions_SetName(made, "stint-push");
    natsOptions_SetPingInterval(made, never);
    natsOptions_SetCustomReconnectDelay(made, devicesDelay, nullptr);
    natsOptions_UseGlobalMessageDelivery(made, true); // one thread, not one for each subscription
    STINT_TRY(checked(natsOptions_SetCustomInboxPrefix(made, ("_INBOX." + settings.device).c_str()), "its inbox"));
    return options;
}

} // namespace

Result<Broker> Broker::connect(const Settings& settings) {
    auto it = std::make_shared<Connection>();
    it->credentials = settings.credentials;
    it->clustered = settings.clustered;
    const auto options = STINT_TRY(optionsOf(settings, &it->credentials));
    const auto isThere = [](natsConnection*, void* closure) {
        endGreeting();
        static_cast<Connection*>(closure)->tellChange(true);
        static_cast<Connection*>(closure)->tellOthers();
    };
    const auto areMore = [](natsConnection*, void* closure) { static_cast<Connection*>(closure)->tellOthers(); };
    natsOptions_SetDiscoveredServersCB(options.get(), areMore, it.get());
    const auto isGone = [](natsConnection*, void* closure) {
        auto& self = *static_cast<Connection*>(closure);
        self.tellChange(false);
        self.forgetWaiting();
    };
    natsOptions_SetReconnectedCB(options.get(), isThere, it.get());
    natsOptions_SetDisconnectedCB(options.get(), isGone, it.get());
    const auto isOver = [](natsConnection* nats, void* closure) {
        // A server's first line says how long a message may be. libnats has one error for all.
        static_cast<Connection*>(closure)->closed(natsConnection_GetMaxPayload(nats) > 0);
    };
    natsOptions_SetClosedCB(options.get(), isOver, it.get());
    natsOptions_SetRetryOnFailedConnect(options.get(), true, isThere, it.get());
    const auto status = natsConnection_Connect(&it->nats, options.get());
    if (status != NATS_NOT_YET_CONNECTED) {
        endGreeting();
        STINT_TRY(checked(status, "the broker"));
    }
    Broker broker(it); // which closes it, if the rest fails
    if (settings.device.empty()) STINT_TRY(it->openJetStream());
    if (status == NATS_OK) broker.it_->tellChange(true);
    return broker;
}

Result<void> Broker::Connection::openJetStream() {
    jsCtx* made = nullptr;
    jsOptions waits;
    jsOptions_Init(&waits);
    waits.Wait = patience;
    STINT_TRY(checked(natsConnection_JetStream(&made, nats, &waits), "JetStream"));
    jetStream.reset(made);
    acks = "_INBOX." + newId() + ".";
    auto* const heardAt = STINT_TRY(subscribe(acks + "*", "", [this](natsMsg* message) { acknowledged(message); }));
    // An acknowledgement that was dropped would be waited for; what others send beyond libnats' own limits is dropped.
    natsSubscription_SetPendingLimits(heardAt, -1, -1);
    flush();
    return {};
}

Result<std::string> Broker::ask(const std::string& subject, std::string_view question, Duration longest) const {
    natsMsg* answered = nullptr;
    STINT_TRY(checked(natsConnection_Request(&answered, it_->nats, subject.c_str(), question.data(),
                                             static_cast<int>(question.size()), longest.count()),
                      subject));
    const Message message(answered);
    return std::string(dataOf(answered));
}

Result<std::vector<std::string>> Broker::askAll(const std::string& subject, std::string_view question, std::size_t most,
                                                Duration longest) const {
    const std::string inbox = "_INBOX." + newId();
    natsSubscription* made = nullptr;
    STINT_TRY(checked(natsConnection_SubscribeSync(&made, it_->nats, inbox.c_str()), subject));
    const Subscription answers(made);
    STINT_TRY(checked(natsConnection_PublishRequest(it_->nats, subject.c_str(), inbox.c_str(), question.data(),
                                                    static_cast<int>(question.size())),
                      subject));
    std::vector<std::string> all;
    const auto until = std::chrono::steady_clock::now() + longest;
    while (all.size() < most) {
        const auto left = until - std::chrono::steady_clock::now();
        natsMsg* answered = nullptr;
        const auto status = natsSubscription_NextMsg(
            &answered, made, std::max<std::int64_t>(std::chrono::duration_cast<Duration>(left).count(), 0));
        if (status != NATS_OK) break; // no more of them
        const Message message(answered);
        all.emplace_back(dataOf(answered));
    }
    return all;
}

Result<nats::StreamInfo> Broker::Connection::moreReplicas(nats::StreamInfo info, int replicas, bool isOther) const {
    if (info->Config->Replicas >= replicas && !isOther) return info;
    info->Config->Replicas = std::max<std::int64_t>(info->Config->Replicas, replicas);
    jsStreamInfo* changed = nullptr;
    jsErrCode code{};
    STINT_TRY(checked(js_UpdateStream(&changed, jetStream.get(), info->Config, nullptr, &code), info->Config->Name));
    return StreamInfo(changed);
}

Result<nats::StreamInfo> Broker::Connection::infoOf(const std::string& stream) const {
    jsStreamInfo* found = nullptr;
    jsErrCode code{};
    STINT_TRY(checked(js_GetStreamInfo(&found, jetStream.get(), stream.c_str(), nullptr, &code), stream));
    return StreamInfo(found);
}

Result<StreamState> Broker::openStream(std::string_view shard, int replicas) const {
    const std::string name = streamOf(shard);
    jsStreamInfo* found = nullptr;
    jsErrCode code{};
    auto status = js_GetStreamInfo(&found, it_->jetStream.get(), name.c_str(), nullptr, &code);
    if (status == NATS_NOT_FOUND) {
        const std::string subjects = fmt::format("stint.p.{}.>", shard), live = fmt::format("stint.live.{}.>", shard);
        const char* subject = subjects.c_str();
        jsRePublish told;
        jsRePublish_Init(&told);
        told.Source = subjects.c_str();
        told.Destination = live.c_str();
        jsStreamConfig config;
        jsStreamConfig_Init(&config);
        config.Name = name.c_str();
        config.Subjects = &subject;
        config.SubjectsLen = 1;
        config.MaxMsgsPerSubject = Constants().pushStored;
        config.MaxAge = inNanoseconds(Constants().pushTtlMax);
        config.MaxMsgSize = static_cast<int32_t>(mostBytes);
        config.Duplicates = inNanoseconds(std::chrono::minutes(15));
        config.Replicas = replicas;
        config.AllowDirect = true;
        config.RePublish = &told;
        status = js_AddStream(&found, it_->jetStream.get(), &config, nullptr, &code);
    }
    STINT_TRY(checked(status, name));
    const StreamInfo info = STINT_TRY(it_->moreReplicas(StreamInfo(found), replicas));
    return StreamState{.store = fmt::format("{}@{}", name, info->Created),
                       .last = info->State.LastSeq,
                       .replicas = static_cast<int>(info->Config->Replicas)};
}

namespace {

/// The bytes of base64 as Go writes it.
std::optional<std::string> bytesOfGo(const Json& object, const char* name) {
    if (!object.contains(name)) return std::string(); // there are none
    auto text = textMember(object, name);
    if (!text) return std::nullopt;
    while (text->ends_with('='))
        text->pop_back();
    std::ranges::replace(*text, '+', '-');
    std::ranges::replace(*text, '/', '_');
    return from64(*text);
}

/// "NATS/1.0", and a line each.
Headers headersIn(std::string_view block) {
    Headers headers;
    const auto lines = splitAt(block, "\r\n");
    for (std::size_t n = 1; n < lines.size(); ++n) {
        const std::string_view line = lines[n];
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        const auto value = line.find_first_not_of(' ', colon + 1);
        headers.emplace_back(line.substr(0, colon), value == std::string_view::npos ? "" : line.substr(value));
    }
    return headers;
}

/// The answer of a stream's leader.
Result<std::optional<Stored>> storedIn(std::string_view text, std::string_view stream) {
    const Json object = Json::parse(text, nullptr, false);
    const auto none = [&]() -> Result<std::optional<Stored>> {
        return fail(Errc::UNAVAILABLE, "{}: its leader's answer is none", stream);
    };
    if (!object.is_object()) return none();
    if (const auto error = object.find("error"); error != object.end()) {
        if (error->is_object() && error->contains("code") && error->at("code") == 404) return std::optional<Stored>();
        return fail(Errc::UNAVAILABLE, "{}: its leader answers {}", stream, reasonIn(*error));
    }
    const auto message = object.find("message");
    if (message == object.end()) return none();
    const auto sequence = countMember(*message, "seq");
    auto subject = textMember(*message, "subject");
    if (!sequence || !subject) return none();
    const auto headers = bytesOfGo(*message, "hdrs");
    auto body = bytesOfGo(*message, "data");
    if (!headers || !body) return none();
    return std::optional(Stored{.subject = *std::move(subject),
                                .sequence = *sequence,
                                .headers = headersIn(*headers),
                                .body = *std::move(body)});
}

} // namespace

Result<std::optional<Stored>> Broker::next(std::string_view stream, std::uint64_t from,
                                           std::string_view subjects) const {
    const std::string question = Json{{"seq", from}, {"next_by_subj", subjects}}.dump();
    if (it_->clustered) {
        const std::string answer = STINT_TRY(ask(fmt::format("$JS.API.STREAM.MSG.GET.{}", stream), question));
        return storedIn(answer, stream);
    }
    const std::string subject = fmt::format("$JS.API.DIRECT.GET.{}", stream);
    natsMsg* answered = nullptr;
    STINT_TRY(checked(natsConnection_RequestString(&answered, it_->nats, subject.c_str(), question.c_str(), patience),
                      subject));
    const Message message(answered);
    if (headerOf(answered, "Status") == "404") return std::optional<Stored>();
    const auto sequence = numberIn<std::uint64_t>(headerOf(answered, "Nats-Sequence"));
    if (!sequence) return fail(Errc::UNAVAILABLE, "{}: {}", subject, headerOf(answered, "Description"));
    return std::optional(Stored{.subject = headerOf(answered, "Nats-Subject"),
                                .sequence = *sequence,
                                .headers = headersOf(answered),
                                .body = std::string(dataOf(answered))});
}

Result<void> Broker::remove(std::string_view stream, std::uint64_t sequence) const {
    const std::string name(stream);
    jsErrCode code{};
    // Else it would only be noted in memory for a while, and be back after a kill.
    const auto status = js_EraseMsg(it_->jetStream.get(), name.c_str(), sequence, nullptr, &code);
    if (code == JSSequenceNotFoundErr || code == JSNoMessageFoundErr) return {};
    return checked(status, name);
}

std::string streamOfBucket(std::string_view bucket) { return fmt::format("KV_{}", bucket); }
std::string subjectOfKey(std::string_view bucket, std::string_view key) {
    return fmt::format("$KV.{}.{}", bucket, key);
}

Result<std::uint64_t> Broker::readValues(std::string_view bucket, std::string_view keys, std::uint64_t from,
                                         const std::function<void(const Stored& value)>& taken) const {
    const std::string stream = streamOfBucket(bucket), subjects = subjectOfKey(bucket, keys);
    while (true) {
        const auto value = STINT_TRY(next(stream, from, subjects));
        if (!value) return from - 1;
        taken(*value);
        from = value->sequence + 1;
    }
}

Result<std::uint64_t> Broker::openBucket(std::string_view bucket, int replicas, BucketBounds bounds) const {
    const std::string name(bucket);
    kvStore* found = nullptr;
    const auto status = js_KeyValue(&found, it_->jetStream.get(), name.c_str());
    if (status != NATS_NOT_FOUND) {
        STINT_TRY(checked(status, name)); // nobody knows whether it is there
    } else {
        kvConfig config;
        kvConfig_Init(&config);
        config.Bucket = name.c_str();
        config.Replicas = replicas;
        config.TTL = inNanoseconds(bounds.age);
        STINT_TRY(checked(js_CreateKeyValue(&found, it_->jetStream.get(), &config), name));
    }
    const KeyValues owned(found);
    auto info = STINT_TRY(it_->infoOf(streamOfBucket(bucket)));
    const std::uint64_t last = info->State.LastSeq;
    // A bucket that is full refuses what is new, and this one is never full.
    const bool isUnbound = bounds.values != 0 && info->Config->MaxMsgs != bounds.values;
    if (isUnbound) {
        info->Config->MaxMsgs = bounds.values;
        info->Config->Discard = js_DiscardOld;
    }
    STINT_TRY(it_->moreReplicas(std::move(info), replicas, isUnbound));
    return last;
}

Result<nats::KeyValues> Broker::Connection::bucketOf(std::string_view bucket) const {
    const std::string name(bucket);
    kvStore* found = nullptr;
    STINT_TRY(checked(js_KeyValue(&found, jetStream.get(), name.c_str()), name));
    return KeyValues(found);
}

Result<void> Broker::put(std::string_view bucket, std::string_view key, std::string_view value) const {
    const auto store = STINT_TRY(it_->bucketOf(bucket));
    const std::string its(key);
    return checked(kvStore_Put(nullptr, store.get(), its.c_str(), value.data(), static_cast<int>(value.size())),
                   bucket);
}

Result<Value> Broker::valueOf(std::string_view bucket, std::string_view key) const {
    auto found = STINT_TRY(next(streamOfBucket(bucket), 1, subjectOfKey(bucket, key)));
    return found ? Value{.text = std::move(found->body), .revision = found->sequence} : Value();
}

Result<void> Broker::replace(std::string_view bucket, std::string_view key, std::string_view value,
                             std::uint64_t revision) const {
    const auto store = STINT_TRY(it_->bucketOf(bucket));
    const std::string its(key);
    const auto size = static_cast<int>(value.size());
    const auto status = kvStore_Update(nullptr, store.get(), its.c_str(), value.data(), size, revision);
    if (status == NATS_ERR) return fail(Errc::UNAVAILABLE, "{}: {} has another value by now", bucket, key);
    return checked(status, bucket);
}

void Broker::keep(const std::string& subject, const Headers& headers, std::string_view body,
                  std::function<void(Result<std::uint64_t>)> done) const {
    std::uint64_t number = 0;
    {
        const std::lock_guard lock(it_->mutex);
        number = ++it_->number;
        it_->waiting.emplace(number, std::move(done));
    }
    const auto sent = [&]() -> Result<void> {
        const auto message = STINT_TRY(messageTo(subject, it_->acks + std::to_string(number), headers, body));
        return checked(natsConnection_PublishMsg(it_->nats, message.get()), subject);
    }();
    if (sent.ok()) return;
    if (const auto told = it_->taken(number)) told(sent.error());
}

Result<void> Broker::tell(const std::string& subject, const Headers& headers, std::string_view body) const {
    const auto message = STINT_TRY(messageTo(subject, "", headers, body));
    return checked(natsConnection_PublishMsg(it_->nats, message.get()), subject);
}

Result<void> Broker::answer(const std::string& subjects, const std::string& group, Respond respond) const {
    STINT_TRY(it_->subscribe(subjects, group, [nats = it_->nats, respond = std::move(respond)](natsMsg* message) {
        const char* reply = natsMsg_GetReply(message);
        if (!reply) return;
        const std::string answer = respond(natsMsg_GetSubject(message), dataOf(message));
        if (!answer.empty()) natsConnection_Publish(nats, reply, answer.data(), static_cast<int>(answer.size()));
    }));
    it_->flush();
    return {};
}

namespace {

std::function<void(natsMsg*)> passedTo(Broker::Hear hear) {
    return [hear = std::move(hear)](natsMsg* message) {
        hear({.subject = natsMsg_GetSubject(message),
              .headers = headersOf(message),
              .body = std::string(dataOf(message))});
    };
}

} // namespace

Result<void> Broker::listen(const std::string& subjects, Hear hear) const {
    STINT_TRY(it_->subscribe(subjects, "", passedTo(std::move(hear))));
    it_->flush();
    return {};
}

// New ones first: what moves from one of them to another is not missed.
Result<void> Broker::listenOnlyTo(const std::set<std::string>& subjects, const Hear& hear) const {
    for (const std::string& one : subjects) {
        if (it_->heardNow.contains(one)) continue;
        it_->heardNow[one] = STINT_TRY(it_->subscribe(one, "", passedTo(hear)));
    }
    std::erase_if(it_->heardNow, [&](const auto& one) {
        if (subjects.contains(one.first)) return false;
        it_->end(one.second);
        return true;
    });
    it_->flush();
    return {};
}

} // namespace stint::push
