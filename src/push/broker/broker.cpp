#include "push/broker/broker.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/core.h>
#include <nats/nats.h>

#include "base/result/errors.hpp"
#include "push/broker/connection.hpp"
#include "push/broker/libnats.hpp"
#include "push/envelope/envelope.hpp"
#include "push/envelope/fleet.hpp"
#include "push/envelope/names.hpp"

namespace stint::push {
using namespace nats;
namespace {

using Steady = std::chrono::steady_clock;

constexpr int mostWaiting = 20'000, mostWaitingBytes = 4 << 20; ///< questions

/// How many questions may wait for a thread, by how long it has taken for the last ones.
class Pace {
public:
    int mostWaiting() const { return static_cast<int>(second / mean_); }
    void took(Steady::duration it) { mean_ = (7 * mean_ + std::clamp<Steady::duration>(it, shortest, longest)) / 8; }

private:
    static constexpr std::chrono::seconds second{1};
    static constexpr Steady::duration shortest = std::chrono::microseconds(50);
    /// One that stalls counts as this, and so do those before the first.
    static constexpr Steady::duration longest = Steady::duration(second) / Broker::mostUnanswered;
    Steady::duration mean_ = longest;
};

/// NATS' own word where nobody answers.
Headers notNow() { return {{"Status", "503"}}; }

} // namespace

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

Result<Broker> Broker::connect(const Settings& settings) {
    auto it = std::make_shared<Connection>();
    it->credentials = settings.credentials;
    it->clustered = settings.clustered;
    it->connecting = connectingOf(settings);
    it->inbox = fmt::format("_INBOX.{}{}{}.", settings.device, settings.device.empty() ? "" : ".", newId());
    const auto options = STINT_TRY(optionsOf(settings, &it->credentials));
    const auto isThere = [](natsConnection*, void* closure) {
        nats::endGreeting();
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
    const auto status = it->begin(options.get());
    if (status != NATS_NOT_YET_CONNECTED) {
        nats::endGreeting();
        STINT_TRY(checked(status, "the broker"));
    }
    Broker broker(it); // which closes it, if the rest fails
    if (settings.device.empty()) STINT_TRY(it->openJetStream());
    if (status == NATS_OK) broker.it_->tellChange(true);
    return broker;
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
    const auto inbox = STINT_TRY(it_->openInbox());
    const std::string reply = inbox.prefix + "0";
    STINT_TRY(checked(natsConnection_PublishRequest(it_->nats, subject.c_str(), reply.c_str(), question.data(),
                                                    static_cast<int>(question.size())),
                      subject));
    std::vector<std::string> all;
    const auto until = std::chrono::steady_clock::now() + longest;
    while (all.size() < most) {
        const auto answered = inbox.next(until);
        if (!answered.ok()) break; // no more of them
        all.emplace_back(dataOf(answered->get()));
    }
    return all;
}

void Broker::keep(const std::string& subject, const Headers& headers, std::string_view body,
                  std::function<void(Result<Ack>)> done) const {
    it_->send(subject, headers, body, std::nullopt, [done = std::move(done)](const Result<natsMsg*>& answer) {
        done(answer.ok() ? ackIn(dataOf(*answer)) : Result<Ack>(answer.error()));
    });
}

void Broker::askBeside(const std::string& subject, std::string_view question, Duration longest,
                       std::function<void(Result<std::string>)> answered) const {
    it_->forgetLate();
    if (it_->acks.empty()) // a device's: the first time
        if (const auto opened = it_->openAnswers(); !opened.ok()) return answered(opened.error());
    it_->send(subject, {}, question, longest, [answered = std::move(answered)](const Result<natsMsg*>& answer) {
        answered(answer.ok() ? std::string(dataOf(*answer)) : Result<std::string>(answer.error()));
    });
}

Result<void> Broker::tell(const std::string& subject, const Headers& headers, std::string_view body) const {
    const auto message = STINT_TRY(messageTo(subject, "", headers, body));
    return checked(natsConnection_PublishMsg(it_->nats, message.get()), subject);
}

Result<void> Broker::answer(const std::vector<std::string>& subjects, const std::string& group,
                            const Respond& respond) const {
    const auto hear = [nats = it_->nats, respond, pace = Pace()](natsMsg* message, natsSubscription* of) mutable {
        const char* reply = natsMsg_GetReply(message);
        if (!reply) return;
        int waiting = 0;
        natsSubscription_GetPending(of, &waiting, nullptr);
        std::string answer;
        if (waiting < pace.mostWaiting()) {
            const auto begun = Steady::now();
            answer = respond(natsMsg_GetSubject(message), dataOf(message));
            pace.took(Steady::now() - begun);
        }
        const auto made = messageTo(reply, "", answer.empty() ? notNow() : Headers(), answer);
        if (made.ok()) natsConnection_PublishMsg(nats, made->get());
    };
    for (const std::string& one : subjects) {
        auto* const asked = STINT_TRY(it_->subscribe(one, group, hear));
        natsSubscription_SetPendingLimits(asked, mostWaiting, mostWaitingBytes);
        it_->answering.push_back(asked);
    }
    it_->flush();
    return {};
}

void Broker::answerNoMore() const {
    for (natsSubscription* const one : std::exchange(it_->answering, {}))
        it_->end(one);
}

Result<void> Broker::answerLater(const std::string& subjects, const std::string& group, Take take) const {
    const std::weak_ptr<Connection> connection = it_;
    auto hear = [connection, take = std::move(take)](natsMsg* message, natsSubscription*) {
        const char* const reply = natsMsg_GetReply(message);
        if (!reply) return;
        const auto answered = [connection, to = std::string(reply)](std::string_view answer) {
            if (const auto it = connection.lock())
                natsConnection_Publish(it->nats, to.c_str(), answer.data(), static_cast<int>(answer.size()));
        };
        take(natsMsg_GetSubject(message), std::string(dataOf(message)), answered);
    };
    auto* const asked = STINT_TRY(it_->subscribe(subjects, group, std::move(hear)));
    it_->answering.push_back(asked);
    it_->flush();
    return {};
}

namespace {

std::function<void(natsMsg*, natsSubscription*)> passedTo(Broker::Hear hear) {
    return [hear = std::move(hear)](natsMsg* message, natsSubscription*) {
        hear({.subject = natsMsg_GetSubject(message),
              .headers = headersOf(message),
              .body = std::string(dataOf(message))});
    };
}

} // namespace

Result<void> Broker::listen(const std::string& subjects, Hear hear, const std::string& group) const {
    STINT_TRY(it_->subscribe(subjects, group, passedTo(std::move(hear))));
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
