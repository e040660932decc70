#include "push/broker/connection.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/clock.hpp"
#include "push/broker/libnats.hpp"

namespace stint::push {
using namespace nats;
namespace {

/// Called back by libnats, until it says that it never will again.
struct Listener {
    std::function<void(natsMsg*, natsSubscription*)> hear;
    std::function<void()> gone;
};
void heard(natsConnection*, natsSubscription* subscription, natsMsg* message, void* listener) {
    const Message owned(message);
    static_cast<Listener*>(listener)->hear(message, subscription);
}
void nothingMore(void* listener) {
    const std::unique_ptr<Listener> owned(static_cast<Listener*>(listener));
    owned->gone();
}

} // namespace

Result<natsSubscription*> Broker::Connection::subscribe(const std::string& subjects, const std::string& group,
                                                        Hear hear) {
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

// One that close() has ended is not there any more.
void Broker::Connection::end(natsSubscription* subscription) {
    Subscription owned;
    {
        const std::lock_guard lock(mutex);
        const auto found = std::ranges::find(subscriptions, subscription, &Subscription::get);
        if (found == subscriptions.end()) return;
        owned = std::move(*found);
        subscriptions.erase(found);
    }
    natsSubscription_Unsubscribe(owned.get());
}

// The server knows all that was sent so far, if one is there.
void Broker::Connection::flush() const {
    if (natsConnection_Status(nats) == NATS_CONN_STATUS_CONNECTED) natsConnection_FlushTimeout(nats, patience);
}

void Broker::Connection::answered(natsMsg* message) {
    const std::string_view subject = natsMsg_GetSubject(message);
    const auto which = numberIn<std::uint64_t>(subject.substr(std::min(acks.size(), subject.size())));
    const Answered its = taken(which.value_or(0));
    if (!its) return;
    if (natsMsg_IsNoResponders(message)) return its(checked(NATS_NO_RESPONDERS, "a question").error());
    its(message);
}

// Empty where nobody waits for that number: 0 is none.
Broker::Connection::Answered Broker::Connection::taken(std::uint64_t which) {
    const std::lock_guard lock(mutex);
    const auto found = waiting.extract(which);
    return found ? std::move(found.mapped().answered) : nullptr;
}

void Broker::Connection::forgetWaiting() {
    std::map<std::uint64_t, Waiting> lost;
    {
        const std::lock_guard lock(mutex);
        lost.swap(waiting);
    }
    for (const auto& [which, one] : lost)
        one.answered(fail(Errc::UNAVAILABLE, "the connection to the broker was lost"));
}

void Broker::Connection::forgetLate() {
    std::vector<Waiting> late;
    {
        const std::lock_guard lock(mutex);
        const auto now = std::chrono::steady_clock::now();
        for (auto at = waiting.begin(); at != waiting.end();) {
            if (at->second.until > now) {
                ++at;
                continue;
            }
            late.push_back(std::move(at->second));
            at = waiting.erase(at);
        }
    }
    for (const Waiting& one : late)
        one.answered(fail(Errc::UNAVAILABLE, "nobody has answered in time"));
}

std::uint64_t Broker::Connection::send(const std::string& subject, const Headers& headers, std::string_view body,
                                       std::optional<Duration> longest, Answered done) {
    using Clock = std::chrono::steady_clock;
    std::uint64_t which = 0;
    {
        const std::lock_guard lock(mutex);
        which = ++number;
        waiting.emplace(which, Waiting{std::move(done), longest ? Clock::now() + *longest : Clock::time_point::max()});
    }
    const auto sent = [&]() -> Result<void> {
        const auto message = STINT_TRY(messageTo(subject, acks + std::to_string(which), headers, body));
        return checked(natsConnection_PublishMsg(nats, message.get()), subject);
    }();
    if (sent.ok()) return which;
    if (const auto told = taken(which)) told(sent.error());
    return which;
}

Result<void> Broker::Connection::pose(const std::vector<Question>& questions, const Take& take) {
    using Clock = std::chrono::steady_clock;
    struct Answers {
        std::mutex mutex;
        std::condition_variable came;
        std::vector<bool> isThere;
        std::size_t missing = 0;
        const Take* take = nullptr; ///< until nobody waits any more
    };
    const auto answers = std::make_shared<Answers>(); // one may come after this has returned
    answers->isThere.resize(questions.size());
    answers->missing = questions.size();
    answers->take = &take;
    std::vector<std::uint64_t> asked;
    const auto ask = [&](std::size_t n) {
        const auto heard = [answers, n](const Result<natsMsg*>& answer) {
            const std::lock_guard lock(answers->mutex);
            if (!answers->take || answers->isThere[n] || !(*answers->take)(n, answer)) return;
            answers->isThere[n] = true;
            if (--answers->missing == 0) answers->came.notify_one();
        };
        asked.push_back(send(questions[n].subject, {}, questions[n].text, std::nullopt, heard));
    };
    for (std::size_t n = 0; n < questions.size(); ++n)
        ask(n);
    const auto until = Clock::now() + Duration(patience);
    std::unique_lock lock(answers->mutex);
    const auto areAll = [&] { return answers->missing == 0; };
    while (!answers->came.wait_until(lock, std::min(until, Clock::now() + Duration(untilAskedAgain)), areAll) &&
           Clock::now() < until) {
        const std::vector<bool> isThere = answers->isThere;
        lock.unlock();
        for (std::size_t n = 0; n < questions.size(); ++n)
            if (!isThere[n]) ask(n);
        lock.lock();
    }
    answers->take = nullptr;
    const bool isLate = answers->missing != 0;
    lock.unlock();
    for (const std::uint64_t which : asked)
        (void)taken(which);
    if (isLate) return fail(Errc::UNAVAILABLE, "nats-server does not answer");
    return {};
}

Result<Broker::Connection::Inbox> Broker::Connection::openInbox() const {
    std::string prefix = inbox + newId() + ".";
    natsSubscription* made = nullptr;
    STINT_TRY(checked(natsConnection_SubscribeSync(&made, nats, (prefix + "*").c_str()), prefix));
    return Inbox{std::move(prefix), Subscription(made)};
}

Result<Message> Broker::Connection::Inbox::next(std::chrono::steady_clock::time_point until) const {
    const auto left = std::chrono::duration_cast<Duration>(until - std::chrono::steady_clock::now());
    natsMsg* made = nullptr;
    STINT_TRY(checked(natsSubscription_NextMsg(&made, subscription.get(), std::max<Duration::rep>(left.count(), 0)),
                      "an answer"));
    return Message(made);
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

// If it ends in being closed, that is not told before this is known of it.
natsStatus Broker::Connection::begin(natsOptions* options) {
    const std::lock_guard lock(telling);
    const Duration since = steadyNow();
    const auto status = natsConnection_Connect(&nats, options);
    hasWaited = status != NATS_OK && steadyNow() - since >= connecting * 9 / 10;
    return status;
}

// The last word of a connection, after that it was lost. A server that lets nobody in says so; one that greets and then
// says nothing is closed just so by libnats 3.10, but not before its time is over.
void Broker::Connection::closed(bool hasSpoken) {
    nats::endGreeting();
    {
        const std::lock_guard lock(telling);
        ending = hasSpoken && !hasWaited ? Ending::Refused : Ending::GivenUp;
        if (ended) ended(*ending);
    }
    const std::lock_guard lock(mutex);
    isClosed = true;
    quiet.notify_all();
}

Result<void> Broker::Connection::openJetStream() {
    jsCtx* made = nullptr;
    jsOptions waits;
    jsOptions_Init(&waits);
    waits.Wait = patience;
    STINT_TRY(checked(natsConnection_JetStream(&made, nats, &waits), "JetStream"));
    jetStream.reset(made);
    STINT_TRY(openAnswers());
    flush();
    return {};
}

Result<void> Broker::Connection::openAnswers() {
    std::string subjects = inbox + "a.";
    auto* const heardAt =
        STINT_TRY(subscribe(subjects + "*", "", [this](natsMsg* message, natsSubscription*) { answered(message); }));
    acks = std::move(subjects); // before anything is asked
    // An acknowledgement that was dropped would be waited for; what others send beyond libnats' own limits is dropped.
    natsSubscription_SetPendingLimits(heardAt, -1, -1);
    return {};
}

} // namespace stint::push
